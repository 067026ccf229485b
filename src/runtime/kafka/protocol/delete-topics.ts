// DeleteTopics: to the controller; with KRaft any broker passes it on.

import type { ApiRequest } from './api-request.ts'

export interface DeleteTopicsArguments {
  readonly names: readonly string[]
  /** How long the broker may wait until the topics are gone, ms. */
  readonly timeoutMs: number
}

export interface DeleteTopicsAnswer {
  readonly topics: readonly { readonly name: string; readonly errorCode: number }[]
}

export const deleteTopics = ({ names, timeoutMs }: DeleteTopicsArguments): ApiRequest<DeleteTopicsAnswer> => ({
  name: 'DeleteTopics',
  key: 20,
  minVersion: 1,
  maxVersion: 3,
  timeoutMs: timeoutMs + 5_000,
  encode: (writer) => {
    writer.array(names, (name) => {
      writer.string(name)
    })
    writer.int32(timeoutMs)
  },
  decode: (reader) => {
    reader.int32() // throttle time
    return { topics: reader.array(() => ({ name: reader.string(), errorCode: reader.int16() })) }
  },
})
