// The aggregates that only SQL has: the values that came first or last, and the one that all rows have.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Aggregator } from '../../../src/runtime/aggregates/aggregate-function.ts'
import { earliestByOffset, latestByOffset } from '../../../src/runtime/aggregates/by-offset.ts'
import { onlyValue } from '../../../src/runtime/aggregates/value-counts.ts'
import { KsError } from '../../../src/runtime/model/errors.ts'
import { parseJsonText, stringifyJson } from '../../../src/runtime/serde/json-parse.ts'
import { addAll, inSequence } from './laws.ts'

const values = [null, 'a', 'b', null, 'c', null]

const resultOf = (aggregator: Aggregator<unknown>, all: readonly unknown[]): unknown =>
  aggregator.result(addAll(aggregator, inSequence(all)))

suite('by the order of arrival', () => {
  const cases: readonly (readonly [constants: readonly unknown[], earliest: unknown, latest: unknown])[] = [
    [[], 'a', 'c'],
    [[true], 'a', 'c'],
    [[false], null, null],
    [[2], ['a', 'b'], ['b', 'c']],
    [[9], ['a', 'b', 'c'], ['a', 'b', 'c']],
    [
      [2, false],
      [null, 'a'],
      ['c', null],
    ],
  ]
  for (const [constants, earliest, latest] of cases) {
    test(`with ${JSON.stringify(constants)}`, () => {
      assert.deepEqual(resultOf(earliestByOffset(constants), values), earliest)
      assert.deepEqual(resultOf(latestByOffset(constants), values), latest)
    })
  }

  test('of nothing', () => {
    assert.equal(resultOf(earliestByOffset([]), [null]), null)
    assert.deepEqual(resultOf(latestByOffset([2]), []), [])
  })

  test('parts merge by when the values came, whatever their times', () => {
    const latest = latestByOffset([2])
    const earlier = addAll(latest, [{ value: 'a', timestamp: 9 }])
    const later = addAll(latest, inSequence(['b', 'c']))
    const before = stringifyJson(latest.encode(earlier))
    assert.deepEqual(latest.result(latest.merge(later, earlier)), ['b', 'c'])
    assert.deepEqual(latest.result(latest.merge(addAll(latest, inSequence(['d'])), earlier)), ['a', 'd'])
    assert.equal(stringifyJson(latest.encode(earlier)), before)
  })

  test('a stored state goes on, and what came before is older', () => {
    const latest = latestByOffset([2])
    const stored = stringifyJson(latest.encode(addAll(latest, inSequence(['a', 'b', 'c']))))
    const decoded = latest.decode(parseJsonText(stored))
    const copy = latest.copy(decoded)
    assert.deepEqual(latest.result(addAll(latest, inSequence(['d']), decoded)), ['c', 'd'])
    assert.deepEqual(latest.result(copy), ['b', 'c'])
  })

  test('wrong constants do not compile', () => {
    for (const constants of [[0], [1.5], ['a'], [2, 3], [true, 2], [1, true, 3]]) {
      assert.throws(
        () => latestByOffset(constants),
        (error) => error instanceof KsError && error.kind === 'compile',
        JSON.stringify(constants),
      )
    }
  })
})

suite('the only value', () => {
  const attr = onlyValue as Aggregator<unknown>

  test('is null if there are several, null being one', () => {
    assert.deepEqual(resultOf(attr, [{ a: 1 }, { a: 1 }]), { a: 1 })
    assert.equal(resultOf(attr, ['a', 'b']), null)
    assert.equal(resultOf(attr, ['a', null]), null)
    assert.equal(resultOf(attr, [null]), null)
    assert.equal(resultOf(attr, []), null)
    assert.equal(resultOf(attr, [1, '1']), null)
  })

  test('is there again when the others are taken back', () => {
    const state = addAll(attr, inSequence(['a', 'b', null]))
    assert.ok(attr.subtract)
    assert.equal(attr.result(attr.subtract(attr.subtract(state, 'b', 0), null, 0)), 'a')
  })
})
