// One example of each request, and what its answer is in Kafka's own words: the fields of Kafka's message classes, whose JSON
// form is in protocol-golden.ndjson, on the way to the answers of ks.

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

/** A structure in the JSON form of Kafka's message classes. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- its shape differs from version to version
export type KafkaJson = any

export interface ProtocolCase {
  readonly request: ApiRequest<unknown>
  /** The answer of ks that has the same content. */
  readonly answer: (json: KafkaJson) => unknown
}

const errorOnly = ({ errorCode }: KafkaJson): unknown => ({ errorCode })
const bytes = (base64: string): Buffer => Buffer.from(base64, 'base64')
const perPartition = (topics: KafkaJson, partitions: string, answer: (partition: KafkaJson) => unknown): unknown =>
  topics.map((topic: KafkaJson) => ({ topic: topic.name ?? topic.topic, partitions: topic[partitions].map(answer) }))

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
const producer = { transactionalId: 'tx', producerId: 2n ** 60n + 1n, producerEpoch: 5 }
const committed = ({ topics }: KafkaJson): unknown => ({
  topics: perPartition(topics, 'partitions', ({ partitionIndex: partition, errorCode }) => ({ partition, errorCode })),
})

/** By Kafka's name of the request. */
export const protocolCases: Readonly<Record<string, readonly ProtocolCase[]>> = {
  ApiVersions: [
    {
      request: apiVersions(),
      answer: ({ errorCode, apiKeys }) => ({
        errorCode,
        apis: apiKeys.map(({ apiKey: key, minVersion, maxVersion }: KafkaJson) => ({ key, minVersion, maxVersion })),
      }),
    },
  ],
  Metadata: [metadata(['a', 'ß']), metadata(null), metadata([])].map((request) => ({
    request,
    answer: ({ brokers, clusterId, controllerId, topics }) => ({
      brokers,
      clusterId,
      controllerId,
      topics: topics.map(({ errorCode, name, isInternal, partitions }: KafkaJson) => ({
        errorCode,
        name,
        isInternal,
        partitions: partitions.map((partition: KafkaJson) => ({
          partition: partition.partitionIndex,
          errorCode: partition.errorCode,
          leader: partition.leaderId,
          leaderEpoch: partition.leaderEpoch ?? -1,
          replicas: partition.replicaNodes,
          isr: partition.isrNodes,
        })),
      })),
    }),
  })),
  FindCoordinator: [findCoordinator('group', 'g'), findCoordinator('transaction', 't')].map((request) => ({
    request,
    answer: ({ errorCode, errorMessage = null, nodeId, host, port }) => ({
      errorCode,
      errorMessage,
      nodeId,
      host,
      port,
    }),
  })),
  ListOffsets: ([0, 1] as const).map((isolation) => ({
    request: listOffsets({
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
    answer: ({ topics }) => ({
      topics: perPartition(
        topics,
        'partitions',
        ({ partitionIndex: partition, errorCode, timestamp, offset, leaderEpoch = -1 }) => ({
          partition,
          errorCode,
          timestamp,
          offset,
          leaderEpoch,
        }),
      ),
    }),
  })),
  Fetch: [
    {
      request: fetch({
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
      answer: ({ throttleTimeMs, errorCode = 0, responses }) => ({
        throttleMs: throttleTimeMs,
        errorCode,
        topics: perPartition(responses, 'partitions', (partition) => ({
          partition: partition.partitionIndex,
          errorCode: partition.errorCode,
          highWatermark: partition.highWatermark,
          lastStableOffset: partition.lastStableOffset,
          logStartOffset: partition.logStartOffset ?? -1,
          abortedTransactions:
            partition.abortedTransactions?.map(({ producerId, firstOffset }: KafkaJson) => ({
              producerId: BigInt(producerId),
              firstOffset,
            })) ?? null,
          records: bytes(partition.records ?? ''),
        })),
      }),
    },
  ],
  Produce: (['tx', null] as const).map((transactionalId) => ({
    request: produce({
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
    answer: ({ responses, throttleTimeMs }) => ({
      throttleMs: throttleTimeMs,
      topics: perPartition(responses, 'partitionResponses', (partition) => ({
        partition: partition.index,
        errorCode: partition.errorCode,
        baseOffset: partition.baseOffset,
        logAppendTime: partition.logAppendTimeMs,
        logStartOffset: partition.logStartOffset ?? -1,
        errorMessage: partition.errorMessage ?? partition.recordErrors?.[0]?.batchIndexErrorMessage ?? null,
      })),
    }),
  })),
  JoinGroup: ([null, 'i-1'] as const).map((groupInstanceId) => ({
    request: joinGroup({
      groupId: 'g',
      sessionTimeoutMs: 45_000,
      rebalanceTimeoutMs: 300_000,
      memberId: '',
      groupInstanceId,
      protocolType: 'consumer',
      protocols: [{ name: 'ks', metadata: Buffer.from([0, 1, 255]) }],
    }),
    answer: ({ errorCode, generationId, protocolName, leader, memberId, members }) => ({
      errorCode,
      generationId,
      protocolName,
      leader,
      memberId,
      members: members.map((each: KafkaJson) => ({
        memberId: each.memberId,
        groupInstanceId: each.groupInstanceId ?? null,
        metadata: bytes(each.metadata),
      })),
    }),
  })),
  SyncGroup: [
    {
      request: syncGroup({ ...member, assignments: [{ memberId: 'm-1', assignment: Buffer.from([1, 2]) }] }),
      answer: ({ errorCode, assignment }) => ({ errorCode, assignment: bytes(assignment) }),
    },
    {
      request: syncGroup({ ...member, groupInstanceId: null, assignments: [] }),
      answer: ({ errorCode, assignment }) => ({ errorCode, assignment: bytes(assignment) }),
    },
  ],
  Heartbeat: [heartbeat(member), heartbeat({ ...member, groupInstanceId: null })].map((request) => ({
    request,
    answer: errorOnly,
  })),
  LeaveGroup: [leaveGroup(member), leaveGroup({ ...member, groupInstanceId: null })].map((request) => ({
    request,
    // The group's own code if there is one, otherwise the member's.
    answer: ({ errorCode }) => ({ errorCode }),
  })),
  OffsetCommit: [member, { ...member, groupInstanceId: null }].map((who) => ({
    request: offsetCommit({ ...who, topics: offsets }),
    answer: committed,
  })),
  OffsetFetch: [
    offsetFetch({ groupId: 'g', topics: [{ topic: 'in', partitions: [0, 5] }], requireStable: false }),
    offsetFetch({ groupId: 'g', topics: null, requireStable: true }),
  ].map((request) => ({
    request,
    answer: ({ errorCode, topics }) => ({
      errorCode,
      topics: perPartition(topics, 'partitions', (partition) => ({
        partition: partition.partitionIndex,
        offset: partition.committedOffset,
        leaderEpoch: partition.committedLeaderEpoch ?? -1,
        metadata: partition.metadata,
        errorCode: partition.errorCode,
      })),
    }),
  })),
  InitProducerId: (['tx', null] as const).map((transactionalId) => ({
    request: initProducerId({ transactionalId, transactionTimeoutMs: 10_000 }),
    answer: ({ errorCode, producerId, producerEpoch }) => ({
      errorCode,
      producerId: BigInt(producerId),
      producerEpoch,
    }),
  })),
  AddPartitionsToTxn: [
    {
      request: addPartitionsToTxn({ ...producer, topics: [{ topic: 'out', partitions: [0, 1] }] }),
      answer: ({ resultsByTopicV3AndBelow }) => ({
        topics: perPartition(resultsByTopicV3AndBelow, 'resultsByPartition', (partition) => ({
          partition: partition.partitionIndex,
          errorCode: partition.partitionErrorCode,
        })),
      }),
    },
  ],
  AddOffsetsToTxn: [{ request: addOffsetsToTxn({ ...producer, groupId: 'g' }), answer: errorOnly }],
  EndTxn: [true, false].map((commit) => ({ request: endTxn({ ...producer, commit }), answer: errorOnly })),
  TxnOffsetCommit: [
    { ...producer, ...member },
    { ...producer, ...member, generationId: -1, memberId: '', groupInstanceId: null },
  ].map((who) => ({ request: txnOffsetCommit({ ...who, topics: offsets }), answer: committed })),
  CreateTopics: [1, -1].map((replicationFactor) => ({
    request: createTopics({
      topics: [
        { name: 'new', numPartitions: 3, replicationFactor, configs: { 'cleanup.policy': 'compact', x: 'y' } },
        { name: 'other', numPartitions: 1, replicationFactor: 2, configs: {} },
      ],
      timeoutMs: 10_000,
      validateOnly: true,
    }),
    answer: ({ topics }) => ({
      topics: topics.map(({ name, errorCode, errorMessage }: KafkaJson) => ({ name, errorCode, errorMessage })),
    }),
  })),
  DeleteTopics: [
    {
      request: deleteTopics({ names: ['a', 'b'], timeoutMs: 10_000 }),
      answer: ({ responses }) => ({
        topics: responses.map(({ name, errorCode }: KafkaJson) => ({ name, errorCode })),
      }),
    },
  ],
  DeleteRecords: [
    {
      request: deleteRecords({
        topics: [{ topic: 't', partitions: [{ partition: 1, offset: 2 ** 34 + 5 }] }],
        timeoutMs: 10_000,
      }),
      answer: ({ topics }) => ({
        topics: perPartition(topics, 'partitions', ({ partitionIndex: partition, lowWatermark, errorCode }) => ({
          partition,
          lowWatermark,
          errorCode,
        })),
      }),
    },
  ],
  DescribeConfigs: [
    {
      request: describeConfigs([
        { type: 2, name: 't', names: ['cleanup.policy'] },
        { type: 4, name: '1', names: null },
      ]),
      answer: ({ results }) => ({
        resources: results.map((result: KafkaJson) => ({
          errorCode: result.errorCode,
          errorMessage: result.errorMessage,
          type: result.resourceType,
          name: result.resourceName,
          configs: result.configs.map((config: KafkaJson) => ({
            name: config.name,
            value: config.value,
            isReadOnly: config.readOnly,
            source: config.configSource,
            isSensitive: config.isSensitive,
          })),
        })),
      }),
    },
  ],
  IncrementalAlterConfigs: [
    {
      request: incrementalAlterConfigs({
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
      answer: ({ responses }) => ({
        resources: responses.map((response: KafkaJson) => ({
          errorCode: response.errorCode,
          errorMessage: response.errorMessage,
          type: response.resourceType,
          name: response.resourceName,
        })),
      }),
    },
  ],
  DescribeGroups: [
    {
      request: describeGroups(['g', 'h']),
      answer: ({ groups }) => ({
        groups: groups.map((group: KafkaJson) => ({
          errorCode: group.errorCode,
          groupId: group.groupId,
          state: group.groupState,
          protocolType: group.protocolType,
          protocolName: group.protocolData,
          members: group.members.map((each: KafkaJson) => ({
            memberId: each.memberId,
            groupInstanceId: each.groupInstanceId ?? null,
            clientId: each.clientId,
            clientHost: each.clientHost,
            metadata: bytes(each.memberMetadata),
            assignment: bytes(each.memberAssignment),
          })),
        })),
      }),
    },
  ],
  ListGroups: [
    {
      request: listGroups(),
      answer: ({ errorCode, groups }) => ({
        errorCode,
        groups: groups.map(({ groupId, protocolType }: KafkaJson) => ({ groupId, protocolType })),
      }),
    },
  ],
  DeleteGroups: [
    {
      request: deleteGroups(['g']),
      answer: ({ results }) => ({
        groups: results.map(({ groupId, errorCode }: KafkaJson) => ({ groupId, errorCode })),
      }),
    },
  ],
}
