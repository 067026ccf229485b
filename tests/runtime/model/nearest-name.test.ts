// Which names are near enough to be worth showing, and in which order.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { nearestNames } from '../../../src/runtime/model/nearest-name.ts'

suite('nearest names', () => {
  const commands = ['count', 'cut', 'cat', 'filter', 'head', 'merge', 'explode']
  const cases: readonly (readonly [word: string, candidates: readonly string[], near: readonly string[]])[] = [
    ['cuont', commands, ['count']],
    ['COUNT', commands, ['count']],
    ['ct', commands, ['cut', 'cat']],
    ['filt', commands, ['filter']],
    ['flter', commands, ['filter']],
    ['fitler', commands, ['filter']],
    ['xyzzy', commands, []],
    ['c', commands, []],
    ['', commands, []],
    ['cat', commands, ['cat', 'cut']],
    ['--bye', ['--by', '--by', '--key'], ['--by']],
    ['__proto__', ['constructor', '__proto__'], ['__proto__']],
  ]
  for (const [word, candidates, near] of cases) {
    test(`"${word}"`, () => assert.deepEqual(nearestNames(word, candidates, 2), near))
  }

  test('at most as many as asked for', () => {
    assert.deepEqual(nearestNames('ct', commands, 1), ['cut'])
    assert.equal(nearestNames('aaa', ['aab', 'aac', 'aad', 'aae']).length, 3)
  })
})
