// One partition on its way into a task: batches that have been fetched, and in them the record that comes next. Offsets move
// forward only; `position` is that of the next record to process, past everything that is no record.

import { noHeaders, StreamRecord, type Header, type RecordOrigin } from '../model/stream-record.ts'
import { RecordError } from '../model/record-error.ts'
import { FramedScanner } from '../serde/framed-scanner.ts'
import { KeySlice } from '../serde/key-slice.ts'
import { deserialize, type SerdeName } from '../serde/primitive-serde.ts'
import { RawSlice } from '../serde/raw-bytes.ts'
import type { FetchedPartition, RecordBatch } from './ports.ts'

/** Lends scanners, which are large, to lanes that have a batch at hand. */
export class ScannerPool {
  private readonly free: FramedScanner[] = []

  take(): FramedScanner {
    return this.free.pop() ?? new FramedScanner()
  }

  give(scanner: FramedScanner): void {
    this.free.push(scanner)
  }
}

/** How a lane makes records. */
export interface LaneOptions {
  readonly topic: string
  readonly partition: number
  /** Where it begins. */
  readonly offset: number
  readonly keySerde: SerdeName | undefined
  /** `slice`: the bytes where they lie, see RawSlice. */
  readonly valueSerde: SerdeName | 'slice'
  readonly scanners: ScannerPool
  /** See `RecordLane.stopAt`. */
  readonly stopAt: number
  /** See `RecordLane.partitionTime`; -1 if not given. */
  readonly partitionTime?: number
  /** False passes over records by their timestamps. */
  readonly wants?: (timestamp: number) => boolean
  /** The bytes of the records so far are about to be replaced: whoever refers to them copies. */
  replaced(): void
}

/** A record as it lies in the log, for dead letters. Slices of the batch. */
export interface RawRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly Header[]
}

/** A value that cannot be read. */
export class UnreadableValue extends RecordError {
  /** Byte of the value, from 0. */
  readonly at: number | undefined

  constructor(message: string, at: number | undefined) {
    super(message)
    this.at = at
  }
}

export class RecordLane {
  readonly topic: string
  readonly partition: number
  private readonly options: LaneOptions
  private readonly origin: RecordOrigin
  private readonly key: KeySlice
  private readonly slice = new RawSlice()
  private readonly queue: RecordBatch[] = []
  private queued = 0
  private scanner: FramedScanner | undefined
  private batch: RecordBatch | undefined
  private limit = 0
  private index = 0
  private count = 0
  private timestamp = -1
  private atRecord = false
  private next: number
  /** Where the log goes on behind what has been fetched. */
  private fetched: number
  /** End of the partition as far as known; -1 before anybody said. */
  end = -1
  /** Records taken so far. */
  records = 0
  /** Bytes that polls have brought, decompressed. */
  fetchedBytes = 0
  /** Records that polls have brought. */
  fetchedRecords = 0
  /** Records that the last poll with any has brought. */
  lastAdded = 0
  /** Records from this offset on do not count (yet); Infinity for all. */
  stopAt: number
  /** Highest timestamp of a record that the task has had from here, as `--ts` says, also before this run, ms; -1 if none. */
  partitionTime: number

  constructor(options: LaneOptions) {
    this.options = options
    this.topic = options.topic
    this.partition = options.partition
    this.stopAt = options.stopAt
    this.partitionTime = options.partitionTime ?? -1
    this.next = options.offset
    this.fetched = options.offset
    this.origin = { topic: options.topic, partition: options.partition, offset: -1, line: 0 }
    this.key = new KeySlice(options.keySerde)
  }

  /** Takes what a poll brought. */
  add({ batches, nextOffset, lastStableOffset, highWatermark }: FetchedPartition): void {
    const before = this.queued
    for (const batch of batches) {
      this.queue.push(batch)
      this.queued += batch.count
      this.fetchedRecords += batch.count
      this.fetchedBytes += batch.records.length
    }
    if (this.queued > before) this.lastAdded = this.queued - before
    this.fetched = nextOffset
    this.end = Math.max(this.end, lastStableOffset >= 0 ? lastStableOffset : highWatermark)
  }

  /** Records that wait, roughly: those of compacted batches count as if they were all there. */
  get buffered(): number {
    return this.queued + (this.count - this.index)
  }

  /** Offset of the next record to process. */
  get position(): number {
    return this.next
  }

  /** Everything before `stopAt` has been taken. */
  get isDone(): boolean {
    if (this.next >= this.stopAt) return true
    // What comes next may be behind it.
    return !this.hasRecord() && this.headIsBehind()
  }

  /** Records up to the end of the partition that are still to be taken, roughly; undefined if nobody has said where that is. */
  get lag(): number | undefined {
    return this.end < 0 ? undefined : Math.max(0, this.end - this.next)
  }

  /** Nothing waits and, as far as known, nothing is left in the log. */
  get isCaughtUp(): boolean {
    return this.end >= 0 && this.next >= this.end
  }

  /** Makes the next record current if there is one; calling it again before `take` changes nothing. */
  hasRecord(): boolean {
    if (this.atRecord) return true
    for (;;) {
      while (this.index < this.count) {
        const scanner = this.scanner as FramedScanner
        const batch = this.batch as RecordBatch
        scanner.select(this.index)
        const offset = batch.baseOffset + scanner.offsetDelta
        if (offset >= this.stopAt) return false
        if (offset >= this.next) {
          this.origin.offset = offset
          this.timestamp = batch.logAppendTime ? batch.maxTimestamp : batch.baseTimestamp + scanner.timestampDelta
          if (this.options.wants?.(this.timestamp) !== false) {
            this.atRecord = true
            return true
          }
          this.next = offset + 1
        }
        this.index++
      }
      if (!this.scanMore()) return false
    }
  }

  /** Timestamp of the current record, ms. */
  get headTimestamp(): number {
    return this.timestamp
  }

  /** Offset of the current record. */
  get headOffset(): number {
    return this.origin.offset
  }

  /**
   * The current record, which is the last one from now on: `hasRecord` goes on behind it. Valid until then.
   * @throws UnreadableValue if its value is not what the serde says.
   */
  take(): StreamRecord {
    const scanner = this.scanner as FramedScanner
    // Several lanes may look at their heads in turn, each in a scanner of its own, so the selection still stands.
    this.atRecord = false
    this.index++
    this.next = this.origin.offset + 1
    this.records++
    const keyStart = scanner.keyStart
    let key: KeySlice | null = null
    if (keyStart >= 0) {
      key = this.key
      key.set(scanner.input, keyStart, scanner.keyEnd)
    }
    const headersStart = scanner.headersStart
    const headers = headersStart < 0 ? noHeaders : readHeaders(scanner.input, headersStart)
    return new StreamRecord(key, this.value(scanner), this.timestamp, this.origin, headers)
  }

  /** The record that `take` gave (or refused) last, as bytes. */
  raw(): RawRecord {
    const scanner = this.scanner as FramedScanner
    const { input, keyStart, keyEnd, headersStart } = scanner
    return {
      topic: this.topic,
      partition: this.partition,
      offset: this.origin.offset,
      timestamp: this.timestamp,
      key: keyStart < 0 ? null : input.subarray(keyStart, keyEnd),
      value: scanner.isTombstone ? null : input.subarray(scanner.start, scanner.end),
      headers: headersStart < 0 ? noHeaders : readHeaders(input, headersStart),
    }
  }

  /** Gives back what it has borrowed. */
  close(): void {
    this.queue.length = 0
    this.release()
  }

  private value(scanner: FramedScanner): unknown {
    if (scanner.isTombstone) return null
    const { valueSerde } = this.options
    if (valueSerde === 'slice') {
      this.slice.set(scanner.input, scanner.start, scanner.end)
      return this.slice
    }
    if (valueSerde !== 'json') return deserialize(valueSerde, scanner.input.subarray(scanner.start, scanner.end))
    const failure = scanner.valueFailure
    if (failure !== undefined) throw new UnreadableValue(failure.message, failure.at)
    return scanner
  }

  private headIsBehind(): boolean {
    return this.next >= this.stopAt || (this.index < this.count && !this.atRecord)
  }

  /** Scans on in the batch, or the next one. False if there is none. */
  private scanMore(): boolean {
    const { batch, scanner } = this
    if (batch !== undefined && scanner !== undefined) {
      if (scanner.resumeAt < this.limit) {
        this.options.replaced()
        scanner.clearEmitted()
        this.scan(scanner.resumeAt)
        return true
      }
      this.next = Math.max(this.next, batch.lastOffset + 1)
      this.release()
    }
    const next = this.queue.shift()
    if (next === undefined) {
      // Control records and aborted ones at the end are passed too.
      this.next = Math.max(this.next, this.fetched)
      return false
    }
    this.queued -= next.count
    this.options.replaced()
    this.scanner ??= this.options.scanners.take()
    this.scanner.clearEmitted()
    this.batch = next
    this.limit = this.scanner.load(next.records)
    this.scan(0)
    return true
  }

  private scan(from: number): void {
    const scanner = this.scanner as FramedScanner
    this.count = scanner.scanFrames(from, this.limit, this.options.valueSerde === 'json')
    this.index = 0
  }

  private release(): void {
    if (this.scanner !== undefined) {
      this.options.replaced()
      this.options.scanners.give(this.scanner)
    }
    this.scanner = undefined
    this.batch = undefined
    this.count = 0
    this.index = 0
  }
}

/** Headers from their count on. Names and values are copied: processors may keep them. */
const readHeaders = (bytes: Buffer, start: number): Header[] => {
  let at = start
  const varint = (): number => {
    let value = 0
    let shift = 0
    for (;;) {
      const byte = bytes[at++] as number
      value |= (byte & 127) << shift
      if (byte < 128) return (value >>> 1) ^ -(value & 1)
      shift += 7
    }
  }
  const count = varint()
  const headers: Header[] = []
  for (let i = 0; i < count; i++) {
    const nameLength = varint()
    const name = bytes.toString('utf8', at, at + nameLength)
    at += nameLength
    const valueLength = varint()
    const value = valueLength < 0 ? null : Buffer.from(bytes.subarray(at, at + valueLength))
    at += Math.max(0, valueLength)
    headers.push({ name, value })
  }
  return headers
}
