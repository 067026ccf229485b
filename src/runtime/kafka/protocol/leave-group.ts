// LeaveGroup: this member goes, the others need not wait for its session to time out.

import type { ApiRequest } from './api-request.ts'

export interface LeaveGroupArguments {
  readonly groupId: string
  readonly memberId: string
  readonly groupInstanceId: string | null
}

/** `errorCode` is the member's own if the group has none. */
export const leaveGroup = (request: LeaveGroupArguments): ApiRequest<{ readonly errorCode: number }> => ({
  name: 'LeaveGroup',
  key: 13,
  minVersion: 1,
  maxVersion: 3,
  encode: (writer, version) => {
    writer.string(request.groupId)
    if (version < 3) {
      writer.string(request.memberId)
      return
    }
    writer.array([request], ({ memberId, groupInstanceId }) => {
      writer.string(memberId)
      writer.nullableString(groupInstanceId)
    })
  },
  decode: (reader, version) => {
    reader.int32() // throttle time
    const errorCode = reader.int16()
    if (version < 3) return { errorCode }
    const [member] = reader.array(() => {
      reader.string() // member id
      reader.nullableString() // group instance id
      return { errorCode: reader.int16() }
    })
    return { errorCode: errorCode === 0 ? (member?.errorCode ?? 0) : errorCode }
  },
})
