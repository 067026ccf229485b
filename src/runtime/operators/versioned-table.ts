// Tables with history: their source, and the rows for a join of a stream, each as it was at the time of the record (KIP-889 and
// KIP-914).

import { Change } from '../model/change.ts'
import { TableRow } from '../serde/joined-json.ts'
import { plainKeyText } from '../serde/key-text.ts'
import type { TableOptions } from './emit.ts'
import type { RowLookup } from './ktable-join.ts'
import type { ProcessorContext, ProcessorSupplier } from './processor.ts'
import { versionedRows } from './versioned-rows.ts'

/**
 * KTABLE-SOURCE with a versioned store: an update that comes too late to be the latest one goes into the history, and is passed
 * on as such; one that is older than the history goes back is dropped.
 */
export const versionedSource =
  (storeName: string, historyMs: number, table: Pick<TableOptions, 'sendOldValues'>): ProcessorSupplier =>
  (context) => {
    const rows = versionedRows(context, storeName, historyMs)
    return {
      process: (record) => {
        const key = plainKeyText(record.key)
        if (key === null) {
          context.drop(record, 'null key')
          return
        }
        // Also of an update of the history: the latest value.
        const old = table.sendOldValues ? (rows.latest(key)?.value ?? null) : null
        const value = record.value === null ? null : TableRow.of(record.value)
        const result = rows.put(key, value, record.timestamp)
        if (result === 'expired') {
          context.drop(record, 'late', 'it is older than the history of the table goes back')
          return
        }
        context.forward(record.withKey(key).withValue(new Change(value, old, result === 'latest')))
      },
    }
  }

/** The rows of a table as they were at the time of the record that meets them. */
export const rowsAsOf =
  (storeName: string, historyMs: number) =>
  (context: ProcessorContext): RowLookup => {
    const rows = versionedRows(context, storeName, historyMs)
    return (key, timestamp) => rows.asOf(key, timestamp)?.value
  }
