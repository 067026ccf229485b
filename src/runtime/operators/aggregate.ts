// KGroupedStream.aggregate: one row per key. Result timestamp: the maximum of the records', as Kafka Streams has it.

import type { StoreRow } from '../stores/store-row.ts'
import type { AggregateStep } from './aggregate-step.ts'
import type { TableOptions } from './emit.ts'
import { isTableRecord, keyOrDrop } from './grouping.ts'
import type { ProcessorSupplier } from './processor.ts'
import { rowExpiry } from './row-expiry.ts'
import { rowForwarder } from './row-forwarder.ts'

/**
 * Aggregates by key into the store `storeName`. The input is a stream; for a re-grouped table see `aggregateTable`.
 * @param ttlMs rows that have not been updated for so long go, see `rowExpiry`.
 */
export const aggregate =
  <S>(storeName: string, step: AggregateStep<S>, table: TableOptions, ttlMs?: number): ProcessorSupplier =>
  (context) => {
    const store = context.keyValueStore<S>(storeName)
    const forwarder = rowForwarder(context, store, resultOf(step), table)
    const expiring = rowExpiry(context, store, forwarder, ttlMs)
    return {
      process: expiring((record) => {
        const key = keyOrDrop(context, record)
        if (key === null) return
        if (record.value === null) {
          context.drop(record, 'null value')
          return
        }
        const row = store.row(key)
        forwarder.before(row)
        // The time of a row that is gone counts no more.
        if (row.value === undefined || record.timestamp > row.timestamp) row.timestamp = record.timestamp
        row.value = step.add(row.value ?? step.initial(), record)
        store.touch(row)
        forwarder.after(row, record)
      }),
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
    const forwarder = rowForwarder(context, store, resultOf(step), table)
    const subtract = step.subtract
    if (subtract === undefined) throw new Error('an aggregate that cannot be taken back follows a table')
    return {
      process: (record) => {
        if (!isTableRecord(record)) throw new Error('aggregateTable expects changes')
        const key = keyOrDrop(context, record)
        if (key === null) return
        const { newValue, oldValue } = record.value
        const row = store.row(key)
        forwarder.before(row)
        const wasThere = row.value !== undefined
        const isChanged = oldValue !== null || newValue !== null
        if (oldValue !== null && row.value !== undefined) row.value = subtract(row.value, record.withValue(oldValue))
        if (newValue !== null) row.value = step.add(row.value ?? step.initial(), record.withValue(newValue))
        // The time of a row that is gone counts no more.
        row.timestamp = wasThere && isChanged ? Math.max(record.timestamp, row.timestamp) : record.timestamp
        store.touch(row)
        forwarder.after(row, record)
      },
      flush: forwarder.flush,
    }
  }

const resultOf =
  <S>(step: AggregateStep<S>) =>
  ({ key, value }: StoreRow<S>): unknown =>
    value === undefined ? null : step.result(key, value, undefined)
