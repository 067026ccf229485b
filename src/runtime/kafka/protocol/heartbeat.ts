// Heartbeat: this member is alive; the answer says whether its generation still stands.

import type { ApiRequest } from './api-request.ts'

export interface HeartbeatArguments {
  readonly groupId: string
  readonly generationId: number
  readonly memberId: string
  readonly groupInstanceId: string | null
}

export const heartbeat = (request: HeartbeatArguments): ApiRequest<{ readonly errorCode: number }> => ({
  name: 'Heartbeat',
  key: 12,
  minVersion: request.groupInstanceId === null ? 1 : 3,
  maxVersion: 3,
  encode: (writer, version) => {
    writer.string(request.groupId)
    writer.int32(request.generationId)
    writer.string(request.memberId)
    if (version >= 3) writer.nullableString(request.groupInstanceId)
  },
  decode: (reader) => {
    reader.int32() // throttle time
    return { errorCode: reader.int16() }
  },
})
