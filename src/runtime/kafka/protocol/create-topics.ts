// CreateTopics: to the controller; with KRaft any broker passes it on.

import type { ApiRequest } from './api-request.ts'

export interface NewTopic {
  readonly name: string
  /** -1: the broker's num.partitions (KIP-464). */
  readonly numPartitions: number
  /** -1: the broker's default.replication.factor (KIP-464). */
  readonly replicationFactor: number
  readonly configs: Readonly<Record<string, string>>
}

export interface CreateTopicsArguments {
  readonly topics: readonly NewTopic[]
  /** How long the broker may wait until the topics are there, ms. */
  readonly timeoutMs: number
  /** Says what would go wrong, and creates nothing. */
  readonly validateOnly: boolean
}

export interface CreateTopicsAnswer {
  readonly topics: readonly {
    readonly name: string
    readonly errorCode: number
    readonly errorMessage: string | null
  }[]
}

export const createTopics = ({
  topics,
  timeoutMs,
  validateOnly,
}: CreateTopicsArguments): ApiRequest<CreateTopicsAnswer> => ({
  name: 'CreateTopics',
  key: 19,
  minVersion: topics.some((topic) => topic.numPartitions < 0 || topic.replicationFactor < 0) ? 4 : 2,
  maxVersion: 4,
  timeoutMs: timeoutMs + 5_000,
  encode: (writer) => {
    writer.array(topics, ({ name, numPartitions, replicationFactor, configs }) => {
      writer.string(name)
      writer.int32(numPartitions)
      writer.int16(replicationFactor)
      writer.array([], () => undefined) // assignments: the broker's business
      writer.array(Object.entries(configs), ([key, value]) => {
        writer.string(key)
        writer.nullableString(value)
      })
    })
    writer.int32(timeoutMs)
    writer.boolean(validateOnly)
  },
  decode: (reader) => {
    reader.int32() // throttle time
    return {
      topics: reader.array(() => ({
        name: reader.string(),
        errorCode: reader.int16(),
        errorMessage: reader.nullableString(),
      })),
    }
  },
})
