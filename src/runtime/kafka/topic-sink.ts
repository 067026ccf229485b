// What reaches a sink node, as records of a topic. Bytes that were not touched are copied from where they lie; nothing is
// kept of the record after the call.

import { fromByteString, toByteString, type ByteString } from '../model/byte-string.ts'
import { Change } from '../model/change.ts'
import { LazyJson } from '../model/lazy-json.ts'
import { LazyKey } from '../model/lazy-key.ts'
import { keyFromText } from '../model/record-key.ts'
import type { Header, StreamRecord, Window } from '../model/stream-record.ts'
import { encodeChange, windowHeaderOf } from '../serde/change-format.ts'
import { JsonScanner } from '../serde/json-scanner.ts'
import { KeySlice } from '../serde/key-slice.ts'
import { plainKeyText, typedKeyBytes } from '../serde/key-text.ts'
import { serialize, stringBytes, type SerdeName } from '../serde/primitive-serde.ts'
import { RawBytes, RawSlice, RawText } from '../serde/raw-bytes.ts'
import { encodeResponse, encodeSubscription, Subscription, SubscriptionResponse } from '../serde/subscription-format.ts'
import { ScannedShape } from '../serde/scanned-shape.ts'
import type { Repartition } from '../topology/topology.ts'
import { parseJsonText, stringifyJson } from '../serde/json-parse.ts'
import { partitionForKey } from './producer/partitioner.ts'
import type { BytesPart, BytesRange } from './records/batch-builder.ts'

/** Takes records of one topic; a producer's TopicWriter is one. */
export interface RecordAppender {
  readonly partitions: number
  append(
    partition: number | undefined,
    timestamp: number,
    key: BytesPart,
    value: BytesPart,
    headers: readonly Header[],
  ): number
}

/** How records are written. */
export interface SinkForm {
  /** undefined: strings as they are, everything else as JSON. */
  readonly keySerde: SerdeName | undefined
  readonly valueSerde: SerdeName
  /** Bytes that are no text leave as they came, whatever the serde; false writes them as the serde says. */
  readonly keepsBytes: boolean
  /** `-k`: the key instead of the record's own. */
  readonly keyOf: ((record: StreamRecord) => unknown) | undefined
  /** `-p`: every record goes there; undefined goes by key. */
  readonly partition: number | undefined
  /** `-H`: added to each record. */
  readonly headers: readonly Header[]
  /** The time of records that have none, ms. */
  now(): number
}

const range = { buffer: Buffer.alloc(0) as Uint8Array, start: 0, end: 0 }
const keyRange = { buffer: Buffer.alloc(0) as Uint8Array, start: 0, end: 0 }

const rangeOf = (into: typeof range, buffer: Uint8Array, start: number, end: number): BytesRange => {
  into.buffer = buffer
  into.start = start
  into.end = end
  return into
}

/**
 * A sink that other programs read. Windowed keys are those of Kafka Streams: the key, then 8 bytes of the window's start; for a
 * session 8 bytes of its end, then of its start.
 */
export const topicSink = (appender: RecordAppender, form: SinkForm): ((record: StreamRecord) => void) => {
  const { keySerde, keyOf, partition, headers, now, keepsBytes } = form
  return (record) => {
    const key = keyPart(keyOf === undefined ? plainKey(record) : keyOf(record), keySerde)
    const value = record.value instanceof Change ? record.value.newValue : record.value
    const valueSerde = keepsBytes && value instanceof RawBytes ? 'bytes' : form.valueSerde
    const allHeaders = headers.length === 0 ? record.headers : [...record.headers, ...headers]
    const timestamp = record.timestamp < 0 ? now() : record.timestamp
    if (record.window === undefined || key === null) {
      appender.append(partition, timestamp, key, valuePart(value, valueSerde), allHeaders)
      return
    }
    // Partitioned by the key alone, so that all windows of a key stay together (WindowedStreamPartitioner).
    const owner = partition ?? partitionForKey(key, appender.partitions)
    const windowed = wholeRange(windowedKey(key, record.window))
    appender.append(owner, timestamp, windowed, valuePart(value, valueSerde), allHeaders)
  }
}

/** A sink that only ks reads: the other side is `repartitionSource` of the task. */
export const repartitionSink = (
  appender: RecordAppender,
  { keys, changes, form }: Repartition,
): ((record: StreamRecord) => void) => {
  if (form !== undefined) return foreignKeySink(appender)
  const keyBytes = keys === 'typed' ? typedKeyBytes : textKeyBytes
  return (record) => {
    const { value, window } = record
    const key = keyBytes(record.key)
    const headers = window === undefined ? record.headers : [...record.headers, windowHeaderOf(window)]
    const partition = typeof key === 'string' && keys === 'typed' ? plainPartition(key, appender.partitions) : undefined
    if (changes && value instanceof Change) {
      appender.append(partition, record.timestamp, key, wholeRange(encodeChange(value)), headers)
    } else appender.append(partition, record.timestamp, key, valuePart(value, 'json'), headers)
  }
}

/** Messages of a foreign-key join. Keys are texts; a subscription without one may go anywhere. */
const foreignKeySink =
  (appender: RecordAppender): ((record: StreamRecord) => void) =>
  ({ key, value, timestamp, headers }) => {
    const keyBytes = textKeyBytes(key)
    if (value instanceof Subscription) {
      appender.append(undefined, timestamp, keyBytes, wholeRange(encodeSubscription(value)), headers)
    } else if (value instanceof SubscriptionResponse) {
      const partition = value.primaryPartition ?? undefined
      appender.append(partition, timestamp, keyBytes, wholeRange(encodeResponse(value)), headers)
    } else throw new Error('a foreign-key join sends only messages of its own')
  }

/** "200" in quotes goes where 200 without them goes, so that it meets the 200 of topics, where keys are plain. */
const plainPartition = (key: string, partitions: number): number | undefined => {
  if (key.charCodeAt(0) !== quote) return undefined
  return partitionForKey(toByteString(JSON.parse(fromByteString(key as ByteString)) as string), partitions)
}

/** The partition of a repartition topic with typed keys that the records of a key go to. @param text as `keyText` has it. */
export const repartitionOfKey = (text: string, partitions: number): number => {
  const key = toByteString(text)
  return plainPartition(key, partitions) ?? partitionForKey(key, partitions)
}

const quote = 34

/** Rows of tables have the typed text of their key (`keyText`); others read it as it is meant. */
const plainKey = ({ key, value }: StreamRecord): unknown =>
  value instanceof Change && typeof key === 'string' ? keyFromText(key, parseJsonText) : key

const textKeyBytes = (key: unknown): BytesPart => {
  if (key instanceof KeySlice) return rangeOf(keyRange, key.buffer, key.start, key.end)
  const text = plainKeyText(key)
  return text === null ? null : toByteString(text)
}

const keyPart = (key: unknown, serde: SerdeName | undefined): BytesPart => {
  if (key === null || key === undefined || serde === 'none') return null
  if (key instanceof KeySlice && (serde === undefined || serde === key.serde)) {
    return rangeOf(keyRange, key.buffer, key.start, key.end)
  }
  const value = key instanceof LazyKey ? key.value() : key
  return partOf(serde === undefined ? stringBytes(value) : serialize(serde, value))
}

const valuePart = (value: unknown, serde: SerdeName): BytesPart => {
  if (value === null || value === undefined || serde === 'none') return null
  // Nobody has looked at it, or it came as text that is no JSON: it leaves as it came.
  if (value instanceof RawSlice) return rangeOf(range, value.source, value.start, value.end)
  if (value instanceof RawText && serde !== 'bytes') return value.text
  if (serde === 'json') {
    if (value instanceof JsonScanner) return rangeOf(range, value.input, value.start, value.end)
    if (value instanceof ScannedShape) {
      const start = value.emitLine()
      if (start < 0) return value.json()
      const { emitted, emittedEnd } = value.scanner
      value.scanner.takeBack(start)
      return rangeOf(range, emitted, start, emittedEnd - 1)
    }
    if (value instanceof LazyJson) return value.json()
    return toByteString(stringifyJson(value))
  }
  if (value instanceof RawBytes && serde === 'bytes') return rangeOf(range, value.bytes, 0, value.bytes.length)
  return partOf(serialize(serde, value))
}

const wholeRange = (bytes: Buffer): BytesRange => ({ buffer: bytes, start: 0, end: bytes.length })

const partOf = (bytes: Buffer | BytesPart): BytesPart => (Buffer.isBuffer(bytes) ? wholeRange(bytes) : bytes)

const windowedKey = (key: Exclude<BytesPart, null>, { start, end, isSession }: Window): Buffer => {
  const inner = typeof key === 'string' ? Buffer.from(key, 'latin1') : key.buffer.subarray(key.start, key.end)
  const bounds = isSession === true ? [end, start] : [start]
  const bytes = Buffer.allocUnsafe(inner.length + 8 * bounds.length)
  bytes.set(inner, 0)
  for (const [index, bound] of bounds.entries()) bytes.writeBigInt64BE(BigInt(bound), inner.length + 8 * index)
  return bytes
}
