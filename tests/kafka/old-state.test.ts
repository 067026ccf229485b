// State on disk that does not belong to what is on the broker any more: another host has reset the application, somebody has
// deleted its group and topics, it has lain there for too long. It is built anew, and nothing goes on from its positions.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, suite, test } from 'node:test'
import { openLevelStore } from '../../src/runtime/stores/level-store.ts'
import { inputPositionWrite, readInputPosition } from '../../src/runtime/stores/task-store.ts'
import { brokerSkip, sharedBroker, type NewRecord, type TestBroker, uniqueName } from '../support/kafka-broker.ts'
import { kafkaKs, latest, newTopic } from '../support/kafka-ks.ts'

const skip = brokerSkip()
let broker: TestBroker

before(async () => {
  if (!skip) broker = await sharedBroker()
})

const keyed = (prefix: string, count: number): NewRecord[] =>
  Array.from({ length: count }, (_, n) => ({ key: `${prefix}${String(n)}`, value: '{}' }))

const countOf = (table: ReadonlyMap<string, unknown>, key: string): unknown =>
  (table.get(key) as { count?: unknown } | undefined)?.count

suite('state from before', { skip, concurrency: 3 }, () => {
  test('a reset on another host: positions', async (t) => {
    const [here, there] = [kafkaKs(broker, t), kafkaKs(broker, t)]
    const [input, output] = await Promise.all([newTopic(broker, 'in', 1, keyed('k', 10)), newTopic(broker, 'out', 1)])
    const app = uniqueName('app')
    const args = ['count', '-t', input, '-a', app, '-e', '--to', output]
    await there.ok(args)
    await here.ok(['reset', app, '--yes'])
    const written = (await broker.consume(output)).length
    await there.ok(args)
    assert.equal((await broker.consume(output)).length - written, 10)
    assert.equal(countOf(await latest(broker, output), 'k0'), 1)
  })

  for (const more of [[], ['--eos']]) {
    test(`a reset on another host: rows ${more.join('')}`, async (t) => {
      const [here, there] = [kafkaKs(broker, t), kafkaKs(broker, t)]
      const [input, output] = await Promise.all([newTopic(broker, 'in', 1, keyed('k', 10)), newTopic(broker, 'out', 1)])
      const app = uniqueName('app')
      const args = ['count', '-t', input, '-a', app, '-e', '--to', output, ...more]
      await there.ok(args)
      await here.ok(['reset', app, '--to-latest', '--yes'])
      // The new changelog is longer than the old one was.
      await broker.produce(input, keyed('x', 20))
      await here.ok(args)
      await broker.produce(input, [...keyed('k', 1), ...keyed('x', 1)])
      await there.ok(args)
      const table = await latest(broker, output)
      assert.equal(countOf(table, 'k0'), 1)
      assert.equal(countOf(table, 'x0'), 2)
    })

    test(`group and changelogs deleted with Kafka's tools ${more.join('')}`, async (t) => {
      const ks = kafkaKs(broker, t)
      const [input, output] = await Promise.all([newTopic(broker, 'in', 1, keyed('k', 10)), newTopic(broker, 'out', 1)])
      const app = uniqueName('app')
      const args = ['count', '-t', input, '-a', app, '-e', '--to', output, ...more]
      await ks.ok(args)
      await broker.deleteGroup(`${app}-count`)
      await broker.deleteTopic(`${app}-count-count-changelog`)
      await broker.produce(input, keyed('k', 1))
      await ks.ok(args)
      const table = await latest(broker, output)
      assert.deepEqual([countOf(table, 'k0'), countOf(table, 'k1')], [2, 1])
      assert.equal((await broker.consume(`${app}-count-count-changelog`)).length >= 10, true)
    })
  }

  test('a table that was away for longer than tombstones are kept', async (t) => {
    const ks = kafkaKs(broker, t)
    const [input, table] = await Promise.all([
      newTopic(broker, 'in', 1, keyed('k', 1)),
      newTopic(broker, 'table', 1, [{ key: 'k0', value: '{"v":1}' }], { 'cleanup.policy': 'compact' }),
    ])
    const app = uniqueName('app')
    const args = ['join', '--table', `@${table}`, '--on', '$key', '-t', input, '-a', app, '-e']
    await ks.ok(args)
    const store = await openLevelStore(join(ks.directory, 'state', app, 'join', '0_0'), {
      cacheBytes: 0,
      writeBufferBytes: 65536,
    })
    const position = readInputPosition(store, table, 0) ?? assert.fail()
    const savedAt = Date.now() - 7 * 86_400_000
    await store.write([inputPositionWrite(table, 0, { ...position, savedAt })], true)
    await store.close()
    await broker.produce(table, [{ key: 'k1', value: '{"v":2}' }])
    await broker.produce(input, keyed('k', 2))
    const { stderr } = await ks.ok(args)
    assert.match(stderr, /built anew: it has been away for longer than deletions are kept/)
  })

  test('a position behind the end of a topic that was made anew', async (t) => {
    const ks = kafkaKs(broker, t)
    const input = await newTopic(broker, 'in', 1, keyed('k', 10))
    const app = uniqueName('app')
    const args = ['cat', '-t', input, '-a', app, '-e']
    await ks.ok(args)
    const group = `${app}-cat`
    const [{ metadata } = assert.fail()] = await broker.committedOffsets(group)
    await broker.commitOffsets(group, [{ topic: input, partition: 0, offset: 1000, metadata }])
    const { status, stderr } = await ks.run(args)
    assert.equal(status, 78, stderr)
    assert.match(stderr, /1000 is behind the end, which is 10.*\n.*ks reset/)
    await ks.ok(['reset', app, '--to-earliest', '--yes'])
    assert.equal((await ks.rows(args)).length, 10)
  })
})
