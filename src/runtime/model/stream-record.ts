// One event on its way through a topology.

import { LazyJson } from './lazy-json.ts'

/** Where a record came from, for messages and metadata. One object per input, updated in place by the source. */
export interface RecordOrigin {
  /** Topic, or the name of the file (`<stdin>` for standard input). */
  topic: string
  partition: number
  /** Offset in the partition; for a file the byte position of the record. */
  offset: number
  /** Line number (from 1) for files; 0 for topics. */
  line: number
}

/** The origin of a record that no single input record caused. */
export const noOrigin: RecordOrigin = { topic: '', partition: 0, offset: -1, line: 0 }

/** An origin as messages name it: `FILE:LINE`, or `TOPIC-PARTITION@OFFSET`. */
export const placeOf = ({ topic, line, partition, offset }: RecordOrigin): string =>
  line > 0 ? `${topic}:${String(line)}` : `${topic}-${String(partition)}@${String(offset)}`

/** A header as Kafka has it: names may repeat, values are bytes or null. */
export interface Header {
  readonly name: string
  readonly value: Uint8Array | null
}

/** A time window; `end` is exclusive for time windows and inclusive for session and sliding windows. Milliseconds. */
export interface Window {
  readonly start: number
  readonly end: number
  /** On topics the key of a session has both of its bounds, that of other windows their start. */
  readonly isSession?: true
}

/**
 * A record between two nodes. `value` is plain JSON data (null, boolean, number, bigint, string, array, object) or a
 * LazyJson that is valid only during the call.
 */
export class StreamRecord {
  readonly key: unknown
  readonly value: unknown
  /** Event time in milliseconds since the epoch; -1 if the input has none. Only the source that makes the record sets it. */
  timestamp: number
  readonly origin: RecordOrigin
  readonly headers: readonly Header[]
  readonly window: Window | undefined

  constructor(
    key: unknown,
    value: unknown,
    timestamp: number,
    origin: RecordOrigin,
    headers: readonly Header[] = noHeaders,
    window: Window | undefined = undefined,
  ) {
    this.key = key
    this.value = value
    this.timestamp = timestamp
    this.origin = origin
    this.headers = headers
    this.window = window
  }

  withValue(value: unknown): StreamRecord {
    return new StreamRecord(this.key, value, this.timestamp, this.origin, this.headers, this.window)
  }

  withTimestamp(timestamp: number): StreamRecord {
    return new StreamRecord(this.key, this.value, timestamp, this.origin, this.headers, this.window)
  }

  withKey(key: unknown): StreamRecord {
    return new StreamRecord(key, this.value, this.timestamp, this.origin, this.headers, this.window)
  }
}

/** The headers of a record that has none. */
export const noHeaders: readonly Header[] = []

/** The value as plain data, whatever form it has. */
export const plainValue = (value: unknown): unknown => (value instanceof LazyJson ? value.plain() : value)
