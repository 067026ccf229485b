// The client against a real broker: each tool request once, and what it does seen by Kafka's own clients.

import assert from 'node:assert/strict'
import { suite, test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { KafkaClient } from '../../../src/runtime/kafka/client.ts'
import { errorCode } from '../../../src/runtime/kafka/error-codes.ts'
import { createTopics } from '../../../src/runtime/kafka/protocol/create-topics.ts'
import { deleteRecords } from '../../../src/runtime/kafka/protocol/delete-records.ts'
import { deleteTopics } from '../../../src/runtime/kafka/protocol/delete-topics.ts'
import { describeConfigs, resourceTypes } from '../../../src/runtime/kafka/protocol/describe-configs.ts'
import { deleteGroups } from '../../../src/runtime/kafka/protocol/delete-groups.ts'
import { describeGroups } from '../../../src/runtime/kafka/protocol/describe-groups.ts'
import { fetch } from '../../../src/runtime/kafka/protocol/fetch.ts'
import {
  configOperations,
  incrementalAlterConfigs,
} from '../../../src/runtime/kafka/protocol/incremental-alter-configs.ts'
import { listGroups } from '../../../src/runtime/kafka/protocol/list-groups.ts'
import { earliestTimestamp, latestTimestamp, listOffsets } from '../../../src/runtime/kafka/protocol/list-offsets.ts'
import { type OffsetCommitAnswer, offsetCommit } from '../../../src/runtime/kafka/protocol/offset-commit.ts'
import { offsetFetch } from '../../../src/runtime/kafka/protocol/offset-fetch.ts'
import { KsError } from '../../../src/runtime/model/errors.ts'
import { brokerSkip, sharedBroker, uniqueName } from '../../support/kafka-broker.ts'
import { clientOptions, echo } from './client-scripted-broker.ts'

const never = new AbortController().signal

const refusal = async (promise: Promise<unknown>): Promise<KsError> => {
  try {
    await promise
  } catch (error) {
    assert.ok(error instanceof KsError, String(error))
    return error
  }
  assert.fail('it should have been refused')
}

suite('a real broker', { skip: brokerSkip() }, () => {
  const connectReal = async (t: TestContext): Promise<KafkaClient> => {
    const { bootstrap } = await sharedBroker()
    const bootstrapServers = bootstrap.split(',').map((address) => {
      const [host = '', port = ''] = address.split(':')
      return { host, port: Number(port) }
    })
    const client = await KafkaClient.connect(
      clientOptions([], { bootstrapServers, requestTimeoutMs: 30_000 }),
      10_000,
      never,
    )
    t.after(() => client.close())
    return client
  }

  test('is found, and its topics are made, seen, changed and deleted', async (t) => {
    const broker = await sharedBroker()
    const client = await connectReal(t)
    assert.match(client.clusterId ?? '', /^[\w-]{22}$/)
    const nodes = client.brokers().map(({ nodeId }) => nodeId)
    assert.ok(nodes.includes(await client.controller()))
    const topic = uniqueName('client')

    const create = (validateOnly: boolean): Promise<unknown> =>
      client.request(
        'any',
        createTopics({
          topics: [{ name: topic, numPartitions: 3, replicationFactor: -1, configs: { 'cleanup.policy': 'compact' } }],
          timeoutMs: 10_000,
          validateOnly,
        }),
      )
    const done = { topics: [{ name: topic, errorCode: 0, errorMessage: null }] }
    assert.deepEqual(await create(true), done)
    assert.equal((await client.topics([topic], true)).has(topic), false)
    assert.deepEqual(await create(false), done)
    t.after(() => broker.deleteTopic(topic).catch(() => undefined))
    const again = (await create(false)) as typeof done
    assert.equal(again.topics[0]?.errorCode, 36)

    const made = (await client.topics([topic, uniqueName('missing')], true)).get(topic)
    assert.deepEqual(
      made?.partitions.map(({ partition }) => partition),
      [0, 1, 2],
    )
    assert.ok(made.partitions.every(({ leader, errorCode: code }) => nodes.includes(leader) && code === 0))
    assert.equal(client.leader(topic, 2), made.partitions[2]?.leader)
    assert.ok((await client.allTopics()).some(({ name }) => name === topic))
    assert.equal((await broker.topicConfigs(topic))['cleanup.policy'], 'compact')

    const changed = await client.request(
      'any',
      incrementalAlterConfigs({
        resources: [
          {
            type: resourceTypes.topic,
            name: topic,
            configs: [{ name: 'retention.ms', operation: configOperations.set, value: '4242' }],
          },
        ],
        validateOnly: false,
      }),
    )
    assert.deepEqual(changed, {
      resources: [{ type: resourceTypes.topic, name: topic, errorCode: 0, errorMessage: null }],
    })
    const described = await client.request(
      'any',
      describeConfigs([{ type: resourceTypes.topic, name: topic, names: ['retention.ms', 'cleanup.policy'] }]),
    )
    assert.deepEqual(described.resources[0]?.configs.map(({ name, value, source }) => [name, value, source]).sort(), [
      ['cleanup.policy', 'compact', 1],
      ['retention.ms', '4242', 1],
    ])
    assert.deepEqual(await client.request('any', deleteTopics({ names: [topic], timeoutMs: 10_000 })), {
      topics: [{ name: topic, errorCode: 0 }],
    })
    assert.equal((await client.topics([topic], true)).size, 0)
  })

  test('has records, offsets and groups', async (t) => {
    const broker = await sharedBroker()
    const topic = uniqueName('client')
    const group = uniqueName('group')
    await broker.createTopic(topic, 1)
    t.after(() => broker.deleteTopic(topic))
    await broker.produce(
      topic,
      [1, 2, 3, 4].map((number) => ({ value: `v${number}`, timestamp: number * 1_000 })),
    )
    const client = await connectReal(t)
    await client.topics([topic])
    const leader = client.leader(topic, 0) ?? -1

    const offsetsAt = async (timestamp: number): Promise<readonly number[]> => {
      const answer = await client.request(
        leader,
        listOffsets({ isolation: 1, topics: [{ topic, partitions: [{ partition: 0, timestamp }] }] }),
      )
      return (
        answer.topics[0]?.partitions.map(({ offset, errorCode: code, timestamp: found }) => {
          assert.equal(code, 0)
          return timestamp < 0 ? offset : offset * 100_000 + found
        }) ?? []
      )
    }
    assert.deepEqual(await offsetsAt(earliestTimestamp), [0])
    assert.deepEqual(await offsetsAt(latestTimestamp), [4])
    assert.deepEqual(await offsetsAt(2_001), [2 * 100_000 + 3_000])

    const read = async (fetchOffset: number): Promise<readonly [number, number, number, boolean]> => {
      const partitions = [{ partition: 0, fetchOffset, maxBytes: 1_000_000, currentLeaderEpoch: -1 }]
      const { topics } = await client.request(
        leader,
        fetch({ maxWaitMs: 100, minBytes: 1, maxBytes: 1_000_000, isolation: 1, topics: [{ topic, partitions }] }),
        'fetch',
      )
      const [part] = topics[0]?.partitions ?? []
      assert.ok(part !== undefined)
      return [part.errorCode, part.highWatermark, part.logStartOffset, part.records.includes('v4')]
    }
    assert.deepEqual(await read(0), [0, 4, 0, true])
    assert.deepEqual(await read(4), [0, 4, 0, false])
    assert.equal((await read(99))[0], 1)

    const deleted = await client.request(
      leader,
      deleteRecords({ topics: [{ topic, partitions: [{ partition: 0, offset: 2 }] }], timeoutMs: 10_000 }),
    )
    assert.deepEqual(deleted.topics[0]?.partitions, [{ partition: 0, lowWatermark: 2, errorCode: 0 }])

    const coordinator = await client.coordinator('group', group)
    const commit = (): Promise<OffsetCommitAnswer> =>
      client.request(
        coordinator,
        offsetCommit({
          groupId: group,
          generationId: -1,
          memberId: '',
          groupInstanceId: null,
          topics: [{ topic, partitions: [{ partition: 0, offset: 3, leaderEpoch: -1, metadata: 'm' }] }],
        }),
      )
    let committed = await commit()
    // A broker that has had no group yet makes the topic for the offsets first.
    while (errorCode(committed.topics[0]?.partitions[0]?.errorCode ?? 0).retriable) {
      await pause(50)
      committed = await commit()
    }
    assert.deepEqual(committed.topics, [{ topic, partitions: [{ partition: 0, errorCode: 0 }] }])
    for (const topics of [null, [{ topic, partitions: [0] }]]) {
      assert.deepEqual(
        await client.request(coordinator, offsetFetch({ groupId: group, topics, requireStable: true })),
        {
          errorCode: 0,
          topics: [{ topic, partitions: [{ partition: 0, offset: 3, leaderEpoch: -1, metadata: 'm', errorCode: 0 }] }],
        },
      )
    }
    assert.deepEqual(await broker.committedOffsets(group), [{ topic, partition: 0, offset: 3, metadata: 'm' }])
    const { groups } = await client.request(coordinator, listGroups())
    assert.ok(groups.some(({ groupId }) => groupId === group))
    const described = await client.request(coordinator, describeGroups([group]))
    assert.deepEqual(
      described.groups.map(({ groupId, state }) => [groupId, state]),
      [[group, 'Empty']],
    )
    assert.deepEqual(await client.request(coordinator, deleteGroups([group])), {
      groups: [{ groupId: group, errorCode: 0 }],
    })
  })

  test('refuses what no version has', async (t) => {
    const client = await connectReal(t)
    const old = await refusal(client.request('any', echo(0, { name: 'Fetch', key: 1, minVersion: 0, maxVersion: 3 })))
    assert.equal(old.kind, 'broker')
    assert.match(old.message, /^broker \S+:\d+ speaks Fetch 4–\d+, this ks 0–3: no version in common$/)
    assert.match(old.hint ?? '', /newer ks/)
    const unknown = await refusal(client.request('any', echo(0, { key: 9_999 })))
    assert.match(unknown.message, /speaks no Echo/)
  })

  test('coordinates transactional ids too', async (t) => {
    const client = await connectReal(t)
    const nodes = client.brokers().map(({ nodeId }) => nodeId)
    assert.ok(nodes.includes(await client.coordinator('transaction', uniqueName('tx'))))
  })
})
