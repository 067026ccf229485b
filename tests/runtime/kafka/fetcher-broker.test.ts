// Fetcher and record batches against real brokers: what Kafka's Java clients write is read here, what is written here they
// read, in every compression and with transactions.

import assert from 'node:assert/strict'
import { suite, test, type TestContext } from 'node:test'
import type { KafkaClient } from '../../../src/runtime/kafka/client.ts'
import { Fetcher, type FetcherOptions } from '../../../src/runtime/kafka/fetcher.ts'
import { produce } from '../../../src/runtime/kafka/protocol/produce.ts'
import { BatchBuilder } from '../../../src/runtime/kafka/records/batch-builder.ts'
import { compressionTypes, loadCompression } from '../../../src/runtime/kafka/records/compression.ts'
import { recordsOf } from '../../../src/runtime/kafka/records/read-records.ts'
import { toByteString } from '../../../src/runtime/model/byte-string.ts'
import { systemClock } from '../../../src/runtime/tasks/clock.ts'
import type { FetchedPartition } from '../../../src/runtime/tasks/ports.ts'
import {
  brokerSkip,
  type ConsumedRecord,
  type NewRecord,
  ownBroker,
  sharedBroker,
  uniqueName,
} from '../../support/kafka-broker.ts'
import { isKsError } from './fetcher-run.ts'
import { connectReal } from './real-client.ts'

const skip = brokerSkip()
const pollMs = 20_000

const start = (t: TestContext, client: KafkaClient, options: Partial<FetcherOptions> = {}): Fetcher => {
  const fetcher = new Fetcher(
    client,
    {
      isolation: 'read_committed',
      minBytes: 1,
      maxWaitMs: 200,
      maxBytes: 52_428_800,
      maxPartitionBytes: 4_194_304,
      bufferBytes: 33_554_432,
      retryBackoffMs: 20,
      ...options,
    },
    systemClock,
  )
  t.after(() => fetcher.close())
  return fetcher
}

const recordsIn = ({ partition, batches }: FetchedPartition): ConsumedRecord[] =>
  batches.flatMap((batch) =>
    [...recordsOf(batch)].map(({ offset, timestamp, key, value, headers }) => ({
      partition,
      offset,
      timestamp,
      key: key?.toString('utf8') ?? null,
      value: value?.toString('utf8') ?? null,
      headers: headers.map(
        (header) => [header.name, header.value && Buffer.from(header.value).toString('utf8')] as const,
      ),
    })),
  )

/** Everything from the start of partition 0 to its end. */
const readAll = async (fetcher: Fetcher, topic: string, end: number): Promise<ConsumedRecord[]> => {
  const found: ConsumedRecord[] = []
  fetcher.assign(topic, 0, 0)
  for (let next = 0; next < end;) {
    const [part] = await fetcher.poll(pollMs)
    assert.ok(part, `nothing after ${next} of ${end}`)
    found.push(...recordsIn(part))
    next = part.nextOffset
  }
  return found
}

const someRecords = (count: number): NewRecord[] =>
  Array.from({ length: count }, (_, index) => ({
    key: index % 7 === 0 ? null : `key ${index % 100}`,
    value: index % 11 === 0 ? null : `{"page":"/p${index % 50}","größe":${index * index}}`,
    timestamp: 1_700_000_000_000 + ((index * 7919) % 1000),
    headers:
      index % 13 === 0
        ? [
            [`h${index % 3}`, 'wert ü'],
            ['none', null],
          ]
        : [],
  }))

/** Sends a batch made here to partition 0; returns the offset that it got. */
const send = async (client: KafkaClient, topic: string, records: Buffer): Promise<number> => {
  await client.topics([topic])
  const leader = client.leader(topic, 0)
  assert.ok(leader !== undefined)
  const topics = [{ topic, partitions: [{ partition: 0, records }] }]
  const answer = await client.request(leader, produce({ transactionalId: null, acks: -1, timeoutMs: 10_000, topics }))
  const [result] = answer.topics[0]?.partitions ?? []
  assert.equal(result?.errorCode, 0, result?.errorMessage ?? '')
  return result.baseOffset
}

suite('compression', { skip }, () => {
  for (const compression of compressionTypes) {
    test(`${compression}: written by Java, read here`, async (t) => {
      const broker = await sharedBroker()
      const topic = uniqueName(`java-${compression}`)
      await broker.createTopic(topic, 1)
      await broker.produce(topic, someRecords(3000), { compression, recordsPerBatch: 1000 })
      const fetcher = start(t, await connectReal(t, broker.bootstrap))
      assert.deepEqual(await readAll(fetcher, topic, 3000), await broker.consume(topic))
    })

    test(`${compression}: written here, read by Java`, async (t) => {
      const broker = await sharedBroker()
      const topic = uniqueName(`ks-${compression}`)
      await broker.createTopic(topic, 1)
      await loadCompression(compression)
      const client = await connectReal(t, broker.bootstrap)
      const builder = new BatchBuilder()
      const given = someRecords(3000)
      for (const { key = null, value = null, timestamp = 0, headers = [] } of given) {
        builder.append(
          timestamp,
          key === null ? null : toByteString(key),
          value === null ? null : toByteString(value),
          headers.map(([name, text]) => ({ name, value: text === null ? null : Buffer.from(text) })),
        )
      }
      const ending = { producerId: -1n, producerEpoch: -1, baseSequence: -1, transactional: false, compression }
      assert.equal(await send(client, topic, builder.finish(ending)), 0)
      const expected = given.map((record, offset) => ({ partition: 0, offset, ...record }))
      assert.deepEqual(await broker.consume(topic), expected)
      assert.deepEqual(await readAll(start(t, client), topic, 3000), expected)
    })
  }

  test('that the broker changes, as the topic asks', async (t) => {
    const broker = await sharedBroker()
    for (const compression of ['gzip', 'snappy', 'lz4', 'zstd']) {
      const topic = uniqueName(`recompressed-${compression}`)
      await broker.createTopic(topic, 1, { 'compression.type': compression })
      await broker.produce(topic, someRecords(2000), { compression: 'none', recordsPerBatch: 500 })
      const fetcher = start(t, await connectReal(t, broker.bootstrap))
      assert.deepEqual(await readAll(fetcher, topic, 2000), await broker.consume(topic), compression)
    }
  })
})

suite('transactions', { skip }, () => {
  test('that overlap and are aborted in another order than they began', async (t) => {
    const broker = await sharedBroker()
    const topic = uniqueName('overlapping')
    await broker.createTopic(topic, 1)
    const ids = ['a', 'b', 'c', 'd'].map((name) => uniqueName(name))
    const [a = '', b = '', c = '', d = ''] = ids
    const put = (transactional: string, value: string) =>
      broker.produce(topic, [{ key: '\0\0\0\0', value }, { value: `${value}'` }], { transactional, open: true })
    for (const [index, id] of ids.entries()) await put(id, `first of ${index}`)
    await broker.endTransaction(c, 'abort')
    await put(a, 'second of 0')
    await broker.produce(topic, [{ value: 'plain' }])
    await broker.endTransaction(b, 'commit')
    await put(c, 'second of 2')
    await broker.endTransaction(a, 'abort')
    await broker.endTransaction(d, 'abort')
    await broker.endTransaction(c, 'commit')
    await broker.produce(topic, [{ value: 'last' }])

    const client = await connectReal(t, broker.bootstrap)
    const [end = 0] = await broker.endOffsets(topic)
    const committed = await readAll(start(t, client), topic, end)
    assert.deepEqual(
      committed.map(({ value }) => value),
      ['first of 1', "first of 1'", 'plain', 'second of 2', "second of 2'", 'last'],
    )
    assert.deepEqual(committed, await broker.consume(topic))
    // From every offset: aborted transactions may have begun before it.
    for (let from = 0; from < end; from++) {
      const fetcher = start(t, client, { maxPartitionBytes: 100, maxWaitMs: 5 })
      fetcher.assign(topic, 0, from)
      const found: ConsumedRecord[] = []
      for (let next = from; next < end;) {
        const [part] = await fetcher.poll(pollMs)
        assert.ok(part)
        found.push(...recordsIn(part).filter(({ offset }) => offset >= from))
        next = part.nextOffset
      }
      await fetcher.close()
      assert.deepEqual(
        found,
        committed.filter(({ offset }) => offset >= from),
        `from ${from}`,
      )
    }
    const all = await readAll(start(t, client, { isolation: 'read_uncommitted' }), topic, end)
    assert.deepEqual(all, await broker.consume(topic, { committed: false }))
  })

  test('that are open hold back what comes after them', async (t) => {
    const broker = await sharedBroker()
    const topic = uniqueName('open')
    await broker.createTopic(topic, 1)
    await broker.produce(topic, [{ value: 'before' }])
    const id = uniqueName('open')
    await broker.produce(topic, [{ value: 'in it' }], { transactional: id, open: true })
    await broker.produce(topic, [{ value: 'after' }])
    const fetcher = start(t, await connectReal(t, broker.bootstrap))
    fetcher.assign(topic, 0, 0)
    const [part] = await fetcher.poll(pollMs)
    assert.ok(part)
    assert.deepEqual(
      [recordsIn(part).map(({ value }) => value), part.nextOffset, part.lastStableOffset, part.highWatermark],
      [['before'], 1, 1, 3],
    )
    await broker.endTransaction(id, 'abort')
    const found: (string | null)[] = []
    for (let next = 1; next < 4;) {
      for (const more of await fetcher.poll(pollMs)) {
        found.push(...recordsIn(more).map(({ value }) => value))
        next = more.nextOffset
      }
    }
    assert.deepEqual(found, ['after'])
  })
})

suite('partitions', { skip }, () => {
  test('with the time of the append', async (t) => {
    const broker = await sharedBroker()
    const topic = uniqueName('append-time')
    await broker.createTopic(topic, 1, { 'message.timestamp.type': 'LogAppendTime' })
    await broker.produce(topic, [
      { value: 'a', timestamp: 5 },
      { value: 'b', timestamp: 7 },
    ])
    const fetcher = start(t, await connectReal(t, broker.bootstrap))
    assert.deepEqual(await readAll(fetcher, topic, 2), await broker.consume(topic))
  })

  test('with a record that is larger than max.partition.fetch.bytes', async (t) => {
    const broker = await sharedBroker()
    const topic = uniqueName('large')
    await broker.createTopic(topic, 1)
    await broker.produce(topic, [{ value: 'x'.repeat(900_000) }, { value: 'y' }], { recordsPerBatch: 1 })
    const fetcher = start(t, await connectReal(t, broker.bootstrap), { maxPartitionBytes: 1000, maxBytes: 1000 })
    const found = await readAll(fetcher, topic, 2)
    assert.deepEqual(
      found.map(({ value }) => value?.length),
      [900_000, 1],
    )
  })

  test('many, in turns, with batches that do not fit', async (t) => {
    const broker = await sharedBroker()
    const topic = uniqueName('many')
    await broker.createTopic(topic, 8)
    const records = Array.from({ length: 4000 }, (_, index) => ({
      value: `${index} ${'x'.repeat(index % 300)}`,
      partition: index % 8,
    }))
    await broker.produce(topic, records, { recordsPerBatch: 200 })
    const fetcher = start(t, await connectReal(t, broker.bootstrap), {
      maxPartitionBytes: 3000,
      maxBytes: 10_000,
      bufferBytes: 50_000,
    })
    for (let partition = 0; partition < 8; partition++) fetcher.assign(topic, partition, 0)
    const found: ConsumedRecord[] = []
    while (found.length < 4000) {
      const parts = await fetcher.poll(pollMs)
      assert.ok(parts.length > 0)
      found.push(...parts.flatMap(recordsIn))
    }
    for (let partition = 0; partition < 8; partition++) {
      assert.deepEqual(
        found.filter((record) => record.partition === partition).map(({ value }) => value),
        records.filter((record) => record.partition === partition).map(({ value }) => value),
      )
    }
  })

  test('whose records were deleted: the caller decides', async (t) => {
    const broker = await sharedBroker()
    const topic = uniqueName('deleted')
    await broker.createTopic(topic, 1)
    await broker.produce(topic, someRecords(10))
    await broker.deleteRecords(topic, 0, 4)
    const fetcher = start(t, await connectReal(t, broker.bootstrap))
    for (const offset of [2, 11]) {
      fetcher.assign(topic, 0, offset)
      const parts = await fetcher.poll(pollMs)
      assert.deepEqual(
        parts.map(({ outOfRange, logStartOffset, highWatermark, nextOffset }) => [
          outOfRange,
          logStartOffset,
          highWatermark,
          nextOffset,
        ]),
        [[true, 4, 10, offset]],
      )
    }
    fetcher.assign(topic, 0, 4)
    const parts = await fetcher.poll(pollMs)
    assert.equal(parts.flatMap(recordsIn).filter(({ offset }) => offset >= 4).length, 6)
  })

  test('whose topic is deleted', async (t) => {
    const broker = await sharedBroker()
    const topic = uniqueName('gone')
    await broker.createTopic(topic, 1)
    await broker.produce(topic, someRecords(1))
    const fetcher = start(t, await connectReal(t, broker.bootstrap), { requestTimeoutMs: 500 })
    await readAll(fetcher, topic, 1)
    await broker.deleteTopic(topic)
    await assert.rejects(
      async () => {
        for (;;) await fetcher.poll(pollMs)
      },
      isKsError('config', /UNKNOWN_TOPIC/),
    )
  })
})

suite('nodes', { skip }, () => {
  test('that end and die while their partitions are read: every record comes once, in order', async (t) => {
    const broker = await ownBroker({ nodes: 3 })
    t.after(() => broker.close())
    const topic = uniqueName('moving')
    await broker.createTopic(topic, 3)
    const client = await connectReal(t, broker.bootstrap)
    const errors: Error[] = []
    const fetcher = start(t, client, {
      attempts: { failed: (_what, error) => errors.push(error as Error), passed: () => undefined },
    })
    for (let partition = 0; partition < 3; partition++) fetcher.assign(topic, partition, 0)
    const found: ConsumedRecord[] = []
    const readUntil = async (count: number): Promise<void> => {
      while (found.length < count) {
        const parts = await fetcher.poll(60_000)
        assert.ok(parts.length > 0, `stuck at ${found.length} of ${count}`)
        found.push(...parts.flatMap(recordsIn))
      }
    }
    const write = (from: number): Promise<unknown> => {
      const records = Array.from({ length: 300 }, (_, index) => ({ value: String(from + index), partition: index % 3 }))
      return broker.produce(topic, records, { recordsPerBatch: 30 })
    }
    await write(0)
    await readUntil(300)
    const [{ leader = 1 } = {}] = await broker.describeTopic(topic)
    await broker.stop(leader)
    await write(300)
    await readUntil(600)
    await broker.start(leader)
    const [, { leader: other = 1 } = {}] = await broker.describeTopic(topic)
    await broker.kill(other)
    await write(600)
    await readUntil(900)
    assert.ok(errors.length > 0)
    for (let partition = 0; partition < 3; partition++) {
      assert.deepEqual(
        found.filter((record) => record.partition === partition).map(({ offset, value }) => [offset, value]),
        Array.from({ length: 300 }, (_, offset) => [offset, String(offset * 3 + partition)]),
      )
    }
  })
})
