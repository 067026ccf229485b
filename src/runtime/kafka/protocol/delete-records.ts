// DeleteRecords: moves the start of partitions; to their leaders.

import type { ApiRequest, TopicPartitions } from './api-request.ts'

export interface DeleteRecordsArguments {
  readonly topics: readonly TopicPartitions<{
    readonly partition: number
    /** The records before it are deleted; -1: all that are replicated. */
    readonly offset: number
  }>[]
  readonly timeoutMs: number
}

export interface DeleteRecordsAnswer {
  readonly topics: readonly TopicPartitions<{
    readonly partition: number
    /** Where the partition starts now. */
    readonly lowWatermark: number
    readonly errorCode: number
  }>[]
}

export const deleteRecords = ({ topics, timeoutMs }: DeleteRecordsArguments): ApiRequest<DeleteRecordsAnswer> => ({
  name: 'DeleteRecords',
  key: 21,
  minVersion: 0,
  maxVersion: 1,
  timeoutMs: timeoutMs + 5_000,
  encode: (writer) => {
    writer.array(topics, ({ topic, partitions }) => {
      writer.string(topic)
      writer.array(partitions, ({ partition, offset }) => {
        writer.int32(partition)
        writer.int64(offset)
      })
    })
    writer.int32(timeoutMs)
  },
  decode: (reader) => {
    reader.int32() // throttle time
    return {
      topics: reader.array(() => ({
        topic: reader.string(),
        partitions: reader.array(() => ({
          partition: reader.int32(),
          lowWatermark: reader.int64(),
          errorCode: reader.int16(),
        })),
      })),
    }
  },
})
