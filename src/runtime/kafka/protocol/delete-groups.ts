// DeleteGroups: removes groups without members, with their offsets; to the coordinator of the group.

import type { ApiRequest } from './api-request.ts'

export interface DeleteGroupsAnswer {
  readonly groups: readonly { readonly groupId: string; readonly errorCode: number }[]
}

export const deleteGroups = (groupIds: readonly string[]): ApiRequest<DeleteGroupsAnswer> => ({
  name: 'DeleteGroups',
  key: 42,
  minVersion: 0,
  maxVersion: 1,
  encode: (writer) => {
    writer.array(groupIds, (groupId) => {
      writer.string(groupId)
    })
  },
  decode: (reader) => {
    reader.int32() // throttle time
    return { groups: reader.array(() => ({ groupId: reader.string(), errorCode: reader.int16() })) }
  },
})
