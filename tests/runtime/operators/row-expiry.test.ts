// Rows that go when they have not been updated for a while.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TopologyTestDriver } from '../../../src/runtime/testing/topology-test-driver.ts'
import { StreamsBuilder } from '../../../src/runtime/topology/streams-builder.ts'
import { counting } from '../../support/counting-step.ts'

type Row = readonly [key: unknown, value: unknown, timestamp: number]

const read = (driver: TopologyTestDriver): Row[] =>
  driver.read('out').map(({ key, value, timestamp }) => [key, value, timestamp])

test('a tombstone has the time at which its row was due, and comes before the record that has brought time there', async () => {
  const builder = new StreamsBuilder()
  builder.stream('in').groupByKey().aggregate(counting, 'changes', { name: 'counts', ttlMs: 100 }).to('out')
  const driver = await TopologyTestDriver.create(builder.build())
  for (const [key, timestamp] of [
    ['a', 0],
    ['b', 10],
    ['a', 50],
    ['a', 200],
  ] as const) {
    driver.pipe('in', { key, value: 1, timestamp })
  }
  assert.deepEqual(read(driver), [
    ['a', 1, 0],
    ['b', 1, 10],
    ['a', 2, 50],
    ['b', null, 110],
    ['a', null, 150],
    // Of the row that is gone nothing is left.
    ['a', 1, 200],
  ])
})

test('a record as old as rows that are gone is late', async () => {
  const builder = new StreamsBuilder()
  builder.stream('in').toTable('changes', { name: 'table', ttlMs: 100 }).to('out')
  const driver = await TopologyTestDriver.create(builder.build())
  for (const timestamp of [500, 400, 401]) driver.pipe('in', { key: String(timestamp), value: timestamp, timestamp })
  assert.deepEqual(
    driver.drops.map(({ reason, value }) => [reason, value]),
    [['late', 400]],
  )
  // A row whose time has gone back is due earlier than before.
  driver.pipe('in', { key: '500', value: 'older', timestamp: 410 })
  driver.read('out')
  driver.pipe('in', { key: 'x', value: 1, timestamp: 520 })
  assert.deepEqual(read(driver), [
    ['401', null, 501],
    ['500', null, 510],
    ['x', 1, 520],
  ])
})

test('a row that comes and goes between two flushes is not told of', async () => {
  const builder = new StreamsBuilder()
  builder.stream('in').toTable('flush', { name: 'table', ttlMs: 100 }).to('out')
  const driver = await TopologyTestDriver.create(builder.build(), { flushEach: false })
  driver.pipe('in', { key: 'a', value: 1, timestamp: 0 })
  driver.flush()
  driver.pipe('in', { key: 'b', value: 1, timestamp: 50 })
  driver.pipe('in', { key: 'c', value: 1, timestamp: 300 })
  driver.flush()
  assert.deepEqual(read(driver), [
    ['a', 1, 0],
    ['a', null, 100],
    ['c', 1, 300],
  ])
})
