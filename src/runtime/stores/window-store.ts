// Rows by window and key. All windows that are not expired are in memory, one map per window start, so that a record costs
// one look-up and an expired window is dropped whole; with a backing store they are loaded at start and written at commit.

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
import { newRow, type RowCodec, type StoreRow } from './store-row.ts'
import type { TypedStore } from './typed-store.ts'

/** The rows of one window. */
export interface WindowRows<V> {
  readonly start: number
  readonly rows: Map<string, StoreRow<V>>
}

const rowOverheadBytes = 250

export class WindowStore<V> implements TypedStore {
  readonly name: string
  private readonly prefix: Buffer
  private readonly codec: RowCodec<V>
  private readonly backing: BytesStore | undefined
  private readonly windows = new Map<number, WindowRows<V>>()
  private last: WindowRows<V> | undefined
  private dirtyRows: { windowStart: number; row: StoreRow<V> }[] = []
  private expiredKeys: Buffer[] = []

  constructor(name: string, codec: RowCodec<V>, backing: BytesStore | undefined) {
    this.name = name
    this.prefix = storePrefix(name)
    this.codec = codec
    this.backing = backing
  }

  /** Reads all windows into memory; call once before the first record. */
  async loadAll(): Promise<void> {
    if (this.backing === undefined) return
    await forEachRow(this.backing, this.prefix, (keyBytes, valueBytes) => {
      const { key, windowStart } = readWindowKey(keyBytes, this.prefix.length)
      this.window(windowStart).rows.set(key, { ...newRow<V>(key), ...decodeValue(this.codec, valueBytes) })
    })
  }

  /** The row of a key in the window that starts at `windowStart`, existing or not. */
  row(key: string, windowStart: number): StoreRow<V> {
    const last = this.last
    const window = last !== undefined && last.start === windowStart ? last : this.window(windowStart)
    let row = window.rows.get(key)
    if (row === undefined) {
      row = newRow(key)
      window.rows.set(key, row)
    }
    return row
  }

  /** The row of a key if its window exists. */
  peek(key: string, windowStart: number): StoreRow<V> | undefined {
    return this.windows.get(windowStart)?.rows.get(key)
  }

  /** Says that a row was changed in place. */
  touch(row: StoreRow<V>, windowStart: number): void {
    // Without a backing store nobody writes them, and a window that is over must not be kept for that.
    if (row.dirty || this.backing === undefined) return
    row.dirty = true
    this.dirtyRows.push({ windowStart, row })
  }

  /** Window starts, ascending. */
  starts(): number[] {
    return [...this.windows.keys()].sort((a, b) => a - b)
  }

  /** The existing rows of a window, in the order of their keys' bytes. */
  sortedRows(windowStart: number): StoreRow<V>[] {
    const rows = [...(this.windows.get(windowStart)?.rows.values() ?? [])].filter((row) => row.value !== undefined)
    return rows.sort((a, b) => compareText(a.key, b.key))
  }

  /** Removes a window with all its rows. */
  expire(windowStart: number): void {
    const window = this.windows.get(windowStart)
    if (window === undefined) return
    if (this.backing !== undefined) {
      for (const row of window.rows.values()) this.expiredKeys.push(windowKey(this.prefix, row.key, windowStart))
    }
    this.windows.delete(windowStart)
    if (this.last === window) this.last = undefined
  }

  /** How many windows are open. */
  get size(): number {
    return this.windows.size
  }

  get rowsInMemory(): number {
    let total = 0
    for (const { rows } of this.windows.values()) total += rows.size
    return total
  }

  get dirtyBytes(): number {
    return this.dirtyRows.length * rowOverheadBytes
  }

  collectWrites(writes: StoreWrite[], log?: ChangelogVisitor): void {
    if (this.backing === undefined) return
    for (const { windowStart, row } of this.dirtyRows) {
      const key = windowKey(this.prefix, row.key, windowStart)
      const value = row.value === undefined ? null : encodeValue(this.codec, row.timestamp, row.value)
      writes.push({ key, value })
      log?.(key.subarray(this.prefix.length), value, row.timestamp)
    }
    for (const key of this.expiredKeys) writes.push({ key, value: null })
  }

  committed(): void {
    for (const { row } of this.dirtyRows) row.dirty = false
    this.dirtyRows = []
    this.expiredKeys = []
  }

  private window(start: number): WindowRows<V> {
    let window = this.windows.get(start)
    if (window === undefined) {
      window = { start, rows: new Map() }
      this.windows.set(start, window)
    }
    this.last = window
    return window
  }
}
