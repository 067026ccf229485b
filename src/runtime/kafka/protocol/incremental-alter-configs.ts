// IncrementalAlterConfigs (KIP-339): changes some settings of topics or brokers and leaves the others as they are.

import type { ApiRequest } from './api-request.ts'
import type { ConfigResource } from './describe-configs.ts'

/** Kafka's numbers of what can be done to a setting; append and subtract work on lists. */
export const configOperations = { set: 0, delete: 1, append: 2, subtract: 3 } as const

export interface IncrementalAlterConfigsArguments {
  readonly resources: readonly (ConfigResource & {
    readonly configs: readonly {
      readonly name: string
      /** One of `configOperations`. */
      readonly operation: number
      readonly value: string | null
    }[]
  })[]
  readonly validateOnly: boolean
}

export interface IncrementalAlterConfigsAnswer {
  readonly resources: readonly (ConfigResource & {
    readonly errorCode: number
    readonly errorMessage: string | null
  })[]
}

export const incrementalAlterConfigs = ({
  resources,
  validateOnly,
}: IncrementalAlterConfigsArguments): ApiRequest<IncrementalAlterConfigsAnswer> => ({
  name: 'IncrementalAlterConfigs',
  key: 44,
  minVersion: 0,
  maxVersion: 0,
  encode: (writer) => {
    writer.array(resources, ({ type, name, configs }) => {
      writer.int8(type)
      writer.string(name)
      writer.array(configs, (config) => {
        writer.string(config.name)
        writer.int8(config.operation)
        writer.nullableString(config.value)
      })
    })
    writer.boolean(validateOnly)
  },
  decode: (reader) => {
    reader.int32() // throttle time
    return {
      resources: reader.array(() => ({
        errorCode: reader.int16(),
        errorMessage: reader.nullableString(),
        type: reader.int8(),
        name: reader.string(),
      })),
    }
  },
})
