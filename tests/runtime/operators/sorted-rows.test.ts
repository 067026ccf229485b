// Rows in order at the end, beside sorting an array.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import type { StreamRecord } from '../../../src/runtime/model/stream-record.ts'
import { sortedRows } from '../../../src/runtime/operators/sorted-rows.ts'
import { TopologyTestDriver } from '../../../src/runtime/testing/topology-test-driver.ts'
import { StreamsBuilder } from '../../../src/runtime/topology/streams-builder.ts'

interface Row {
  readonly id: string
  readonly a: number | null
  readonly b: number
}

const field = (name: 'a' | 'b') => (record: StreamRecord) => (record.value as Row)[name]

const run = async (rows: readonly Row[], isTable: boolean, offset: number, limit: number): Promise<unknown[]> => {
  const builder = new StreamsBuilder()
  const by = [
    { valueOf: field('a'), isDescending: true },
    { valueOf: field('b'), isDescending: false },
  ]
  const stream = builder.stream('in')
  const input = isTable ? stream.toTable('changes').toStream() : stream
  input.process(sortedRows({ by, offset, limit, isTable })).to('out')
  const driver = await TopologyTestDriver.create(builder.build())
  for (const row of rows) driver.pipe('in', { key: row.id, value: row })
  driver.endOfInput()
  return driver.read('out').map(({ value }) => value)
}

const row = fc.record({
  id: fc.constantFrom('x', 'y', 'z'),
  a: fc.option(fc.integer({ min: 0, max: 3 })),
  b: fc.integer({ min: 0, max: 3 }),
})

const inOrder = (rows: readonly Row[]): Row[] =>
  [...rows].sort((left, right) => {
    if (left.a !== right.a) return left.a === null ? 1 : right.a === null ? -1 : right.a - left.a
    return left.b - right.b
  })

suite('sorted rows', () => {
  test('are those of a stream in order, equal ones as they came, nulls last', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row), fc.nat(3), fc.nat(5), async (rows, offset, limit) => {
        assert.deepEqual(await run(rows, false, offset, limit), inOrder(rows).slice(offset, offset + limit))
      }),
    )
  })

  test('are the latest of each key of a table', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row), async (rows) => {
        const latest = new Map(rows.map((one) => [one.id, one]))
        assert.deepEqual(await run(rows, true, 0, Infinity), inOrder([...latest.values()]))
      }),
    )
  })
})
