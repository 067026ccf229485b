import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createTableRows, type RowOrder, type TableRows } from '../../../../src/runtime/cli/terminal/table-rows.ts'

const tableOf = (rows: Record<string, object>, order: Partial<RowOrder> = {}): TableRows => {
  const table = createTableRows({ order: 'value', windowed: false, ...order })
  for (const [key, row] of Object.entries(rows)) table.update(key, row)
  table.settle()
  return table
}

const column = (table: TableRows, index: number): unknown[] => table.first().map((row) => row.values[index])

test('rows stand in the order of their last number, the highest first', () => {
  const table = tableOf({
    a: { page: 'a', visits: 9, count: 1 },
    b: { page: 'b', visits: 1, count: 3 },
    c: { page: 'c', visits: 5, count: 2, note: 'text' },
  })
  assert.deepEqual(column(table, 0), ['b', 'c', 'a'])
})

test('equal rows keep the order in which they came, and so do all if there is no number', () => {
  assert.deepEqual(column(tableOf({ x: { k: 'x', n: 1 }, a: { k: 'a', n: 1 } }), 0), ['x', 'a'])
  assert.deepEqual(column(tableOf({ x: { k: 'x' }, a: { k: 'a' } }), 0), ['x', 'a'])
  assert.deepEqual(column(tableOf({ x: { n: 1 }, a: { n: 2 } }, { order: 'insertion' }), 0), [1, 2])
})

test('numbers of both kinds compare by value; what is no number comes last', () => {
  const table = tableOf({
    a: { n: 1.5 },
    b: { n: null },
    c: { n: 9007199254740993n },
    d: { n: Number.NaN },
    e: { n: -3 },
    f: { n: 9007199254740992 },
    g: {},
  })
  assert.deepEqual(column(table, 0), [9007199254740993n, 9007199254740992, 1.5, -3, null, Number.NaN, undefined])
})

test('a column of numbers and text is text', () => {
  const table = tableOf({ a: { k: 'a', n: 1, mixed: 5 }, b: { k: 'b', n: 2, mixed: 'x' } })
  assert.deepEqual(table.columns(), [
    { name: 'k', kind: 'text' },
    { name: 'n', kind: 'number' },
    { name: 'mixed', kind: 'text' },
  ])
  assert.deepEqual(column(table, 0), ['b', 'a'])
})

test('of a windowed table the newest window comes first, and its bounds are times', () => {
  const rows = {
    a: { page: 'a', window_start: 0, window_end: 60_000, count: 9 },
    b: { page: 'b', window_start: 60_000, window_end: 120_000, count: 1 },
    c: { page: 'c', window_start: 60_000, window_end: 120_000, count: 2 },
  }
  const table = tableOf(rows, { windowed: true })
  assert.deepEqual(column(table, 0), ['c', 'b', 'a'])
  assert.deepEqual(
    table.columns().map(({ kind }) => kind),
    ['text', 'time', 'time', 'number'],
  )
  const boundsOnly = tableOf(
    { a: { window_start: 0, window_end: 9 }, b: { window_start: 0, window_end: 10 } },
    { windowed: true },
  )
  assert.deepEqual(column(boundsOnly, 1), [9, 10])
})

test('any name is an ordinary column', () => {
  const row = JSON.parse('{"__proto__":1,"constructor":2,"toString":3}') as object
  const table = createTableRows({ order: 'value', windowed: false })
  table.update('__proto__', row)
  table.update(
    'map',
    new Map<string, unknown>([
      ['__proto__', 4],
      ['toString', 1],
    ]),
  )
  table.settle()
  assert.deepEqual(
    table.columns().map(({ name }) => name),
    ['__proto__', 'constructor', 'toString'],
  )
  assert.deepEqual(
    table.first().map(({ values }) => values),
    [
      [1, 2, 3],
      [4, undefined, 1],
    ],
  )
})

test('only values that the last settle changed are marked, and none of a new row', () => {
  const table = tableOf({ a: { k: 'a', n: 1, list: [1] } })
  const changes = (): boolean[][] => table.first().map((row) => [0, 1, 2, 3].map((index) => row.changed(index)))
  assert.deepEqual(changes(), [[false, false, false, false]])
  table.update('a', { k: 'a', n: 2, list: [1] })
  assert.equal(table.settle(), true)
  assert.deepEqual(changes(), [[false, true, false, false]])
  assert.equal(table.settle(), false)
  assert.deepEqual(changes(), [[false, true, false, false]])
  table.update('b', { k: 'b', n: 0 })
  table.settle()
  assert.deepEqual(changes(), Array(2).fill([false, false, false, false]))
  table.update('a', { k: 'a', n: 9, list: [1] })
  table.update('a', { k: 'a', n: 2, list: [2], more: true })
  table.settle()
  assert.deepEqual(changes()[0], [false, false, true, true])
})

test('a removed row is gone, and new when it comes back', () => {
  const table = tableOf({ a: { k: 'a' }, b: { k: 'b' } })
  table.remove('a')
  assert.equal(table.settle(), true)
  assert.deepEqual(column(table, 0), ['b'])
  table.update('a', { k: 'a' })
  table.update('c', { k: 'c' })
  table.remove('c')
  table.remove('never there')
  table.settle()
  assert.deepEqual(column(table, 0), ['b', 'a'])
  assert.equal(table.size(), 2)
  assert.equal(table.settle(), false)
})

test('the first rows are the beginning of all rows', () => {
  const row = fc.record({ n: fc.option(fc.integer({ min: 0, max: 5 })), text: fc.string() }, { requiredKeys: [] })
  const rows = fc.array(fc.tuple(fc.string({ maxLength: 2 }), row), { maxLength: 40 })
  fc.assert(
    fc.property(rows, fc.nat(45), fc.constantFrom('value' as const, 'insertion' as const), (updates, count, order) => {
      const table = createTableRows({ order, windowed: false })
      for (const [key, fields] of updates) table.update(key, fields)
      table.settle()
      const values = (found: ReturnType<TableRows['first']>): unknown[] => found.map((entry) => entry.values)
      assert.deepEqual(values(table.first(count)), values(table.first()).slice(0, count))
    }),
  )
})
