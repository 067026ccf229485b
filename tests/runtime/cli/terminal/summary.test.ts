import assert from 'node:assert/strict'
import { test } from 'node:test'
import { summaryLine, type Loss } from '../../../../src/runtime/cli/terminal/summary.ts'

const late: Loss = {
  reason: 'late',
  count: 3,
  first: 'clicks.ndjson:118',
  detail: 'window 12:00:00–12:01:00 closed 14 s before',
}
const bad: Loss = { reason: 'bad line', count: 2, first: 'clicks.ndjson:7' }

const cases: [name: string, losses: Loss[], line: string | undefined][] = [
  ['nothing', [], undefined],
  ['nothing, counted', [{ reason: 'late', count: 0, first: '' }], undefined],
  [
    'several reasons',
    [late, bad],
    'ks: 3 records were late (window 12:00:00–12:01:00 closed 14 s before; clicks.ndjson:118 first), ' +
      '2 bad lines skipped (clicks.ndjson:7 first); --late FILE and --on-error FILE keep them',
  ],
  [
    'a single record',
    [{ reason: 'late', count: 1, first: 'clicks.ndjson:118' }],
    'ks: 1 record was late (clicks.ndjson:118); --late FILE keeps it',
  ],
  [
    'many records',
    [{ reason: 'bad record', count: 1234567, first: 'orders[2]@48813' }],
    'ks: 1,234,567 bad records skipped (orders[2]@48813 first); --on-error FILE keeps them',
  ],
  [
    'the same reason in several tasks',
    [bad, late, { ...bad, count: 5, first: 'clicks.ndjson:900' }],
    'ks: 7 bad lines skipped (clicks.ndjson:7 first), ' +
      '3 records were late (window 12:00:00–12:01:00 closed 14 s before; clicks.ndjson:118 first); ' +
      '--on-error FILE and --late FILE keep them',
  ],
  [
    'two kinds of bad input and one option',
    [bad, { reason: 'bad record', count: 1, first: 'orders[0]@5' }],
    'ks: 2 bad lines skipped (clicks.ndjson:7 first), 1 bad record skipped (orders[0]@5); --on-error FILE keeps them',
  ],
  ['no option helps', [{ reason: 'null key', count: 1, first: '<stdin>:4' }], 'ks: 1 record had no key (<stdin>:4)'],
  [
    'an option helps for a part',
    [bad, { reason: 'null value', count: 4, first: 'a.ndjson:1' }],
    'ks: 2 bad lines skipped (clicks.ndjson:7 first), 4 records had no value (a.ndjson:1 first); ' +
      '--on-error FILE keeps the bad ones',
  ],
  [
    'an option helps for a single one',
    [
      { reason: 'late', count: 1, first: 'a.ndjson:9' },
      { reason: 'negative timestamp', count: 1, first: 'a.ndjson:1' },
    ],
    'ks: 1 record was late (a.ndjson:9), 1 record had a negative timestamp (a.ndjson:1); --late FILE keeps the late one',
  ],
  [
    'kept somewhere',
    [{ ...late, keptIn: '@clicks_late' }],
    'ks: 3 records were late (window 12:00:00–12:01:00 closed 14 s before; clicks.ndjson:118 first; kept in @clicks_late)',
  ],
  [
    'a part kept somewhere',
    [{ reason: 'late', count: 1, first: 'a:1', keptIn: 'late.ndjson' }, bad],
    'ks: 1 record was late (a:1; kept in late.ndjson), 2 bad lines skipped (clicks.ndjson:7 first); ' +
      '--on-error FILE keeps the bad ones',
  ],
  [
    'joins',
    [
      { reason: 'unmatched', count: 2, first: 'o.ndjson:1' },
      { reason: 'expired', count: 1, first: 'o.ndjson:8' },
    ],
    'ks: 2 records had no match (o.ndjson:1 first), 1 record was older than the state that is kept (o.ndjson:8); ' +
      '--left and --grace DURATION keep them',
  ],
  [
    'open windows',
    [{ reason: 'open window', count: 2, first: '/home 12:00:00–12:01:00' }],
    'ks: 2 windows are still open and wait for the next run (/home 12:00:00–12:01:00 first)',
  ],
  [
    'a place with control characters',
    [{ reason: 'bad line', count: 1, first: 'evil\u001b[2J.ndjson:1' }],
    'ks: 1 bad line skipped (evil\\u001b[2J.ndjson:1); --on-error FILE keeps it',
  ],
]

for (const [name, losses, line] of cases) {
  test(`summary: ${name}`, () => {
    assert.equal(summaryLine(losses), line)
  })
}
