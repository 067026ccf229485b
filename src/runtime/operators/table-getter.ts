// What a table has for a key at this moment, computed from the stores that it comes from (KTableValueGetter): a table that only
// filters or changes the rows of another one needs no store of its own, and is never behind it.

import { noOrigin, StreamRecord } from '../model/stream-record.ts'
import type { StoreRow } from '../stores/store-row.ts'
import type { ProcessorContext } from './processor.ts'
import type { Predicate, ValueMapper } from './stateless.ts'

/** A row as others see it. */
export interface TimedValue {
  readonly value: unknown
  readonly timestamp: number
}

/** Looks a key up; null if the table has no such row. */
export type TableLookup = (key: string) => TimedValue | null

/** How to look into a table. */
export interface TableGetter {
  /** What it needs. */
  readonly stores: readonly string[]
  open(context: ProcessorContext): TableLookup
}

/** The rows of a store. @param valueOf what a row that exists looks like. */
export const storeGetter = <V>(
  storeName: string,
  valueOf: (row: StoreRow<V> & { readonly value: V }) => unknown,
): TableGetter => ({
  stores: [storeName],
  open: (context) => {
    const store = context.keyValueStore<V>(storeName)
    return (key) => {
      const row = store.row(key)
      if (row.value === undefined) return null
      return { value: valueOf(row as StoreRow<V> & { readonly value: V }), timestamp: row.timestamp }
    }
  },
})

/** The rows for which the condition is true. */
export const filteredGetter = (getter: TableGetter, keep: Predicate): TableGetter =>
  derivedGetter(getter, (row, record) => (keep(record) ? row : null))

/** The rows with other values. */
export const mappedGetter = (getter: TableGetter, map: ValueMapper): TableGetter =>
  derivedGetter(getter, ({ timestamp }, record) => ({ value: map(record), timestamp }))

/** What becomes of the rows that exist. */
const derivedGetter = (
  getter: TableGetter,
  derive: (row: TimedValue, record: StreamRecord) => TimedValue | null,
): TableGetter => ({
  stores: getter.stores,
  open: (context) => {
    const look = getter.open(context)
    return (key) => {
      const row = look(key)
      return row === null ? null : derive(row, new StreamRecord(key, row.value, row.timestamp, noOrigin))
    }
  },
})
