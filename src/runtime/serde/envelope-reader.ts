// Recognises records in envelopes (see envelope.ts) and unwraps them. Input that has none pays for a field that it lacks.

import { fromByteString, toByteString, type ByteString } from '../model/byte-string.ts'
import { fieldSlot } from '../model/field-slots.ts'
import type { LazyJson } from '../model/lazy-json.ts'
import { RecordError } from '../model/record-error.ts'
import { keyFromText } from '../model/record-key.ts'
import { noHeaders, StreamRecord, type Header } from '../model/stream-record.ts'
import { isJson } from './is-json.ts'
import { jsonString } from './json-fields.ts'
import { parseJsonText, stringifyJson } from './json-parse.ts'
import { JsonText } from './json-text.ts'
import { KeySlice } from './key-slice.ts'
import { plainKeyText } from './key-text.ts'
import { RawBytes, RawText } from './raw-bytes.ts'

/** The fields that are asked for once a payload has been seen; their text does not matter. */
interface EnvelopeSlots {
  readonly topic: number
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly headers: number
  readonly keyBytes: number
}

/** Unwraps the records of one source. */
export class EnvelopeReader {
  private readonly payloadSlot = fieldSlot('payload')
  private readonly payloadBytesSlot = fieldSlot('payload_base64')
  private readonly keySlot = fieldSlot('key')
  private slots: EnvelopeSlots | undefined

  /**
   * The record in an envelope; undefined if the value is none, that is, no object with topic, partition, offset and payload.
   * The value of the result is null for a tombstone, a LazyJson that no longer needs the envelope (RawBytes if the
   * payload is no UTF-8), or a string if it is no JSON.
   * @throws RecordError if it is an envelope with something in it that cannot be.
   */
  read(record: StreamRecord, envelope: LazyJson): StreamRecord | undefined {
    const payload = envelope.fieldJson(this.payloadSlot)
    if (payload === undefined && envelope.fieldJson(this.payloadBytesSlot) === undefined) return undefined
    const slots = (this.slots ??= envelopeSlots())
    const topic = envelope.field(slots.topic)
    const partition = envelope.field(slots.partition)
    const offset = envelope.field(slots.offset)
    if (typeof topic !== 'string' || typeof partition !== 'number' || typeof offset !== 'number') return undefined
    const timestamp = envelope.field(slots.timestamp)
    return new StreamRecord(
      keyOf(envelope, this.keySlot, slots.keyBytes),
      payload === undefined ? bytesOf(envelope, this.payloadBytesSlot, 'payload_base64') : valueOf(payload),
      typeof timestamp === 'number' ? timestamp : -1,
      { topic, partition, offset, line: record.origin.line },
      headersOf(envelope.field(slots.headers)),
    )
  }
}

const valueOf = (payload: ByteString): unknown => {
  if (payload === 'null') return null
  if (!payload.startsWith('"')) return new JsonText(payload)
  const text = jsonString(payload)
  return isJson(text) ? new JsonText(toByteString(text)) : new RawText(text)
}

const envelopeSlots = (): EnvelopeSlots => ({
  topic: fieldSlot('topic'),
  partition: fieldSlot('partition'),
  offset: fieldSlot('offset'),
  timestamp: fieldSlot('ts'),
  headers: fieldSlot('headers'),
  keyBytes: fieldSlot('key_base64'),
})

const keyOf = (envelope: LazyJson, slot: number, bytesSlot: number): unknown => {
  const json = envelope.fieldJson(slot)
  if (json === undefined) {
    return envelope.fieldJson(bytesSlot) === undefined ? null : bytesOf(envelope, bytesSlot, 'key_base64')
  }
  if (json === 'null') return null
  const text = json.startsWith('"') ? jsonString(json) : fromByteString(json)
  const key = json.startsWith('"') ? keyFromText(text, parseKey) : parseKey(text)
  // With its own bytes where others would be written for it: the key decides about the partition.
  return plainKeyText(key) === text ? key : keySlice(text)
}

const keySlice = (text: string): KeySlice => {
  const key = new KeySlice(undefined)
  const bytes = Buffer.from(text, 'utf8')
  key.set(bytes, 0, bytes.length)
  return key
}

/** A key of JSON, with its own text if another one would be written for it: the key decides about the partition. */
const parseKey = (text: string): unknown => {
  const value = parseJsonText(text)
  return stringifyJson(value) === text ? value : new JsonText(toByteString(text))
}

const bytesOf = (envelope: LazyJson, slot: number, name: string): RawBytes =>
  new RawBytes(fromBase64(envelope.field(slot), name))

const fromBase64 = (text: unknown, name: string): Buffer => {
  if (typeof text === 'string' && text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text)) {
    return Buffer.from(text, 'base64')
  }
  throw new RecordError(`${name} of an envelope is no base64 text`)
}

/** kcat writes names and values in turn; an object is accepted too. */
const headersOf = (headers: unknown): readonly Header[] => {
  if (headers === undefined || headers === null) return noHeaders
  if (typeof headers !== 'object') throw new RecordError('headers of an envelope are neither an array nor an object')
  if (!Array.isArray(headers))
    return Object.entries(headers).map(([name, value]) => ({ name, value: headerValue(value) }))
  const list: readonly unknown[] = headers
  if (list.length % 2 !== 0) throw new RecordError('headers of an envelope are not pairs of name and value')
  return Array.from({ length: list.length / 2 }, (_, index) => {
    const name = list[index * 2]
    if (typeof name !== 'string') throw new RecordError('the name of a header in an envelope is no string')
    return { name, value: headerValue(list[index * 2 + 1]) }
  })
}

const headerValue = (value: unknown): Uint8Array | null => {
  if (value === null) return null
  if (typeof value === 'string') return Buffer.from(value, 'utf8')
  if (typeof value === 'object' && value !== null && 'base64' in value) return fromBase64(value.base64, 'a header')
  return Buffer.from(stringifyJson(value), 'utf8')
}
