// EndTxn: commits or aborts a transaction.

import type { ApiRequest } from './api-request.ts'

export interface EndTxnArguments {
  readonly transactionalId: string
  readonly producerId: bigint
  readonly producerEpoch: number
  /** false: abort. */
  readonly commit: boolean
}

export const endTxn = (request: EndTxnArguments): ApiRequest<{ readonly errorCode: number }> => ({
  name: 'EndTxn',
  key: 26,
  minVersion: 0,
  maxVersion: 1,
  encode: (writer) => {
    writer.string(request.transactionalId)
    writer.int64(request.producerId)
    writer.int16(request.producerEpoch)
    writer.boolean(request.commit)
  },
  decode: (reader) => {
    reader.int32() // throttle time
    return { errorCode: reader.int16() }
  },
})
