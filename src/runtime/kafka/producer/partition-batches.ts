// The batches of one partition on their way out: one that is being filled, those that are closed, in order. A batch gets its
// sequence number when it is closed, and stays as it is, byte for byte, until the broker has acknowledged it; so a repeated
// request can neither lose nor double a record (KIP-98).

import type { Header } from '../../model/stream-record.ts'
import { BatchBuilder, type BytesPart } from '../records/batch-builder.ts'
import type { CompressionType } from '../records/compression.ts'

/** Waits for the acknowledgement of some batches. */
export interface Flush {
  waitingFor: number
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** An encoded batch that is not acknowledged yet. */
export interface ClosedBatch {
  readonly bytes: Buffer
  readonly count: number
  /** Its first sequence number; -1 without a producer id. */
  readonly baseSequence: number
  /** When it was closed, ms since the epoch: delivery.timeout.ms counts from here. */
  readonly closedAt: number
  attempts: number
  readonly flushes: Flush[]
}

/** Who writes; the producer id is -1n if the producer is not idempotent. */
export interface ProducerIdentity {
  readonly producerId: bigint
  readonly producerEpoch: number
}

/** Sequence numbers go from 0 to 2³¹-1 and start again. */
const sequences = 2 ** 31

const smallestBuilderBytes = 4096

const powerOfTwoFrom = (bytes: number): number => 2 ** Math.ceil(Math.log2(bytes))

export class PartitionBatches {
  readonly topic: string
  readonly partition: number
  /** Oldest first. */
  readonly closed: ClosedBatch[] = []
  /** The open batch is to be sent as soon as it is its turn. */
  kicked = false
  /** A request with the oldest batch is under way, or it waits to be repeated; there is never a second one. */
  busy = false
  /** Number of the transaction that this partition was last added to. */
  transaction = -1
  /** Since when the brokers say that there is no such partition, ms since the epoch; undefined if the last answer did not. */
  unknownSinceMs: number | undefined
  /** Offset after the highest acknowledged record; undefined if there is none. */
  nextOffset: number | undefined
  /** How many batches have been closed. */
  closedCount = 0
  private builder: BatchBuilder | undefined
  private lastBytes = 0
  private nextSequence: number

  constructor(topic: string, partition: number, firstSequence = 0) {
    this.topic = topic
    this.partition = partition
    this.nextSequence = firstSequence
  }

  /** Bytes of the open batch before compression, 0 if there is none. */
  get openBytes(): number {
    return this.builder === undefined ? 0 : this.builder.sizeBytes
  }

  /** Bytes of the batch that is sent next; of the open one, before compression. */
  get nextBytes(): number {
    return this.closed[0]?.bytes.length ?? this.openBytes
  }

  append(timestamp: number, key: BytesPart, value: BytesPart, headers: readonly Header[]): void {
    // The next batch is likely to be as large as the last one; a partition that has nothing to send holds no memory.
    this.builder ??= new BatchBuilder(powerOfTwoFrom(Math.max(this.lastBytes, smallestBuilderBytes)))
    this.builder.append(timestamp, key, value, headers)
  }

  /** Closes the open batch; undefined if there is none. */
  close(
    identity: ProducerIdentity,
    transactional: boolean,
    compression: CompressionType,
    now: number,
  ): ClosedBatch | undefined {
    const { builder } = this
    if (builder === undefined) return undefined
    const { count } = builder
    const numbered = identity.producerId !== -1n
    const baseSequence = numbered ? this.nextSequence : -1
    const bytes = builder.finish({ ...identity, baseSequence, transactional, compression })
    this.lastBytes = builder.sizeBytes
    this.builder = undefined
    if (numbered) this.nextSequence = (this.nextSequence + count) % sequences
    this.kicked = false
    this.closedCount++
    const batch = { bytes, count, baseSequence, closedAt: now, attempts: 0, flushes: [] }
    this.closed.push(batch)
    return batch
  }

  /** Forgets the open batch. It has no sequence number yet, so this leaves no hole. */
  discardOpen(): void {
    this.builder = undefined
    this.kicked = false
  }

  /** The oldest batch is acknowledged. `baseOffset` is negative if the broker did not say where it is. */
  acknowledge(baseOffset: number): ClosedBatch | undefined {
    this.unknownSinceMs = undefined
    const batch = this.closed.shift()
    if (batch !== undefined && baseOffset >= 0) {
      this.nextOffset = Math.max(this.nextOffset ?? 0, baseOffset + batch.count)
    }
    return batch
  }
}
