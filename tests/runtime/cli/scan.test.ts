// Two readers of the same words: the scanner that finds the stages and commander that reads each of them. They must agree.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readWords } from '../../../src/runtime/cli/define-command.ts'
import { lookUpIn, scanWords } from '../../../src/runtime/cli/scan.ts'
import { filter, head, sharedOptions } from './sample-frame.ts'

const tables = [filter.options, head.options, sharedOptions]
const lookup = lookUpIn(...tables)

const word = fc.constantFrom(
  ...[...lookup.keys()],
  ...[
    '-',
    '--',
    '-5',
    '-.5e3',
    '-ve',
    '-vec5',
    '-t',
    'then',
    '.a',
    'x.ndjson',
    '',
    '=',
    '-vx',
    '-x',
    '--to=',
    '--to=out',
  ],
  ...['--live=1', '--no-', '--nothing', '-.a', '---', '-c-1', '--quiet', '-q'],
)

test('the scanner and commander see the same options, operands and mistakes', () => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), (words) => {
      const { scanned } = scanWords(words, 0, lookup, () => false)
      const read = readWords(tables, words)
      const operands = scanned.flatMap((item) => (item.kind === 'operand' ? item.word : []))
      const unknown = scanned.find((item) => item.kind === 'unknown')
      const incomplete = scanned.some((item) => item.kind === 'option' && item.incomplete)
      // Commander stops at the first word it does not know or the value it misses; before that everything is equal.
      if (unknown !== undefined) assert.ok(read.unknown !== undefined || read.missingValue)
      else if (incomplete) assert.ok(read.missingValue)
      else {
        assert.equal(read.unknown, undefined)
        assert.deepEqual(read.operands, operands)
        const typed = new Map<string, string[]>()
        for (const item of scanned) {
          if (item.kind !== 'option') continue
          const { long, option, negated } = item.known
          const text = option.takesValue ? (item.words[1] ?? '') : String(!negated)
          typed.set(long, [...(typed.get(long) ?? []), text])
        }
        assert.deepEqual([...read.typed].sort(), [...typed].sort())
      }
    }),
    { numRuns: 2000 },
  )
})
