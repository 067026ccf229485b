import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { plainStyle } from '../../../../src/runtime/cli/terminal/colour.ts'
import { fitColumns, headerLine, naturalWidths, rowLine } from '../../../../src/runtime/cli/terminal/table-layout.ts'
import type { TableColumn, TableRow } from '../../../../src/runtime/cli/terminal/table-rows.ts'
import { displayWidth } from '../../../../src/runtime/cli/terminal/width.ts'

const rowOf = (...values: unknown[]): TableRow => ({ values, changed: () => false })

const layOut = (columns: readonly TableColumn[], rows: readonly TableRow[], terminalColumns: number): string[] => {
  const layout = fitColumns(columns, naturalWidths(columns, rows, terminalColumns), terminalColumns)
  const lines = [headerLine(layout, plainStyle), ...rows.map((row) => rowLine(layout, row, plainStyle))]
  for (const { text, width } of lines) assert.equal(width, displayWidth(text))
  return lines.map(({ text }) => text)
}

const clicks: TableColumn[] = [
  { name: 'page', kind: 'text' },
  { name: 'window_start', kind: 'time' },
  { name: 'count', kind: 'number' },
]
const clickRows = [rowOf('/home', 0, 12345), rowOf('/products/shoes', 60_500, 7), rowOf(null, undefined, null)]

test('text stands left, numbers right, times in UTC', () => {
  assert.deepEqual(layOut(clicks, clickRows, 80), [
    'page             window_start              count',
    '/home            1970-01-01T00:00:00Z      12345',
    '/products/shoes  1970-01-01T00:01:00.500Z      7',
    'null                                        null',
  ])
})

test('wide text gives way first, then numbers, then whole columns on the right', () => {
  assert.deepEqual(layOut(clicks, clickRows.slice(0, 2), 36), [
    'page           window_start   count',
    '/home          1970-01-01T0…  12345',
    '/products/sh…  1970-01-01T0…      7',
  ])
  assert.deepEqual(layOut(clicks, clickRows.slice(0, 2), 16), [
    'page  win…  cou…',
    '/ho…  197…  123…',
    '/pr…  197…     7',
  ])
  assert.deepEqual(layOut(clicks, clickRows.slice(0, 2), 15), ['page   wind…  …', '/home  1970…', '/pro…  1970…'])
  assert.deepEqual(layOut(clicks, clickRows.slice(0, 2), 5), ['p…  …', '/…', '/…'])
  assert.deepEqual(layOut(clicks, clickRows.slice(0, 2), 3), ['…', '', ''])
})

test('narrow columns need no more room than they take', () => {
  const columns: TableColumn[] = [
    { name: 'k', kind: 'text' },
    { name: 'n', kind: 'number' },
  ]
  assert.deepEqual(layOut(columns, [rowOf('a', 12), rowOf('b', 3)], 5), ['k   n', 'a  12', 'b   3'])
  assert.deepEqual(layOut(columns, [rowOf('a', 12), rowOf('b', 3)], 4), ['k  …', 'a', 'b'])
})

test('wide characters keep the columns in line', () => {
  const rows = [rowOf('日本語', 0, 1), rowOf('👩‍👩‍👧', 0, 22), rowOf('e\u0301', 0, 333)]
  const lines = layOut(clicks, rows, 80)
  assert.deepEqual(lines, [
    'page    window_start          count',
    '日本語  1970-01-01T00:00:00Z      1',
    '👩‍👩‍👧      1970-01-01T00:00:00Z     22',
    'e\u0301       1970-01-01T00:00:00Z    333',
  ])
})

test('nested values are JSON, control characters are shown, big integers keep their digits', () => {
  const columns: TableColumn[] = [
    { name: 'v', kind: 'text' },
    { name: 'n', kind: 'number' },
  ]
  const rows = [rowOf({ a: [1n, '\u001b'] }, 9007199254740993n), rowOf('\u001b[2J\n', 0.1), rowOf(true, -1)]
  assert.deepEqual(layOut(columns, rows, 80), [
    'v                                  n',
    '{"a":[1,"\\u001b"]}  9007199254740993',
    '\\u001b[2J\\n                      0.1',
    'true                              -1',
  ])
})

test('times that are none stay numbers', () => {
  assert.deepEqual(layOut([{ name: 'window_end', kind: 'time' }], [rowOf(1e300), rowOf('x')], 80), [
    'window_end',
    '1e+300',
    'x',
  ])
})

test('no line is wider than the terminal, whatever is in it', () => {
  const kind = fc.constantFrom('text' as const, 'number' as const, 'time' as const)
  const columns = fc.array(fc.record({ name: fc.string({ unit: 'grapheme' }), kind }), { maxLength: 8 })
  const value = fc.oneof(fc.string({ unit: 'grapheme' }), fc.double(), fc.jsonValue(), fc.constant(undefined))
  fc.assert(
    fc.property(columns, fc.array(fc.array(value, { maxLength: 8 })), fc.nat(60), (names, rows, terminalColumns) => {
      const lines = layOut(
        names,
        rows.map((values) => rowOf(...values)),
        terminalColumns,
      )
      for (const line of lines) {
        assert.ok(displayWidth(line) <= terminalColumns)
        assert.doesNotMatch(line, /\p{Cc}/u)
      }
    }),
  )
})
