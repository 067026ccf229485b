import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { firstWindowStart, isClosed, type TimeWindows } from '../../../src/runtime/windows/time-windows.ts'
import { parseWindow } from '../../../src/runtime/windows/parse-window.ts'

const startsOf = (windows: TimeWindows, timestamp: number): number[] => {
  const starts: number[] = []
  for (let start = firstWindowStart(windows, timestamp); start <= timestamp; start += windows.advanceMs)
    starts.push(start)
  return starts
}

test('a record is in every window whose bounds hold its timestamp, and in no other', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 60 }),
      fc.nat(500),
      (size, advance, timestamp) => {
        const windows = { sizeMs: size, advanceMs: Math.min(size, advance), graceMs: 0 }
        const bruteForce: number[] = []
        for (let start = 0; start <= timestamp; start += windows.advanceMs)
          if (timestamp < start + size) bruteForce.push(start)
        assert.deepEqual(startsOf(windows, timestamp), bruteForce)
      },
    ),
    { numRuns: 2000 },
  )
})

test('a window is closed when it ends at or before stream time less grace', () => {
  const windows = { sizeMs: 10, advanceMs: 10, graceMs: 5 }
  assert.equal(isClosed(windows, 10, 14), false)
  assert.equal(isClosed(windows, 10, 15), true)
})

test('window arguments', () => {
  assert.deepEqual(parseWindow('1m', 0), { sizeMs: 60_000, advanceMs: 60_000, graceMs: 0 })
  assert.deepEqual(parseWindow('5m/1m', 7), { sizeMs: 300_000, advanceMs: 60_000, graceMs: 7 })
  assert.deepEqual(parseWindow('1h30m', 0), { sizeMs: 5_400_000, advanceMs: 5_400_000, graceMs: 0 })
  assert.deepEqual(parseWindow('session:30m', 7), { gapMs: 1_800_000, graceMs: 7 })
  assert.deepEqual(parseWindow('sliding:5m', 7), { differenceMs: 300_000, graceMs: 7 })
  assert.deepEqual(parseWindow('unlimited', 0), { startMs: 0, graceMs: 0 })
  assert.deepEqual(parseWindow('unlimited:5', 0), { startMs: 5, graceMs: 0 })
  assert.deepEqual(parseWindow('unlimited:1970-01-02T00:00:01Z', 0), { startMs: 86_401_000, graceMs: 0 })
  for (const wrong of ['unlimited:', 'unlimited:1h', 'unlimited:-1', 'unlimited:x', 'unlimitedly']) {
    assert.throws(() => parseWindow(wrong, 0), { name: 'KsError', kind: 'usage' }, wrong)
  }
  assert.throws(() => parseWindow('unlimited', 1), /never closes/)
  for (const wrong of ['', '1', 'x', '0', '1m/2m', '1m/0', '1m/', '1m/1s/1s', 'session:', 'sliding:0', 'hopping:1m']) {
    assert.throws(() => parseWindow(wrong, 0), { name: 'KsError', kind: 'usage' }, wrong)
  }
})
