// The records of a batch, one by one, as slices of it. For restores, tables and tools; sources of streams decode batches in
// bulk.

import { KsError } from '../../model/errors.ts'
import { type Header, noHeaders } from '../../model/stream-record.ts'
import { type RecordBatch } from '../../tasks/ports.ts'

/** A record; its bytes are slices of the batch. */
export interface BatchRecord {
  readonly offset: number
  /** Milliseconds since the epoch; -1 if the producer gave none. */
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly Header[]
}

/** The records of a batch in order. @throws KsError `io` if their framing is wrong. */
export function* recordsOf(batch: RecordBatch): Generator<BatchRecord> {
  const cursor = new RecordCursor(batch)
  for (let index = 0; index < batch.count; index++) yield cursor.next()
}

/** Calls a function with each record of a batch in order. @throws KsError `io` if their framing is wrong. */
export const forEachRecord = (batch: RecordBatch, use: (record: BatchRecord) => void): void => {
  const cursor = new RecordCursor(batch)
  for (let index = 0; index < batch.count; index++) use(cursor.next())
}

class RecordCursor {
  private readonly batch: RecordBatch
  private readonly bytes: Buffer
  private at = 0

  constructor(batch: RecordBatch) {
    this.batch = batch
    this.bytes = batch.records
  }

  next(): BatchRecord {
    const { batch } = this
    const length = this.varint()
    const end = this.at + length
    if (length < 0 || end > this.bytes.length) throw this.damaged()
    this.at++ // attributes, of which none is in use
    const timestamp = batch.logAppendTime ? this.skipDelta() : batch.baseTimestamp + this.varlong()
    const offset = batch.baseOffset + this.varint()
    const key = this.part()
    const value = this.part()
    const headers = this.headers()
    if (this.at !== end) throw this.damaged()
    return { offset, timestamp, key, value, headers }
  }

  private skipDelta(): number {
    this.varlong()
    return this.batch.maxTimestamp
  }

  private headers(): readonly Header[] {
    const count = this.varint()
    if (count === 0) return noHeaders
    const headers: Header[] = []
    for (let index = 0; index < count; index++) {
      const name = this.part()
      if (name === null) throw this.damaged()
      headers.push({ name: name.toString('utf8'), value: this.part() })
    }
    return headers
  }

  private part(): Buffer | null {
    const length = this.varint()
    if (length < 0) return null
    const start = this.at
    this.at += length
    if (this.at > this.bytes.length) throw this.damaged()
    return this.bytes.subarray(start, this.at)
  }

  /** A zigzag number of at most 32 bits. */
  private varint(): number {
    const first = this.bytes[this.at] ?? 0
    if (first < 128) {
      if (this.at >= this.bytes.length) throw this.damaged()
      this.at++
      return (first >>> 1) ^ -(first & 1)
    }
    let raw = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte()
      raw |= (byte & 127) << shift
      if (byte < 128) return (raw >>> 1) ^ -(raw & 1)
    }
    throw this.damaged()
  }

  /** A zigzag number of at most 64 bits, as a double. */
  private varlong(): number {
    let raw = 0
    let scale = 1
    for (let index = 0; index < 10; index++) {
      const byte = this.byte()
      raw += (byte & 127) * scale
      if (byte < 128) return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2
      scale *= 128
    }
    throw this.damaged()
  }

  private byte(): number {
    const byte = this.bytes[this.at++]
    if (byte === undefined) throw this.damaged()
    return byte
  }

  private damaged(): KsError {
    return new KsError(
      'io',
      `the records of the batch at offset ${this.batch.baseOffset} are not framed as records are`,
    )
  }
}
