// Metadata: brokers, controller, and where the partitions of topics are. Never creates a topic, so version 4 at least.

import type { ByteReader } from '../wire/byte-reader.ts'
import type { ApiRequest } from './api-request.ts'

/** A broker as the cluster advertises it. */
export interface BrokerNode {
  readonly nodeId: number
  readonly host: string
  readonly port: number
  readonly rack: string | null
}

export interface PartitionMetadata {
  readonly partition: number
  readonly errorCode: number
  /** Node id; -1 if there is none at the moment. */
  readonly leader: number
  /** -1 if the broker is too old to say. */
  readonly leaderEpoch: number
  readonly replicas: readonly number[]
  /** The replicas that are in sync. */
  readonly isr: readonly number[]
}

export interface TopicMetadata {
  readonly name: string
  readonly isInternal: boolean
  readonly errorCode: number
  /** In order of their numbers. */
  readonly partitions: readonly PartitionMetadata[]
}

export interface MetadataAnswer {
  readonly brokers: readonly BrokerNode[]
  readonly clusterId: string | null
  /** With KRaft any broker, which passes on what the controller has to do. */
  readonly controllerId: number
  readonly topics: readonly TopicMetadata[]
}

/** null asks for all topics, an empty list for none. */
export const metadata = (topics: readonly string[] | null): ApiRequest<MetadataAnswer> => ({
  name: 'Metadata',
  key: 3,
  minVersion: 4,
  maxVersion: 8,
  encode: (writer, version) => {
    writer.nullableArray(topics, (topic) => {
      writer.string(topic)
    })
    writer.boolean(false) // allow auto topic creation
    if (version >= 8) {
      writer.boolean(false) // include cluster authorized operations
      writer.boolean(false) // include topic authorized operations
    }
  },
  decode: (reader, version) => {
    reader.int32() // throttle time
    const brokers = reader.array(() => ({
      nodeId: reader.int32(),
      host: reader.string(),
      port: reader.int32(),
      rack: reader.nullableString(),
    }))
    const clusterId = reader.nullableString()
    const controllerId = reader.int32()
    const topics = reader.array(() => decodeTopic(reader, version))
    if (version >= 8) reader.int32() // cluster authorized operations
    return { brokers, clusterId, controllerId, topics }
  },
})

const decodeTopic = (reader: ByteReader, version: number): TopicMetadata => {
  const errorCode = reader.int16()
  const name = reader.string()
  const isInternal = reader.boolean()
  const partitions = reader.array((): PartitionMetadata => {
    const partition = {
      errorCode: reader.int16(),
      partition: reader.int32(),
      leader: reader.int32(),
      leaderEpoch: version >= 7 ? reader.int32() : -1,
      replicas: reader.array(() => reader.int32()),
      isr: reader.array(() => reader.int32()),
    }
    if (version >= 5) reader.array(() => reader.int32()) // offline replicas
    return partition
  })
  if (version >= 8) reader.int32() // topic authorized operations
  partitions.sort((a, b) => a.partition - b.partition)
  return { errorCode, name, isInternal, partitions }
}
