// How a producer ends: in order, or all at once after an error of somebody else. Nothing of it may keep the process then.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { KafkaConnectionError } from '../../../src/runtime/kafka/kafka-errors.ts'
import { put, ScriptedBroker, startProducer } from './producer-scripted-broker.ts'

/** Rejects instead of hanging. */
const soon = <T>(promise: Promise<T>, withinMs = 1500): Promise<T> =>
  Promise.race([
    promise,
    new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error('it takes too long')), withinMs).unref()
    }),
  ])

test('a client that was closed ends it at once: no repetition would help', async () => {
  const broker = new ScriptedBroker({ t: 1 })
  const producer = await startProducer(broker, { deliveryTimeoutMs: 120_000 })
  put(await producer.open('t'), 0, 'a')
  broker.hold = () => Promise.reject(new KafkaConnectionError('b:9092', 'the client is closed', { retriable: false }))
  await assert.rejects(soon(producer.flush()), /the client is closed/)
  assert.equal(broker.names.filter((name) => name === 'Produce').length, 1)
})

suite('a producer that is abandoned', () => {
  test('forgets what it repeats, and has no timer left', async () => {
    const broker = new ScriptedBroker({ t: 1 })
    const producer = await startProducer(broker, { deliveryTimeoutMs: 120_000, retryBackoffMs: 50 })
    put(await producer.open('t'), 0, 'a')
    broker.fate = () => 'NOT_ENOUGH_REPLICAS'
    const flushed = producer.flush().catch((error: unknown) => String(error))
    await new Promise((resolve) => setTimeout(resolve, 20))
    await soon(producer.abandon(), 40)
    assert.match(String(await flushed), /abandoned/)
    const requests = broker.seen.length
    await new Promise((resolve) => setTimeout(resolve, 120))
    assert.equal(broker.seen.length, requests)
    await producer.close()
  })

  test('aborts its transaction, so that readers need not wait for its time-out', async () => {
    const broker = new ScriptedBroker({ t: 1 })
    const producer = await startProducer(broker, { transactionalId: 'app-0' })
    put(await producer.open('t'), 0, 'a')
    await producer.flush()
    await producer.abandon()
    assert.equal(broker.names.at(-1), 'EndTxn')
    assert.equal(broker.seen.at(-1)?.body.at(-1), 0)
  })

  test('does not wait for long for a broker that does not answer', async () => {
    const broker = new ScriptedBroker({ t: 1 })
    const producer = await startProducer(broker, { transactionalId: 'app-0', requestTimeoutMs: 30_000 })
    put(await producer.open('t'), 0, 'a')
    broker.hold = () => new Promise(() => undefined)
    producer.kick()
    await soon(producer.abandon(20))
  })
})
