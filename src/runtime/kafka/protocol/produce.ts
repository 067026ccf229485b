// Produce: record batches to the leaders of partitions.

import type { ApiRequest, TopicPartitions } from './api-request.ts'

export interface ProduceArguments {
  readonly transactionalId: string | null
  /** -1 all in-sync replicas, 1 the leader, 0 nobody: the broker does not answer. */
  readonly acks: -1 | 0 | 1
  /** How long the broker may wait for the replicas, ms. */
  readonly timeoutMs: number
  readonly topics: readonly TopicPartitions<{
    readonly partition: number
    /** One record batch, in one piece or several. It must not change until the answer is there. */
    readonly records: Buffer | readonly Buffer[]
  }>[]
}

export interface ProducedPartition {
  readonly partition: number
  readonly errorCode: number
  /** Offset of the first record of the batch; -1 if there was an error or the batch was a duplicate that is known no longer. */
  readonly baseOffset: number
  /** With message.timestamp.type=LogAppendTime the time of all records, otherwise -1. */
  readonly logAppendTime: number
  readonly logStartOffset: number
  readonly errorMessage: string | null
}

export interface ProduceAnswer {
  readonly throttleMs: number
  /** Empty with acks 0. */
  readonly topics: readonly TopicPartitions<ProducedPartition>[]
}

export const produce = ({ transactionalId, acks, timeoutMs, topics }: ProduceArguments): ApiRequest<ProduceAnswer> => ({
  name: 'Produce',
  key: 0,
  minVersion: 3,
  maxVersion: 8,
  expectsResponse: acks !== 0,
  encode: (writer) => {
    writer.nullableString(transactionalId)
    writer.int16(acks)
    writer.int32(timeoutMs)
    writer.array(topics, ({ topic, partitions }) => {
      writer.string(topic)
      writer.array(partitions, ({ partition, records }) => {
        writer.int32(partition)
        writer.bytesOf(Buffer.isBuffer(records) ? [records] : records)
      })
    })
  },
  decode: (reader, version) => {
    if (acks === 0) return { throttleMs: 0, topics: [] }
    const answered = reader.array(() => ({
      topic: reader.string(),
      partitions: reader.array((): ProducedPartition => {
        const head = {
          partition: reader.int32(),
          errorCode: reader.int16(),
          baseOffset: reader.int64(),
          logAppendTime: reader.int64(),
          logStartOffset: version >= 5 ? reader.int64() : -1,
        }
        if (version < 8) return { ...head, errorMessage: null }
        const ofRecords = reader.array(() => ({ index: reader.int32(), message: reader.nullableString() }))
        const ofBatch = reader.nullableString()
        return { ...head, errorMessage: ofBatch ?? ofRecords[0]?.message ?? null }
      }),
    }))
    return { topics: answered, throttleMs: reader.int32() }
  },
})
