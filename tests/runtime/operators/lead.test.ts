// What comes next in a group, against a plain model of it: random records, with restarts of the task and without.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noOrigin, plainValue, StreamRecord } from '../../../src/runtime/model/stream-record.ts'
import { createMemoryStore } from '../../../src/runtime/stores/memory-store.ts'
import { ManualClock } from '../../../src/runtime/tasks/clock.ts'
import { StreamTask } from '../../../src/runtime/tasks/stream-task.ts'
import { StreamsBuilder } from '../../../src/runtime/topology/streams-builder.ts'
import { seededRandom } from '../../support/seeded-random.ts'

interface Row {
  readonly key: string
  readonly n: number
  readonly ts: number
}

type Result = readonly [n: number, next: number | null]

const topologyOf = (count: number, waitMs: number) => {
  const builder = new StreamsBuilder()
  const wanted = {
    count,
    waitMs,
    valuesOf: ({ value }: StreamRecord) => [(plainValue(value) as Row).n],
    complete: ({ value }: StreamRecord, values: readonly unknown[] | undefined): unknown => [
      (plainValue(value) as Row).n,
      values?.[0] ?? null,
    ],
  }
  builder.stream('in').lead(wanted, { name: 'lead' }).to('out')
  return builder.build()
}

const run = async (
  rows: readonly Row[],
  count: number,
  waitMs: number,
  restarts: (at: number) => boolean,
): Promise<readonly Result[]> => {
  const topology = topologyOf(count, waitMs)
  const store = createMemoryStore()
  const results: Result[] = []
  const create = () =>
    StreamTask.create(topology, {
      taskId: '0_0',
      applicationId: '',
      clock: new ManualClock(0),
      store,
      sink: () => (record) => {
        results.push(plainValue(record.value) as Result)
      },
      faulty: (_row, error) => {
        throw error
      },
      dropped: () => undefined,
    })
  let task = await create()
  const source = topology.nodes.find(({ kind }) => kind === 'source')?.name ?? ''
  for (const [at, row] of rows.entries()) {
    if (restarts(at)) {
      await store.write(task.collectWrites(), false)
      task.committed(0)
      task.close()
      task = await create()
    }
    task.source(source)(new StreamRecord(row.key, row, row.ts, noOrigin))
  }
  task.endOfInput()
  return results
}

/** For each record, by what is said of `ks lead`: when it goes on, and with what. */
const expectedOf = (rows: readonly Row[], count: number, waitMs: number): ReadonlyMap<number, number | null> => {
  const found = new Map<number, number | null>()
  for (const [at, { key, n, ts }] of rows.entries()) {
    const later = rows.flatMap((row, position) => (position > at && row.key === key ? [position] : []))
    const met = later[count - 1]
    const time = (upTo: number): number => Math.max(...rows.slice(0, upTo + 1).map((row) => row.ts))
    found.set(n, met !== undefined && time(met) <= ts + waitMs ? (rows[met]?.n ?? null) : null)
  }
  return found
}

test('random records', async () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = seededRandom(seed)
    const between = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1))
    let time = 0
    const rows = Array.from({ length: between(1, 30) }, (_, n): Row => {
      time += between(0, 4)
      return { key: 'abc'.charAt(between(0, 2)), n, ts: Math.max(0, time - (random() < 0.2 ? between(0, 10) : 0)) }
    })
    const [count, waitMs] = [between(1, 3), between(0, 12)]
    const results = await run(rows, count, waitMs, () => false)
    assert.deepEqual(await run(rows, count, waitMs, () => random() < 0.4), results, `seed ${seed}`)
    assert.equal(results.length, rows.length, `seed ${seed}: each record once`)
    for (const key of 'abc') {
      const ofKey = rows.filter((row) => row.key === key).map(({ n }) => n)
      const order = results.map(([n]) => n).filter((n) => ofKey.includes(n))
      assert.deepEqual(order, ofKey, `seed ${seed}: the order of ${key}`)
    }
    // Behind one that still waits a record may wait longer than it must, and meet somebody.
    const isOrdered = rows.every(({ ts }, at) => at === 0 || ts >= (rows[at - 1]?.ts ?? 0))
    const expected = expectedOf(rows, count, waitMs)
    for (const [n, next] of results) {
      if (isOrdered) assert.equal(next, expected.get(n), `seed ${seed}: ${n}`)
      else if (expected.get(n) !== null) assert.equal(next, expected.get(n), `seed ${seed}: ${n}`)
    }
  }
})
