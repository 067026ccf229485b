// InitProducerId: a producer id and epoch; with a transactional id it fences earlier owners and decides what they left open.

import type { ApiRequest } from './api-request.ts'

export interface InitProducerIdArguments {
  /** null: idempotence only. */
  readonly transactionalId: string | null
  /** After which the coordinator aborts a transaction, ms. */
  readonly transactionTimeoutMs: number
}

export interface InitProducerIdAnswer {
  readonly errorCode: number
  readonly producerId: bigint
  readonly producerEpoch: number
}

export const initProducerId = (request: InitProducerIdArguments): ApiRequest<InitProducerIdAnswer> => ({
  name: 'InitProducerId',
  key: 22,
  minVersion: 0,
  maxVersion: 1,
  encode: (writer) => {
    writer.nullableString(request.transactionalId)
    writer.int32(request.transactionTimeoutMs)
  },
  decode: (reader) => {
    reader.int32() // throttle time
    return { errorCode: reader.int16(), producerId: reader.bigint64(), producerEpoch: reader.int16() }
  },
})
