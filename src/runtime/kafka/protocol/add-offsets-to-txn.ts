// AddOffsetsToTxn: a transaction is going to commit offsets of a group (TxnOffsetCommit).

import type { ApiRequest } from './api-request.ts'

export interface AddOffsetsToTxnArguments {
  readonly transactionalId: string
  readonly producerId: bigint
  readonly producerEpoch: number
  readonly groupId: string
}

export const addOffsetsToTxn = (request: AddOffsetsToTxnArguments): ApiRequest<{ readonly errorCode: number }> => ({
  name: 'AddOffsetsToTxn',
  key: 25,
  minVersion: 0,
  maxVersion: 1,
  encode: (writer) => {
    writer.string(request.transactionalId)
    writer.int64(request.producerId)
    writer.int16(request.producerEpoch)
    writer.string(request.groupId)
  },
  decode: (reader) => {
    reader.int32() // throttle time
    return { errorCode: reader.int16() }
  },
})
