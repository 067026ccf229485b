// OffsetCommit: where a group goes on reading. Outside of transactions; see txn-offset-commit.ts.

import type { ByteWriter } from '../wire/byte-writer.ts'
import type { ByteReader } from '../wire/byte-reader.ts'
import type { ApiRequest, TopicPartitions } from './api-request.ts'

export interface CommittedPartition {
  readonly partition: number
  /** Of the next record to read. */
  readonly offset: number
  /** Of the last record read; -1 if unknown. */
  readonly leaderEpoch: number
  readonly metadata: string | null
}

export interface OffsetCommitArguments {
  readonly groupId: string
  /** -1 without a membership: such a commit is refused while the group has members. */
  readonly generationId: number
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly topics: readonly TopicPartitions<CommittedPartition>[]
}

export interface OffsetCommitAnswer {
  readonly topics: readonly TopicPartitions<{ readonly partition: number; readonly errorCode: number }>[]
}

export const offsetCommit = (request: OffsetCommitArguments): ApiRequest<OffsetCommitAnswer> => ({
  name: 'OffsetCommit',
  key: 8,
  minVersion: request.groupInstanceId === null ? 2 : 7,
  maxVersion: 7,
  encode: (writer, version) => {
    writer.string(request.groupId)
    writer.int32(request.generationId)
    writer.string(request.memberId)
    if (version >= 7) writer.nullableString(request.groupInstanceId)
    if (version <= 4) writer.int64(-1) // retention time: the broker's
    encodeCommittedTopics(writer, request.topics, version >= 6)
  },
  decode: (reader, version) => {
    if (version >= 3) reader.int32() // throttle time
    return { topics: decodeCommittedTopics(reader) }
  },
})

/** The offsets part of both kinds of commit. */
export const encodeCommittedTopics = (
  writer: ByteWriter,
  topics: OffsetCommitArguments['topics'],
  withLeaderEpoch: boolean,
): void => {
  writer.array(topics, ({ topic, partitions }) => {
    writer.string(topic)
    writer.array(partitions, ({ partition, offset, leaderEpoch, metadata }) => {
      writer.int32(partition)
      writer.int64(offset)
      if (withLeaderEpoch) writer.int32(leaderEpoch)
      writer.nullableString(metadata)
      writer.tags()
    })
    writer.tags()
  })
}

/** The answer of both kinds of commit. */
export const decodeCommittedTopics = (reader: ByteReader): OffsetCommitAnswer['topics'] =>
  reader.array(() => {
    const topic = reader.string()
    const partitions = reader.array(() => {
      const partition = { partition: reader.int32(), errorCode: reader.int16() }
      reader.tags()
      return partition
    })
    reader.tags()
    return { topic, partitions }
  })
