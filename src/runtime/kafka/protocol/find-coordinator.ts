// FindCoordinator: the broker that looks after a group or a transactional id.

import type { ApiRequest } from './api-request.ts'

export type CoordinatorKind = 'group' | 'transaction'

export interface FindCoordinatorAnswer {
  readonly errorCode: number
  readonly errorMessage: string | null
  /** -1 if there was an error. */
  readonly nodeId: number
  readonly host: string
  readonly port: number
}

export const findCoordinator = (kind: CoordinatorKind, key: string): ApiRequest<FindCoordinatorAnswer> => ({
  name: 'FindCoordinator',
  key: 10,
  minVersion: kind === 'group' ? 0 : 1,
  maxVersion: 2,
  encode: (writer, version) => {
    writer.string(key)
    if (version >= 1) writer.int8(kind === 'group' ? 0 : 1)
  },
  decode: (reader, version) => {
    if (version >= 1) reader.int32() // throttle time
    return {
      errorCode: reader.int16(),
      errorMessage: version >= 1 ? reader.nullableString() : null,
      nodeId: reader.int32(),
      host: reader.string(),
      port: reader.int32(),
    }
  },
})
