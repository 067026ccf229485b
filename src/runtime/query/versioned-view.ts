// The rows of a table with history, as they are or as they were at some time.

import { VersionedRows, type VersionedRow } from '../operators/versioned-rows.ts'
import type { KeyValueStore } from '../stores/key-value-store.ts'
import { compareText } from '../model/text-order.ts'
import { byteBounds } from './key-bounds.ts'
import { textRows, type ReadableStore } from './text-row.ts'
import { isAfter, isWithin, pageOf, type QueryRow, type RowPage, type StoreQuery } from './store-query.ts'

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
    return found === null ? [] : textRows(this.readable.view, { key, ...found }, undefined)
  }

  /** Rows in the order of keys; a key that has or had a row shows what it has when its turn comes. */
  async range(query: StoreQuery): Promise<RowPage> {
    const sign = query.reverse ? -1 : 1
    const changed = this.changedKeys(query).sort((a, b) => sign * compareText(a, b))
    const rows: QueryRow[] = []
    let next = 0
    const { from, to } = byteBounds(query, lead)
    for await (const page of this.store.committedRows(from, to, query.reverse)) {
      for (const { key: stored } of page) {
        const key = stored.slice(lead.length)
        if (!isWanted(query, key)) continue
        for (
          let other = changed[next];
          other !== undefined && sign * compareText(other, key) <= 0;
          other = changed[++next]
        ) {
          if (other !== key) rows.push(...this.rowsOf(other, query.asOf))
        }
        rows.push(...this.rowsOf(key, query.asOf))
        if (rows.length > query.limit) return pageOf(rows, query)
      }
    }
    for (const key of changed.slice(next)) {
      rows.push(...this.rowsOf(key, query.asOf))
      if (rows.length > query.limit) break
    }
    return pageOf(rows, query)
  }

  /** The keys that are wanted, of those that are in memory and may not be in the backing store. */
  private changedKeys(query: StoreQuery): string[] {
    return [...(this.store.isBacked ? this.store.changedRows() : this.store.existing())]
      .filter(({ key }) => key.startsWith(lead))
      .map(({ key }) => key.slice(lead.length))
      .filter((key) => isWanted(query, key))
  }
}

const isWanted = (query: StoreQuery, key: string): boolean => isWithin(query, key) && isAfter(query, { key })
