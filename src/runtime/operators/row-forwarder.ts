// How a table tells of its rows: each update at once, or what has changed at the next flush, once per row.

import { Change } from '../model/change.ts'
import { noHeaders, noOrigin, StreamRecord, type Header, type RecordOrigin } from '../model/stream-record.ts'
import type { KeyValueStore } from '../stores/key-value-store.ts'
import type { StoreRow } from '../stores/store-row.ts'
import type { TableOptions } from './emit.ts'
import { HeldHeaders } from './held-headers.ts'
import type { ProcessorContext } from './processor.ts'

export interface RowForwarder<V> {
  /** Call before a row changes. */
  before(row: StoreRow<V>): void
  /** Call after it has changed. */
  after(row: StoreRow<V>, record: StreamRecord): void
  /** In place of `after`: it is gone, and no record has said so. */
  expired(row: StoreRow<V>): void
  flush(): void
}

/**
 * Forwards the changes of a store's rows. Rows that a killed run had not forwarded come with the first flush.
 * @param resultOf what a row looks like downstream; null if it does not exist.
 */
export const rowForwarder = <V>(
  context: ProcessorContext,
  store: KeyValueStore<V>,
  resultOf: (row: StoreRow<V>) => unknown,
  table: TableOptions,
): RowForwarder<V> => {
  const pendingRows = store.pendingRows()
  const held = new HeldHeaders<StoreRow<V>>()
  let origin = noOrigin
  const changeOf = (row: StoreRow<V>, from: RecordOrigin, headers: readonly Header[]): StreamRecord | undefined => {
    const wasThere = row.forwarded !== null
    const change = new Change(resultOf(row), row.forwarded ?? null)
    row.forwarded = undefined
    // Created and deleted again before anybody downstream heard of it. An update at once is told whatever it is.
    if (change.newValue === null && !wasThere && table.emit !== 'changes') return undefined
    return new StreamRecord(row.key, change, row.timestamp, from, headers)
  }
  const hold = (row: StoreRow<V>): void => {
    if (row.pending) return
    row.pending = true
    pendingRows.push(row)
  }
  return {
    before: (row) => {
      if (row.pending) return
      // null: it did not exist.
      row.forwarded = table.sendOldValues ? resultOf(row) : row.value === undefined ? null : undefined
    },
    after: (row, record) => {
      if (table.emit === 'changes') {
        const change = changeOf(row, record.origin, record.headers)
        if (change !== undefined) context.forward(change)
        return
      }
      origin = record.origin
      held.set(row, record.headers)
      hold(row)
    },
    expired: (row) => {
      if (table.emit === 'changes') {
        const change = changeOf(row, noOrigin, noHeaders)
        if (change !== undefined) context.forwardHeld(change)
        return
      }
      held.set(row, noHeaders)
      hold(row)
    },
    flush: () => {
      for (const row of pendingRows) {
        const change = changeOf(row, origin, held.of(row))
        store.forwarded(row)
        if (change !== undefined) context.forwardHeld(change)
      }
      pendingRows.length = 0
      held.clear()
    },
  }
}
