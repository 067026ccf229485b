import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  createProgress,
  formatProgress,
  type Progress,
  type ProgressState,
} from '../../../../src/runtime/cli/terminal/progress.ts'
import { displayWidth } from '../../../../src/runtime/cli/terminal/width.ts'
import { createScreen, type TestScreen } from '../../../support/screen.ts'

const halfway: ProgressState = {
  readBytes: 1.1 * 1024 ** 3,
  totalBytes: 2.2 * 1024 ** 3,
  records: 4_500_000,
  elapsedMs: 12_000,
  recordsPerSecond: 1_200_000,
  bytesPerSecond: 0.1 * 1024 ** 3,
}

test('the line says less on a narrow terminal, the bar goes first', () => {
  const lines: [number, string][] = [
    [120, '[███████████████               ]   50%  1.10 GiB of 2.20 GiB  4.50M records  1.20M/s  ETA 11s'],
    [79, '[████████        ]   50%  1.10 GiB of 2.20 GiB  4.50M records  1.20M/s  ETA 11s'],
    [70, ' 50%  1.10 GiB of 2.20 GiB  4.50M records  1.20M/s  ETA 11s'],
    [58, '[████████▌        ]   50%  4.50M records  1.20M/s  ETA 11s'],
    [30, ' 50%  1.20M/s  ETA 11s'],
    [20, ' 50%  ETA 11s'],
    [10, ' 50%'],
    [3, ''],
    [0, ''],
  ]
  for (const [columns, line] of lines) assert.equal(formatProgress(halfway, columns), line, `in ${columns} columns`)
})

test('without a total there is neither bar nor estimate', () => {
  assert.equal(formatProgress({ ...halfway, totalBytes: undefined }, 80), '1.10 GiB  4.50M records  1.20M/s  12s')
})

test('only what is complete is 100 %', () => {
  const at = (readBytes: number): string => formatProgress({ ...halfway, readBytes, totalBytes: 1000 }, 80)
  assert.match(at(0), /^\[ +\] {4}0% /)
  assert.match(at(999), /^\[█+[▏▎▍▌▋▊▉]\] {3}99% /)
  assert.match(at(1000), /^\[█+\] {2}100% /)
  assert.match(at(2000), /^\[█+\] {2}100% /)
})

test('a standstill gives no estimate, a single record is no plural', () => {
  const line = formatProgress({ ...halfway, records: 1, recordsPerSecond: 0, bytesPerSecond: 0 }, 60)
  assert.equal(line, '[█████     ]   50%  1.10 GiB of 2.20 GiB  1 record  0/s  12s')
})

test('no line is wider than asked for', () => {
  const amount = fc.double({ min: 0, max: 1e15, noNaN: true })
  const state = fc.record({
    readBytes: amount,
    totalBytes: fc.option(amount, { nil: undefined }),
    records: fc.nat(),
    elapsedMs: fc.nat(),
    recordsPerSecond: amount,
    bytesPerSecond: amount,
  })
  fc.assert(
    fc.property(state, fc.nat(100), (numbers, columns) => {
      assert.ok(displayWidth(formatProgress(numbers, columns)) <= columns)
    }),
  )
})

interface Run {
  readonly progress: Progress
  readonly screen: TestScreen
  readonly writes: string[]
  at(timeMs: number, readBytes: number, records: number): void
}

const start = ({ quiet = false, terminal = true, obeysEscapes = true } = {}): Run => {
  const screen = createScreen({ columns: 60, rows: 5 })
  screen.write('$ ks filter . clicks.ndjson > out\n')
  const writes: string[] = []
  let timeMs = 5000
  const progress = createProgress({
    terminal: terminal ? { columns: screen.columns, rows: screen.rows, obeysEscapes } : undefined,
    quiet,
    write: (text) => {
      writes.push(text)
      screen.write(text)
    },
    now: () => timeMs,
  })
  return {
    progress,
    screen,
    writes,
    at(elapsedMs, readBytes, records) {
      timeMs = 5000 + elapsedMs
      progress.update({ readBytes, totalBytes: 10_240, records })
    },
  }
}

test('a run of less than a second shows nothing', () => {
  const { progress, writes, at } = start()
  at(0, 0, 0)
  at(500, 4000, 40)
  at(999, 10_000, 100)
  progress.finish()
  assert.deepEqual(writes, [])
})

test('a longer run shows its line at most every 200 ms and erases it at the end', () => {
  const { progress, screen, writes, at } = start()
  at(999, 1023, 10)
  at(1000, 1024, 10)
  assert.deepEqual(screen.lines(), [
    '$ ks filter . clicks.ndjson > out',
    ' 10%  1.00 KiB of 10.0 KiB  10 records  10/s  ETA 9s',
  ])
  at(1100, 2048, 20)
  at(1199, 3072, 30)
  assert.equal(writes.length, 1)
  at(1200, 3072, 30)
  assert.equal(writes.length, 2)
  assert.match(screen.lines()[1] ?? '', /^ 30% {2}3\.00 KiB of 10\.0 KiB {2}30 records /)
  at(9000, 10_240, 100)
  assert.match(screen.lines()[1] ?? '', /^100% /)
  progress.finish()
  assert.deepEqual(screen.lines(), ['$ ks filter . clicks.ndjson > out'])
  assert.deepEqual(screen.cursor(), { row: 1, column: 0, visible: true })
  at(9900, 10_240, 100)
  assert.deepEqual(screen.lines(), ['$ ks filter . clicks.ndjson > out'])
})

test('the rate follows what happens now', () => {
  const { screen, at } = start()
  at(1000, 10, 1000)
  assert.match(screen.lines()[1] ?? '', / 1\.00k\/s /)
  for (let second = 2; second <= 30; second++) at(second * 1000, 10 * second, 1000 + (second - 1) * 50)
  assert.match(screen.lines()[1] ?? '', / 50\/s /)
})

test('a shorter line leaves nothing of a longer one', () => {
  const { screen, at } = start()
  at(1000, 1025, 1_234_567)
  at(2000, 10_240, 1_234_567)
  assert.match(screen.lines()[1] ?? '', / 0ms$/)
  const before = screen.lines()[1]
  at(3000, 10_240, 1)
  const after = screen.lines()[1] ?? ''
  assert.notEqual(after, before)
  assert.match(after, /^100% .* 1 record .*s$/)
})

test('while it pauses other text can be written', () => {
  const { progress, screen, at } = start()
  at(1000, 1024, 10)
  progress.pause()
  screen.write('{"page":"/home"}\n')
  at(2000, 2048, 20)
  assert.deepEqual(screen.lines(), ['$ ks filter . clicks.ndjson > out', '{"page":"/home"}'])
  progress.resume()
  at(3000, 3072, 30)
  assert.equal(screen.lines().length, 3)
  assert.match(screen.lines()[2] ?? '', /^ 30% /)
  progress.finish()
  assert.deepEqual(screen.lines(), ['$ ks filter . clicks.ndjson > out', '{"page":"/home"}'])
})

test('it is silent if asked to, without a terminal, and on a dumb one', () => {
  for (const options of [{ quiet: true }, { terminal: false }, { obeysEscapes: false }]) {
    const { progress, writes, at } = start(options)
    at(5000, 1024, 10)
    progress.pause()
    progress.resume()
    at(6000, 2048, 10)
    progress.finish()
    assert.deepEqual(writes, [])
  }
})
