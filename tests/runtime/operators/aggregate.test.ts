import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StreamsBuilder } from '../../../src/runtime/topology/streams-builder.ts'
import { TopologyTestDriver } from '../../../src/runtime/testing/topology-test-driver.ts'
import { counting, ownKey } from '../../support/counting-step.ts'

const countTopology = (emit: 'changes' | 'flush' = 'changes') => {
  const builder = new StreamsBuilder()
  builder.stream('in').groupByKey().aggregate(counting, emit, { name: 'counts' }).to('out')
  return builder.build()
}

test('every record updates the row of its key', async () => {
  const driver = await TopologyTestDriver.create(countTopology())
  driver.pipe('in', { key: 'a', value: 1, timestamp: 5 })
  driver.pipe('in', { key: 'b', value: 1, timestamp: 6 })
  driver.pipe('in', { key: 'a', value: 1, timestamp: 3 })
  assert.deepEqual(driver.read('out'), [
    { key: 'a', value: 1, timestamp: 5 },
    { key: 'b', value: 1, timestamp: 6 },
    // The timestamp of a result is the highest of its records.
    { key: 'a', value: 2, timestamp: 5 },
  ])
  assert.equal(driver.get('counts', 'a'), 2)
})

test('records without a key are dropped and counted', async () => {
  const driver = await TopologyTestDriver.create(countTopology())
  driver.pipe('in', { key: null, value: 1 })
  assert.deepEqual(driver.read('out'), [])
  assert.deepEqual(
    driver.drops.map(({ reason }) => reason),
    ['null key'],
  )
})

test('keys that look alike stay apart, and names of object members are ordinary keys', async () => {
  const driver = await TopologyTestDriver.create(countTopology())
  const keys = ['1', 1, 'true', true, '__proto__', 'constructor', '', ' ', '"a"', 'a', { a: 1 }, '{"a":1}']
  for (const key of keys) driver.pipe('in', { key, value: 1 })
  const out = driver.read('out')
  assert.deepEqual(
    out.map(({ key }) => key),
    keys,
  )
  assert.deepEqual(
    out.map(({ value }) => value),
    keys.map(() => 1),
  )
})

test('with flushes only the last state of each changed key is forwarded', async () => {
  const driver = await TopologyTestDriver.create(countTopology('flush'), { flushEach: false })
  for (const key of ['a', 'b', 'a', 'a']) driver.pipe('in', { key, value: 1 })
  assert.deepEqual(driver.read('out'), [])
  driver.flush()
  assert.deepEqual(
    driver.read('out').map(({ key, value }) => [key, value]),
    [
      ['a', 3],
      ['b', 1],
    ],
  )
  driver.pipe('in', { key: 'b', value: 1 })
  driver.flush()
  assert.deepEqual(
    driver.read('out').map(({ key, value }) => [key, value]),
    [['b', 2]],
  )
})

test('a table that is grouped anew takes rows back', async () => {
  const builder = new StreamsBuilder()
  builder
    .stream('pages')
    .toTable('changes', { name: 'latest' })
    .groupBy((record) => record.value)
    .aggregate(counting, 'changes', { name: 'per page' })
    .to('out')
  const driver = await TopologyTestDriver.create(builder.build())
  driver.pipe('pages', { key: 'ann', value: '/home' })
  driver.pipe('pages', { key: 'bob', value: '/home' })
  driver.pipe('pages', { key: 'ann', value: '/cart' })
  driver.pipe('pages', { key: 'bob', value: null })
  assert.deepEqual(
    driver.read('out').map(({ key, value }) => [key, value]),
    [
      ['/home', 1],
      ['/home', 2],
      ['/home', 1],
      ['/cart', 1],
      ['/home', 0],
    ],
  )
})

test('an update that stays in its group is one record, and one result', async () => {
  const builder = new StreamsBuilder()
  builder
    .stream('in')
    .toTable()
    .groupBy(() => 'all')
    .aggregate(counting)
    .to('out')
  const driver = await TopologyTestDriver.create(builder.build())
  driver.pipe('in', { key: 'a', value: 1 })
  driver.pipe('in', { key: 'a', value: 2 })
  assert.deepEqual(
    driver.read('out').map(({ value }) => value),
    [1, 1],
  )
})

test('a filtered table deletes rows that do not pass any more, and says nothing of those that never did', async () => {
  const builder = new StreamsBuilder()
  builder
    .stream('in')
    .toTable()
    .filter((record) => Number(record.value) > 1)
    .to('out')
  const driver = await TopologyTestDriver.create(builder.build())
  for (const value of [1, 2, 3, 0, 1]) driver.pipe('in', { key: 'a', value })
  assert.deepEqual(
    driver.read('out').map(({ value }) => value),
    [2, 3, null],
  )
})

test('top follows rows up and down, and across the end of the list', async () => {
  const builder = new StreamsBuilder()
  builder
    .stream('in')
    .toTable('flush')
    .top(2, (record) => record.value, { name: 'top' })
    .to('out')
  const driver = await TopologyTestDriver.create(builder.build())
  const listAfter = (key: string, value: number | null): unknown[] => {
    driver.pipe('in', { key, value })
    return driver.read('out').map((row) => row.value)
  }
  assert.deepEqual(listAfter('a', 5), [5])
  assert.deepEqual(listAfter('b', 7), [7, 5])
  assert.deepEqual(listAfter('c', 6), [7, 6])
  assert.deepEqual(listAfter('b', 1), [6, 5])
  assert.deepEqual(listAfter('c', null), [5, 1])
})

test('a chain that wants no more records says so only when no other branch does', async () => {
  const builder = new StreamsBuilder()
  const source = builder.stream('in')
  source.head(1, undefined).to('first')
  source.to('all')
  const both = await TopologyTestDriver.create(builder.build())
  both.pipe('in', { value: 1 })
  assert.equal(both.stopped, false)

  const single = new StreamsBuilder()
  single
    .stream('in')
    .head(1, undefined)
    .filter(() => true)
    .to('first')
  const one = await TopologyTestDriver.create(single.build())
  one.pipe('in', { value: 1 })
  assert.equal(one.stopped, true)
})

test('dedupe passes the first of each key, again after the span', async () => {
  const builder = new StreamsBuilder()
  builder.stream('in').selectKey(ownKey).dedupe(100, { name: 'seen' }).to('out')
  const driver = await TopologyTestDriver.create(builder.build())
  for (const [key, timestamp] of [
    ['a', 10],
    ['a', 109],
    ['b', 20],
    ['a', 110],
    ['a', 15],
    ['a', 500],
    ['a', 30],
  ] as const) {
    driver.pipe('in', { key, value: timestamp, timestamp })
  }
  assert.deepEqual(
    driver.read('out').map(({ value }) => value),
    [10, 20, 110, 500, 30],
  )
})
