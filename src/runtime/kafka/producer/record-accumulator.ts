// Records on their way to the broker, by partition: it cuts them into batches, knows what is ready to be sent and how many
// bytes are not acknowledged, and wakes those who wait for that. A record is in it exactly from its append to its
// acknowledgement.

import { KsError } from '../../model/errors.ts'
import type { Header } from '../../model/stream-record.ts'
import type { Clock } from '../../tasks/clock.ts'
import type { BytesPart } from '../records/batch-builder.ts'
import type { CompressionType } from '../records/compression.ts'
import { type ClosedBatch, type Flush, type PartitionBatches, type ProducerIdentity } from './partition-batches.ts'

/** Times in ms, sizes in bytes; see ProducerOptions. */
export interface AccumulatorOptions {
  readonly transactionalId: string | undefined
  readonly compression: CompressionType
  readonly batchBytes: number
  readonly maxRequestBytes: number
  readonly lingerMs: number
  readonly clock: Clock
}

/** What a record takes at most besides key, value and headers: its varints and attributes. */
const recordOverheadBytes = 41
const headerOverheadBytes = 10
const batchOverheadBytes = 61
/** UTF-8 bytes of one UTF-16 unit at most. */
const bytesPerUnit = 3

interface Drain {
  readonly maxBytes: number
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

export class RecordAccumulator {
  /** The error that ended it. */
  failure: Error | undefined
  /** Bytes appended and not acknowledged. */
  bufferedBytes = 0
  /** Partitions that have something to send and are not busy, longest wait first. */
  readonly ready = new Set<PartitionBatches>()
  private openBytes = 0
  private readonly options: AccumulatorOptions
  private readonly batchBytes: number
  private readonly wakeSender: () => void
  private identity: ProducerIdentity = { producerId: -1n, producerEpoch: -1 }
  /** Partitions with an open batch. */
  private readonly open = new Set<PartitionBatches>()
  /** Partitions with closed batches. */
  private readonly unacknowledged = new Set<PartitionBatches>()
  private readonly drains = new Set<Drain>()
  private readonly flushes = new Set<Flush>()
  private lingerTimer: NodeJS.Timeout | undefined

  /** `wakeSender` is called when there is something in `ready`. */
  constructor(options: AccumulatorOptions, wakeSender: () => void) {
    this.options = options
    this.batchBytes = Math.min(options.batchBytes, options.maxRequestBytes)
    this.wakeSender = wakeSender
  }

  /** Sets the producer id, before the first record. */
  identify(identity: ProducerIdentity): void {
    this.identity = identity
  }

  /** Takes a record. Throws a KsError `data` if it is larger than max.request.size. */
  append(to: PartitionBatches, timestamp: number, key: BytesPart, value: BytesPart, headers: readonly Header[]): void {
    const bytes =
      recordOverheadBytes + sizeOf(key) + sizeOf(value) + (headers.length === 0 ? 0 : sizeOfHeaders(headers))
    let before = to.openBytes
    if (before + bytes > this.batchBytes) {
      if (bytes + batchOverheadBytes > this.options.maxRequestBytes) throw this.tooLarge(to, bytes + batchOverheadBytes)
      if (before > 0) {
        this.close(to)
        this.wakeSender()
        before = 0
      }
    }
    to.append(timestamp, key, value, headers)
    const grown = to.openBytes - before
    this.openBytes += grown
    this.bufferedBytes += grown
    if (before === 0) {
      this.open.add(to)
      if (this.options.lingerMs > 0) this.linger()
    }
  }

  /** Everything open may be sent. A batch whose partition is busy is closed only when it is its turn, so it can grow. */
  kick(): void {
    if (this.open.size === 0) return
    for (const partition of this.open) {
      partition.kicked = true
      this.offer(partition)
    }
    this.wakeSender()
  }

  /** Waits until at most so many bytes are not acknowledged; rejects with the failure. */
  drain(maxBytes: number): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure)
    if (this.bufferedBytes <= maxBytes) return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.drains.add({ maxBytes, resolve, reject })
      this.settleDrains()
    })
  }

  /** Sends everything and waits until what has been appended so far is acknowledged; rejects with the failure. */
  flush(): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure)
    for (const partition of this.open) this.close(partition)
    if (this.unacknowledged.size === 0) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const flush = { waitingFor: 0, resolve, reject }
      for (const { closed } of this.unacknowledged) {
        for (const batch of closed) batch.flushes.push(flush)
        flush.waitingFor += closed.length
      }
      this.flushes.add(flush)
      this.wakeSender()
    })
  }

  /** Forgets the open batches, which have no sequence numbers yet. */
  discardOpen(): void {
    for (const partition of this.open) {
      this.openBytes -= partition.openBytes
      this.bufferedBytes -= partition.openBytes
      partition.discardOpen()
      if (partition.closed.length === 0) this.ready.delete(partition)
    }
    this.open.clear()
    this.settleDrains()
  }

  /** Takes the oldest batch of a ready partition, which is busy from then on. */
  take(partition: PartitionBatches): ClosedBatch | undefined {
    if (partition.closed.length === 0) this.close(partition)
    this.ready.delete(partition)
    const [oldest] = partition.closed
    partition.busy = oldest !== undefined
    return oldest
  }

  /** The oldest batch of a busy partition has arrived. `baseOffset` is negative if the broker did not say where. */
  acknowledge(partition: PartitionBatches, baseOffset: number): void {
    partition.busy = false
    const batch = partition.acknowledge(baseOffset)
    if (partition.closed.length === 0) this.unacknowledged.delete(partition)
    this.offer(partition)
    if (batch === undefined) return
    this.bufferedBytes -= batch.bytes.length
    for (const flush of batch.flushes) {
      flush.waitingFor--
      if (flush.waitingFor > 0) continue
      this.flushes.delete(flush)
      flush.resolve()
    }
    this.settleDrains()
  }

  /** The oldest batch of a busy partition is to be sent again. */
  release(partition: PartitionBatches): void {
    partition.busy = false
    this.offer(partition)
  }

  /** Ends it: whoever waits is told, nothing is ready any more. The first error counts. */
  fail(error: Error): void {
    if (this.failure !== undefined) return
    this.failure = error
    clearTimeout(this.lingerTimer)
    this.ready.clear()
    for (const { reject } of [...this.drains, ...this.flushes]) reject(error)
    this.drains.clear()
    this.flushes.clear()
  }

  private offer(partition: PartitionBatches): void {
    if (!partition.busy && (partition.closed.length > 0 || partition.kicked)) this.ready.add(partition)
  }

  private close(partition: PartitionBatches): void {
    const { transactionalId, compression, clock } = this.options
    const bytes = partition.openBytes
    const batch = partition.close(this.identity, transactionalId !== undefined, compression, clock.now())
    if (batch === undefined) return
    this.open.delete(partition)
    this.unacknowledged.add(partition)
    this.openBytes -= bytes
    this.bufferedBytes += batch.bytes.length - bytes
    this.offer(partition)
  }

  private settleDrains(): void {
    for (const drain of this.drains) {
      if (this.bufferedBytes <= drain.maxBytes) {
        this.drains.delete(drain)
        drain.resolve()
      } else if (this.openBytes > drain.maxBytes) {
        // Acknowledgements alone would not be enough.
        this.kick()
      }
    }
  }

  private linger(): void {
    this.lingerTimer ??= setTimeout(() => {
      this.lingerTimer = undefined
      this.kick()
    }, this.options.lingerMs)
  }

  private tooLarge({ topic }: PartitionBatches, bytes: number): KsError {
    const limit = this.options.maxRequestBytes
    return new KsError(
      'data',
      `a record for topic ${topic} has ${bytes} bytes, more than max.request.size (${limit})`,
      {
        hint: 'raise it with -X max.request.size=BYTES; the topic needs a max.message.bytes that is as large',
      },
    )
  }
}

const sizeOf = (part: BytesPart): number =>
  part === null ? 0 : typeof part === 'string' ? part.length : part.end - part.start

const sizeOfHeaders = (headers: readonly Header[]): number => {
  let bytes = 0
  for (const { name, value } of headers) {
    bytes += headerOverheadBytes + bytesPerUnit * name.length + (value === null ? 0 : value.length)
  }
  return bytes
}
