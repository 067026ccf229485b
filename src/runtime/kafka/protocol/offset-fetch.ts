// OffsetFetch: the offsets that a group has committed.

import type { ApiRequest, TopicPartitions } from './api-request.ts'

export interface OffsetFetchArguments {
  readonly groupId: string
  /** null: everything the group has. */
  readonly topics: readonly TopicPartitions<number>[] | null
  /**
   * Offsets whose transaction is not decided yet come as error 88 UNSTABLE_OFFSET_COMMIT instead of the older ones (KIP-447).
   * Needs version 7.
   */
  readonly requireStable: boolean
}

export interface FetchedOffset {
  readonly partition: number
  /** -1 if there is none. */
  readonly offset: number
  readonly leaderEpoch: number
  readonly metadata: string | null
  readonly errorCode: number
}

export interface OffsetFetchAnswer {
  /** Of the whole group. */
  readonly errorCode: number
  readonly topics: readonly TopicPartitions<FetchedOffset>[]
}

export const offsetFetch = ({
  groupId,
  topics,
  requireStable,
}: OffsetFetchArguments): ApiRequest<OffsetFetchAnswer> => ({
  name: 'OffsetFetch',
  key: 9,
  minVersion: requireStable ? 7 : 2,
  maxVersion: 7,
  flexibleFrom: 6,
  encode: (writer, version) => {
    writer.string(groupId)
    writer.nullableArray(topics, ({ topic, partitions }) => {
      writer.string(topic)
      writer.array(partitions, (partition) => {
        writer.int32(partition)
      })
      writer.tags()
    })
    if (version >= 7) writer.boolean(requireStable)
    writer.tags()
  },
  decode: (reader, version) => {
    if (version >= 3) reader.int32() // throttle time
    const fetched = reader.array(() => {
      const topic = reader.string()
      const partitions = reader.array(() => {
        const partition = {
          partition: reader.int32(),
          offset: reader.int64(),
          leaderEpoch: version >= 5 ? reader.int32() : -1,
          metadata: reader.nullableString(),
          errorCode: reader.int16(),
        }
        reader.tags()
        return partition
      })
      reader.tags()
      return { topic, partitions }
    })
    const errorCode = reader.int16()
    reader.tags()
    return { errorCode, topics: fetched }
  },
})
