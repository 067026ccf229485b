// Changes of a table as they pass through a repartition topic, in the layout of Kafka Streams' ChangedSerializer (KIP-904):
// the last byte says what the bytes before it are.

import type { ByteString } from '../model/byte-string.ts'
import { Change } from '../model/change.ts'
import { LazyJson } from '../model/lazy-json.ts'
import { toByteString } from '../model/byte-string.ts'
import type { Header, Window } from '../model/stream-record.ts'
import { stringifyJson } from './json-parse.ts'
import { JsonText } from './json-text.ts'

const onlyOld = 0
const onlyNew = 1
const both = 2
/** Flags above it are the same with a byte `isLatest` before the flag (versioned tables). */
const latestOffset = 3

/** The bytes of a change; null values on both sides are not written. */
export const encodeChange = ({ newValue, oldValue }: Change): Buffer => {
  const newText = newValue === null ? null : textOf(newValue)
  const oldText = oldValue === null ? null : textOf(oldValue)
  if (newText === null || oldText === null) {
    const text = newText ?? oldText ?? ''
    const bytes = Buffer.allocUnsafe(text.length + 1)
    bytes.write(text, 0, 'latin1')
    bytes[text.length] = newText === null ? onlyOld : onlyNew
    return bytes
  }
  const bytes = Buffer.allocUnsafe(5 + newText.length + oldText.length + 1)
  let at = 0
  // ByteUtils.writeVarint is zig-zag; a length is not negative.
  let length = newText.length * 2
  for (; length > 127; length >>>= 7) bytes[at++] = (length & 127) | 128
  bytes[at++] = length
  at += bytes.write(newText, at, 'latin1')
  at += bytes.write(oldText, at, 'latin1')
  bytes[at++] = both
  return bytes.subarray(0, at)
}

/** What `encodeChange` or Kafka Streams has written. The result does not refer to the bytes. */
export const decodeChange = (bytes: Buffer): Change => {
  const flag = bytes[bytes.length - 1] ?? onlyNew
  const hasLatest = flag >= latestOffset
  const end = bytes.length - (hasLatest ? 2 : 1)
  switch (hasLatest ? flag - latestOffset : flag) {
    case onlyOld:
      return new Change(null, jsonOf(bytes, 0, end))
    case onlyNew:
      return new Change(jsonOf(bytes, 0, end), null)
    default: {
      let at = 0
      let length = 0
      for (let shift = 0; ; shift += 7) {
        const byte = bytes[at++] ?? 0
        length |= (byte & 127) << shift
        if (byte < 128) break
      }
      const newEnd = at + (length >>> 1)
      return new Change(jsonOf(bytes, at, newEnd), jsonOf(bytes, newEnd, end))
    }
  }
}

const textOf = (value: unknown): ByteString =>
  value instanceof LazyJson ? value.json() : toByteString(stringifyJson(value))

const jsonOf = (bytes: Buffer, start: number, end: number): unknown =>
  new JsonText(bytes.toString('latin1', start, end) as ByteString).plain()

const windowHeader = '__window'

/** The header by which a windowed row keeps its window in a repartition topic; keys have the inner key only. */
export const windowHeaderOf = ({ start, end }: Window): Header => {
  const value = Buffer.allocUnsafe(16)
  value.writeBigInt64BE(BigInt(start), 0)
  value.writeBigInt64BE(BigInt(end), 8)
  return { name: windowHeader, value }
}

/** The window that `windowHeaderOf` has written, if there is one. */
export const windowOfHeaders = (headers: readonly Header[]): Window | undefined => {
  const value = headers.find(({ name }) => name === windowHeader)?.value
  if (value === null || value === undefined || value.length !== 16) return undefined
  const bytes = Buffer.from(value.buffer, value.byteOffset, 16)
  return { start: Number(bytes.readBigInt64BE(0)), end: Number(bytes.readBigInt64BE(8)) }
}
