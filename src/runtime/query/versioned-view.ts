// The rows of a table with history, as they are or as they were at some time.

import { VersionedRows, type VersionedRow } from '../operators/versioned-rows.ts'
import type { KeyValueStore } from '../stores/key-value-store.ts'
import { compareText } from '../model/text-order.ts'
import { byteBounds } from './key-bounds.ts'
import { textRow, type ReadableStore } from './text-row.ts'
import { isAfter, isWithin, type QueryRow, type RowPage, type StoreQuery } from './store-query.ts'

/** What stands in front of the key of a latest version. */
const lead = 'l'

export class VersionedView {
  private readonly readable: ReadableStore
  private readonly store: KeyValueStore<unknown>
  private readonly rows: VersionedRows

  constructor(readable: ReadableStore, store: KeyValueStore<unknown>) {
    this.readable = readable
    this.store = store
    const { view, numbers } = readable
    if (numbers === undefined) throw new Error(`${store.name} has no time`)
    // The store was declared with the codec of versioned rows.
    this.rows = new VersionedRows(store as KeyValueStore<VersionedRow>, numbers, view.historyMs ?? 0)
  }

  /** The row of a key, if it has one (at that time). */
  rowsOf(key: string, asOf: number | undefined): readonly QueryRow[] {
    const found = asOf === undefined ? this.rows.latest(key) : this.rows.asOf(key, asOf)
    return found === null ? [] : [textRow(this.readable.view, key, found.value, found.timestamp, undefined)]
  }

  async range(query: StoreQuery): Promise<RowPage> {
    const rows: QueryRow[] = []
    for (const key of await this.keys(query)) {
      rows.push(...this.rowsOf(key, query.asOf))
      if (rows.length > query.limit) break
    }
    return { rows: rows.slice(0, query.limit), more: rows.length > query.limit }
  }

  /** Of all keys that have or had a row, in order. */
  private async keys(query: StoreQuery): Promise<readonly string[]> {
    const keys = new Set<string>()
    for (const { key } of this.store.isBacked ? this.store.changedRows() : this.store.existing()) {
      if (key.startsWith(lead)) keys.add(key.slice(lead.length))
    }
    const { from, to } = byteBounds(query, lead)
    for await (const page of this.store.committedRows(from, to, false)) {
      for (const { key } of page) keys.add(key.slice(lead.length))
    }
    const sign = query.reverse ? -1 : 1
    return [...keys]
      .filter((key) => isWithin(query, key) && isAfter(query, { key }))
      .sort((a, b) => sign * compareText(a, b))
  }
}
