// KGroupedStream.aggregate: one row per key. Result timestamp: the maximum of the records', as Kafka Streams has it.

import { Change } from '../model/change.ts'
import { noOrigin, StreamRecord, type RecordOrigin } from '../model/stream-record.ts'
import type { KeyValueStore } from '../stores/key-value-store.ts'
import type { StoreRow } from '../stores/store-row.ts'
import type { AggregateStep } from './aggregate-step.ts'
import type { TableOptions } from './emit.ts'
import { isTableRecord, keyTextOf } from './grouping.ts'
import type { ProcessorContext, ProcessorSupplier } from './processor.ts'

/** Aggregates by key into the store `storeName`. The input is a stream; for a re-grouped table see `aggregateTable`. */
export const aggregate =
  <S>(storeName: string, step: AggregateStep<S>, table: TableOptions): ProcessorSupplier =>
  (context) => {
    const store = context.keyValueStore<S>(storeName)
    const forwarder = rowForwarder(context, store, step, table)
    return {
      process: (record) => {
        const key = keyTextOf(record)
        if (key === null) {
          context.drop(record, 'null key')
          return
        }
        const row = store.row(key)
        forwarder.before(row)
        row.value = step.add(row.value ?? step.initial(), record)
        if (record.timestamp > row.timestamp) row.timestamp = record.timestamp
        store.touch(row)
        forwarder.after(row, record)
      },
      flush: forwarder.flush,
    }
  }

/**
 * KGroupedTable.aggregate: on an update the old value is taken back, then the new one added. The input records carry a
 * Change and the group key of both halves (see `grouping.ts`).
 */
export const aggregateTable =
  <S>(storeName: string, step: AggregateStep<S>, table: TableOptions): ProcessorSupplier =>
  (context) => {
    const store = context.keyValueStore<S>(storeName)
    const forwarder = rowForwarder(context, store, step, table)
    const subtract = step.subtract
    if (subtract === undefined) throw new Error('an aggregate that cannot be taken back follows a table')
    return {
      process: (record) => {
        if (!isTableRecord(record)) throw new Error('aggregateTable expects changes')
        const key = keyTextOf(record)
        if (key === null) {
          context.drop(record, 'null key')
          return
        }
        const { newValue, oldValue } = record.value
        const row = store.row(key)
        forwarder.before(row)
        if (oldValue !== null && row.value !== undefined) row.value = subtract(row.value, record.withValue(oldValue))
        if (newValue !== null) row.value = step.add(row.value ?? step.initial(), record.withValue(newValue))
        if (record.timestamp > row.timestamp) row.timestamp = record.timestamp
        store.touch(row)
        forwarder.after(row, record)
      },
      flush: forwarder.flush,
    }
  }

interface RowForwarder<S> {
  /** Call before a row changes. */
  before(row: StoreRow<S>): void
  /** Call after it has changed. */
  after(row: StoreRow<S>, record: StreamRecord): void
  flush(): void
}

/** Forwards the changes of rows: at once, or what has changed at the next flush. */
const rowForwarder = <S>(
  context: ProcessorContext,
  store: KeyValueStore<S>,
  step: AggregateStep<S>,
  table: TableOptions,
): RowForwarder<S> => {
  const pendingRows = store.pendingRows()
  const resultOf = (row: StoreRow<S>): unknown =>
    row.value === undefined ? null : step.result(row.key, row.value, undefined)
  let origin = noOrigin
  const forward = (row: StoreRow<S>, from: RecordOrigin): void => {
    const newValue = resultOf(row)
    const change = new Change(newValue, row.forwarded ?? null)
    row.forwarded = undefined
    context.forward(new StreamRecord(row.key, change, row.timestamp, from))
  }
  return {
    before: (row) => {
      if (table.sendOldValues && !row.pending) row.forwarded = resultOf(row)
    },
    after: (row, record) => {
      if (table.emit === 'changes') {
        forward(row, record.origin)
        return
      }
      origin = record.origin
      if (row.pending) return
      row.pending = true
      pendingRows.push(row)
    },
    flush: () => {
      for (const row of pendingRows) {
        forward(row, origin)
        store.forwarded(row)
      }
      pendingRows.length = 0
    },
  }
}
