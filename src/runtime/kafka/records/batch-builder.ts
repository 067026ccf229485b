// Builds a record batch of magic 2 (KIP-98) in one growing buffer. It is where every produced record passes through: no
// object is made per record, and each byte is written once.

import { type ByteString } from '../../model/byte-string.ts'
import { type Header } from '../../model/stream-record.ts'
import { batchLayout, compressionMask, lengthOverhead, transactionalFlag, writeLong } from './batch-layout.ts'
import { compress, compressionCode, type CompressionType } from './compression.ts'
import { crc32c } from './crc32c.ts'

/** A part of a buffer. It is read during the call only, so the caller may use one object again and again. */
export interface BytesRange {
  readonly buffer: Uint8Array
  readonly start: number
  /** Exclusive. */
  readonly end: number
}

/** A key or a value: none, bytes as text, or a part of a buffer. */
export type BytesPart = null | ByteString | BytesRange

/** What a finished batch says about its producer. */
export interface BatchEnding {
  /** -1 without idempotence; then epoch and sequence are -1 too. */
  readonly producerId: bigint
  readonly producerEpoch: number
  /** Sequence number of the first record. */
  readonly baseSequence: number
  readonly transactional: boolean
  /** Its codec must have been loaded (`loadCompression`). */
  readonly compression: CompressionType
}

/** Up to this length a loop is faster than a call that copies. */
const loopMaxBytes = 48
const varintMax = 5

/** One batch after the other: append, finish, reset, append … */
export class BatchBuilder {
  private readonly initialBytes: number
  private bytes: Buffer
  private handedOver = false
  private at = batchLayout.records as number
  private records = 0
  private baseTimestamp = 0
  private maxTimestamp = 0

  /** @param initialBytes size of the first buffer; it grows as needed. */
  constructor(initialBytes = 16 * 1024) {
    this.initialBytes = Math.max(initialBytes, 2 * batchLayout.records)
    this.bytes = Buffer.allocUnsafeSlow(this.initialBytes)
  }

  /** How many records have been appended. */
  get count(): number {
    return this.records
  }

  /** Size of the batch so far before compression, with its header. */
  get sizeBytes(): number {
    return this.at
  }

  /** Appends a record. The timestamp (ms) may be lower than those before it. */
  append(timestamp: number, key: BytesPart, value: BytesPart, headers: readonly Header[]): void {
    if (this.records === 0) this.baseTimestamp = this.maxTimestamp = timestamp
    else if (timestamp > this.maxTimestamp) this.maxTimestamp = timestamp
    const timestampDelta = timestamp - this.baseTimestamp
    const offsetDelta = this.records
    const keyLength = key === null ? -1 : typeof key === 'string' ? key.length : key.end - key.start
    const valueLength = value === null ? -1 : typeof value === 'string' ? value.length : value.end - value.start

    let length =
      1 + sizeOfVarlong(timestampDelta) + sizeOfVarint(offsetDelta) + sizeOfPart(keyLength) + sizeOfPart(valueLength)
    length += headers.length === 0 ? 1 : sizeOfHeaders(headers)
    if (this.at + length + varintMax > this.bytes.length) this.grow(length + varintMax)

    const { bytes } = this
    let at = writeVarint(bytes, this.at, length)
    bytes[at++] = 0 // attributes
    at = writeVarlong(bytes, at, timestampDelta)
    at = writeVarint(bytes, at, offsetDelta)
    at = writePart(bytes, writeVarint(bytes, at, keyLength), key)
    at = writePart(bytes, writeVarint(bytes, at, valueLength), value)
    if (headers.length === 0) bytes[at++] = 0
    else at = writeHeaders(bytes, at, headers)
    this.at = at
    this.records++
  }

  /**
   * The batch with its header and checksum. The buffer is the caller's from then on; `reset` must be called before the next
   * record.
   */
  finish(ending: BatchEnding): Buffer {
    if (this.records === 0) throw new Error('a batch without records cannot be finished')
    const compression = compressionCode(ending.compression)
    this.handedOver = compression === 0
    const batch = this.handedOver ? this.bytes.subarray(0, this.at) : this.compressed(ending.compression)
    const attributes = (compression & compressionMask) | (ending.transactional ? transactionalFlag : 0)
    writeLong(batch, batchLayout.baseOffset, 0)
    batch.writeInt32BE(batch.length - lengthOverhead, batchLayout.length)
    batch.writeInt32BE(-1, batchLayout.partitionLeaderEpoch)
    batch.writeInt8(2, batchLayout.magic)
    batch.writeInt16BE(attributes, batchLayout.attributes)
    batch.writeInt32BE(this.records - 1, batchLayout.lastOffsetDelta)
    writeLong(batch, batchLayout.baseTimestamp, this.baseTimestamp)
    writeLong(batch, batchLayout.maxTimestamp, this.maxTimestamp)
    batch.writeBigInt64BE(ending.producerId, batchLayout.producerId)
    batch.writeInt16BE(ending.producerEpoch, batchLayout.producerEpoch)
    batch.writeInt32BE(ending.baseSequence, batchLayout.baseSequence)
    batch.writeInt32BE(this.records, batchLayout.count)
    batch.writeUInt32BE(crc32c(batch, batchLayout.attributes, batch.length), batchLayout.checksum)
    return batch
  }

  /** Starts a new batch, in a new buffer if the last one was handed over. */
  reset(): void {
    if (this.handedOver) this.bytes = Buffer.allocUnsafeSlow(Math.max(this.initialBytes, this.at + (this.at >> 3)))
    this.handedOver = false
    this.at = batchLayout.records
    this.records = 0
  }

  private compressed(type: CompressionType): Buffer {
    const records = compress(type, this.bytes.subarray(batchLayout.records, this.at))
    const batch = Buffer.allocUnsafeSlow(batchLayout.records + records.length)
    batch.set(records, batchLayout.records)
    return batch
  }

  private grow(moreBytes: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.at + moreBytes))
    larger.set(this.bytes.subarray(0, this.at))
    this.bytes = larger
  }
}

const sizeOfVarint = (value: number): number => {
  const raw = ((value << 1) ^ (value >> 31)) >>> 0
  return raw < 0x80 ? 1 : raw < 0x4000 ? 2 : raw < 0x20_0000 ? 3 : raw < 0x1000_0000 ? 4 : 5
}

const writeVarint = (bytes: Buffer, start: number, value: number): number => {
  let at = start
  let raw = ((value << 1) ^ (value >> 31)) >>> 0
  for (; raw >= 0x80; raw >>>= 7) bytes[at++] = (raw & 127) | 128
  bytes[at++] = raw
  return at
}

const zigzagMax = 0x3fff_ffff

/** True if a number and its zigzag form fit into 31 bits, so that the shorter code does. */
const isShort = (value: number): boolean => value <= zigzagMax && value >= -zigzagMax

const sizeOfVarlong = (value: number): number => {
  if (isShort(value)) return sizeOfVarint(value)
  let size = 1
  for (let raw = value < 0 ? -2 * value - 1 : 2 * value; raw >= 128; raw = Math.floor(raw / 128)) size++
  return size
}

const writeVarlong = (bytes: Buffer, start: number, value: number): number => {
  if (isShort(value)) return writeVarint(bytes, start, value)
  let at = start
  let raw = value < 0 ? -2 * value - 1 : 2 * value
  for (; raw >= 128; raw = Math.floor(raw / 128)) bytes[at++] = (raw % 128) + 128
  bytes[at++] = raw
  return at
}

const sizeOfPart = (length: number): number => (length < 64 ? 1 + Math.max(length, 0) : sizeOfVarint(length) + length)

const writePart = (bytes: Buffer, start: number, part: BytesPart): number => {
  if (part === null) return start
  if (typeof part === 'string') {
    const { length } = part
    if (length > loopMaxBytes) bytes.write(part, start, length, 'latin1')
    else for (let index = 0; index < length; index++) bytes[start + index] = part.charCodeAt(index)
    return start + length
  }
  return writeBytes(bytes, start, part.buffer, part.start, part.end)
}

const writeBytes = (bytes: Buffer, start: number, from: Uint8Array, fromStart: number, fromEnd: number): number => {
  const length = fromEnd - fromStart
  if (length > loopMaxBytes) bytes.set(from.subarray(fromStart, fromEnd), start)
  else for (let index = 0; index < length; index++) bytes[start + index] = from[fromStart + index] ?? 0
  return start + length
}

const sizeOfHeaders = (headers: readonly Header[]): number => {
  let size = sizeOfVarint(headers.length)
  for (const { name, value } of headers) {
    size += sizeOfPart(Buffer.byteLength(name, 'utf8')) + sizeOfPart(value === null ? -1 : value.length)
  }
  return size
}

const writeHeaders = (bytes: Buffer, start: number, headers: readonly Header[]): number => {
  let at = writeVarint(bytes, start, headers.length)
  for (const { name, value } of headers) {
    at = writeVarint(bytes, at, Buffer.byteLength(name, 'utf8'))
    at += bytes.write(name, at, 'utf8')
    at = writeVarint(bytes, at, value === null ? -1 : value.length)
    if (value !== null) at = writeBytes(bytes, at, value, 0, value.length)
  }
  return at
}
