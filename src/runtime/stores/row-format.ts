// Bytes of rows in the task's store: every typed store has a prefix of its own; values are an 8-byte timestamp and JSON,
// the layout of Kafka Streams' timestamped stores.

import type { ByteString } from '../model/byte-string.ts'
import { parseJsonText, stringifyJson } from '../serde/json-parse.ts'
import type { BytesStore } from './bytes-store.ts'
import type { RowCodec } from './store-row.ts'

/** First byte of all rows of typed stores; 0 belongs to the batch chain, `m` to the task's own rows. */
const storePrefixByte = 's'

/** The prefix of a store's rows. Store names have no NUL. */
export const storePrefix = (name: string): Buffer => Buffer.from(`${storePrefixByte}${name}\0`, 'utf8')

/** The prefix of the rows that say which rows of a store are still to be forwarded. */
export const pendingPrefix = (name: string): Buffer => Buffer.from(`p${name}\0`, 'utf8')

/** First key after all keys with this prefix. */
export const prefixEnd = (prefix: Uint8Array): Buffer => {
  const end = Buffer.from(prefix)
  end[end.length - 1] = (end[end.length - 1] ?? 0) + 1
  return end
}

/** Visits all rows of a store whose keys have this prefix, in their order. */
export const forEachRow = async (
  store: BytesStore,
  prefix: Uint8Array,
  visit: (key: Uint8Array, value: Uint8Array) => void,
): Promise<void> => {
  for await (const page of store.scan(prefix, prefixEnd(prefix))) for (const [key, value] of page) visit(key, value)
}

/** `<prefix><key>` */
export const keyValueKey = (prefix: Buffer, key: string): Buffer => Buffer.concat([prefix, Buffer.from(key, 'utf8')])

/** `<prefix><key>`, and bytes behind it that are still to be written. */
const keyWithRoom = (prefix: Buffer, key: string, roomBytes: number): Buffer => {
  const keyBytes = Buffer.from(key, 'utf8')
  const bytes = Buffer.allocUnsafe(prefix.length + keyBytes.length + roomBytes)
  prefix.copy(bytes)
  keyBytes.copy(bytes, prefix.length)
  return bytes
}

/**
 * `<prefix><key><8-byte window start><4-byte sequence>`, as in Kafka Streams' window stores.
 * @param sequence tells rows of one key and time apart, in stores that keep them all; 0 elsewhere.
 */
export const windowKey = (prefix: Buffer, key: string, windowStart: number, sequence = 0): Buffer => {
  const bytes = keyWithRoom(prefix, key, 12)
  bytes.writeBigInt64BE(BigInt(windowStart), bytes.length - 12)
  bytes.writeInt32BE(sequence, bytes.length - 4)
  return bytes
}

/** What is in a key that `windowKey` made. */
export const readWindowKey = (
  bytes: Uint8Array,
  prefixLength: number,
): { key: string; windowStart: number; sequence: number } => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return {
    key: buffer.toString('utf8', prefixLength, buffer.length - 12),
    windowStart: Number(buffer.readBigInt64BE(buffer.length - 12)),
    sequence: buffer.readInt32BE(buffer.length - 4),
  }
}

/** `<prefix><key><8-byte end><8-byte start>`, as in Kafka Streams' session stores. */
export const sessionKey = (
  prefix: Buffer,
  { key, start, end }: { readonly key: string; readonly start: number; readonly end: number },
): Buffer => {
  const bytes = keyWithRoom(prefix, key, 16)
  bytes.writeBigInt64BE(BigInt(end), bytes.length - 16)
  bytes.writeBigInt64BE(BigInt(start), bytes.length - 8)
  return bytes
}

/** What is in a key that `sessionKey` made. */
export const readSessionKey = (
  bytes: Uint8Array,
  prefixLength: number,
): { key: string; start: number; end: number } => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return {
    key: buffer.toString('utf8', prefixLength, buffer.length - 16),
    start: Number(buffer.readBigInt64BE(buffer.length - 8)),
    end: Number(buffer.readBigInt64BE(buffer.length - 16)),
  }
}

/** 8-byte timestamp and JSON text. */
export const encodeRow = (timestamp: number, json: unknown): Buffer => {
  const text = stringifyJson(json)
  const bytes = Buffer.allocUnsafe(8 + Buffer.byteLength(text))
  bytes.writeBigInt64BE(BigInt(timestamp), 0)
  bytes.write(text, 8, 'utf8')
  return bytes
}

/** What `encodeRow` wrote. */
export const decodeRow = (bytes: Uint8Array): { timestamp: number; json: unknown } => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return { timestamp: Number(buffer.readBigInt64BE(0)), json: parseJsonText(buffer.toString('utf8', 8)) }
}

/** The timestamp of a row that `encodeRow` or `encodeValue` wrote. */
export const rowTime = (bytes: Uint8Array): number =>
  Number(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).readBigInt64BE(0))

const timestampBytes = 8

/** A row of a typed store: as `encodeRow`, by its codec. */
export const encodeValue = <V>(codec: RowCodec<V>, timestamp: number, value: V): Buffer => {
  if (codec.text === undefined) return encodeRow(timestamp, codec.encode(value))
  const text = codec.text.encode(value)
  const bytes = Buffer.allocUnsafe(timestampBytes + text.length)
  bytes.writeBigInt64BE(BigInt(timestamp), 0)
  bytes.write(text, timestampBytes, 'latin1')
  return bytes
}

/** What `encodeValue` wrote. */
export const decodeValue = <V>(codec: RowCodec<V>, bytes: Uint8Array): { timestamp: number; value: V } => {
  if (codec.text === undefined) {
    const { timestamp, json } = decodeRow(bytes)
    return { timestamp, value: codec.decode(json) }
  }
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const text = buffer.toString('latin1', timestampBytes) as ByteString
  return { timestamp: Number(buffer.readBigInt64BE(0)), value: codec.text.decode(text) }
}

/** The value of a changelog record for a row as `encodeValue` wrote it: the timestamp is that of the record. */
export const changelogValue = (codec: RowCodec<unknown>, row: Uint8Array): Buffer => {
  const json = Buffer.from(row.buffer, row.byteOffset + timestampBytes, row.byteLength - timestampBytes)
  if (codec.changelog === undefined) return json
  const bytes = Buffer.allocUnsafe(8)
  bytes.writeBigInt64BE(BigInt(json.toString('latin1')))
  return bytes
}

/** The row of a changelog record, as `encodeValue` would have written it. */
export const rowFromChangelog = (codec: RowCodec<unknown>, timestamp: number, value: Buffer): Buffer => {
  const json = codec.changelog === undefined ? value : Buffer.from(value.readBigInt64BE(0).toString(), 'latin1')
  const bytes = Buffer.allocUnsafe(timestampBytes + json.length)
  bytes.writeBigInt64BE(BigInt(timestamp), 0)
  json.copy(bytes, timestampBytes)
  return bytes
}

/** Takes what a changelog record is made of: the key as it is there, and the row (null if it is deleted). */
export type ChangelogVisitor = (key: Buffer, row: Buffer | null, timestamp: number) => void

/** The name of the store that a row of a task's database belongs to, as `ks state show` lists them. */
export const storeOfKey = (key: Uint8Array): string => {
  const text = Buffer.from(key).toString('latin1')
  const name = text.slice(1, Math.max(1, text.indexOf('\0')))
  if (text.startsWith(storePrefixByte)) return Buffer.from(name, 'latin1').toString('utf8')
  if (text.startsWith('p')) return '(to be emitted)'
  return name === 'position' ? '(positions)' : name === 'input' || name === 'log' ? '(offsets)' : '(sinks)'
}
