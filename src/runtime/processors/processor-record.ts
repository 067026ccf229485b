// A record as processors and the functions of topologies in JavaScript see it: plain data, and copies instead of changes.

import { noHeaders, plainValue, StreamRecord, type Header, type Window } from '../model/stream-record.ts'
import { LazyKey, keyValue } from '../model/lazy-key.ts'

/** A record with its key and value as JSON data (Kafka Streams' processor.api.Record). */
export class ProcessorRecord<K = unknown, V = unknown> {
  private readonly source: StreamRecord

  /** For the runtime: users get records, or make them from others. */
  constructor(source: StreamRecord) {
    this.source = source
  }

  /** null if the record has none. */
  get key(): K {
    const { key } = this.source
    return (key instanceof LazyKey ? keyValue(key) : (key ?? null)) as K
  }

  /** null deletes, in a table. */
  get value(): V {
    return plainValue(this.source.value) as V
  }

  /** Event time, ms since the epoch; -1 if the input has none. */
  get timestamp(): number {
    return this.source.timestamp
  }

  get headers(): readonly Header[] {
    return this.source.headers
  }

  /** The window of a windowed key. */
  get window(): Window | undefined {
    return this.source.window
  }

  withKey<K2>(key: K2): ProcessorRecord<K2, V> {
    return new ProcessorRecord(this.source.withKey(key))
  }

  withValue<V2>(value: V2): ProcessorRecord<K, V2> {
    return new ProcessorRecord(this.source.withValue(value))
  }

  /** @param timestamp ms since the epoch, not negative. */
  withTimestamp(timestamp: number): ProcessorRecord<K, V> {
    return new ProcessorRecord(this.source.withTimestamp(timestamp))
  }

  withHeaders(headers: readonly Header[]): ProcessorRecord<K, V> {
    const { key, value, timestamp, origin, window } = this.source
    return new ProcessorRecord(new StreamRecord(key, value, timestamp, origin, headers, window))
  }

  /** For the runtime. */
  toStreamRecord(): StreamRecord {
    return this.source
  }
}

/** What can be forwarded: a record, or the parts in which it differs from the one that is being processed. */
export type Forwardable<K = unknown, V = unknown> =
  | ProcessorRecord<K, V>
  | { readonly key?: K; readonly value?: V; readonly timestamp?: number; readonly headers?: readonly Header[] }

/** The record to forward. @param base what is not given is taken from it. */
export const recordToForward = (given: Forwardable, base: StreamRecord): StreamRecord => {
  if (given instanceof ProcessorRecord) return given.toStreamRecord()
  const has = (name: string): boolean => Object.hasOwn(given, name)
  return new StreamRecord(
    has('key') ? given.key : base.key,
    has('value') ? given.value : base.value,
    given.timestamp ?? base.timestamp,
    base.origin,
    given.headers ?? base.headers ?? noHeaders,
    has('key') ? undefined : base.window,
  )
}
