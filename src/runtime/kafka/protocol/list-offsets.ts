// ListOffsets: the offset of the first record at or after a timestamp, or one of the two ends of a partition.

import type { ApiRequest, TopicPartitions } from './api-request.ts'

/** Instead of a timestamp: the end of the log (with read_committed: of what is decided). */
export const latestTimestamp = -1
/** Instead of a timestamp: the start of the log. */
export const earliestTimestamp = -2

export interface ListOffsetsArguments {
  /** 0 read_uncommitted, 1 read_committed. */
  readonly isolation: 0 | 1
  readonly topics: readonly TopicPartitions<{
    readonly partition: number
    /** ms since the epoch, `latestTimestamp` or `earliestTimestamp`. */
    readonly timestamp: number
  }>[]
}

export interface ListedOffset {
  readonly partition: number
  readonly errorCode: number
  /** Timestamp of the record at `offset`; -1 if the question was one of the ends. */
  readonly timestamp: number
  /** -1 if no record is that young. */
  readonly offset: number
  readonly leaderEpoch: number
}

export interface ListOffsetsAnswer {
  readonly topics: readonly TopicPartitions<ListedOffset>[]
}

export const listOffsets = ({ isolation, topics }: ListOffsetsArguments): ApiRequest<ListOffsetsAnswer> => ({
  name: 'ListOffsets',
  key: 2,
  // read_committed has to be asked for.
  minVersion: isolation === 0 ? 1 : 2,
  maxVersion: 5,
  encode: (writer, version) => {
    writer.int32(-1) // replica id: a consumer
    if (version >= 2) writer.int8(isolation)
    writer.array(topics, ({ topic, partitions }) => {
      writer.string(topic)
      writer.array(partitions, ({ partition, timestamp }) => {
        writer.int32(partition)
        if (version >= 4) writer.int32(-1) // current leader epoch
        writer.int64(timestamp)
      })
    })
  },
  decode: (reader, version) => {
    if (version >= 2) reader.int32() // throttle time
    return {
      topics: reader.array(() => ({
        topic: reader.string(),
        partitions: reader.array(() => ({
          partition: reader.int32(),
          errorCode: reader.int16(),
          timestamp: reader.int64(),
          offset: reader.int64(),
          leaderEpoch: version >= 4 ? reader.int32() : -1,
        })),
      })),
    }
  },
})
