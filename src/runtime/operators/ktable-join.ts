// KStream.join and leftJoin with a KTable of the same keys: only the stream triggers, and it meets the row as it is at that
// moment (KStreamKTableJoinProcessor). Keys meet as text.

import type { StreamRecord } from '../model/stream-record.ts'
import { Change } from '../model/change.ts'
import { TableRow } from '../serde/joined-json.ts'
import { plainKeyText } from '../serde/key-text.ts'
import type { TableOptions } from './emit.ts'
import type { ProcessorContext, ProcessorSupplier } from './processor.ts'
import type { TableGetter } from './table-getter.ts'

/** How stream records and table rows come together. */
export interface KTableJoin {
  /** The joined value; `row` is null in a left join without a match. */
  join(record: StreamRecord, row: unknown): unknown
  /** Records without a match pass too, joined with null; those without a key as well (KIP-962). */
  readonly left: boolean
  /** The text of the key of a record; by default as it stands in topics. */
  readonly keyOf?: (record: StreamRecord) => string | null
}

/** KTABLE-SOURCE: the rows of a topic; null deletes. */
export const tableSource =
  (storeName: string, table: Pick<TableOptions, 'sendOldValues'>): ProcessorSupplier =>
  (context) => {
    const store = context.keyValueStore<TableRow>(storeName)
    return {
      process: (record) => {
        const key = plainKeyText(record.key)
        if (key === null) {
          context.drop(record, 'null key')
          return
        }
        const row = store.row(key)
        const old = table.sendOldValues ? (row.value ?? null) : null
        row.value = record.value === null ? undefined : TableRow.of(record.value)
        row.timestamp = record.timestamp
        store.touch(row)
        context.forward(record.withKey(key).withValue(new Change(row.value ?? null, old)))
      },
    }
  }

/** Finds the row that a record of this key and time meets; undefined if there is none. */
export type RowLookup = (key: string, timestamp: number) => unknown

/** The rows of a table as they are now. */
export const latestRows =
  (storeName: string) =>
  (context: ProcessorContext): RowLookup => {
    const store = context.keyValueStore<TableRow>(storeName)
    return (key) => store.peek(key)
  }

/** The rows of a table that has been made of others, as they are now. */
export const getterRows =
  (getter: TableGetter) =>
  (context: ProcessorContext): RowLookup => {
    const look = getter.open(context)
    return (key) => look(key)?.value
  }

/** Joins each record with the row of its key. */
export const ktableJoin =
  (rowsOf: (context: ProcessorContext) => RowLookup, join: KTableJoin): ProcessorSupplier =>
  (context) => {
    const look = rowsOf(context)
    return {
      process: (record) => {
        if (record.value === null) {
          context.drop(record, 'null value')
          return
        }
        const key = join.keyOf === undefined ? plainKeyText(record.key) : join.keyOf(record)
        const row = key === null ? undefined : look(key, record.timestamp)
        if (row !== undefined) context.forward(record.withValue(join.join(record, row)))
        else if (join.left) context.forward(record.withValue(join.join(record, null)))
        else context.drop(record, key === null ? 'null key' : 'unmatched')
      },
    }
  }
