// A foreign-key join whose tables have several partitions: every task has one, and messages go between them as bytes, to the
// partition that the key or the subscription names.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { partitionForKey } from '../../../src/runtime/kafka/producer/partitioner.ts'
import type { BytesPart } from '../../../src/runtime/kafka/records/batch-builder.ts'
import { repartitionSink } from '../../../src/runtime/kafka/topic-sink.ts'
import { repartitionEntry } from '../../../src/runtime/lane-source.ts'
import { toByteString } from '../../../src/runtime/model/byte-string.ts'
import { Change } from '../../../src/runtime/model/change.ts'
import { noOrigin, plainValue, StreamRecord, type Header } from '../../../src/runtime/model/stream-record.ts'
import { KeySlice } from '../../../src/runtime/serde/key-slice.ts'
import { RawBytes } from '../../../src/runtime/serde/raw-bytes.ts'
import { ManualClock } from '../../../src/runtime/tasks/clock.ts'
import { StreamTask } from '../../../src/runtime/tasks/stream-task.ts'
import { StreamsBuilder } from '../../../src/runtime/topology/streams-builder.ts'
import { repartitionOf, resolvePartitions, splitTopology } from '../../../src/runtime/topology/sub-topology.ts'
import type { Topology } from '../../../src/runtime/topology/topology.ts'

const bytesOf = (part: BytesPart): Buffer | null =>
  part === null
    ? null
    : typeof part === 'string'
      ? Buffer.from(part, 'latin1')
      : Buffer.from(part.buffer.subarray(part.start, part.end))

interface Message {
  readonly topic: string
  readonly partition: number
  readonly record: StreamRecord
}

/** Tasks of all parts and partitions, and the topics between them. Messages lie there until somebody moves them. */
class Cluster {
  readonly counts: ReadonlyMap<string, number>
  readonly results = new Map<string, unknown>()
  readonly written: string[] = []
  readonly moved: string[] = []
  private readonly tasks = new Map<string, (record: StreamRecord) => void>()
  private readonly waiting: Message[] = []

  private constructor(counts: ReadonlyMap<string, number>) {
    this.counts = counts
  }

  static async create(topology: Topology, topics: Readonly<Record<string, number>>): Promise<Cluster> {
    const parts = splitTopology(topology, 'app')
    const cluster = new Cluster(resolvePartitions(parts, (topic) => topics[topic]))
    for (const part of parts) {
      const tasks = Math.max(...part.sources.map(({ topic }) => cluster.counts.get(topic) ?? 0))
      for (let partition = 0; partition < tasks; partition++) {
        const task = await StreamTask.create(part.topology, {
          clock: new ManualClock(0),
          store: undefined,
          partition,
          sink: (node) => {
            const repartition = repartitionOf(node)
            const topic = node.endpoint?.name ?? ''
            if (repartition !== undefined) return repartitionSink(cluster.appender(topic), repartition)
            return ({ key, value }) => {
              const shown = plainValue(value instanceof Change ? value.newValue : value)
              cluster.results.set(String(key), shown)
              cluster.written.push(`${String(key)}=${String(shown)} in ${partition}`)
            }
          },
          taskId: '0_0',
          applicationId: '',
          faulty: (_row, error) => {
            throw error
          },
          dropped: () => undefined,
        })
        for (const { node, topic, repartition } of part.sources) {
          const entry = task.source(node)
          const process = repartition === undefined ? entry : repartitionEntry(entry, repartition)
          cluster.tasks.set(`${topic}-${partition}`, process)
        }
      }
    }
    return cluster
  }

  partitionOf(topic: string, key: string): number {
    return partitionForKey(toByteString(key), this.counts.get(topic) ?? 1)
  }

  put(topic: string, key: string, value: string | null, timestamp: number): void {
    const process = this.tasks.get(`${topic}-${this.partitionOf(topic, key)}`)
    process?.(new StreamRecord(key, value, timestamp, noOrigin))
  }

  /** Lets all messages through. */
  settle(): void {
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
      this.moved.push(`${next.topic}-${next.partition}`)
      this.tasks.get(`${next.topic}-${next.partition}`)?.(next.record)
    }
  }

  private appender(topic: string) {
    const partitions = this.counts.get(topic) ?? 0
    return {
      partitions,
      append: (
        partition: number | undefined,
        timestamp: number,
        key: BytesPart,
        value: BytesPart,
        headers: readonly Header[],
      ): number => {
        const keyBytes = bytesOf(key)
        const slice = keyBytes === null ? null : new KeySlice(undefined)
        if (keyBytes !== null) slice?.set(keyBytes, 0, keyBytes.length)
        const raw = bytesOf(value)
        this.waiting.push({
          topic,
          partition: partition ?? (key === null ? 0 : partitionForKey(key, partitions)),
          record: new StreamRecord(slice, raw === null ? null : new RawBytes(raw), timestamp, noOrigin, headers),
        })
        return 0
      },
    }
  }
}

const topology = (kind: 'inner' | 'left'): Topology => {
  const builder = new StreamsBuilder()
  const left = builder.table('orders', 'orders-rows')
  const right = builder.table('users', 'users-rows')
  const method = kind === 'left' ? 'leftJoinForeignKey' : 'joinForeignKey'
  const userOf = ({ value }: StreamRecord): string | null => String(plainValue(value)).split(' ')[0] || null
  left[method](right, userOf, (order, user) => `${String(plainValue(order))}+${String(plainValue(user))}`)
    .toStream()
    .to('out')
  return builder.build()
}

const registration = 'app-KTABLE-FK-JOIN-SUBSCRIPTION-REGISTRATION-0000000004-topic'
const response = 'app-KTABLE-FK-JOIN-SUBSCRIPTION-RESPONSE-0000000005-topic'

suite('a foreign-key join of tables with 3 and 4 partitions', () => {
  test('its topics have the names of Kafka Streams and as many partitions as the tables that they meet', async () => {
    const { counts } = await Cluster.create(topology('inner'), { orders: 3, users: 4 })
    assert.deepEqual(
      new Map([...counts].sort()),
      new Map([
        [registration, 4],
        [response, 3],
        ['orders', 3],
        ['users', 4],
      ]),
    )
  })

  test('what leads to its topics: neither needs what it leads to', () => {
    const [left, right] = splitTopology(topology('inner'), 'app')
    assert.deepEqual(left?.feeders, new Map([[registration, ['orders']]]))
    assert.deepEqual(right?.feeders, new Map([[response, ['users', registration]]]))
  })

  test('every row finds the other one, and answers come to the partition of the left row', async () => {
    const cluster = await Cluster.create(topology('left'), { orders: 3, users: 4 })
    const keys = Array.from({ length: 30 }, (_, index) => `o${index}`)
    for (const [index, key] of keys.entries()) cluster.put('orders', key, `u${index % 7} ${index}`, index)
    cluster.settle()
    for (let user = 0; user < 5; user++) cluster.put('users', `u${user}`, `name ${user}`, 100)
    cluster.settle()
    cluster.put('orders', 'o0', 'u3 moved', 200)
    cluster.put('orders', 'o1', null, 200)
    cluster.settle()
    cluster.put('users', 'u0', 'nobody', 300)
    cluster.put('users', 'u1', null, 300)
    cluster.settle()
    const users = ['nobody', 'null', 'name 2', 'name 3', 'name 4', 'null', 'null']
    assert.deepEqual(
      new Map([...cluster.results].sort()),
      new Map(
        keys
          .map((key, index): [string, string | null] => [key, `u${index % 7} ${index}+${String(users[index % 7])}`])
          .map(([key, value]): [string, string | null] =>
            key === 'o0' ? [key, 'u3 moved+name 3'] : key === 'o1' ? [key, null] : [key, value],
          )
          .sort(),
      ),
    )
    const places = new Set(cluster.moved)
    for (let partition = 0; partition < 3; partition++) assert.ok(places.has(`${response}-${partition}`))
    for (const line of cluster.written) {
      const key = line.slice(0, line.indexOf('='))
      assert.ok(line.endsWith(` in ${cluster.partitionOf('orders', key)}`), line)
    }
  })

  test('an answer to a row that has changed since is dropped', async () => {
    const cluster = await Cluster.create(topology('inner'), { orders: 3, users: 4 })
    cluster.put('users', 'u1', 'Ann', 1)
    cluster.put('users', 'u2', 'Bob', 1)
    cluster.put('orders', 'o', 'u1 first', 2)
    cluster.put('orders', 'o', 'u2 second', 3)
    cluster.settle()
    assert.equal(cluster.written.length, 1)
    assert.deepEqual(cluster.results, new Map([['o', 'u2 second+Bob']]))
  })
})
