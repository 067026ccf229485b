// What a request is to the client: a name, the versions it knows, how it is written and how its answer is read. Error codes
// inside answers stay numbers; whoever sends the request knows which of them matter.

import type { ByteReader } from '../wire/byte-reader.ts'
import type { ByteWriter } from '../wire/byte-writer.ts'

export interface ApiRequest<T> {
  /** Kafka's name of it: `JoinGroup`. */
  readonly name: string
  /** Kafka's number of it. */
  readonly key: number
  /** The versions that `encode` and `decode` know. */
  readonly minVersion: number
  readonly maxVersion: number
  /** The first version with compact types and tag buffers (KIP-482); not given: none of the versions has them. */
  readonly flexibleFrom?: number
  /** Writes the body. The writer is flexible if the version is. */
  encode(writer: ByteWriter, version: number): void
  /** Reads the body of the answer. The reader is flexible if the version is. */
  decode(reader: ByteReader, version: number): T
  /** false: the broker does not answer (Produce with acks 0); the result is that of `decode` over no bytes. */
  readonly expectsResponse?: boolean
  /** How long the answer may take in ms, if that is longer than request.timeout.ms: the broker may hold the request (JoinGroup, Fetch). */
  readonly timeoutMs?: number
  /** Aborted when its sender knows that no answer will come: the connection is given up, as after the timeout. */
  readonly abandoned?: AbortSignal
}

/** What one topic has for some of its partitions. */
export interface TopicPartitions<P> {
  readonly topic: string
  readonly partitions: readonly P[]
}
