// DescribeGroups: state and members of groups; to the coordinator of the group.

import type { ApiRequest } from './api-request.ts'

export interface DescribedGroup {
  readonly errorCode: number
  readonly groupId: string
  /** `Stable`, `Empty`, `Dead`, `PreparingRebalance`, `CompletingRebalance`. */
  readonly state: string
  readonly protocolType: string
  readonly protocolName: string
  readonly members: readonly {
    readonly memberId: string
    readonly groupInstanceId: string | null
    readonly clientId: string
    readonly clientHost: string
    readonly metadata: Buffer
    readonly assignment: Buffer
  }[]
}

export interface DescribeGroupsAnswer {
  readonly groups: readonly DescribedGroup[]
}

export const describeGroups = (groupIds: readonly string[]): ApiRequest<DescribeGroupsAnswer> => ({
  name: 'DescribeGroups',
  key: 15,
  minVersion: 0,
  maxVersion: 4,
  encode: (writer, version) => {
    writer.array(groupIds, (groupId) => {
      writer.string(groupId)
    })
    if (version >= 3) writer.boolean(false) // include authorized operations
  },
  decode: (reader, version) => {
    if (version >= 1) reader.int32() // throttle time
    return {
      groups: reader.array(() => {
        const group = {
          errorCode: reader.int16(),
          groupId: reader.string(),
          state: reader.string(),
          protocolType: reader.string(),
          protocolName: reader.string(),
          members: reader.array(() => ({
            memberId: reader.string(),
            groupInstanceId: version >= 4 ? reader.nullableString() : null,
            clientId: reader.string(),
            clientHost: reader.string(),
            metadata: reader.bytes(),
            assignment: reader.bytes(),
          })),
        }
        if (version >= 3) reader.int32() // authorized operations
        return group
      }),
    }
  },
})
