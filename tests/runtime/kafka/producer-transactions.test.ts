// Transactions against a scripted cluster: which requests are sent in which order, what is repeated, and what is final.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { KsError } from '../../../src/runtime/model/errors.ts'
import { noHeaders } from '../../../src/runtime/model/stream-record.ts'
import type { Producer } from '../../../src/runtime/kafka/producer/producer.ts'
import { ProducerFenced, TransactionUncertain } from '../../../src/runtime/kafka/producer/producer-errors.ts'
import { ManualClock } from '../../../src/runtime/tasks/clock.ts'
import {
  type Fate,
  headOf,
  isKsError,
  ScriptedBroker,
  startProducer,
  text,
  valuesIn,
} from './producer-scripted-broker.ts'

const group = { groupId: 'g', generationId: 5, memberId: 'm', groupInstanceId: null }
const offsets = [{ topic: 't', partition: 0, offset: 42, metadata: '' }]
const transactionalId = 'app-0'

const put = async (producer: Producer, partition: number, ...values: string[]): Promise<void> => {
  const writer = await producer.open('t')
  for (const value of values) writer.append(partition, 0, null, text(value), noHeaders)
}

/** Gives the requests of one name the fates in turn, then none. */
const script = (broker: ScriptedBroker, name: string, fates: readonly Fate[]): void => {
  const left = [...fates]
  broker.fate = (seen) => (seen.name === name ? left.shift() : undefined)
}

/** A transaction with records and offsets. */
const wholeTransaction = async (producer: Producer): Promise<void> => {
  await put(producer, 0, 'a')
  await producer.flush()
  await producer.addOffsets(group, offsets)
  await producer.commit()
}

const wholeNames = ['AddPartitionsToTxn', 'Produce', 'AddOffsetsToTxn', 'TxnOffsetCommit', 'EndTxn']

suite('transaction', () => {
  test('adds partitions and groups once, before anything is sent to them', async () => {
    const broker = new ScriptedBroker({ t: 3 })
    const producer = await startProducer(broker, { transactionalId })
    for (let round = 0; round < 2; round++) {
      if (round > 0) producer.begin()
      assert.equal(producer.touched, false)
      await put(producer, 0, 'a')
      await put(producer, 1, 'b')
      assert.equal(producer.touched, true)
      await producer.flush()
      await put(producer, 0, 'c')
      await producer.flush()
      await producer.addOffsets(group, offsets)
      await producer.addOffsets(group, offsets)
      await producer.commit()
      assert.equal(producer.inTransaction, false)
    }
    const round = [
      'AddPartitionsToTxn',
      'Produce',
      'Produce',
      'AddOffsetsToTxn',
      'TxnOffsetCommit',
      'TxnOffsetCommit',
      'EndTxn',
    ]
    assert.deepEqual(broker.names, ['InitProducerId', ...round, ...round])
    assert.deepEqual(broker.valuesOf('t-0'), ['a', 'c', 'a', 'c'])
    const heads = broker.seen.flatMap(({ batches }) => [...batches.values()].map(headOf))
    for (const { transactional, producerId, epoch } of heads) {
      assert.deepEqual([transactional, producerId, epoch], [true, 4711n, 3])
    }
    assert.deepEqual(
      heads.map(({ sequence }) => sequence),
      [0, 0, 1, 2, 1, 3],
    )
  })

  test('goes to the coordinators: transactions to one, offsets of the group to the other', async () => {
    const broker = new ScriptedBroker({ t: 1 })
    const producer = await startProducer(broker, { transactionalId })
    await wholeTransaction(producer)
    assert.deepEqual(
      broker.seen.map(({ node }) => node),
      [8, 8, 1, 8, 7, 8],
    )
  })

  test('whose records are not acknowledged is given up after transaction.timeout.ms', { timeout: 10_000 }, async () => {
    for (const wait of ['commit', 'drain'] as const) {
      const broker = new ScriptedBroker({ t: 1 })
      const options = { transactionalId, transactionTimeoutMs: 50, deliveryTimeoutMs: 2 ** 31 - 1 }
      const producer = await startProducer(broker, options)
      broker.fate = ({ name }) => (name === 'Produce' ? 'lost before' : undefined)
      await put(producer, 0, 'a')
      await assert.rejects(wait === 'commit' ? producer.commit() : producer.drain(0), TransactionUncertain)
      assert.equal(broker.names.includes('EndTxn'), false)
      await producer.close()
    }
  })

  test('that touched nothing sends nothing', async () => {
    const broker = new ScriptedBroker({ t: 1 })
    const producer = await startProducer(broker, { transactionalId })
    await producer.commit()
    producer.begin()
    await producer.addOffsets(group, [])
    await producer.abort()
    assert.deepEqual(broker.names, ['InitProducerId'])
  })

  test('that is aborted does not send what is open, but what has a sequence number', async () => {
    const broker = new ScriptedBroker({ t: 2 })
    const producer = await startProducer(broker, { transactionalId, batchBytes: 200 })
    await put(producer, 0, 'x'.repeat(100), 'y'.repeat(100))
    await put(producer, 1, 'z')
    await producer.abort()
    assert.deepEqual(broker.valuesOf('t-0'), ['x'.repeat(100)])
    assert.deepEqual(broker.valuesOf('t-1'), [])
    assert.equal(producer.bufferedBytes, 0)
    producer.begin()
    await put(producer, 0, 'next')
    await producer.commit()
    assert.deepEqual(broker.valuesOf('t-0').at(-1), 'next')
    const ends = broker.seen.filter(({ name }) => name === 'EndTxn').map(({ body }) => body.at(-1))
    assert.deepEqual(ends, [0, 1])
  })

  test('that is aborted before anything was sent asks for nothing', async () => {
    const broker = new ScriptedBroker({ t: 1 })
    const producer = await startProducer(broker, { transactionalId })
    await put(producer, 0, 'a')
    await producer.abort()
    assert.deepEqual(broker.names, ['InitProducerId'])
  })

  test('is aborted by close', async () => {
    const broker = new ScriptedBroker({ t: 1 })
    const producer = await startProducer(broker, { transactionalId })
    await put(producer, 0, 'a')
    await producer.flush()
    await producer.close()
    assert.deepEqual(broker.names.at(-1), 'EndTxn')
    assert.equal(broker.seen.at(-1)?.body.at(-1), 0)
  })

  test('has to be begun, once', async () => {
    const broker = new ScriptedBroker({ t: 1 })
    const producer = await startProducer(broker, { transactionalId })
    assert.throws(() => producer.begin(), /IN_TXN/)
    await producer.commit()
    const writer = await producer.open('t')
    assert.throws(() => writer.append(0, 0, null, text('a'), noHeaders), /READY/)
    await assert.rejects(producer.commit(), /READY/)
    const plain = await startProducer(broker)
    assert.throws(() => plain.begin(), /transactional id/)
    await assert.rejects(plain.init(), /READY/)
  })

  test('does not end while offsets are being added', async () => {
    const producer = await startProducer(new ScriptedBroker({ t: 1 }), { transactionalId })
    const added = producer.addOffsets(group, offsets)
    await assert.rejects(producer.commit(), /still being added/)
    await added
    await producer.commit()
  })

  test('needs acks=all', async () => {
    const broker = new ScriptedBroker({ t: 1 })
    await assert.rejects(startProducer(broker, { transactionalId, acks: 1 }), /acks=all/)
  })
})

suite('a coordinator that is not ready', () => {
  const passing = [
    'CONCURRENT_TRANSACTIONS',
    'NOT_COORDINATOR',
    'COORDINATOR_LOAD_IN_PROGRESS',
    'COORDINATOR_NOT_AVAILABLE',
  ]

  for (const name of ['InitProducerId', ...wholeNames.filter((one) => one !== 'Produce')]) {
    test(`is asked again for ${name}`, async () => {
      const broker = new ScriptedBroker({ t: 2 })
      script(broker, name, [...passing, 'lost before'])
      const producer = await startProducer(broker, { transactionalId })
      await wholeTransaction(producer)
      const expected = ['InitProducerId', ...wholeNames].flatMap((one) =>
        one === name ? Array<string>(6).fill(one) : [one],
      )
      assert.deepEqual(broker.names, expected)
      const whose = name === 'TxnOffsetCommit' ? 'group g' : 'transaction app-0'
      // It is looked for again where it may have moved, and only there.
      assert.deepEqual(broker.forgotten, [whose, whose, whose])
      assert.deepEqual(broker.valuesOf('t-0'), ['a'])
    })

    test(`is asked no longer than it makes sense for ${name}`, async () => {
      const broker = new ScriptedBroker({ t: 2 })
      const clock = new ManualClock(1_000_000)
      broker.fate = (seen) => {
        clock.advance(2500)
        return seen.name === name ? 'COORDINATOR_LOAD_IN_PROGRESS' : undefined
      }
      const run = async (): Promise<void> => {
        const producer = await startProducer(broker, { transactionalId, clock })
        await wholeTransaction(producer)
      }
      await assert.rejects(run(), (error) => {
        if (name === 'InitProducerId') {
          return isKsError('broker', /^cannot get a producer id .*app-0.*COORDINATOR_LOAD_IN_PROGRESS/)(error)
        }
        // The broker may have aborted the transaction by then.
        assert.ok(error instanceof TransactionUncertain)
        assert.match(error.message, /^cannot .*app-0 in time: /)
        return true
      })
      const attempts = broker.names.filter((one) => one === name).length
      assert.ok(attempts >= 2 && attempts <= 5, `${attempts} attempts`)
    })
  }

  test('is asked again within a few ms about the transaction before', async () => {
    const broker = new ScriptedBroker({ t: 2 })
    const producer = await startProducer(broker, { transactionalId })
    script(broker, 'AddPartitionsToTxn', ['CONCURRENT_TRANSACTIONS'])
    const start = performance.now()
    await wholeTransaction(producer)
    assert.ok(performance.now() - start < 18)
  })
})

suite('a lost answer', () => {
  for (const name of ['AddOffsetsToTxn', 'TxnOffsetCommit', 'EndTxn']) {
    test(`of ${name} leaves the transaction uncertain, for good`, async () => {
      const broker = new ScriptedBroker({ t: 2 })
      const producer = await startProducer(broker, { transactionalId })
      script(broker, name, ['lost after'])
      await assert.rejects(wholeTransaction(producer), TransactionUncertain)
      const requests = broker.seen.length
      assert.equal(broker.names.filter((one) => one === name).length, 1)
      await assert.rejects(producer.abort(), TransactionUncertain)
      await assert.rejects(producer.commit(), TransactionUncertain)
      await assert.rejects(producer.addOffsets(group, offsets), TransactionUncertain)
      await assert.rejects(put(producer, 0, 'b'), TransactionUncertain)
      assert.throws(() => producer.begin(), TransactionUncertain)
      assert.ok(producer.failure instanceof TransactionUncertain)
      await producer.close()
      assert.equal(broker.seen.length, requests)

      // The next producer goes on.
      await wholeTransaction(await startProducer(broker, { transactionalId }))
    })
  }

  test('of InitProducerId and AddPartitionsToTxn is asked for again', async () => {
    for (const name of ['InitProducerId', 'AddPartitionsToTxn']) {
      const broker = new ScriptedBroker({ t: 2 })
      script(broker, name, ['lost after'])
      const producer = await startProducer(broker, { transactionalId })
      await wholeTransaction(producer)
      assert.equal(broker.names.filter((one) => one === name).length, 2)
    }
  })

  test('of Produce is asked for again with the same bytes', async () => {
    const broker = new ScriptedBroker({ t: 2 })
    const producer = await startProducer(broker, { transactionalId })
    script(broker, 'Produce', ['lost after', 'lost before', 'lost after'])
    await wholeTransaction(producer)
    assert.deepEqual(broker.valuesOf('t-0'), ['a'])
    const sent = broker.seen.flatMap(({ batches }) => [...batches.values()])
    assert.equal(sent.length, 4)
    for (const batch of sent) assert.deepEqual(batch, sent[0])
    assert.deepEqual(sent.map(valuesIn)[0], ['a'])
  })
})

suite('fencing', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['InitProducerId', ['PRODUCER_FENCED', 'INVALID_PRODUCER_EPOCH']],
    ['AddPartitionsToTxn', ['PRODUCER_FENCED', 'INVALID_PRODUCER_EPOCH', 'INVALID_PRODUCER_ID_MAPPING']],
    ['Produce', ['PRODUCER_FENCED', 'INVALID_PRODUCER_EPOCH']],
    ['AddOffsetsToTxn', ['PRODUCER_FENCED', 'INVALID_PRODUCER_EPOCH', 'TRANSACTIONAL_ID_NOT_FOUND']],
    [
      'TxnOffsetCommit',
      ['PRODUCER_FENCED', 'INVALID_PRODUCER_EPOCH', 'FENCED_INSTANCE_ID', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID'],
    ],
    ['EndTxn', ['PRODUCER_FENCED', 'INVALID_PRODUCER_EPOCH']],
  ]
  for (const [name, codes] of cases) {
    test(`by ${name}`, async () => {
      for (const code of codes) {
        const broker = new ScriptedBroker({ t: 2 })
        script(broker, name, [code])
        const run = async (): Promise<void> => wholeTransaction(await startProducer(broker, { transactionalId }))
        await assert.rejects(run(), (error) => {
          assert.ok(error instanceof ProducerFenced, String(error))
          assert.match(error.message, new RegExp(code))
          return true
        })
        assert.equal(broker.names.at(-1), name)
      }
    })
  }

  test('is no answer to missing rights', async () => {
    const broker = new ScriptedBroker({ t: 2 })
    script(broker, 'InitProducerId', ['TRANSACTIONAL_ID_AUTHORIZATION_FAILED'])
    await assert.rejects(startProducer(broker, { transactionalId }), (error) => {
      assert.ok(error instanceof KsError)
      assert.equal(error.kind, 'denied')
      assert.match(error.message, /^cannot get a producer id for transactional id app-0/)
      return true
    })
  })
})
