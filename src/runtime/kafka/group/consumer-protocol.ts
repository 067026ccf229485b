// The bytes that members of a group exchange through the coordinator, in the format of Kafka's ConsumerProtocol: other
// clients' tools (kafka-consumer-groups --describe) decode the same bytes. Version 0 is written; later versions only add fields
// at the end, which are skipped.

import { ByteReader } from '../wire/byte-reader.ts'
import { ByteWriter } from '../wire/byte-writer.ts'

/** The protocol type of groups that consume topics. */
export const consumerProtocolType = 'consumer'

const version = 0

/** What a member wants. */
export interface Subscription {
  readonly topics: readonly string[]
  /** Bytes that only the assignor understands. */
  readonly userData: Buffer
}

/** What a member gets. */
export interface MemberAssignment {
  /** Partitions by topic. */
  readonly partitions: ReadonlyMap<string, readonly number[]>
  /** Bytes that only the assignor understands. */
  readonly userData: Buffer
}

/** What a member that the leader left out gets. */
export const emptyAssignment: MemberAssignment = { partitions: new Map(), userData: Buffer.alloc(0) }

export const encodeSubscription = ({ topics, userData }: Subscription): Buffer => {
  const writer = new ByteWriter()
  writer.int16(version)
  writer.array(topics, (topic) => writer.string(topic))
  writer.bytes(userData)
  return writer.toBuffer()
}

/** Throws a `RangeError` if the bytes are no subscription. */
export const decodeSubscription = (bytes: Buffer): Subscription => {
  const reader = new ByteReader(bytes)
  reader.int16()
  return { topics: reader.array(() => reader.string()), userData: reader.nullableBytes() ?? Buffer.alloc(0) }
}

export const encodeAssignment = ({ partitions, userData }: MemberAssignment): Buffer => {
  const writer = new ByteWriter()
  writer.int16(version)
  writer.array([...partitions], ([topic, numbers]) => {
    writer.string(topic)
    writer.array(numbers, (partition) => writer.int32(partition))
  })
  writer.bytes(userData)
  return writer.toBuffer()
}

/** No bytes at all are an empty assignment. Throws a `RangeError` if the bytes are no assignment. */
export const decodeAssignment = (bytes: Buffer): MemberAssignment => {
  if (bytes.length === 0) return emptyAssignment
  const reader = new ByteReader(bytes)
  reader.int16()
  const partitions = reader.array(() => [reader.string(), reader.array(() => reader.int32())] as const)
  return { partitions: new Map(partitions), userData: reader.nullableBytes() ?? Buffer.alloc(0) }
}
