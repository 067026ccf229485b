// SyncGroup: the leader hands in the assignments, everybody gets their own.

import type { ApiRequest } from './api-request.ts'

export interface SyncGroupArguments {
  readonly groupId: string
  readonly generationId: number
  readonly memberId: string
  readonly groupInstanceId: string | null
  /** Empty for everybody but the leader. */
  readonly assignments: readonly { readonly memberId: string; readonly assignment: Buffer }[]
}

export interface SyncGroupAnswer {
  readonly errorCode: number
  readonly assignment: Buffer
}

export const syncGroup = (request: SyncGroupArguments): ApiRequest<SyncGroupAnswer> => ({
  name: 'SyncGroup',
  key: 14,
  minVersion: request.groupInstanceId === null ? 1 : 3,
  maxVersion: 3,
  encode: (writer, version) => {
    writer.string(request.groupId)
    writer.int32(request.generationId)
    writer.string(request.memberId)
    if (version >= 3) writer.nullableString(request.groupInstanceId)
    writer.array(request.assignments, ({ memberId, assignment }) => {
      writer.string(memberId)
      writer.bytes(assignment)
    })
  },
  decode: (reader) => {
    reader.int32() // throttle time
    return { errorCode: reader.int16(), assignment: reader.bytes() }
  },
})
