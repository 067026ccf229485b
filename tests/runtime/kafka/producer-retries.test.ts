// Retries of a producer: whatever happens to its requests, every partition has its records once and in order, or it says no.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { KsError } from '../../../src/runtime/model/errors.ts'
import { noHeaders } from '../../../src/runtime/model/stream-record.ts'
import { PartitionBatches } from '../../../src/runtime/kafka/producer/partition-batches.ts'
import { ProducerFenced } from '../../../src/runtime/kafka/producer/producer-errors.ts'
import { ManualClock } from '../../../src/runtime/tasks/clock.ts'
import { headOf, isKsError, put, ScriptedBroker, startProducer, text, valuesIn } from './producer-scripted-broker.ts'

suite('a repeated batch', () => {
  test('follows a leader that moved to a broker which has answered already', async () => {
    const broker = new ScriptedBroker({ t: 2 }, 2)
    const producer = await startProducer(broker)
    const writer = await producer.open('t')
    put(writer, 0, 'a')
    put(writer, 1, 'b')
    broker.move('t-1', 1)
    await producer.flush()
    assert.deepEqual([broker.valuesOf('t-0'), broker.valuesOf('t-1')], [['a'], ['b']])
    assert.equal(broker.refreshes, 1)
  })

  test('that timed out at its leader looks for another one: the old one may be cut off', async () => {
    const broker = new ScriptedBroker({ t: 1 }, 2)
    const producer = await startProducer(broker)
    put(await producer.open('t'), 0, 'a')
    broker.refreshMetadata = () => {
      broker.move('t-0', 2)
      broker.known.set('t-0', 2)
      return Promise.resolve()
    }
    broker.fate = ({ node }) => (node === 1 ? 'REQUEST_TIMED_OUT' : undefined)
    await producer.flush()
    const asked = broker.seen.filter(({ name }) => name === 'Produce').map(({ node }) => node)
    assert.deepEqual(asked, [1, 2])
  })

  test('waits for a leader', async () => {
    const broker = new ScriptedBroker({ t: 1 })
    broker.known.delete('t-0')
    const producer = await startProducer(broker)
    put(await producer.open('t'), 0, 'a')
    await producer.flush()
    assert.deepEqual(broker.valuesOf('t-0'), ['a'])
  })

  test('keeps its sequence number while the next batch waits: nothing is lost or doubled', async () => {
    const broker = new ScriptedBroker({ t: 1 })
    const producer = await startProducer(broker)
    const writer = await producer.open('t')
    const fates = ['NOT_ENOUGH_REPLICAS', 'lost after', 'lost before', 'REQUEST_TIMED_OUT', undefined]
    broker.fate = () => fates.shift()
    put(writer, 0, 'A')
    const first = producer.flush()
    put(writer, 0, 'B')
    const second = producer.flush()
    await Promise.all([first, second])
    assert.deepEqual(broker.valuesOf('t-0'), ['A', 'B'])
    const sent = broker.seen
      .flatMap(({ batches }) => [...batches.values()])
      .filter((batch) => valuesIn(batch)[0] === 'A')
    assert.equal(sent.length, 5)
    for (const batch of sent) assert.deepEqual(batch, sent[0])
  })

  test('goes to the same partition, with or without a key', async () => {
    const broker = new ScriptedBroker({ t: 8 })
    const producer = await startProducer(broker)
    const writer = await producer.open('t')
    const partition = writer.append(undefined, 0, null, text('a'), noHeaders)
    let left = 5
    broker.fate = () => (left-- > 0 ? 'lost after' : undefined)
    await producer.flush()
    assert.deepEqual([...broker.logs.keys()], [`t-${partition}`])
    assert.deepEqual(broker.valuesOf(`t-${partition}`), ['a'])
  })

  test('that the broker has already is a success', async () => {
    const broker = new ScriptedBroker({ t: 1 })
    const producer = await startProducer(broker)
    put(await producer.open('t'), 0, 'a')
    broker.fate = () => 'DUPLICATE_SEQUENCE_NUMBER'
    await producer.flush()
    assert.equal(producer.nextOffset('t', 0), undefined)
    assert.equal(producer.bufferedBytes, 0)
  })

  test('does not hold up other partitions', async () => {
    const broker = new ScriptedBroker({ t: 2 })
    const producer = await startProducer(broker, { retryBackoffMs: 1000 })
    const writer = await producer.open('t')
    broker.fate = (_, place) => (place === 't-0' ? 'NOT_ENOUGH_REPLICAS' : undefined)
    put(writer, 0, 'a')
    put(writer, 1, 'b')
    producer.kick()
    await new Promise((resolve) => setTimeout(resolve, 20))
    put(writer, 1, 'c')
    producer.kick()
    await new Promise((resolve) => setTimeout(resolve, 20))
    assert.deepEqual(broker.valuesOf('t-1'), ['b', 'c'])
    assert.deepEqual(broker.valuesOf('t-0'), [])
    await assert.rejects(producer.close(), /acknowledged/)
  })

  test('is given up after delivery.timeout.ms, a topic that has gone after request.timeout.ms', async () => {
    for (const [fate, message] of [
      ['NOT_ENOUGH_REPLICAS', /deliver to t-0 within 5000 ms.*NOT_ENOUGH_REPLICAS/],
      ['UNKNOWN_TOPIC_OR_PARTITION', /deliver to t-0 within 1000 ms/],
      ['lost before', /deliver to t-0 within 5000 ms.*connection lost before/],
    ] as const) {
      const broker = new ScriptedBroker({ t: 1 })
      const clock = new ManualClock(1_000_000)
      const producer = await startProducer(broker, { clock, retryBackoffMs: 0 })
      put(await producer.open('t'), 0, 'a')
      broker.fate = () => {
        clock.advance(400)
        return fate
      }
      await assert.rejects(producer.flush(), isKsError('broker', message))
      const attempts = broker.names.filter((name) => name === 'Produce').length
      assert.equal(attempts, fate === 'UNKNOWN_TOPIC_OR_PARTITION' ? 4 : 13)
    }
  })

  test('is given up soon if its topic is no longer in the metadata', async () => {
    const broker = new ScriptedBroker({ t: 1, u: 1 })
    const clock = new ManualClock(1_000_000)
    const producer = await startProducer(broker, { clock, retryBackoffMs: 0 })
    put(await producer.open('t'), 0, 'a')
    broker.known.clear()
    broker.leaders.delete('t-0')
    delete broker.partitionCounts['t']
    const timer = setInterval(() => clock.advance(300), 1)
    await assert.rejects(producer.flush(), isKsError('broker', /deliver to t-0 within 1000 ms.*UNKNOWN_TOPIC/))
    clearInterval(timer)
  })

  test('is given up at once if metadata says that the topic may not be written any more', async () => {
    const broker = new ScriptedBroker({ t: 1 })
    const producer = await startProducer(broker, { deliveryTimeoutMs: 120_000 })
    put(await producer.open('t'), 0, 'a')
    broker.known.clear()
    broker.leaders.delete('t-0')
    broker.topics = () => Promise.reject(new KsError('denied', 'cannot use topic t'))
    await assert.rejects(
      Promise.race([producer.flush(), new Promise((resolve) => setTimeout(resolve, 300))]),
      isKsError('denied', /cannot use topic t/),
    )
  })

  test('may be unknown for a moment, however long it has been repeated before', async () => {
    const broker = new ScriptedBroker({ t: 1 })
    const clock = new ManualClock(1_000_000)
    const producer = await startProducer(broker, { clock, retryBackoffMs: 0, requestTimeoutMs: 1000 })
    put(await producer.open('t'), 0, 'a')
    const fates = ['NOT_ENOUGH_REPLICAS', 'NOT_ENOUGH_REPLICAS', 'UNKNOWN_TOPIC_OR_PARTITION', undefined]
    broker.fate = () => {
      clock.advance(900)
      return fates.shift()
    }
    await producer.flush()
    assert.deepEqual(broker.valuesOf('t-0'), ['a'])
  })

  test('starts sequences again after 2³¹-1', () => {
    const batches = new PartitionBatches('t', 0, 2 ** 31 - 3)
    const identity = { producerId: 1n, producerEpoch: 0 }
    const sequences: number[] = []
    for (const count of [2, 5, 1, 1]) {
      for (let i = 0; i < count; i++) batches.append(0, null, text('x'), noHeaders)
      const batch = batches.close(identity, false, 'none', 0)
      assert.ok(batch)
      assert.equal(headOf(batch.bytes).sequence, batch.baseSequence)
      sequences.push(batch.baseSequence)
    }
    assert.deepEqual(sequences, [2 ** 31 - 3, 2 ** 31 - 1, 4, 5])
  })
})

suite('an error that no repetition cures', () => {
  const failWith = async (code: string): Promise<unknown> => {
    const broker = new ScriptedBroker({ t: 1 })
    const producer = await startProducer(broker)
    const writer = await producer.open('t')
    broker.fate = () => code
    put(writer, 0, 'a')
    const failure: unknown = await producer.flush().then(
      () => 'none',
      (error: unknown) => error,
    )
    broker.fate = () => undefined
    assert.equal(producer.failure, failure)
    const requests = broker.seen.length
    // It is final.
    assert.throws(
      () => put(writer, 0, 'b'),
      (error) => error === failure,
    )
    producer.kick()
    await assert.rejects(producer.flush(), (error) => error === failure)
    await assert.rejects(producer.drain(0), (error) => error === failure)
    await producer.close()
    assert.equal(broker.seen.length, requests)
    return failure
  }

  test('ends the producer', async () => {
    isKsError('broker', /produce to t-0.*OUT_OF_ORDER_SEQUENCE_NUMBER/)(await failWith('OUT_OF_ORDER_SEQUENCE_NUMBER'))
    isKsError('broker', /produce to t-0.*UNKNOWN_PRODUCER_ID/)(await failWith('UNKNOWN_PRODUCER_ID'))
    isKsError('denied', /produce to t-0.*TOPIC_AUTHORIZATION_FAILED/)(await failWith('TOPIC_AUTHORIZATION_FAILED'))
    isKsError('data', /topic t takes no batch of \d+ bytes/)(await failWith('MESSAGE_TOO_LARGE'))
    isKsError('data', /t-0 refuses a record/)(await failWith('INVALID_RECORD'))
    for (const code of ['INVALID_PRODUCER_EPOCH', 'PRODUCER_FENCED', 'INVALID_PRODUCER_ID_MAPPING']) {
      assert.ok((await failWith(code)) instanceof ProducerFenced)
    }
  })

  test('is the last word: answers that come later change nothing and nothing more is sent', async () => {
    const broker = new ScriptedBroker({ t: 2 }, 2)
    const producer = await startProducer(broker)
    const writer = await producer.open('t')
    let release = (): void => undefined
    broker.hold = ({ node }) => (node === 2 ? new Promise((resolve) => (release = resolve)) : undefined)
    broker.fate = (_, place) => (place === 't-0' ? 'PRODUCER_FENCED' : undefined)
    put(writer, 1, 'b')
    producer.kick()
    put(writer, 1, 'c')
    put(writer, 0, 'a')
    await assert.rejects(producer.flush(), ProducerFenced)
    const requests = broker.seen.length
    release()
    await new Promise((resolve) => setTimeout(resolve, 5))
    assert.equal(broker.seen.length, requests)
    assert.ok(producer.failure instanceof ProducerFenced)
  })

  test('reaches everybody who waits', async () => {
    const broker = new ScriptedBroker({ t: 2 })
    const producer = await startProducer(broker)
    const writer = await producer.open('t')
    broker.fate = (_, place) => (place === 't-1' ? 'PRODUCER_FENCED' : 'NOT_ENOUGH_REPLICAS')
    put(writer, 0, 'a')
    put(writer, 1, 'b')
    const outcomes = await Promise.allSettled([
      producer.drain(0),
      producer.flush(),
      producer.flush(),
      producer.drain(1),
    ])
    for (const outcome of outcomes) {
      assert.ok(outcome.status === 'rejected' && outcome.reason instanceof ProducerFenced)
    }
  })
})

test('whatever happens to requests, every partition gets its records once and in order', async () => {
  const fates = [
    'lost before',
    'lost after',
    'NOT_ENOUGH_REPLICAS',
    'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
    'KAFKA_STORAGE_ERROR',
  ]
  const property = fc.asyncProperty(
    fc.infiniteStream(fc.nat(99)),
    fc.array(fc.record({ partition: fc.nat(4), then: fc.constantFrom('kick', 'flush', 'wait', 'move', 'none') }), {
      maxLength: 60,
    }),
    async (chances, steps) => {
      const chance = (): number => chances.next().value as number
      const broker = new ScriptedBroker({ t: 5 }, 3)
      const producer = await startProducer(broker, { batchBytes: 150, maxRequestBytes: 400, retryBackoffMs: 0 })
      const writer = await producer.open('t')
      broker.fate = () => (chance() < 30 ? fates[chance() % fates.length] : undefined)
      const expected: string[][] = [[], [], [], [], []]
      const flushes: Promise<void>[] = []
      for (const [at, { partition, then }] of steps.entries()) {
        put(writer, partition, `value ${at}`)
        expected[partition]?.push(`value ${at}`)
        if (then === 'kick') producer.kick()
        if (then === 'flush') flushes.push(producer.flush())
        if (then === 'wait') await new Promise((resolve) => setImmediate(resolve))
        if (then === 'move') broker.move(`t-${chance() % 5}`, (chance() % 3) + 1)
      }
      await producer.flush()
      await Promise.all(flushes)
      assert.deepEqual(
        expected.map((_, partition) => broker.valuesOf(`t-${partition}`)),
        expected,
      )
      assert.equal(producer.bufferedBytes, 0)
      assert.deepEqual(
        expected.map((_, partition) => producer.nextOffset('t', partition) ?? 0),
        expected.map(({ length }) => length),
      )
    },
  )
  await fc.assert(property, { numRuns: 60 })
})
