// A typed view of the task's bytes store: rows are objects in memory, loaded by point reads, written at commit. It encodes
// keys and values and nothing else.

import type { BytesStore, StoreWrite } from './bytes-store.ts'
import {
  decodeRow,
  decodeValue,
  encodeRow,
  encodeValue,
  forEachRow,
  keyValueKey,
  pendingPrefix,
  prefixEnd,
  rowTime,
  storePrefix,
  type ChangelogVisitor,
} from './row-format.ts'
import { newRow, type RowCodec, type StoreRow } from './store-row.ts'
import type { TypedStore } from './typed-store.ts'

/** Rough memory of a cached row besides its value, for the budget. */
const rowOverheadBytes = 200
/** Of so many dirty rows the size of one value is looked at. */
const sampleEvery = 64
/** Rows that are counted before the number of the others is estimated. */
const countedRows = 20_000

export class KeyValueStore<V> implements TypedStore {
  readonly name: string
  private readonly prefix: Buffer
  private readonly pendingPrefix: Buffer
  private readonly codec: RowCodec<V>
  private readonly backing: BytesStore | undefined
  private readonly rows = new Map<string, StoreRow<V>>()
  private dirtyRows: StoreRow<V>[] = []
  private readonly times: Pick<StoreRow<V>, 'key' | 'timestamp'>[] = []
  /** Bytes of a value, as far as the last one that was looked at tells. */
  private valueBytes = 0
  /** All rows are in memory, and stay there. */
  private isWhole = false

  /** @param backing where rows live between runs; undefined keeps them in memory only. */
  constructor(name: string, codec: RowCodec<V>, backing: BytesStore | undefined) {
    this.name = name
    this.prefix = storePrefix(name)
    this.pendingPrefix = pendingPrefix(name)
    this.codec = codec
    this.backing = backing
  }

  /** The row of a key, existing or not; hold it only while processing one record. */
  row(key: string): StoreRow<V> {
    const row = this.rows.get(key)
    return row ?? this.load(key)
  }

  /** The value of a key. */
  get(key: string): V | undefined {
    return this.row(key).value
  }

  /** The value of a key without keeping in mind that there is none: for look-ups of keys that others choose. */
  peek(key: string): V | undefined {
    const row = this.rows.get(key)
    if (row !== undefined) return row.value
    const bytes = this.backing?.get(keyValueKey(this.prefix, key))
    return bytes === undefined ? undefined : this.load(key).value
  }

  /** Sets (or with undefined deletes) a value. */
  put(key: string, value: V | undefined, timestamp: number): void {
    const row = this.row(key)
    row.value = value
    row.timestamp = timestamp
    this.touch(row)
  }

  /** Says that a row was changed in place. */
  touch(row: StoreRow<V>): void {
    if (this.backing === undefined) {
      this.keepOrForget(row)
      return
    }
    if (row.dirty) return
    row.dirty = true
    if (this.dirtyRows.length % sampleEvery === 0) this.sample(row)
    this.dirtyRows.push(row)
  }

  /** Every row in memory that exists. With a backing store call `loadAll` first to have all of them. */
  *existing(): Iterable<StoreRow<V>> {
    for (const row of this.rows.values()) if (row.value !== undefined) yield row
  }

  /** The rows that have changed since the last commit, those that were deleted included; none without a backing store. */
  changedRows(): readonly StoreRow<V>[] {
    return this.dirtyRows
  }

  /** Rows live in a backing store; what of them is in memory is no more than a part. */
  get isBacked(): boolean {
    return this.backing !== undefined
  }

  /**
   * The rows of the last commit with `from` <= key < `to` (to the last one if undefined) in the order of their keys, in pages. They
   * are read from the backing store and not kept in memory.
   */
  async *committedRows(
    from: Buffer,
    to: Buffer | undefined,
    backwards: boolean,
  ): AsyncGenerator<readonly { readonly key: string; readonly value: V; readonly timestamp: number }[]> {
    if (this.backing === undefined) return
    const { prefix, codec } = this
    const end = to === undefined ? prefixEnd(prefix) : Buffer.concat([prefix, to])
    for await (const page of this.backing.scan(Buffer.concat([prefix, from]), end, backwards)) {
      yield page.map(([keyBytes, valueBytes]) => ({
        key: Buffer.from(keyBytes.subarray(prefix.length)).toString('utf8'),
        ...decodeValue(codec, valueBytes),
      }))
    }
  }

  /**
   * How many rows there are, those that are not committed included: counted in a small store, estimated by the bytes of the others
   * in a large one (Kafka Streams' approximateNumEntries).
   */
  async approximateRows(): Promise<number> {
    if (this.backing === undefined) return this.rows.size
    const end = prefixEnd(this.prefix)
    let rows = 0
    for await (const page of this.backing.scan(this.prefix, end)) {
      rows += page.length
      const last = page.at(-1)?.[0]
      if (rows < countedRows || last === undefined) continue
      const counted = await this.backing.approximateBytes(this.prefix, last)
      const all = await this.backing.approximateBytes(this.prefix, end)
      // What was written last is in no table yet, and is counted on.
      if (counted > 0 && all > counted) return Math.round((rows * all) / counted)
    }
    for (const { key, value } of this.dirtyRows) {
      const wasThere = this.backing.get(keyValueKey(this.prefix, key)) !== undefined
      if (wasThere !== (value !== undefined)) rows += wasThere ? -1 : 1
    }
    return rows
  }

  /** Reads all rows into memory: for operators that need to walk them. */
  async loadAll(): Promise<void> {
    this.isWhole = true
    if (this.backing === undefined) return
    await forEachRow(this.backing, this.prefix, (keyBytes, valueBytes) => {
      const key = Buffer.from(keyBytes.subarray(this.prefix.length)).toString('utf8')
      if (!this.rows.has(key)) this.rows.set(key, this.decode(key, valueBytes))
    })
  }

  /** Reads the times of all rows, for an operator that deletes old ones; call before the first record. */
  async loadTimes(): Promise<void> {
    if (this.backing === undefined) return
    await forEachRow(this.backing, this.prefix, (keyBytes, valueBytes) => {
      const key = Buffer.from(keyBytes.subarray(this.prefix.length)).toString('utf8')
      this.times.push({ key, timestamp: rowTime(valueBytes) })
    })
  }

  /** The times of the rows that were there at the start, in ms, once. */
  takeTimes(): readonly Pick<StoreRow<V>, 'key' | 'timestamp'>[] {
    return this.times.splice(0)
  }

  /** Rows that an earlier run changed and committed but had not forwarded when it was killed. */
  pendingRows(): StoreRow<V>[] {
    return [...this.rows.values()].filter((row) => row.pending)
  }

  /** Reads the rows that are still to be forwarded; call before the first record. */
  async loadPending(): Promise<void> {
    if (this.backing === undefined) return
    await forEachRow(this.backing, this.pendingPrefix, (keyBytes, valueBytes) => {
      const row = this.row(Buffer.from(keyBytes.subarray(this.pendingPrefix.length)).toString('utf8'))
      row.pending = true
      row.pendingStored = true
      row.forwarded = decodeRow(valueBytes).json
    })
  }

  /** Says that a pending row has been forwarded. */
  forwarded(row: StoreRow<V>): void {
    row.pending = false
    row.forwarded = undefined
    if (row.pendingStored || (this.backing === undefined && row.value === undefined)) this.touch(row)
  }

  get rowsInMemory(): number {
    return this.rows.size
  }

  get dirtyBytes(): number {
    return this.dirtyRows.length * (rowOverheadBytes + this.valueBytes)
  }

  collectWrites(writes: StoreWrite[], log?: ChangelogVisitor): void {
    for (const row of this.dirtyRows) {
      const key = keyValueKey(this.prefix, row.key)
      const value = row.value === undefined ? null : encodeValue(this.codec, row.timestamp, row.value)
      writes.push({ key, value })
      log?.(key.subarray(this.prefix.length), value, row.timestamp)
      if (row.pending !== row.pendingStored) {
        row.pendingStored = row.pending
        const pendingKey = keyValueKey(this.pendingPrefix, row.key)
        writes.push({ key: pendingKey, value: row.pending ? encodeRow(row.timestamp, row.forwarded ?? null) : null })
      }
    }
  }

  /** Rows are clean, and leave memory if there are more than `maxRows`. */
  committed(maxRows: number): void {
    for (const row of this.dirtyRows) {
      row.dirty = false
      if (row.value === undefined && !row.pending) this.rows.delete(row.key)
    }
    this.dirtyRows = []
    if (this.backing !== undefined && !this.isWhole && this.rows.size > maxRows) {
      for (const row of this.rows.values()) if (!row.pending) this.rows.delete(row.key)
    }
  }

  /** Without a backing store nothing is ever committed: what does not exist is forgotten at once. Such a row counts as dirty. */
  private keepOrForget(row: StoreRow<V>): void {
    if (row.value === undefined && !row.pending) {
      row.dirty = true
      this.rows.delete(row.key)
    } else if (row.dirty) {
      row.dirty = false
      this.rows.set(row.key, row)
    }
  }

  /** Measures the value of one row for all that follow. */
  private sample({ value, timestamp }: StoreRow<V>): void {
    if (value !== undefined) this.valueBytes = encodeValue(this.codec, timestamp, value).length
  }

  private load(key: string): StoreRow<V> {
    const bytes = this.backing?.get(keyValueKey(this.prefix, key))
    const row: StoreRow<V> = bytes === undefined ? newRow(key) : this.decode(key, bytes)
    this.rows.set(key, row)
    return row
  }

  private decode(key: string, bytes: Uint8Array): StoreRow<V> {
    return { ...newRow<V>(key), ...decodeValue(this.codec, bytes) }
  }
}
