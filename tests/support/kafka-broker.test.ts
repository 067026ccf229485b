// The brokers for tests themselves: what a test relies on has to hold, or it proves nothing.

import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { suite, test } from 'node:test'
import { brokerSkip, ownBroker, sharedBroker, uniqueName } from './kafka-broker.ts'

const skip = brokerSkip()

suite('the shared broker', { skip }, () => {
  test('gives back what was written, with key, time and headers', async () => {
    const broker = await sharedBroker()
    const topic = uniqueName('round')
    await broker.createTopic(topic, 2, { 'cleanup.policy': 'compact' })
    const places = await broker.produce(topic, [
      { key: 'a', value: 'ä\n', partition: 1, timestamp: 1000, headers: [['h', 'x'], ['n', null]] }, // prettier-ignore
      { key: 'b', value: null, partition: 0, timestamp: 2000 },
    ])
    assert.deepEqual(places, [
      { partition: 1, offset: 0 },
      { partition: 0, offset: 0 },
    ])
    assert.deepEqual(await broker.consume(topic), [
      { partition: 0, offset: 0, timestamp: 2000, key: 'b', value: null, headers: [] },
      { partition: 1, offset: 0, timestamp: 1000, key: 'a', value: 'ä\n', headers: [['h', 'x'], ['n', null]] }, // prettier-ignore
    ])
    assert.equal((await broker.topicConfigs(topic))['cleanup.policy'], 'compact')
    assert.deepEqual(await broker.endOffsets(topic), [1, 1])
    await broker.deleteTopic(topic)
    assert.ok(!(await broker.topics()).includes(topic))
  })

  test('keeps bytes that are no text, and compresses', async () => {
    const broker = await sharedBroker()
    const topic = uniqueName('bytes')
    await broker.createTopic(topic)
    const value = Buffer.from([0, 255, 128, 10]).toString('base64')
    for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const) {
      await broker.produce(topic, [{ value }, { value }], { compression, encoding: 'base64' })
    }
    const records = await broker.consume(topic, { encoding: 'base64' })
    assert.deepEqual(
      records.map((record) => record.value),
      Array.from({ length: 10 }, () => value),
    )
    assert.equal((await broker.consume(topic, { max: 3 })).length, 3)
    await broker.deleteRecords(topic, 0, 4)
    assert.deepEqual(await broker.beginningOffsets(topic), [4])
  })

  test('tells committed, aborted and open transactions apart', async () => {
    const broker = await sharedBroker()
    const topic = uniqueName('transactions')
    const id = uniqueName('id')
    await broker.createTopic(topic)
    const values = async (committed: boolean): Promise<(string | null)[]> =>
      (await broker.consume(topic, { committed })).map(({ value }) => value)

    await broker.produce(topic, [{ value: 'aborted' }], { transactional: id, abort: true })
    await broker.produce(topic, [{ value: 'committed' }], { transactional: id })
    await broker.produce(topic, [{ value: 'open' }], { transactional: id, open: true })
    await broker.produce(topic, [{ value: 'plain' }])
    assert.deepEqual(await values(true), ['committed'])
    assert.deepEqual(await values(false), ['aborted', 'committed', 'open', 'plain'])
    assert.deepEqual(await broker.endOffsets(topic), [4])
    assert.equal((await broker.transactions()).find(({ transactionalId }) => transactionalId === id)?.state, 'Ongoing')
    await broker.endTransaction(id, 'commit')
    assert.deepEqual(await values(true), ['committed', 'open', 'plain'])
  })

  test('shows and sets the offsets of groups', async () => {
    const broker = await sharedBroker()
    const topic = uniqueName('groups')
    const group = uniqueName('group')
    await broker.createTopic(topic, 1)
    const offsets = [{ topic, partition: 0, offset: 7, metadata: 'm' }]
    await broker.commitOffsets(group, offsets)
    assert.deepEqual(await broker.committedOffsets(group), offsets)
    assert.ok((await broker.groups()).includes(group))
    assert.equal((await broker.group(group)).state, 'Empty')
    await broker.deleteGroup(group)
    assert.deepEqual(await broker.committedOffsets(group), [])
  })

  test('names the errors of Kafka', async () => {
    const broker = await sharedBroker()
    await assert.rejects(broker.consume(uniqueName('missing')), { name: 'UnknownTopicOrPartitionException' })
  })

  test('runs console tools', async () => {
    const broker = await sharedBroker()
    const topic = uniqueName('tool')
    await broker.createTopic(topic)
    const at = ['--bootstrap-server', broker.bootstrap, '--topic', topic]
    const written = await broker.kafkaTool('org.apache.kafka.tools.ConsoleProducer', at, 'one\ntwo\n')
    assert.equal(written.status, 0, written.stderr)
    const records = await broker.consume(topic)
    assert.deepEqual(
      records.map(({ value }) => value),
      ['one', 'two'],
    )
  })
})

suite('an own broker', { skip }, () => {
  test('keeps port and data over kill and stop', async () => {
    const broker = await ownBroker()
    try {
      await broker.createTopic('t')
      await broker.produce('t', [{ value: '1' }])
      await broker.kill()
      assert.deepEqual(broker.running(), [])
      await broker.start()
      await broker.produce('t', [{ value: '2' }])
      await broker.stop()
      await broker.start()
      assert.deepEqual(
        (await broker.consume('t')).map(({ value }) => value),
        ['1', '2'],
      )
    } finally {
      await broker.close()
    }
  })

  test('of three nodes moves leaders', async () => {
    const broker = await ownBroker({ nodes: 3 })
    try {
      await broker.createTopic('t', 3)
      const before = await broker.describeTopic('t')
      assert.deepEqual(before.map(({ isr }) => isr.length), [3, 3, 3]) // prettier-ignore
      const records = [0, 1, 2].map((partition) => ({ partition, value: String(partition) }))
      await broker.produce('t', records)
      const lost = before[0]?.leader ?? 0
      await broker.kill(lost)
      for (;;) {
        const leaders = (await broker.describeTopic('t')).map(({ leader }) => leader)
        if (!leaders.includes(lost) && !leaders.includes(-1)) break
        await delay(100)
      }
      await broker.produce('t', records)
      assert.equal((await broker.consume('t')).length, 6)
      assert.equal(broker.running().length, 2)
      await broker.start(lost)
      assert.equal(broker.running().length, 3)
    } finally {
      await broker.close()
    }
  })
})
