// JoinGroup: becomes a member of a consumer group, or stays one over a rebalance. The broker answers when all members are there.

import type { ApiRequest } from './api-request.ts'

export interface JoinGroupArguments {
  readonly groupId: string
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  /** Empty: not a member yet. */
  readonly memberId: string
  /** Static membership (KIP-345). */
  readonly groupInstanceId: string | null
  readonly protocolType: string
  /** In order of preference. */
  readonly protocols: readonly { readonly name: string; readonly metadata: Buffer }[]
}

export interface JoinGroupAnswer {
  readonly errorCode: number
  readonly generationId: number
  readonly protocolName: string
  /** Member id of the leader, who makes the assignments. */
  readonly leader: string
  readonly memberId: string
  /** All members; empty for everybody but the leader. */
  readonly members: readonly {
    readonly memberId: string
    readonly groupInstanceId: string | null
    readonly metadata: Buffer
  }[]
}

export const joinGroup = (request: JoinGroupArguments): ApiRequest<JoinGroupAnswer> => ({
  name: 'JoinGroup',
  key: 11,
  // A broker that does not know instance ids would take a static member for a dynamic one.
  minVersion: request.groupInstanceId === null ? 2 : 5,
  maxVersion: 5,
  // As the Java client: the answer may need all of the rebalance timeout.
  timeoutMs: request.rebalanceTimeoutMs + 5_000,
  encode: (writer, version) => {
    writer.string(request.groupId)
    writer.int32(request.sessionTimeoutMs)
    writer.int32(request.rebalanceTimeoutMs)
    writer.string(request.memberId)
    if (version >= 5) writer.nullableString(request.groupInstanceId)
    writer.string(request.protocolType)
    writer.array(request.protocols, ({ name, metadata }) => {
      writer.string(name)
      writer.bytes(metadata)
    })
  },
  decode: (reader, version) => {
    reader.int32() // throttle time
    return {
      errorCode: reader.int16(),
      generationId: reader.int32(),
      protocolName: reader.string(),
      leader: reader.string(),
      memberId: reader.string(),
      members: reader.array(() => ({
        memberId: reader.string(),
        groupInstanceId: version >= 5 ? reader.nullableString() : null,
        metadata: reader.bytes(),
      })),
    }
  },
})
