// TxnOffsetCommit: offsets of a group that become valid with a transaction. From version 3 on the generation fences members
// that are members no longer (KIP-447).

import type { ApiRequest } from './api-request.ts'
import {
  decodeCommittedTopics,
  encodeCommittedTopics,
  type OffsetCommitAnswer,
  type OffsetCommitArguments,
} from './offset-commit.ts'

export interface TxnOffsetCommitArguments extends OffsetCommitArguments {
  readonly transactionalId: string
  readonly producerId: bigint
  readonly producerEpoch: number
}

export const txnOffsetCommit = (request: TxnOffsetCommitArguments): ApiRequest<OffsetCommitAnswer> => ({
  name: 'TxnOffsetCommit',
  key: 28,
  // Without a membership there is nothing to fence.
  minVersion: request.memberId === '' ? 0 : 3,
  maxVersion: 3,
  flexibleFrom: 3,
  encode: (writer, version) => {
    writer.string(request.transactionalId)
    writer.string(request.groupId)
    writer.int64(request.producerId)
    writer.int16(request.producerEpoch)
    if (version >= 3) {
      writer.int32(request.generationId)
      writer.string(request.memberId)
      writer.nullableString(request.groupInstanceId)
    }
    encodeCommittedTopics(writer, request.topics, version >= 2)
    writer.tags()
  },
  decode: (reader) => {
    reader.int32() // throttle time
    const topics = decodeCommittedTopics(reader)
    reader.tags()
    return { topics }
  },
})
