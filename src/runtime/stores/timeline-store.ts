// Rows of keys along time, for operators that look at what a key has within some span of time: sliding windows by their start,
// the records of a join of streams. All rows that have not expired are in memory, those of a key in the order of time; with a
// backing store they are loaded at start and written at commit. Rows have the layout of Kafka Streams' window stores.

import { firstIndex, lastPlace } from '../model/sorted-list.ts'
import { compareText } from '../model/text-order.ts'
import type { BytesStore, StoreWrite } from './bytes-store.ts'
import {
  decodeValue,
  encodeValue,
  forEachRow,
  readWindowKey,
  storePrefix,
  windowKey,
  type ChangelogVisitor,
} from './row-format.ts'
import type { RowCodec } from './store-row.ts'
import type { TypedStore } from './typed-store.ts'

/** One row. After a change of its value or timestamp the store is told (`touch`). */
export interface TimelineRow<V> {
  readonly key: string
  /** Its place in time, ms: the start of a window, the timestamp of a record. */
  readonly time: number
  /** Tells rows of one key and time apart. */
  readonly sequence: number
  value: V
  /** Highest timestamp of what is in it, ms. */
  timestamp: number
  dirty: boolean
  /** Deleted, or replaced by another row: it is not to be written any more. */
  isGone: boolean
}

/** How a store keeps its rows. */
export interface TimelineOptions {
  /** Rows of one key and time are all kept; otherwise the last one. */
  readonly keepsDuplicates: boolean
  /** Rows so much older than the newest one cannot be found any more, ms. */
  readonly retentionMs: number
}

const rowOverheadBytes = 250
/** Rows are forgotten in as many portions per retention time. */
const portions = 8
const largestSequence = 2 ** 31 - 1

export class TimelineStore<V> implements TypedStore {
  readonly name: string
  private readonly prefix: Buffer
  private readonly codec: RowCodec<V>
  private readonly backing: BytesStore | undefined
  private readonly options: TimelineOptions
  private readonly portionMs: number
  private readonly keys = new Map<string, TimelineRow<V>[]>()
  /** Rows by portion of time, in the order in which they came. */
  private readonly byPortion = new Map<number, TimelineRow<V>[]>()
  /** Portions before this one were forgotten at last. */
  private expiredPortions = -Infinity
  private dirtyRows: TimelineRow<V>[] = []
  private expiredRows: TimelineRow<V>[] = []
  private deletedRows: { readonly row: TimelineRow<V>; readonly timestamp: number }[] = []
  private nextSequence = 0
  /** The newest row's time; -1 at first. */
  private observed = -1

  constructor(name: string, codec: RowCodec<V>, backing: BytesStore | undefined, options: TimelineOptions) {
    this.name = name
    this.prefix = storePrefix(name)
    this.codec = codec
    this.backing = backing
    this.options = options
    this.portionMs = Math.max(1, Math.ceil(options.retentionMs / portions))
  }

  /** Reads all rows into memory; call once before the first record. */
  async loadAll(): Promise<void> {
    if (this.backing === undefined) return
    await forEachRow(this.backing, this.prefix, (keyBytes, valueBytes) => {
      const { key, windowStart, sequence } = readWindowKey(keyBytes, this.prefix.length)
      this.insert({
        key,
        time: windowStart,
        sequence,
        ...decodeValue(this.codec, valueBytes),
        dirty: false,
        isGone: false,
      })
      if (sequence >= this.nextSequence) this.nextSequence = sequence + 1
    })
  }

  /** The rows of a key from one time to another, both included, in the order of time; without those that have expired. */
  range(key: string, from: number, to: number): readonly TimelineRow<V>[] {
    const rows = this.keys.get(key)
    if (rows === undefined) return []
    const earliest = Math.max(from, this.firstVisible)
    const first = firstIndex(rows, ({ time }) => time < earliest)
    let end = first
    while (end < rows.length && (rows[end] as TimelineRow<V>).time <= to) end++
    return rows.slice(first, end)
  }

  /** Adds a row, or replaces the one of this key and time. */
  put(key: string, time: number, value: V, timestamp: number): TimelineRow<V> {
    const { keepsDuplicates } = this.options
    const sequence = keepsDuplicates ? this.nextSequence : 0
    if (keepsDuplicates) this.nextSequence = sequence === largestSequence ? 0 : sequence + 1
    const row: TimelineRow<V> = { key, time, sequence, value, timestamp, dirty: false, isGone: false }
    this.insert(row)
    this.touch(row)
    return row
  }

  /** Deletes the row of a key and time, and says so in the changelog. @param timestamp of the deletion, ms. */
  delete(key: string, time: number, timestamp: number): void {
    const rows = this.keys.get(key)
    const row = rows?.find((candidate) => candidate.time === time)
    if (row === undefined) return
    this.dropFromPortion(row)
    this.takeFromKey(row)
    row.isGone = true
    if (this.backing === undefined) return
    this.deletedRows.push({ row, timestamp })
  }

  /** Says that a row was changed in place. */
  touch(row: TimelineRow<V>): void {
    if (row.dirty || this.backing === undefined) return
    row.dirty = true
    this.dirtyRows.push(row)
  }

  /** The time of the oldest rows that can be found. */
  get firstVisible(): number {
    return this.observed - this.options.retentionMs + 1
  }

  /** Forgets rows before a time, now or a little later. */
  expireBefore(time: number): void {
    const portionNow = Math.floor(time / this.portionMs)
    if (portionNow === this.expiredPortions) return
    this.expiredPortions = portionNow
    for (const [portion, rows] of this.byPortion) {
      if (portion >= portionNow) continue
      this.byPortion.delete(portion)
      for (const row of rows) this.remove(row)
    }
  }

  /** Rows of all keys from one time up to, not including, another, in the order of time, then keys. */
  between(from: number, until: number): TimelineRow<V>[] {
    const found: TimelineRow<V>[] = []
    for (const [portion, rows] of this.byPortion) {
      if ((portion + 1) * this.portionMs <= from || portion * this.portionMs >= until) continue
      for (const row of rows) if (row.time >= from && row.time < until) found.push(row)
    }
    return found.sort((a, b) => a.time - b.time || compareText(a.key, b.key) || a.sequence - b.sequence)
  }

  /** The time of the newest row; -1 if there never was one. */
  get newest(): number {
    return this.observed
  }

  get dirtyBytes(): number {
    return this.dirtyRows.length * rowOverheadBytes
  }

  collectWrites(writes: StoreWrite[], log?: ChangelogVisitor): void {
    if (this.backing === undefined) return
    for (const { row, timestamp } of this.deletedRows) {
      const key = this.keyOf(row)
      writes.push({ key, value: null })
      log?.(key.subarray(this.prefix.length), null, timestamp)
    }
    for (const row of this.dirtyRows) {
      if (row.isGone) continue
      const key = this.keyOf(row)
      const value = encodeValue(this.codec, row.timestamp, row.value)
      writes.push({ key, value })
      log?.(key.subarray(this.prefix.length), value, row.timestamp)
    }
    // Changelogs forget them by themselves.
    for (const row of this.expiredRows) writes.push({ key: this.keyOf(row), value: null })
  }

  committed(): void {
    for (const row of this.dirtyRows) row.dirty = false
    this.dirtyRows = []
    this.expiredRows = []
    this.deletedRows = []
  }

  get rowsInMemory(): number {
    let total = 0
    for (const rows of this.byPortion.values()) total += rows.length
    return total
  }

  private keyOf({ key, time, sequence }: TimelineRow<V>): Buffer {
    return windowKey(this.prefix, key, time, sequence)
  }

  private insert(row: TimelineRow<V>): void {
    if (row.time > this.observed) this.observed = row.time
    const rows = this.keys.get(row.key)
    if (rows === undefined) this.keys.set(row.key, [row])
    else {
      const at = lastPlace(rows, ({ time }) => time > row.time)
      const before = rows[at - 1]
      if (!this.options.keepsDuplicates && before?.time === row.time) {
        rows[at - 1] = row
        before.isGone = true
        this.dropFromPortion(before)
      } else rows.splice(at, 0, row)
    }
    const portion = Math.floor(row.time / this.portionMs)
    const others = this.byPortion.get(portion)
    if (others === undefined) this.byPortion.set(portion, [row])
    else others.push(row)
  }

  private dropFromPortion(row: TimelineRow<V>): void {
    const rows = this.byPortion.get(Math.floor(row.time / this.portionMs))
    const at = rows?.lastIndexOf(row) ?? -1
    if (at >= 0) rows?.splice(at, 1)
  }

  private remove(row: TimelineRow<V>): void {
    if (this.takeFromKey(row) && this.backing !== undefined) this.expiredRows.push(row)
  }

  private takeFromKey(row: TimelineRow<V>): boolean {
    const rows = this.keys.get(row.key)
    const at = rows?.indexOf(row) ?? -1
    if (rows === undefined || at < 0) return false
    if (rows.length === 1) this.keys.delete(row.key)
    else rows.splice(at, 1)
    return true
  }
}
