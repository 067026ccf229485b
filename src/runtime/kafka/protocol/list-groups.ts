// ListGroups: the groups that one broker coordinates; every broker has to be asked.

import type { ApiRequest } from './api-request.ts'

export interface ListGroupsAnswer {
  readonly errorCode: number
  readonly groups: readonly { readonly groupId: string; readonly protocolType: string }[]
}

export const listGroups = (): ApiRequest<ListGroupsAnswer> => ({
  name: 'ListGroups',
  key: 16,
  minVersion: 0,
  maxVersion: 2,
  encode: () => undefined,
  decode: (reader, version) => {
    if (version >= 1) reader.int32() // throttle time
    return {
      errorCode: reader.int16(),
      groups: reader.array(() => ({ groupId: reader.string(), protocolType: reader.string() })),
    }
  },
})
