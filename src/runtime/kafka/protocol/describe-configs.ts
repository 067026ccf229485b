// DescribeConfigs: the settings of topics and brokers, and where each comes from. Questions about a broker go to that broker.

import type { ApiRequest } from './api-request.ts'

/** Kafka's numbers of what has settings. */
export const resourceTypes = { topic: 2, broker: 4 } as const

export interface ConfigResource {
  /** One of `resourceTypes`. */
  readonly type: number
  /** Name of the topic, node id of the broker. */
  readonly name: string
}

export interface ConfigEntry {
  readonly name: string
  /** null if it is not set or `isSensitive`. */
  readonly value: string | null
  readonly isReadOnly: boolean
  /** 1 this topic, 2 this broker dynamically, 3 all brokers dynamically, 4 server.properties, 5 default; -1 unknown. */
  readonly source: number
  readonly isSensitive: boolean
}

export interface DescribeConfigsAnswer {
  readonly resources: readonly (ConfigResource & {
    readonly errorCode: number
    readonly errorMessage: string | null
    readonly configs: readonly ConfigEntry[]
  })[]
}

/** `names`: which settings; null for all. */
export const describeConfigs = (
  resources: readonly (ConfigResource & { readonly names: readonly string[] | null })[],
): ApiRequest<DescribeConfigsAnswer> => ({
  name: 'DescribeConfigs',
  key: 32,
  minVersion: 1,
  maxVersion: 2,
  encode: (writer) => {
    writer.array(resources, ({ type, name, names }) => {
      writer.int8(type)
      writer.string(name)
      writer.nullableArray(names, (config) => {
        writer.string(config)
      })
    })
    writer.boolean(false) // include synonyms
  },
  decode: (reader) => {
    reader.int32() // throttle time
    return {
      resources: reader.array(() => ({
        errorCode: reader.int16(),
        errorMessage: reader.nullableString(),
        type: reader.int8(),
        name: reader.string(),
        configs: reader.array(() => {
          const entry = {
            name: reader.string(),
            value: reader.nullableString(),
            isReadOnly: reader.boolean(),
            source: reader.int8(),
            isSensitive: reader.boolean(),
          }
          reader.array(() => [reader.string(), reader.nullableString(), reader.int8()]) // synonyms
          return entry
        }),
      })),
    }
  },
})
