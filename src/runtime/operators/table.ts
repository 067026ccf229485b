// Operators on tables: their input and output are changes (except where a stream becomes a table or the reverse).

import { Change } from '../model/change.ts'
import { keyFromText } from '../model/record-key.ts'
import { plainValue, StreamRecord } from '../model/stream-record.ts'
import { parseJsonText } from '../serde/json-parse.ts'
import type { TableOptions } from './emit.ts'
import { isTableRecord, keyOrDrop, keyTextOf, type TableRecord } from './grouping.ts'
import type { ProcessorContext, ProcessorSupplier } from './processor.ts'
import { rowExpiry } from './row-expiry.ts'
import { rowForwarder } from './row-forwarder.ts'
import type { Predicate, ValueMapper } from './stateless.ts'

/**
 * KStream.toTable: the latest value per key; null deletes. A record with a lower timestamp than the row's still overwrites
 * it, as in Kafka Streams' non-versioned tables.
 * @param ttlMs rows that have not been updated for so long go, see `rowExpiry`.
 */
export const toTable = (storeName: string, table: TableOptions, ttlMs?: number): ProcessorSupplier =>
  keepLatest(storeName, table, keyOrDrop, ttlMs)

/** Keeps the latest value per key in a store. @param keyOf the text of a record's key; null for one that is dropped. */
export const keepLatest =
  (
    storeName: string,
    table: TableOptions,
    keyOf: (context: ProcessorContext, record: StreamRecord) => string | null,
    ttlMs?: number,
  ): ProcessorSupplier =>
  (context) => {
    const store = context.keyValueStore<unknown>(storeName)
    const forwarder = rowForwarder(context, store, (row) => row.value ?? null, table)
    const expiring = rowExpiry(context, store, forwarder, ttlMs)
    return {
      process: expiring((record) => {
        const key = keyOf(context, record)
        if (key === null) return
        const row = store.row(key)
        forwarder.before(row)
        row.value = plainValue(record.value) ?? undefined
        row.timestamp = record.timestamp
        store.touch(row)
        forwarder.after(row, record)
      }),
      flush: forwarder.flush,
    }
  }

/** KTable.toStream: new values as records, with the keys that their texts stand for; a deleted row is a record with null. */
export const toStream: ProcessorSupplier = (context) => ({
  process: (record) => {
    const { newValue } = changeOf(record)
    const key = typeof record.key === 'string' ? keyFromText(record.key, parseJsonText) : record.key
    const { timestamp, origin, headers, window } = record
    context.forward(new StreamRecord(key, newValue, timestamp, origin, headers, window))
  },
})

/**
 * KTable.filter: a row that does not pass (any more) becomes a tombstone, if it had passed before.
 * @param isVersioned of a table with history: the tombstone may be news for some time in the past, and is always passed on.
 */
export const filterTable =
  (keep: Predicate, isVersioned = false): ProcessorSupplier =>
  (context) => ({
    process: (record) => {
      const change = changeOf(record)
      const newValue = passing(record, change.newValue, keep)
      const oldValue = passing(record, change.oldValue, keep)
      if (newValue === null && oldValue === null && !isVersioned) return
      context.forward(record.withValue(new Change(newValue, oldValue, change.isLatest)))
    },
  })

/** KTable.mapValues: null stays null. */
export const mapTable =
  (map: ValueMapper): ProcessorSupplier =>
  (context) => ({
    process: (record) => {
      const { newValue, oldValue, isLatest } = changeOf(record)
      const mapped = new Change(
        newValue === null ? null : map(record.withValue(newValue)),
        oldValue === null ? null : map(record.withValue(oldValue)),
        isLatest,
      )
      context.forward(record.withValue(mapped))
    },
  })

/**
 * KTable.groupBy: re-keys both halves of a change; equal keys stay one record (KIP-904). A half whose key is null is left
 * out, as in Kafka Streams.
 */
export const groupTable =
  (select: ValueMapper): ProcessorSupplier =>
  (context) => ({
    process: (record) => {
      const { newValue, oldValue, isLatest } = changeOf(record)
      // What is aggregated is the latest version of each row.
      if (!isLatest) return
      const newKey = newValue === null ? null : select(record.withValue(newValue))
      const oldKey = oldValue === null ? null : select(record.withValue(oldValue))
      const newText = newKey === null ? null : keyTextOf(record.withKey(newKey))
      const oldText = oldKey === null ? null : keyTextOf(record.withKey(oldKey))
      if (newText !== null && newText === oldText) {
        context.forward(record.withKey(newKey).withValue(new Change(newValue, oldValue)))
        return
      }
      if (oldText !== null) context.forward(record.withKey(oldKey).withValue(new Change(null, oldValue)))
      if (newText !== null) context.forward(record.withKey(newKey).withValue(new Change(newValue, null)))
      else if (newValue !== null) context.drop(record, 'null key')
    },
  })

const changeOf = (record: StreamRecord): TableRecord['value'] => {
  if (!isTableRecord(record)) throw new Error('a table operator got a record that is no change')
  return record.value
}

const passing = (record: StreamRecord, value: unknown, keep: Predicate): unknown =>
  value !== null && keep(record.withValue(value)) ? value : null
