// AddPartitionsToTxn: before the first records of a transaction go to a partition, its coordinator has to know.

import type { ApiRequest, TopicPartitions } from './api-request.ts'

export interface AddPartitionsToTxnArguments {
  readonly transactionalId: string
  readonly producerId: bigint
  readonly producerEpoch: number
  readonly topics: readonly TopicPartitions<number>[]
}

export interface AddPartitionsToTxnAnswer {
  readonly topics: readonly TopicPartitions<{ readonly partition: number; readonly errorCode: number }>[]
}

export const addPartitionsToTxn = (request: AddPartitionsToTxnArguments): ApiRequest<AddPartitionsToTxnAnswer> => ({
  name: 'AddPartitionsToTxn',
  key: 24,
  minVersion: 0,
  maxVersion: 1,
  encode: (writer) => {
    writer.string(request.transactionalId)
    writer.int64(request.producerId)
    writer.int16(request.producerEpoch)
    writer.array(request.topics, ({ topic, partitions }) => {
      writer.string(topic)
      writer.array(partitions, (partition) => {
        writer.int32(partition)
      })
    })
  },
  decode: (reader) => {
    reader.int32() // throttle time
    return {
      topics: reader.array(() => ({
        topic: reader.string(),
        partitions: reader.array(() => ({ partition: reader.int32(), errorCode: reader.int16() })),
      })),
    }
  },
})
