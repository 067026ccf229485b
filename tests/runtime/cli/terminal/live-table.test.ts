import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createStyle, plainStyle } from '../../../../src/runtime/cli/terminal/colour.ts'
import {
  createLiveTable,
  type LiveTable,
  type LiveTableOptions,
} from '../../../../src/runtime/cli/terminal/live-table.ts'
import { createScreen, type TestScreen } from '../../../support/screen.ts'

interface Show {
  readonly screen: TestScreen
  readonly table: LiveTable
  readonly writes: string[]
}

const show = (
  size: { columns: number; rows: number; reflow?: boolean },
  options: Partial<LiveTableOptions> = {},
): Show => {
  const screen = createScreen(size)
  const writes: string[] = []
  const write = (text: string): void => {
    writes.push(text)
    screen.write(text)
  }
  const table = createLiveTable({ write, columns: screen.columns, rows: screen.rows, style: plainStyle, ...options })
  return { screen, table, writes }
}

const pages = (table: LiveTable, counts: Record<string, number>): void => {
  for (const [page, count] of Object.entries(counts)) table.update(page, { page, count })
}

test('a table grows, changes order and ends as plain rows', () => {
  const { screen, table } = show({ columns: 40, rows: 8 })
  screen.write('$ ks count --by .page\n')
  pages(table, { '/home': 2, '/cart': 1 })
  table.render()
  assert.deepEqual(screen.lines(), ['$ ks count --by .page', 'page   count', '/home      2', '/cart      1'])
  assert.deepEqual(screen.cursor(), { row: 4, column: 0, visible: false })

  pages(table, { '/cart': 30, '/日本': 7 })
  table.render()
  assert.deepEqual(screen.lines(), [
    '$ ks count --by .page',
    'page   count',
    '/cart     30',
    '/日本      7',
    '/home      2',
  ])

  table.remove('/cart')
  table.finish()
  assert.deepEqual(screen.lines(), ['$ ks count --by .page', 'page   count', '/日本      7', '/home      2'])
  assert.deepEqual(screen.cursor(), { row: 4, column: 0, visible: true })
  assert.equal(screen.wraps(), true)
})

test('nothing new, nothing written', () => {
  const { table, writes } = show({ columns: 40, rows: 8 })
  table.render()
  table.resize()
  assert.deepEqual(writes, [])
  pages(table, { '/home': 1 })
  assert.deepEqual(writes, [])
  table.render()
  assert.equal(writes.length, 1)
  table.render()
  table.resize()
  assert.equal(writes.length, 1)
})

test('a short run without a render is a plain table without escapes', () => {
  const { table, writes } = show({ columns: 40, rows: 8 })
  pages(table, { '/home': 1 })
  table.finish()
  assert.deepEqual(writes, ['page   count\n/home      1\n'])
})

test('an empty table leaves nothing', () => {
  const { screen, table, writes } = show({ columns: 40, rows: 8 })
  table.finish()
  assert.deepEqual(writes, [])
  const other = show({ columns: 40, rows: 8 }, { title: () => 'waiting' })
  other.table.render()
  assert.deepEqual(other.screen.lines(), ['waiting'])
  other.table.finish()
  assert.deepEqual(other.screen.lines(), [])
  assert.deepEqual(screen.lines(), [])
})

test('what does not fit on the screen is counted, and there at the end', () => {
  const { screen, table, writes } = show({ columns: 40, rows: 6 })
  for (let i = 1; i <= 1237; i++) table.update(`p${i}`, { page: `p${i}`, count: i })
  table.render()
  assert.deepEqual(screen.lines(), [
    'page   count',
    'p1237   1237',
    'p1236   1236',
    'p1235   1235',
    '… 1,234 more rows',
  ])
  for (let i = 5; i <= 1237; i++) table.remove(`p${i}`)
  table.render()
  assert.deepEqual(screen.lines(), ['page   count', 'p4         4', 'p3         3', 'p2         2', 'p1         1'])
  for (let i = 5; i <= 1237; i++) table.update(`p${i}`, { page: `p${i}`, count: i })
  table.finish()
  const everything = [...screen.scrollback(), ...screen.lines()]
  assert.deepEqual(everything.slice(0, 2), ['page   count', 'p1237   1237'])
  assert.equal(everything.length, 1238)
  assert.equal(everything.at(-1), 'p1         1')
  assert.ok(writes.every((text) => text.split('\n').length <= 1002))
})

test('a single hidden row is no plural', () => {
  const { screen, table } = show({ columns: 40, rows: 4 })
  pages(table, { a: 1, b: 2, c: 3 })
  table.render()
  assert.deepEqual(screen.lines(), ['page  count', 'c         3', '… 2 more rows'])
  screen.resize(40, 3)
  table.resize()
  assert.deepEqual(screen.lines(), ['page  count', '… 3 more rows'])
  table.remove('a')
  table.remove('b')
  table.update('d', { page: 'd', count: 1 })
  screen.resize(40, 4)
  table.resize()
  assert.deepEqual(screen.lines(), ['page  count', 'c         3', 'd         1'])
})

test('a tiny screen shows what it can', () => {
  const shown: [rows: number, lines: string[]][] = [
    [1, []],
    [2, ['… 3 more rows']],
    [3, ['page  count', '… 3 more rows']],
    [5, ['title', 'page  count', 'c         3', '… 2 more rows']],
    [6, ['title', 'page  count', 'c         3', 'b         2', 'a         1']],
  ]
  for (const [rows, lines] of shown) {
    const { screen, table } = show({ columns: 40, rows }, { title: () => 'title' })
    pages(table, { a: 1, b: 2, c: 3 })
    table.render()
    assert.deepEqual(screen.lines(), lines, `${rows} rows`)
  }
})

test('the title is asked for at every frame, cut and made safe', () => {
  let records = 0
  const { screen, table } = show({ columns: 12, rows: 8 }, { title: () => `${records} records\t\u001b[2J` })
  pages(table, { a: 1 })
  table.render()
  assert.deepEqual(screen.lines(), ['0 records\\t…', 'page  count', 'a         1'])
  records = 5
  table.render()
  assert.deepEqual(screen.lines(), ['5 records\\t…', 'page  count', 'a         1'])
  table.finish()
  assert.deepEqual(screen.lines(), ['page  count', 'a         1'])
})

test('hidden for a message, it comes back below it', () => {
  const { screen, table } = show({ columns: 40, rows: 8 })
  pages(table, { a: 1 })
  table.render()
  table.hide()
  assert.deepEqual(screen.lines(), [])
  assert.equal(screen.cursor().visible, true)
  screen.write('ks: 1 bad line skipped\n')
  table.render()
  assert.deepEqual(screen.lines(), ['ks: 1 bad line skipped', 'page  count', 'a         1'])
  assert.equal(screen.cursor().visible, false)
})

test('after the end nothing is drawn', () => {
  const { screen, table } = show({ columns: 40, rows: 8 })
  pages(table, { a: 1 })
  table.render()
  table.finish()
  pages(table, { b: 2 })
  table.render()
  table.resize()
  table.hide()
  table.finish()
  assert.deepEqual(screen.lines(), ['page  count', 'a         1'])
  assert.equal(screen.cursor().visible, true)
})

test('columns stay as wide as they were while there is room, until the terminal changes', () => {
  const { screen, table } = show({ columns: 30, rows: 8 })
  pages(table, { '/a-long-name': 1, b: 2 })
  table.render()
  table.remove('/a-long-name')
  table.render()
  assert.deepEqual(screen.lines(), ['page          count', 'b                 2'])
  screen.resize(29, 8)
  table.resize()
  assert.deepEqual(screen.lines(), ['page  count', 'b         2'])
})

test('rows can stay in the order in which they came, and windows put the newest first', () => {
  const inOrder = show({ columns: 40, rows: 8 }, { order: 'insertion' })
  pages(inOrder.table, { a: 1, b: 2 })
  inOrder.table.render()
  assert.deepEqual(inOrder.screen.lines(), ['page  count', 'a         1', 'b         2'])

  const windowed = show({ columns: 40, rows: 8 }, { windowed: true })
  windowed.table.update(
    'a@0',
    new Map<string, unknown>([
      ['page', 'a'],
      ['window_start', 0],
      ['count', 9],
    ]),
  )
  windowed.table.update(
    'a@1',
    new Map<string, unknown>([
      ['page', 'a'],
      ['window_start', 60_000],
      ['count', 1],
    ]),
  )
  windowed.table.render()
  assert.deepEqual(windowed.screen.lines(), [
    'page  window_start          count',
    'a     1970-01-01T00:01:00Z      1',
    'a     1970-01-01T00:00:00Z      9',
  ])
})

test('with colour the header is bold and what changed stands out until the next change', async () => {
  const { table, writes } = show({ columns: 40, rows: 8 }, { style: await createStyle(true) })
  pages(table, { a: 1, b: 1 })
  table.render()
  pages(table, { a: 2 })
  table.render()
  assert.equal(writes[1], '\x1b[?2026h\x1b[?7l\r\x1b[3A\na         \x1b[33m2\x1b[39m\x1b[K\n\n\x1b[?7h\x1b[?2026l')
  pages(table, { b: 2 })
  table.render()
  assert.equal(
    writes[2],
    '\x1b[?2026h\x1b[?7l\r\x1b[3A\na         2\x1b[K\nb         \x1b[33m2\x1b[39m\x1b[K\n\x1b[?7h\x1b[?2026l',
  )
  table.finish()
  assert.equal(writes.at(-1), '\x1b[1mpage\x1b[22m  \x1b[1mcount\x1b[22m\na         2\nb         2\n')
})

type Step =
  | { kind: 'update'; key: string; count: number }
  | { kind: 'remove'; key: string }
  | { kind: 'render' }
  | { kind: 'hide' }
  | { kind: 'resize'; columns: number; rows: number }

const key = fc.constantFrom('a', 'bb', 'ccc', 'dddd', '日本', '한국', 'e\u0301', '👍🏽', '__proto__')
const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('update' as const), key, count: fc.nat(99) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), key }) },
    { weight: 4, arbitrary: fc.constant({ kind: 'render' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'hide' as const }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('resize' as const),
        columns: fc.integer({ min: 16, max: 40 }),
        rows: fc.integer({ min: 1, max: 14 }),
      }),
    },
  ) satisfies fc.Arbitrary<Step>,
  { maxLength: 40 },
)

/** What should be on the screen, said in another way: the rows as lists of cells. */
const expectedRows = (counts: ReadonlyMap<string, number>): string[][] =>
  [...counts].sort(([, a], [, b]) => b - a).map(([name, count]) => [name, String(count)])

const cellsOf = (line: string): string[] => line.trim().split(/ {2,}/)

test('whatever happens, the screen shows the rows that it should and never more than it has lines', () => {
  fc.assert(
    fc.property(steps, fc.boolean(), (sequence, reflow) => {
      const { screen, table } = show({ columns: 30, rows: 10, reflow })
      screen.write('$ ks count\n')
      const counts = new Map<string, number>()
      const check = (): void => {
        const cursor = screen.cursor()
        const shown = screen.lines()
        const header = shown.findIndex((line) => cellsOf(line).join() === 'key,count')
        const frame = header === -1 ? [] : shown.slice(header + 1)
        const expected = expectedRows(counts)
        const room = screen.rows() - 2
        assert.ok(shown.length < Math.max(2, screen.rows()))
        if (expected.length === 0 || room <= 0) {
          const only = expected.length === 1 ? (expected[0]?.join() ?? '') : `… ${expected.length} more rows`
          const allowed = ['$ ks count', 'key,count', only]
          assert.ok(shown.every((line) => allowed.includes(line) || allowed.includes(cellsOf(line).join())))
          return
        }
        assert.deepEqual([cursor.row, cursor.column, cursor.visible], [shown.length, 0, false])
        // Above the table there is nothing but what was there before it.
        assert.ok(shown.slice(0, header).every((line) => line === '$ ks count'))
        const hidden = expected.length > room ? expected.length - room + 1 : 0
        const visible = expected.slice(0, expected.length - hidden)
        const more = hidden === 0 ? [] : [[`… ${hidden} more ${hidden === 1 ? 'row' : 'rows'}`]]
        assert.deepEqual(frame.map(cellsOf), [...visible, ...more])
      }
      for (const step of sequence) {
        if (step.kind === 'update') {
          counts.set(step.key, step.count)
          table.update(
            step.key,
            new Map<string, unknown>([
              ['key', step.key],
              ['count', step.count],
            ]),
          )
        } else if (step.kind === 'remove') {
          counts.delete(step.key)
          table.remove(step.key)
        } else if (step.kind === 'hide') {
          table.hide()
          assert.ok(screen.lines().every((line) => line === '$ ks count'))
          assert.equal(screen.cursor().visible, true)
        } else if (step.kind === 'resize') {
          screen.resize(step.columns, step.rows)
          table.resize()
          check()
        } else {
          table.render()
          check()
        }
      }
      table.finish()
      const everything = [...screen.scrollback(), ...screen.lines()]
      const expected = expectedRows(counts)
      const last = everything.slice(everything.length - expected.length)
      assert.deepEqual(last.map(cellsOf), expected)
      assert.equal(screen.cursor().visible, true)
      assert.equal(screen.wraps(), true)
      assert.equal(screen.isUpdating(), false)
    }),
    { numRuns: 300 },
  )
})

test('a terminal of any size and rows of any content break nothing', () => {
  const row = fc.dictionary(fc.string({ unit: 'grapheme', maxLength: 4 }), fc.jsonValue(), { maxKeys: 5 })
  const size = fc.record({ columns: fc.integer({ min: 2, max: 30 }), rows: fc.integer({ min: 1, max: 6 }) })
  fc.assert(
    fc.property(fc.array(row, { maxLength: 8 }), fc.array(size, { minLength: 1, maxLength: 4 }), (rows, sizes) => {
      const { screen, table } = show({ columns: 30, rows: 6 }, { title: () => 'títle' })
      for (const { columns, rows: height } of sizes) {
        screen.resize(columns, height)
        const scrolled = screen.scrollback().length
        rows.forEach((fields, index) => table.update(`${index}`, fields))
        table.resize()
        assert.ok(screen.lines().length <= Math.max(0, height - 1))
        assert.equal(screen.scrollback().length, scrolled)
      }
    }),
  )
})
