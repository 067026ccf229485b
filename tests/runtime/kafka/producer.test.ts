// What a producer sends, where to, and when, while all goes well.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { murmur2 } from '../../../src/runtime/expression/functions/murmur2.ts'
import { noHeaders } from '../../../src/runtime/model/stream-record.ts'
import { partitionForKey } from '../../../src/runtime/kafka/producer/partitioner.ts'
import { headOf, isKsError, put, ScriptedBroker, startProducer, text, valuesIn } from './producer-scripted-broker.ts'

suite('partition of a record', () => {
  // As org.apache.kafka.common.utils.UtilsTest has them.
  const known: readonly (readonly [string, number])[] = [
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ]

  test('is that of the Java client', () => {
    for (const [key, hash] of known) {
      assert.equal(partitionForKey(text(key), 1000), (hash & 0x7fffffff) % 1000)
    }
  })

  test('is the same for a text and for a range, of any bytes and length', () => {
    const property = fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.nat(9),
      fc.integer({ min: 1, max: 50 }),
      (bytes, at, n) => {
        const expected = (murmur2(bytes) & 0x7fffffff) % n
        const buffer = Buffer.concat([Buffer.alloc(at, 0xff), bytes, Buffer.alloc(3, 0xff)])
        assert.equal(partitionForKey({ buffer, start: at, end: at + bytes.length }, n), expected)
        assert.equal(partitionForKey(Buffer.from(bytes).toString('latin1') as ReturnType<typeof text>, n), expected)
      },
    )
    fc.assert(property)
  })

  test('without a key stays for a batch and changes with the next one', async () => {
    const broker = new ScriptedBroker({ t: 3 })
    const producer = await startProducer(broker, { batchBytes: 400 })
    const writer = await producer.open('t')
    const chosen: number[] = []
    for (let i = 0; i < 30; i++) chosen.push(writer.append(undefined, 0, null, text('x'.repeat(50)), noHeaders))
    await producer.flush()
    assert.deepEqual([...new Set(chosen)].sort(), [0, 1, 2])
    const changes = chosen.filter((partition, at) => at > 0 && partition !== chosen[at - 1]).length
    assert.ok(changes >= 3 && changes <= 10, `${changes} changes`)
  })

  test('that does not exist is a mistake of the program', async () => {
    const producer = await startProducer(new ScriptedBroker({ t: 2 }))
    const writer = await producer.open('t')
    assert.throws(() => put(writer, 2, 'a'), /topic t has no partition 2, only 2/)
  })
})

suite('producer', () => {
  test('sends nothing before kick, then one request per broker with all its partitions', async () => {
    const broker = new ScriptedBroker({ t: 4, u: 2 }, 2)
    const producer = await startProducer(broker)
    const writers = [await producer.open('t'), await producer.open('u')]
    for (const writer of writers) for (let p = 0; p < writer.partitions; p++) put(writer, p, `${writer.topic}${p}`)
    assert.deepEqual(broker.names, ['InitProducerId'])
    producer.kick()
    await producer.flush()
    const requests = broker.seen.filter(({ name }) => name === 'Produce')
    assert.deepEqual(
      requests.map(({ node, batches }) => [node, [...batches.keys()].sort()]),
      [
        [1, ['t-0', 't-2', 'u-0']],
        [2, ['t-1', 't-3', 'u-1']],
      ],
    )
    assert.equal(producer.bufferedBytes, 0)
    assert.equal(producer.nextOffset('t', 3), 1)
    assert.equal(producer.nextOffset('t', 0), 1)
    assert.equal(producer.nextOffset('v', 0), undefined)
  })

  test('with linger.ms sends by itself', async () => {
    const broker = new ScriptedBroker({ t: 1 })
    const producer = await startProducer(broker, { lingerMs: 5 })
    put(await producer.open('t'), 0, 'a', 'b')
    await new Promise((resolve) => setTimeout(resolve, 50))
    assert.deepEqual(broker.valuesOf('t-0'), ['a', 'b'])
    put(await producer.open('t'), 0, 'c')
    await new Promise((resolve) => setTimeout(resolve, 50))
    assert.deepEqual(broker.valuesOf('t-0'), ['a', 'b', 'c'])
  })

  test('has one batch of a partition under way, and one that was kicked meanwhile still grows', async () => {
    const broker = new ScriptedBroker({ t: 1 })
    const producer = await startProducer(broker)
    const writer = await producer.open('t')
    let release = (): void => undefined
    broker.hold = () => new Promise((resolve) => (release = resolve))
    put(writer, 0, 'a')
    producer.kick()
    await new Promise((resolve) => setImmediate(resolve))
    for (const value of ['b', 'c', 'd']) {
      put(writer, 0, value)
      producer.kick()
    }
    assert.equal(broker.seen.filter(({ name }) => name === 'Produce').length, 1)
    broker.hold = () => undefined
    release()
    await producer.flush()
    const batches = broker.seen.flatMap(({ batches: some }) => [...some.values()])
    assert.deepEqual(batches.map(valuesIn), [['a'], ['b', 'c', 'd']])
    assert.deepEqual(
      batches.map((batch) => headOf(batch).sequence),
      [0, 1],
    )
  })

  test('keeps batches below batch.size and requests below max.request.size', async () => {
    const broker = new ScriptedBroker({ t: 10 })
    const producer = await startProducer(broker, { batchBytes: 1000, maxRequestBytes: 2000 })
    const writer = await producer.open('t')
    for (let i = 0; i < 500; i++) put(writer, i % 10, 'x'.repeat(100))
    await producer.flush()
    const requests = broker.seen.filter(({ name }) => name === 'Produce')
    for (const { batches } of requests) {
      const sizes = [...batches.values()].map(({ length }) => length)
      assert.ok(Math.max(...sizes) <= 1000)
      assert.ok(sizes.reduce((total, size) => total + size) <= 2000)
    }
    assert.equal([...broker.logs.values()].flatMap(({ values }) => values).length, 500)
  })

  test('has at most five requests to a broker under way', async () => {
    const broker = new ScriptedBroker({ t: 9 })
    const producer = await startProducer(broker, { batchBytes: 1000, maxRequestBytes: 1000 })
    const writer = await producer.open('t')
    const releases: (() => void)[] = []
    broker.hold = () => new Promise((resolve) => releases.push(resolve))
    for (let partition = 0; partition < 9; partition++) put(writer, partition, 'x'.repeat(800))
    const flushed = producer.flush()
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(releases.length, 5)
    releases.shift()?.()
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(releases.length, 5)
    broker.hold = () => undefined
    for (const release of releases) release()
    await flushed
    assert.equal(broker.logs.size, 9)
  })

  test('refuses a record above max.request.size and goes on', async () => {
    const broker = new ScriptedBroker({ t: 1 })
    const producer = await startProducer(broker, { maxRequestBytes: 1000 })
    const writer = await producer.open('t')
    put(writer, 0, 'a')
    assert.throws(
      () => put(writer, 0, 'x'.repeat(1000)),
      isKsError('data', /topic t has \d+ bytes, more than max.request.size \(1000\)/),
    )
    put(writer, 0, 'b')
    await producer.flush()
    assert.deepEqual(broker.valuesOf('t-0'), ['a', 'b'])
  })

  test('takes a record that is larger than batch.size', async () => {
    const broker = new ScriptedBroker({ t: 1 })
    const producer = await startProducer(broker, { batchBytes: 100 })
    put(await producer.open('t'), 0, 'a', 'x'.repeat(1000), 'b')
    await producer.flush()
    assert.deepEqual(
      broker.valuesOf('t-0').map(({ length }) => length),
      [1, 1000, 1],
    )
  })

  test('drain waits for room, and sends what is open if that is needed for it', async () => {
    const broker = new ScriptedBroker({ t: 2 })
    const producer = await startProducer(broker)
    const writer = await producer.open('t')
    put(writer, 0, 'x'.repeat(5000))
    put(writer, 1, 'x'.repeat(5000))
    assert.ok(producer.bufferedBytes > 10_000)
    await producer.drain(20_000)
    assert.equal(broker.names.includes('Produce'), false)
    await producer.drain(6000)
    assert.ok(producer.bufferedBytes <= 6000)
  })

  test('drain leaves an open batch alone if the others make room', async () => {
    const broker = new ScriptedBroker({ t: 2 })
    const producer = await startProducer(broker, { batchBytes: 1000 })
    const writer = await producer.open('t')
    for (let i = 0; i < 20; i++) put(writer, 0, 'x'.repeat(900))
    await producer.flush()
    for (let i = 0; i < 20; i++) put(writer, 0, 'x'.repeat(900))
    put(writer, 1, 'open')
    await producer.drain(5000)
    await new Promise((resolve) => setTimeout(resolve, 5))
    assert.deepEqual(broker.valuesOf('t-1'), [])
  })

  test('flush does not wait for what is appended after it', async () => {
    const broker = new ScriptedBroker({ t: 1 })
    const producer = await startProducer(broker)
    const writer = await producer.open('t')
    put(writer, 0, 'a')
    const flushed = producer.flush()
    put(writer, 0, 'b')
    await flushed
    assert.deepEqual(broker.valuesOf('t-0'), ['a'])
    assert.ok(producer.bufferedBytes > 0)
  })

  test('with acks=0 takes a request that was sent for acknowledged', async () => {
    const broker = new ScriptedBroker({ t: 1 })
    const producer = await startProducer(broker, { acks: 0 })
    put(await producer.open('t'), 0, 'a')
    await producer.flush()
    assert.deepEqual(broker.names, ['Produce'])
    assert.deepEqual(broker.valuesOf('t-0'), ['a'])
    assert.equal(producer.nextOffset('t', 0), undefined)
  })

  test('without idempotence has no producer id', async () => {
    const broker = new ScriptedBroker({ t: 1 })
    const producer = await startProducer(broker, { idempotent: false })
    put(await producer.open('t'), 0, 'a')
    await producer.flush()
    const [batch] = broker.seen.flatMap(({ batches }) => [...batches.values()])
    assert.ok(batch)
    assert.deepEqual(headOf(batch), { producerId: -1n, epoch: -1, sequence: -1, count: 1, transactional: false })
  })

  test('compresses', async () => {
    const broker = new ScriptedBroker({ t: 1 })
    const producer = await startProducer(broker, { compression: 'gzip' })
    put(await producer.open('t'), 0, 'x'.repeat(5000))
    await producer.flush()
    const [batch] = broker.seen.flatMap(({ batches }) => [...batches.values()])
    assert.ok(batch && batch.length < 300)
    assert.equal(producer.bufferedBytes, 0)
    assert.deepEqual(
      broker.valuesOf('t-0').map(({ length }) => length),
      [5000],
    )
  })

  test('says that a topic does not exist', async () => {
    const producer = await startProducer(new ScriptedBroker({ t: 1 }))
    await assert.rejects(producer.open('other'), isKsError('config', /topic other does not exist/))
  })

  test('is closed once everything has arrived, and takes nothing after that', async () => {
    const broker = new ScriptedBroker({ t: 1 })
    const producer = await startProducer(broker)
    const writer = await producer.open('t')
    put(writer, 0, 'a')
    await producer.close()
    assert.deepEqual(broker.valuesOf('t-0'), ['a'])
    assert.throws(() => put(writer, 0, 'b'), /CLOSED/)
    await producer.close()
  })

  test('close gives up after request.timeout.ms and says so', async () => {
    const broker = new ScriptedBroker({ t: 1 })
    const producer = await startProducer(broker, { requestTimeoutMs: 20 })
    put(await producer.open('t'), 0, 'a')
    broker.hold = () => new Promise(() => undefined)
    await assert.rejects(producer.close(), isKsError('broker', /not everything was acknowledged within 20 ms/))
  })
})
