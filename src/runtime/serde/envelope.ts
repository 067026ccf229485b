// The envelope that kcat -J writes: topic, partition, offset, time, headers, key and payload of a record as one JSON object.
// It keeps a record whole between processes. A string as payload or key is the text of the raw bytes, as in kcat; whatever
// else stands there is JSON text itself. So the raw bytes of every payload and key come back exactly.

import { isUtf8 } from 'node:buffer'
import { fromByteString, toByteString, type ByteString } from '../model/byte-string.ts'
import { LazyJson } from '../model/lazy-json.ts'
import { LazyKey } from '../model/lazy-key.ts'
import { keyText } from '../model/record-key.ts'
import type { Header, StreamRecord } from '../model/stream-record.ts'
import { isJson } from './is-json.ts'
import { stringifyJson } from './json-parse.ts'
import { KeySlice } from './key-slice.ts'
import { RawBytes, RawText } from './raw-bytes.ts'

/** A record as one line of JSON, without the line break. */
export const envelopeJson = (record: StreamRecord): ByteString => {
  const { origin, timestamp, headers, key, value } = record
  const place = `"topic":${quoted(origin.topic)},"partition":${origin.partition},"offset":${origin.offset}`
  const time = timestamp < 0 ? '' : `,"ts":${timestamp}`
  const list = headers.length === 0 ? '' : `,"headers":[${headers.map(headerJson).join(',')}]`
  return `{${place}${time}${list},${keyField(key)},${payloadField(value)}}` as ByteString
}

const keyField = (key: unknown): string => {
  if (key instanceof KeySlice) return bytesField('key', key.buffer.subarray(key.start, key.end))
  if (key instanceof LazyKey) return keyField(key.value())
  if (key instanceof RawBytes) return bytesField('key', key.bytes)
  const text = keyText(key, stringifyJson)
  return `"key":${text === null ? 'null' : textJson(text)}`
}

const payloadField = (value: unknown): string => {
  if (value instanceof RawBytes) return bytesField('payload', value.bytes)
  if (value instanceof RawText) return `"payload":${textJson(value.plain())}`
  if (value instanceof LazyJson) return `"payload":${embedded(value.json())}`
  // The text of a string is itself, unless it would be taken for the JSON that it looks like.
  if (typeof value === 'string') return `"payload":${quoted(isJson(value) ? JSON.stringify(value) : value)}`
  return `"payload":${toByteString(stringifyJson(value))}`
}

const bytesField = (name: string, bytes: Buffer): string =>
  isUtf8(bytes) ? `"${name}":${textJson(bytes.toString('utf8'))}` : `"${name}_base64":"${bytes.toString('base64')}"`

/** The text of raw bytes as the value of a field. `null` would say that there are none. */
const textJson = (text: string): string =>
  text !== 'null' && isJson(text) ? embedded(toByteString(text)) : quoted(text)

/** JSON text as the value of a field: as it is if that leaves no doubt and does not break the line, otherwise as text. */
const embedded = (json: ByteString): string =>
  json.startsWith('"') || /^\s|[\n\r]|\s$/.test(json) ? quoted(fromByteString(json)) : json

const headerJson = ({ name, value }: Header): string => `${quoted(name)},${headerValueJson(value)}`

const headerValueJson = (value: Uint8Array | null): string => {
  if (value === null) return 'null'
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  return isUtf8(bytes) ? quoted(bytes.toString('utf8')) : `{"base64":"${bytes.toString('base64')}"}`
}

const quoted = (text: string): ByteString => toByteString(JSON.stringify(text))
