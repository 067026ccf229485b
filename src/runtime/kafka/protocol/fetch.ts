// Fetch: records of partitions, as the bytes the log has. Without fetch sessions (KIP-227): each request names its partitions.

import type { ByteReader } from '../wire/byte-reader.ts'
import type { ApiRequest, TopicPartitions } from './api-request.ts'

export interface FetchArguments {
  /** How long the broker may wait for `minBytes`, ms. */
  readonly maxWaitMs: number
  readonly minBytes: number
  /** Of the whole answer; the first batch comes even if it is larger. */
  readonly maxBytes: number
  /** 0 read_uncommitted, 1 read_committed. */
  readonly isolation: 0 | 1
  readonly topics: readonly TopicPartitions<{
    readonly partition: number
    readonly fetchOffset: number
    readonly maxBytes: number
    /** The broker refuses if it knows another one (KIP-320); -1 does not care. */
    readonly currentLeaderEpoch: number
  }>[]
}

/** A transaction whose records from `firstOffset` to its abort marker do not count. */
export interface AbortedTransaction {
  readonly producerId: bigint
  readonly firstOffset: number
}

export interface FetchedRecords {
  readonly partition: number
  readonly errorCode: number
  readonly highWatermark: number
  readonly lastStableOffset: number
  /** -1 if the broker is too old to say. */
  readonly logStartOffset: number
  /** Only with read_committed; ordered by their ends, not by their starts. */
  readonly abortedTransactions: readonly AbortedTransaction[] | null
  /** Record batches, the last of which may be cut off. A slice of the answer. */
  readonly records: Buffer
}

export interface FetchAnswer {
  readonly throttleMs: number
  readonly errorCode: number
  readonly topics: readonly TopicPartitions<FetchedRecords>[]
}

const nothing = Buffer.alloc(0)

export const fetch = (request: FetchArguments): ApiRequest<FetchAnswer> => ({
  name: 'Fetch',
  key: 1,
  minVersion: 4,
  maxVersion: 11,
  timeoutMs: request.maxWaitMs + 10_000,
  encode: (writer, version) => {
    writer.int32(-1) // replica id: a consumer
    writer.int32(request.maxWaitMs)
    writer.int32(request.minBytes)
    writer.int32(request.maxBytes)
    writer.int8(request.isolation)
    if (version >= 7) {
      writer.int32(0) // session id
      writer.int32(-1) // session epoch: no session
    }
    writer.array(request.topics, ({ topic, partitions }) => {
      writer.string(topic)
      writer.array(partitions, ({ partition, fetchOffset, maxBytes, currentLeaderEpoch }) => {
        writer.int32(partition)
        if (version >= 9) writer.int32(currentLeaderEpoch)
        writer.int64(fetchOffset)
        if (version >= 5) writer.int64(-1) // log start offset: of followers
        writer.int32(maxBytes)
      })
    })
    if (version >= 7) writer.array([], () => undefined) // forgotten topics
    if (version >= 11) writer.string('') // rack
  },
  decode: (reader, version) => ({
    throttleMs: reader.int32(),
    errorCode: version >= 7 ? reader.int16() : 0,
    topics: decodeTopics(reader, version),
  }),
})

const decodeTopics = (reader: ByteReader, version: number): TopicPartitions<FetchedRecords>[] => {
  if (version >= 7) reader.int32() // session id
  return reader.array(() => ({
    topic: reader.string(),
    partitions: reader.array(() => {
      const head = {
        partition: reader.int32(),
        errorCode: reader.int16(),
        highWatermark: reader.int64(),
        lastStableOffset: reader.int64(),
        logStartOffset: version >= 5 ? reader.int64() : -1,
        abortedTransactions: reader.nullableArray(() => ({
          producerId: reader.bigint64(),
          firstOffset: reader.int64(),
        })),
      }
      if (version >= 11) reader.int32() // preferred read replica: none without a rack
      return { ...head, records: reader.nullableBytes() ?? nothing }
    }),
  }))
}
