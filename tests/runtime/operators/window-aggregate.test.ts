import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { StreamsBuilder } from '../../../src/runtime/topology/streams-builder.ts'
import { TopologyTestDriver } from '../../../src/runtime/testing/topology-test-driver.ts'
import type { EmitMode } from '../../../src/runtime/operators/emit.ts'
import type { TimeWindows } from '../../../src/runtime/windows/time-windows.ts'
import { counting } from '../../support/counting-step.ts'

const driverOf = (windows: TimeWindows, emit: EmitMode): Promise<TopologyTestDriver> => {
  const builder = new StreamsBuilder()
  builder.stream('in').groupByKey().windowedBy(windows).aggregate(counting, emit, { name: 'counts' }).to('out')
  return TopologyTestDriver.create(builder.build(), { flushEach: false })
}

const rows = (driver: TopologyTestDriver): [unknown, number | undefined, unknown][] =>
  driver.read('out').map(({ key, window, value }) => [key, window?.start, value])

test('changes: every update, with the window of each', async () => {
  const driver = await driverOf({ sizeMs: 10, advanceMs: 5, graceMs: 0 }, 'changes')
  driver.pipe('in', { key: 'a', value: 0, timestamp: 7 })
  driver.pipe('in', { key: 'a', value: 0, timestamp: 3 })
  assert.deepEqual(rows(driver), [
    ['a', 0, 1],
    ['a', 5, 1],
    ['a', 0, 2],
  ])
})

test('final: a window once, when stream time passes its end and grace, by window and key', async () => {
  const driver = await driverOf({ sizeMs: 10, advanceMs: 10, graceMs: 5 }, 'final')
  for (const [key, timestamp] of [
    ['b', 1],
    ['a', 2],
    ['a', 12],
  ] as const)
    driver.pipe('in', { key, value: 0, timestamp })
  assert.deepEqual(rows(driver), [])
  // A record that comes late but inside grace still counts.
  driver.pipe('in', { key: 'a', value: 0, timestamp: 9 })
  driver.pipe('in', { key: 'a', value: 0, timestamp: 15 })
  assert.deepEqual(rows(driver), [
    ['a', 0, 2],
    ['b', 0, 1],
  ])
  driver.endOfInput()
  assert.deepEqual(rows(driver), [['a', 10, 2]])
})

test('a late record is dropped for the windows that are closed, and only for those', async () => {
  const driver = await driverOf({ sizeMs: 10, advanceMs: 5, graceMs: 0 }, 'changes')
  driver.pipe('in', { key: 'a', value: 0, timestamp: 12 })
  driver.read('out')
  driver.pipe('in', { key: 'a', value: 'late', timestamp: 8 })
  assert.deepEqual(rows(driver), [['a', 5, 2]])
  assert.deepEqual(
    driver.drops.map(({ reason }) => reason),
    ['late'],
  )
})

test('a jump in time loses no window', async () => {
  const driver = await driverOf({ sizeMs: 2, advanceMs: 2, graceMs: 1 }, 'final')
  for (const timestamp of [0, 1, 2, 1, 0, 5, 1_000_000]) driver.pipe('in', { key: 'a', value: 0, timestamp })
  driver.endOfInput()
  assert.deepEqual(rows(driver), [
    ['a', 0, 4],
    ['a', 2, 1],
    ['a', 4, 1],
    ['a', 1_000_000, 1],
  ])
})

test('idle input closes what is open; what comes for those windows afterwards is late', async () => {
  const driver = await driverOf({ sizeMs: 10, advanceMs: 10, graceMs: 5 }, 'final')
  driver.pipe('in', { key: 'a', value: 0, timestamp: 3 })
  driver.idle()
  assert.deepEqual(rows(driver), [['a', 0, 1]])
  driver.pipe('in', { key: 'a', value: 0, timestamp: 4 })
  driver.pipe('in', { key: 'a', value: 0, timestamp: 12 })
  driver.endOfInput()
  assert.deepEqual(rows(driver), [['a', 10, 1]])
  assert.equal(driver.drops.length, 1)
})

test('records without a timestamp are dropped', async () => {
  const driver = await driverOf({ sizeMs: 10, advanceMs: 10, graceMs: 0 }, 'changes')
  driver.pipe('in', { key: 'a', value: 0, timestamp: -1 })
  assert.deepEqual(
    driver.drops.map(({ reason }) => reason),
    ['no timestamp'],
  )
})

test('final results are those of brute force, each window once, whatever the order of the input', async () => {
  const input = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(200)), { maxLength: 60 })
  const shape = fc.record({
    size: fc.integer({ min: 1, max: 40 }),
    advance: fc.integer({ min: 1, max: 40 }),
    grace: fc.nat(50),
  })
  await fc.assert(
    fc.asyncProperty(input, shape, async (records, { size, advance, grace }) => {
      const windows = { sizeMs: size, advanceMs: Math.min(size, advance), graceMs: grace }
      const driver = await driverOf(windows, 'final')
      const expected = new Map<string, number>()
      let streamTime = -1
      let late = 0
      for (const [key, timestamp] of records) {
        driver.pipe('in', { key, value: 0, timestamp })
        streamTime = Math.max(streamTime, timestamp)
        for (let start = 0; start <= timestamp; start += windows.advanceMs) {
          if (timestamp >= start + size) continue
          if (start + size <= streamTime - grace) late++
          else expected.set(`${String(start)} ${key}`, (expected.get(`${String(start)} ${key}`) ?? 0) + 1)
        }
      }
      driver.endOfInput()
      const found = rows(driver).map(([key, start, count]) => [`${String(start)} ${String(key)}`, count] as const)
      assert.equal(new Set(found.map(([name]) => name)).size, found.length, 'each window once')
      assert.deepEqual(new Map(found), expected)
      assert.equal(driver.drops.length, late)
    }),
    { numRuns: 500 },
  )
})
