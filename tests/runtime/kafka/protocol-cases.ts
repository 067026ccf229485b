// One example of each request, and how its answer follows from what Kafka's own message classes have in it: their JSON form is
// in protocol-golden.ndjson.

import { addOffsetsToTxn } from '../../../src/runtime/kafka/protocol/add-offsets-to-txn.ts'
import { addPartitionsToTxn } from '../../../src/runtime/kafka/protocol/add-partitions-to-txn.ts'
import type { ApiRequest } from '../../../src/runtime/kafka/protocol/api-request.ts'
import { apiVersions } from '../../../src/runtime/kafka/protocol/api-versions.ts'
import { createTopics } from '../../../src/runtime/kafka/protocol/create-topics.ts'
import { deleteGroups } from '../../../src/runtime/kafka/protocol/delete-groups.ts'
import { deleteRecords } from '../../../src/runtime/kafka/protocol/delete-records.ts'
import { deleteTopics } from '../../../src/runtime/kafka/protocol/delete-topics.ts'
import { describeConfigs } from '../../../src/runtime/kafka/protocol/describe-configs.ts'
import { describeGroups } from '../../../src/runtime/kafka/protocol/describe-groups.ts'
import { endTxn } from '../../../src/runtime/kafka/protocol/end-txn.ts'
import { fetch } from '../../../src/runtime/kafka/protocol/fetch.ts'
import { findCoordinator } from '../../../src/runtime/kafka/protocol/find-coordinator.ts'
import { heartbeat } from '../../../src/runtime/kafka/protocol/heartbeat.ts'
import { incrementalAlterConfigs } from '../../../src/runtime/kafka/protocol/incremental-alter-configs.ts'
import { initProducerId } from '../../../src/runtime/kafka/protocol/init-producer-id.ts'
import { joinGroup } from '../../../src/runtime/kafka/protocol/join-group.ts'
import { leaveGroup } from '../../../src/runtime/kafka/protocol/leave-group.ts'
import { listGroups } from '../../../src/runtime/kafka/protocol/list-groups.ts'
import { listOffsets } from '../../../src/runtime/kafka/protocol/list-offsets.ts'
import { metadata } from '../../../src/runtime/kafka/protocol/metadata.ts'
import { offsetCommit } from '../../../src/runtime/kafka/protocol/offset-commit.ts'
import { offsetFetch } from '../../../src/runtime/kafka/protocol/offset-fetch.ts'
import { produce } from '../../../src/runtime/kafka/protocol/produce.ts'
import { syncGroup } from '../../../src/runtime/kafka/protocol/sync-group.ts'
import { txnOffsetCommit } from '../../../src/runtime/kafka/protocol/txn-offset-commit.ts'
import type { KafkaJson, Shape } from './protocol-shape.ts'

export interface ProtocolCase {
  readonly request: ApiRequest<unknown>
  readonly answer: Shape
}

const bytes = (base64: string): Buffer => Buffer.from(base64, 'base64')
const bigint = (number: number): bigint => BigInt(number)
const errorOnly: Shape = { errorCode: 'errorCode' }

const offsets = [
  {
    topic: 'in',
    partitions: [
      { partition: 0, offset: 2 ** 40, leaderEpoch: 3, metadata: 'm' },
      { partition: 1, offset: 7, leaderEpoch: -1, metadata: null },
    ],
  },
  { topic: 'änder', partitions: [] },
]
const member = { groupId: 'g', generationId: 4, memberId: 'm-1', groupInstanceId: 'i-1' }
const dynamicMember = { ...member, groupInstanceId: null }
const producer = { transactionalId: 'tx', producerId: 2n ** 60n + 1n, producerEpoch: 5 }
/** Partitions within topics. */
const byTopic = (topics: string, topic: string, partitions: string, partition: Shape): Shape => ({
  topics: [topics, { topic, partitions: [partitions, { errorCode: 'errorCode', ...partition }] }],
})
const committed = byTopic('topics', 'name', 'partitions', { partition: 'partitionIndex' })

/** Several requests whose answers are the same. */
const each = (requests: readonly ApiRequest<unknown>[], answer: Shape): readonly ProtocolCase[] =>
  requests.map((request) => ({ request, answer }))

/** By Kafka's name of the request. */
export const protocolCases: Readonly<Record<string, readonly ProtocolCase[]>> = {
  ApiVersions: each([apiVersions()], {
    errorCode: 'errorCode',
    apis: ['apiKeys', { key: 'apiKey', minVersion: 'minVersion', maxVersion: 'maxVersion' }],
  }),
  Metadata: each([metadata(['a', 'ß']), metadata(null), metadata([])], {
    brokers: ['brokers', { nodeId: 'nodeId', host: 'host', port: 'port', rack: 'rack' }],
    clusterId: 'clusterId',
    controllerId: 'controllerId',
    topics: [
      'topics',
      {
        errorCode: 'errorCode',
        name: 'name',
        isInternal: 'isInternal',
        partitions: [
          'partitions',
          {
            partition: 'partitionIndex',
            errorCode: 'errorCode',
            leader: 'leaderId',
            leaderEpoch: { from: 'leaderEpoch', or: -1 },
            replicas: 'replicaNodes',
            isr: 'isrNodes',
          },
        ],
      },
    ],
  }),
  FindCoordinator: each([findCoordinator('group', 'g'), findCoordinator('transaction', 't')], {
    errorCode: 'errorCode',
    errorMessage: { from: 'errorMessage', or: null },
    nodeId: 'nodeId',
    host: 'host',
    port: 'port',
  }),
  ListOffsets: each(
    ([0, 1] as const).map((isolation) =>
      listOffsets({
        isolation,
        topics: [
          {
            topic: 't',
            partitions: [
              { partition: 0, timestamp: -2 },
              { partition: 3, timestamp: 1_700_000_000_123 },
            ],
          },
        ],
      }),
    ),
    {
      ...byTopic('topics', 'name', 'partitions', {
        partition: 'partitionIndex',
        timestamp: 'timestamp',
        offset: 'offset',
        leaderEpoch: { from: 'leaderEpoch', or: -1 },
      }),
    },
  ),
  Fetch: each(
    [
      fetch({
        maxWaitMs: 500,
        minBytes: 1,
        maxBytes: 50_000_000,
        isolation: 1,
        topics: [
          {
            topic: 't',
            partitions: [
              { partition: 2, fetchOffset: 2 ** 33, maxBytes: 4_000_000, currentLeaderEpoch: 7 },
              { partition: 0, fetchOffset: 0, maxBytes: 1, currentLeaderEpoch: -1 },
            ],
          },
        ],
      }),
    ],
    {
      throttleMs: 'throttleTimeMs',
      errorCode: { from: 'errorCode', or: 0 },
      ...byTopic('responses', 'topic', 'partitions', {
        partition: 'partitionIndex',
        highWatermark: 'highWatermark',
        lastStableOffset: 'lastStableOffset',
        logStartOffset: { from: 'logStartOffset', or: -1 },
        abortedTransactions: [
          'abortedTransactions',
          { producerId: { from: 'producerId', as: bigint }, firstOffset: 'firstOffset' },
        ],
        records: { from: 'records', or: '', as: bytes },
      }),
    },
  ),
  Produce: each(
    ['tx', null].map((transactionalId) =>
      produce({
        transactionalId,
        acks: -1,
        timeoutMs: 30_000,
        topics: [
          {
            topic: 'out',
            partitions: [
              { partition: 0, records: Buffer.from('records') },
              { partition: 1, records: [Buffer.from('ab'), Buffer.from('c')] },
            ],
          },
        ],
      }),
    ),
    {
      throttleMs: 'throttleTimeMs',
      ...byTopic('responses', 'name', 'partitionResponses', {
        partition: 'index',
        baseOffset: 'baseOffset',
        logAppendTime: 'logAppendTimeMs',
        logStartOffset: { from: 'logStartOffset', or: -1 },
        errorMessage: ({ errorMessage, recordErrors }: KafkaJson) =>
          errorMessage ?? (recordErrors as readonly KafkaJson[] | undefined)?.[0]?.['batchIndexErrorMessage'] ?? null,
      }),
    },
  ),
  JoinGroup: each(
    [null, 'i-1'].map((groupInstanceId) =>
      joinGroup({
        groupId: 'g',
        sessionTimeoutMs: 45_000,
        rebalanceTimeoutMs: 300_000,
        memberId: '',
        groupInstanceId,
        protocolType: 'consumer',
        protocols: [{ name: 'ks', metadata: Buffer.from([0, 1, 255]) }],
      }),
    ),
    {
      errorCode: 'errorCode',
      generationId: 'generationId',
      protocolName: 'protocolName',
      leader: 'leader',
      memberId: 'memberId',
      members: [
        'members',
        {
          memberId: 'memberId',
          groupInstanceId: { from: 'groupInstanceId', or: null },
          metadata: { from: 'metadata', as: bytes },
        },
      ],
    },
  ),
  SyncGroup: each(
    [
      syncGroup({ ...member, assignments: [{ memberId: 'm-1', assignment: Buffer.from([1, 2]) }] }),
      syncGroup({ ...dynamicMember, assignments: [] }),
    ],
    { errorCode: 'errorCode', assignment: { from: 'assignment', as: bytes } },
  ),
  Heartbeat: each([heartbeat(member), heartbeat(dynamicMember)], errorOnly),
  LeaveGroup: each([leaveGroup(member), leaveGroup(dynamicMember)], errorOnly),
  OffsetCommit: each(
    [member, dynamicMember].map((who) => offsetCommit({ ...who, topics: offsets })),
    committed,
  ),
  OffsetFetch: each(
    [
      offsetFetch({ groupId: 'g', topics: [{ topic: 'in', partitions: [0, 5] }], requireStable: false }),
      offsetFetch({ groupId: 'g', topics: null, requireStable: true }),
    ],
    {
      errorCode: 'errorCode',
      ...byTopic('topics', 'name', 'partitions', {
        partition: 'partitionIndex',
        offset: 'committedOffset',
        leaderEpoch: { from: 'committedLeaderEpoch', or: -1 },
        metadata: 'metadata',
      }),
    },
  ),
  InitProducerId: each(
    ['tx', null].map((transactionalId) => initProducerId({ transactionalId, transactionTimeoutMs: 10_000 })),
    { errorCode: 'errorCode', producerId: { from: 'producerId', as: bigint }, producerEpoch: 'producerEpoch' },
  ),
  AddPartitionsToTxn: each([addPartitionsToTxn({ ...producer, topics: [{ topic: 'out', partitions: [0, 1] }] })], {
    ...byTopic('resultsByTopicV3AndBelow', 'name', 'resultsByPartition', {
      partition: 'partitionIndex',
      errorCode: 'partitionErrorCode',
    }),
  }),
  AddOffsetsToTxn: each([addOffsetsToTxn({ ...producer, groupId: 'g' })], errorOnly),
  EndTxn: each(
    [true, false].map((commit) => endTxn({ ...producer, commit })),
    errorOnly,
  ),
  TxnOffsetCommit: each(
    [member, { ...dynamicMember, generationId: -1, memberId: '' }].map((who) =>
      txnOffsetCommit({ ...producer, ...who, topics: offsets }),
    ),
    committed,
  ),
  CreateTopics: each(
    [1, -1].map((replicationFactor) =>
      createTopics({
        topics: [
          { name: 'new', numPartitions: 3, replicationFactor, configs: { 'cleanup.policy': 'compact', x: 'y' } },
          { name: 'other', numPartitions: 1, replicationFactor: 2, configs: {} },
        ],
        timeoutMs: 10_000,
        validateOnly: true,
      }),
    ),
    { topics: ['topics', { name: 'name', errorCode: 'errorCode', errorMessage: 'errorMessage' }] },
  ),
  DeleteTopics: each([deleteTopics({ names: ['a', 'b'], timeoutMs: 10_000 })], {
    topics: ['responses', { name: 'name', errorCode: 'errorCode' }],
  }),
  DeleteRecords: each(
    [
      deleteRecords({
        topics: [{ topic: 't', partitions: [{ partition: 1, offset: 2 ** 34 + 5 }] }],
        timeoutMs: 10_000,
      }),
    ],
    {
      ...byTopic('topics', 'name', 'partitions', { partition: 'partitionIndex', lowWatermark: 'lowWatermark' }),
    },
  ),
  DescribeConfigs: each(
    [
      describeConfigs([
        { type: 2, name: 't', names: ['cleanup.policy'] },
        { type: 4, name: '1', names: null },
      ]),
    ],
    {
      resources: [
        'results',
        {
          errorCode: 'errorCode',
          errorMessage: 'errorMessage',
          type: 'resourceType',
          name: 'resourceName',
          configs: [
            'configs',
            {
              name: 'name',
              value: 'value',
              isReadOnly: 'readOnly',
              source: 'configSource',
              isSensitive: 'isSensitive',
            },
          ],
        },
      ],
    },
  ),
  IncrementalAlterConfigs: each(
    [
      incrementalAlterConfigs({
        resources: [
          {
            type: 2,
            name: 't',
            configs: [
              { name: 'retention.ms', operation: 0, value: '1' },
              { name: 'cleanup.policy', operation: 1, value: null },
            ],
          },
        ],
        validateOnly: false,
      }),
    ],
    {
      resources: [
        'responses',
        { errorCode: 'errorCode', errorMessage: 'errorMessage', type: 'resourceType', name: 'resourceName' },
      ],
    },
  ),
  DescribeGroups: each([describeGroups(['g', 'h'])], {
    groups: [
      'groups',
      {
        errorCode: 'errorCode',
        groupId: 'groupId',
        state: 'groupState',
        protocolType: 'protocolType',
        protocolName: 'protocolData',
        members: [
          'members',
          {
            memberId: 'memberId',
            groupInstanceId: { from: 'groupInstanceId', or: null },
            clientId: 'clientId',
            clientHost: 'clientHost',
            metadata: { from: 'memberMetadata', as: bytes },
            assignment: { from: 'memberAssignment', as: bytes },
          },
        ],
      },
    ],
  }),
  ListGroups: each([listGroups()], {
    errorCode: 'errorCode',
    groups: ['groups', { groupId: 'groupId', protocolType: 'protocolType' }],
  }),
  DeleteGroups: each([deleteGroups(['g'])], { groups: ['results', { groupId: 'groupId', errorCode: 'errorCode' }] }),
}
