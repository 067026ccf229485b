// KStream.join and leftJoin with a KTable of the same keys: only the stream triggers, and it meets the row as it is at that
// moment (KStreamKTableJoinProcessor). Keys meet as text.

import type { StreamRecord } from '../model/stream-record.ts'
import { Change } from '../model/change.ts'
import { TableRow } from '../serde/joined-json.ts'
import { plainKeyText } from '../serde/key-text.ts'
import type { TableOptions } from './emit.ts'
import { hasTime } from './grouping.ts'
import type { ProcessorContext, ProcessorSupplier } from './processor.ts'
import { streamTimeOf } from './stream-time.ts'
import type { TableGetter } from './table-getter.ts'
import { WaitingRecords, type Waiting } from './waiting-records.ts'

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
    const joinNow = joining(context, rowsOf(context), join)
    return {
      process: (record) => {
        const joined = hasValue(context, record) ? joinNow(record) : undefined
        if (joined !== undefined) context.forward(joined)
      },
    }
  }

/**
 * The same after a grace period of stream time (Joined.withGracePeriod, KIP-923): records wait in the store `storeName` for rows
 * that come later than they should have come, and meet the rows of their time in the order of their times. A record that is late
 * itself by more than that is joined at once. One that is dropped does not move the time.
 */
export const ktableJoinAfterGrace =
  (
    rowsOf: (context: ProcessorContext) => RowLookup,
    join: KTableJoin,
    storeName: string,
    graceMs: number,
  ): ProcessorSupplier =>
  (context) => {
    const joinNow = joining(context, rowsOf(context), join)
    const waiting = new WaitingRecords(context.keyValueStore<Waiting>(storeName))
    const time = streamTimeOf(context, storeName)

    const releaseUpTo = (limit: number): void => {
      for (let next = waiting.takeUpTo(limit); next !== undefined; next = waiting.takeUpTo(limit)) {
        const joined = joinNow(next)
        if (joined !== undefined) context.forwardHeld(joined)
      }
    }
    const releaseAll = (): void => {
      releaseUpTo(Infinity)
    }

    return {
      process: (record) => {
        if (!hasTime(context, record) || !hasValue(context, record)) return
        const { timestamp } = record
        const waits = timestamp >= time.value - graceMs && keyOfRecord(record, join) !== null
        if (waits) time.observe(timestamp)
        const limit = time.value - graceMs
        if (!waits || (waiting.isEmpty && timestamp <= limit)) {
          const joined = joinNow(record)
          if (joined !== undefined) context.forward(joined)
          return
        }
        waiting.add(record)
        releaseUpTo(limit)
      },
      endOfInput: releaseAll,
      idle: releaseAll,
    }
  }

/** True if a record has a value; otherwise it is dropped. */
const hasValue = (context: ProcessorContext, record: StreamRecord): boolean => {
  if (record.value !== null) return true
  context.drop(record, 'null value')
  return false
}

const keyOfRecord = (record: StreamRecord, { keyOf }: KTableJoin): string | null =>
  keyOf === undefined ? plainKeyText(record.key) : keyOf(record)

/** What joins a record; undefined for one that is dropped. */
const joining =
  (context: ProcessorContext, look: RowLookup, join: KTableJoin) =>
  (record: StreamRecord): StreamRecord | undefined => {
    const key = keyOfRecord(record, join)
    const row = key === null ? undefined : look(key, record.timestamp)
    if (row !== undefined) return record.withValue(join.join(record, row))
    if (join.left) return record.withValue(join.join(record, null))
    context.drop(record, key === null ? 'null key' : 'unmatched')
    return undefined
  }
