// The trace of a topology: each record at each node, in the order of the calls, and why one goes no further.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Change } from '../../../src/runtime/model/change.ts'
import { RecordError } from '../../../src/runtime/model/record-error.ts'
import { plainValue } from '../../../src/runtime/model/stream-record.ts'
import { NodeTrace } from '../../../src/runtime/tasks/node-trace.ts'
import { TopologyTestDriver } from '../../../src/runtime/testing/topology-test-driver.ts'
import { StreamsBuilder } from '../../../src/runtime/topology/streams-builder.ts'

const traced = async (
  builder: StreamsBuilder,
  limit: number,
  options: { flushEach?: boolean } = {},
): Promise<{ readonly driver: TopologyTestDriver; readonly lines: string[] }> => {
  const lines: string[] = []
  const trace = new NodeTrace(limit, ({ cause, node, depth, record, dropped }) => {
    const { value } = record
    const shown = value instanceof Change ? [value.oldValue, value.newValue] : plainValue(value)
    const end = dropped === undefined ? '' : ` ${dropped.reason} ${dropped.detail ?? ''}`.trimEnd()
    lines.push(`${String(cause ?? '-')} ${' '.repeat(depth)}${node} ${JSON.stringify(shown)}${end}`)
  })
  return { driver: await TopologyTestDriver.create(builder.build(), { ...options, trace }), lines }
}

test('nodes that only pass on are there too, and each child of a node', async () => {
  const builder = new StreamsBuilder()
  const [even, odd] = builder.stream('in', 'source').split([({ value }) => Number(value) % 2 === 0], { name: 'split' })
  even?.merge(odd === undefined ? [] : [odd], { name: 'merge' }).to('out', { name: 'sink' })
  const { driver, lines } = await traced(builder, 10)
  driver.pipe('in', { value: 2 })
  driver.pipe('in', { value: 3 })
  assert.deepEqual(lines, [
    '1 source 2',
    '1  split 2',
    '1   split-1 2',
    '1    merge 2',
    '1     sink 2',
    '2 source 3',
    '2  split 3',
    '2   split-2 3',
    '2    merge 3',
    '2     sink 3',
  ])
})

test('an error is told of where it happens, once, and goes on its way', async () => {
  const builder = new StreamsBuilder()
  const fail = (): never => {
    throw new RecordError('no good')
  }
  builder
    .stream('in', 'source')
    .filter(() => true, { name: 'filter' })
    .mapValues(fail, { name: 'map' })
    .to('out')
  const { driver, lines } = await traced(builder, 10)
  for (const value of [1, 2]) {
    assert.throws(() => {
      driver.pipe('in', { value })
    }, RecordError)
  }
  const expected = (n: number): string[] => [
    `${String(n)} source ${String(n)}`,
    `${String(n)}  filter ${String(n)}`,
    `${String(n)}   map ${String(n)}`,
    `${String(n)}   map ${String(n)} bad record no good`,
  ]
  assert.deepEqual(lines, [...expected(1), ...expected(2)])
})

test('what a node lets go, and rows that come out of a flush', async () => {
  const builder = new StreamsBuilder()
  builder
    .stream('in', 'source')
    .toTable('flush', { name: 'table' })
    .toStream({ name: 'stream' })
    .to('out', { name: 'sink' })
  const { driver, lines } = await traced(builder, 10, { flushEach: false })
  driver.pipe('in', { key: 'a', value: 1 })
  driver.pipe('in', { key: null, value: 2 })
  driver.flush()
  assert.deepEqual(lines, [
    '1 source 1',
    '1  KSTREAM-TOTABLE-0000000001 1',
    '2 source 2',
    '2  KSTREAM-TOTABLE-0000000001 2',
    '2  KSTREAM-TOTABLE-0000000001 2 null key',
    '- stream [null,1]',
    '-  sink 1',
  ])
})

test('after the first records nothing is told any more, and results are the same', async () => {
  const builder = new StreamsBuilder()
  builder.stream('in', 'source').toTable('flush', { name: 'table' }).toStream().to('out', { name: 'sink' })
  const { driver, lines } = await traced(builder, 1, { flushEach: false })
  driver.pipe('in', { key: 'a', value: 1 })
  driver.pipe('in', { key: 'b', value: 2 })
  driver.pipe('in', { key: null, value: 3 })
  driver.flush()
  assert.deepEqual(lines, ['1 source 1', '1  KSTREAM-TOTABLE-0000000001 1'])
  assert.deepEqual(
    driver.read('out').map(({ key, value }) => [key, value]),
    [
      ['a', 1],
      ['b', 2],
    ],
  )
})
