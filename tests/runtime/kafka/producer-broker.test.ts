// The producer against real brokers, read back by Kafka's own Java consumer.

import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { suite, test, type TestContext } from 'node:test'
import { fetchOffsets } from '../../../src/runtime/kafka/group/group-offsets.ts'
import { Producer, type ProducerOptions } from '../../../src/runtime/kafka/producer/producer.ts'
import { ProducerFenced } from '../../../src/runtime/kafka/producer/producer-errors.ts'
import { noHeaders } from '../../../src/runtime/model/stream-record.ts'
import { systemClock } from '../../../src/runtime/tasks/clock.ts'
import { brokerSkip, ownBroker, sharedBroker, type TestBroker, uniqueName } from '../../support/kafka-broker.ts'
import { isKsError, quickOptions, text } from './producer-scripted-broker.ts'
import { connectReal } from './real-client.ts'

const skip = brokerSkip()

const options: ProducerOptions = {
  ...quickOptions,
  batchBytes: 512 * 1024,
  requestTimeoutMs: 30_000,
  deliveryTimeoutMs: 120_000,
  retryBackoffMs: 50,
}

const start = async (
  context: TestContext,
  { bootstrap, ...more }: Partial<ProducerOptions> & { readonly bootstrap: string },
): Promise<Producer> => {
  const producer = new Producer(await connectReal(context, bootstrap), { ...options, ...more })
  await producer.init()
  return producer
}

const put = async (producer: Producer, topic: string, partition: number, ...values: string[]): Promise<void> => {
  const writer = await producer.open(topic)
  for (const value of values) writer.append(partition, 1_700_000_000_000, null, text(value), noHeaders)
}

/** Values by partition. */
const byPartition = (records: readonly { partition: number; value: string | null }[], count: number): string[][] => {
  const values: string[][] = Array.from({ length: count }, () => [])
  for (const { partition, value } of records) values[partition]?.push(value ?? '')
  return values
}

suite('producer and a real broker', { skip }, () => {
  test('200,000 records in three partitions arrive once, in order, where the Java client would put them', async (context) => {
    const broker = await sharedBroker()
    const topic = uniqueName('produce')
    const javaTopic = uniqueName('produce-java')
    await broker.createTopic(topic, 3)
    await broker.createTopic(javaTopic, 3)
    const producer = await start(context, broker)
    const writer = await producer.open(topic)
    const expected: string[][] = [[], [], []]
    const partitionOf = new Map<string, number>()
    const begun = performance.now()
    for (let i = 0; i < 200_000; i++) {
      const key = `key ${i % 1000}`
      const value = `${i} ${'.'.repeat(i % 50)}`
      const partition = writer.append(undefined, 1_700_000_000_000 + i, text(key), text(value), noHeaders)
      partitionOf.set(key, partition)
      expected[partition]?.push(value)
      if (i % 1000 === 0) await producer.drain(16 * 1024 * 1024)
    }
    await producer.flush()
    context.diagnostic(`${Math.round(200_000 / (performance.now() - begun))} thousand records/s`)
    assert.deepEqual(byPartition(await broker.consume(topic), 3), expected)
    assert.deepEqual(
      [0, 1, 2].map((partition) => producer.nextOffset(topic, partition)),
      expected.map(({ length }) => length),
    )

    await broker.produce(
      javaTopic,
      [...partitionOf.keys()].map((key) => ({ key, value: '' })),
    )
    for (const { key, partition } of await broker.consume(javaTopic)) {
      assert.equal(partition, partitionOf.get(key ?? ''), `partition of ${key}`)
    }
  })

  test('key, value, time and headers are those that were given', async (context) => {
    const broker = await sharedBroker()
    const topic = uniqueName('produce')
    await broker.createTopic(topic, 1)
    const producer = await start(context, { ...broker, compression: 'gzip', acks: 1, idempotent: false })
    const writer = await producer.open(topic)
    const bytes = Buffer.from('..key..value..')
    const headers = [
      { name: 'größe', value: Buffer.from('1') },
      { name: 'none', value: null },
    ]
    writer.append(
      0,
      1_700_000_000_005,
      { buffer: bytes, start: 2, end: 5 },
      { buffer: bytes, start: 7, end: 12 },
      headers,
    )
    writer.append(0, 1_700_000_000_002, text('ü'), null, noHeaders)
    writer.append(0, 1_700_000_000_009, null, text(''), noHeaders)
    await producer.flush()
    const records = await broker.consume(topic)
    assert.deepEqual(
      records.map(({ timestamp, key, value }) => [timestamp, key, value]),
      [
        [1_700_000_000_005, 'key', 'value'],
        [1_700_000_000_002, 'ü', null],
        [1_700_000_000_009, null, ''],
      ],
    )
    assert.equal(records[0]?.headers.length, 2)
  })

  test('a topic that is missing, a batch that is too large and a missing key are told apart', async (context) => {
    const broker = await sharedBroker()
    const small = uniqueName('produce-small')
    const compacted = uniqueName('produce-compacted')
    await broker.createTopic(small, 1, { 'max.message.bytes': '1000' })
    await broker.createTopic(compacted, 1, { 'cleanup.policy': 'compact' })
    const first = await start(context, broker)
    await assert.rejects(first.open(uniqueName('nowhere')), isKsError('config', /does not exist/))
    await put(first, small, 0, 'x'.repeat(2000))
    await assert.rejects(first.flush(), isKsError('data', /takes no batch of 20\d\d bytes/))
    const second = await start(context, broker)
    await put(second, compacted, 0, 'no key')
    await assert.rejects(second.flush(), isKsError('data', /refuses a record: .*key/i))
  })
})

suite('transactions and a real broker', { skip }, () => {
  test('readers see what is committed and nothing of what is aborted', async (context) => {
    const broker = await sharedBroker()
    const topic = uniqueName('transaction')
    await broker.createTopic(topic, 3)
    const transactionalId = uniqueName('tx')
    const producer = await start(context, { ...broker, transactionalId })
    const expected: string[][] = [[], [], []]
    for (let round = 0; round < 20; round++) {
      const commit = round % 3 !== 1
      producer.begin()
      for (let partition = 0; partition < 3; partition++) {
        const values = Array.from({ length: 50 }, (_, i) => `${round} ${i}`)
        await put(producer, topic, partition, ...values)
        if (commit) expected[partition]?.push(...values)
      }
      if (round % 2 === 0) await producer.flush()
      await (commit ? producer.commit() : producer.abort())
    }
    assert.deepEqual(byPartition(await broker.consume(topic), 3), expected)
    const everything = byPartition(await broker.consume(topic, { committed: false }), 3)
    assert.ok((everything[0]?.length ?? 0) > (expected[0]?.length ?? 0))
  })

  test('offsets of a group are valid with the commit, not before and not after an abort', async (context) => {
    const broker = await sharedBroker()
    const topic = uniqueName('transaction')
    const groupId = uniqueName('group')
    await broker.createTopic(topic, 1)
    const producer = await start(context, { ...broker, transactionalId: uniqueName('tx') })
    const client = await connectReal(context, broker.bootstrap)
    const group = { groupId, generationId: -1, memberId: '', groupInstanceId: null }
    const committed = async (): Promise<number | undefined> => {
      const offsets = await fetchOffsets(client, groupId, new Map([[topic, [0]]]), true)
      return offsets.get(topic)?.get(0)?.offset
    }
    for (const [offset, end] of [
      [10, 'commit'],
      [20, 'abort'],
      [30, 'commit'],
    ] as const) {
      producer.begin()
      await producer.addOffsets(group, [{ topic, partition: 0, offset, metadata: 'm' }])
      await producer[end]()
      assert.equal(await committed(), end === 'commit' ? offset : 10)
    }
    producer.begin()
    const gone = { ...group, generationId: 3, memberId: 'gone' }
    await assert.rejects(producer.addOffsets(gone, [{ topic, partition: 0, offset: 40, metadata: '' }]), ProducerFenced)
    assert.ok(producer.failure instanceof ProducerFenced)
  })

  test('a new producer ends what the one before left open, and that one can do nothing any more', async (context) => {
    const broker = await sharedBroker()
    const topic = uniqueName('transaction')
    await broker.createTopic(topic, 2)
    const transactionalId = uniqueName('tx')
    const zombie = await start(context, { ...broker, transactionalId })
    zombie.begin()
    await put(zombie, topic, 0, 'of the zombie')
    await zombie.flush()

    const heir = await start(context, { ...broker, transactionalId })
    heir.begin()
    await put(heir, topic, 0, 'of the heir')
    await heir.commit()

    await put(zombie, topic, 0, 'late')
    await assert.rejects(zombie.commit(), ProducerFenced)
    heir.begin()
    await put(heir, topic, 1, 'of the heir')
    await heir.commit()
    assert.deepEqual(byPartition(await broker.consume(topic), 2), [['of the heir'], ['of the heir']])
  })

  test('a transaction that is open for too long is fenced', async (context) => {
    const broker = await sharedBroker()
    const topic = uniqueName('transaction')
    await broker.createTopic(topic, 1)
    const producer = await start(context, { ...broker, transactionalId: uniqueName('tx'), transactionTimeoutMs: 1000 })
    producer.begin()
    await put(producer, topic, 0, 'a')
    await producer.flush()
    // The coordinator looks for such transactions every 10 s by default.
    await pause(12_000)
    await assert.rejects(producer.commit(), ProducerFenced)
    assert.deepEqual(await broker.consume(topic), [])
  })

  test('a transaction takes a few milliseconds', async (context) => {
    const broker = await sharedBroker()
    const topic = uniqueName('transaction')
    await broker.createTopic(topic, 3)
    const producer = await start(context, { ...broker, transactionalId: uniqueName('tx') })
    const group = { groupId: uniqueName('group'), generationId: -1, memberId: '', groupInstanceId: null }
    const rounds = 100
    const times: number[] = []
    for (let round = 0; round < rounds; round++) {
      const begun = performance.now()
      producer.begin()
      for (let partition = 0; partition < 3; partition++) await put(producer, topic, partition, `${round}`)
      await producer.addOffsets(group, [{ topic, partition: 0, offset: round, metadata: '' }])
      await producer.commit()
      times.push(performance.now() - begun)
    }
    times.sort((a, b) => a - b)
    context.diagnostic(`median ${times[rounds / 2]?.toFixed(1)} ms, slowest ${times.at(-1)?.toFixed(1)} ms`)
    assert.equal((await broker.consume(topic)).length, 3 * rounds)
  })
})

suite('producer and brokers that fail', { skip }, () => {
  /** Writes values until it is told to stop. */
  const writeUntil = async (producer: Producer, topic: string, timestamp: number, stopped: () => boolean) => {
    const writer = await producer.open(topic)
    const expected: string[][] = Array.from({ length: writer.partitions }, () => [])
    for (let i = 0; i < 1000 || !stopped(); i++) {
      writer.append(i % expected.length, timestamp, null, text(`value ${i}`), noHeaders)
      expected[i % expected.length]?.push(`value ${i}`)
      if (i % 60 > 0) continue
      producer.kick()
      await producer.drain(16 * 1024)
      // A few thousand records/s in small batches: many requests for something to happen to, and not too much to read back.
      await pause(15)
    }
    await producer.flush()
    return expected
  }

  const assertArrived = async (broker: TestBroker, topic: string, expected: readonly string[][]): Promise<void> => {
    const arrived = byPartition(await broker.consume(topic), expected.length)
    for (const [partition, values] of expected.entries()) {
      assert.equal(difference(arrived[partition] ?? [], values), undefined, `${topic}-${partition}`)
    }
  }

  /** Where a partition differs first, with the neighbourhood; undefined if it does not. */
  const difference = (actual: readonly string[], expected: readonly string[]): string | undefined => {
    const at = actual.findIndex((value, index) => value !== expected[index])
    if (at < 0 && actual.length === expected.length) return undefined
    return `${actual.length} of ${expected.length}, at ${at}: ${actual.slice(Math.max(at - 2, 0), at + 3).join(', ')}`
  }

  test('a broker that is killed and started again costs no record and doubles none', async (context) => {
    const broker = await ownBroker({ nodes: 1 })
    context.after(() => broker.close())
    const plain = uniqueName('idempotent')
    const transactional = uniqueName('transactional')
    for (const topic of [plain, transactional]) await broker.createTopic(topic, 3)
    const { bootstrap } = broker
    const small = { bootstrap, batchBytes: 16 * 1024 }
    const producer = await start(context, small)
    const transactionalId = uniqueName('tx')
    const inTransaction = await start(context, { ...small, transactionalId, transactionTimeoutMs: 120_000 })
    inTransaction.begin()

    // A broker forgets a producer whose last record is older than producer.id.expiration.ms by the record's own time when it
    // starts, and then takes a repeated batch for a new one. It does not forget one that is in a transaction.
    const recent = systemClock.now()
    const old = recent - 1000 * 24 * 3600 * 1000
    let isOver = false
    const writing = Promise.all([
      writeUntil(producer, plain, recent, () => isOver),
      writeUntil(inTransaction, transactional, old, () => isOver),
    ])
    await pause(500)
    await broker.kill()
    await broker.start()
    await pause(500)
    isOver = true
    const [first, second] = await writing
    await inTransaction.commit()
    await assertArrived(broker, plain, first)
    await assertArrived(broker, transactional, second)
  })

  test('leaders that move from broker to broker cost no record and double none', async (context) => {
    const broker = await ownBroker({ nodes: 3 })
    context.after(() => broker.close())
    const topic = uniqueName('moving')
    await broker.createTopic(topic, 6)
    const producer = await start(context, { bootstrap: broker.bootstrap, batchBytes: 16 * 1024 })
    let isOver = false
    const writing = writeUntil(producer, topic, systemClock.now(), () => isOver)
    for (const node of [1, 2]) {
      await pause(500)
      await broker.stop(node)
      await pause(500)
      await broker.start(node)
    }
    isOver = true
    const expected = await writing
    await assertArrived(broker, topic, expected)
  })
})
