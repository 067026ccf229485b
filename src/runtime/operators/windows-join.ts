// The rows of windows joined with the row of the same key in a table without windows: an update of a window meets the row as it is
// then, and an update of the row all windows of its key that are known: they are forgotten when the key gets a window after they
// have closed. Results keep their windows. Kafka Streams joins
// neither; what a result is follows its joins of two tables (KTableKTableInnerJoin and its relatives).

import { Change } from '../model/change.ts'
import { plainValue, StreamRecord, type Window } from '../model/stream-record.ts'
import { isTableRecord, type TableRecord } from './grouping.ts'
import type { ProcessorSupplier } from './processor.ts'
import type { TableGetter } from './table-getter.ts'
import type { TableJoiner } from './table-table-join.ts'

/** A join of windows with rows. */
export interface WindowsJoin {
  readonly joiner: TableJoiner
  /** Windows without a row are joined with null. */
  readonly isLeft: boolean
  /** How long after its end a window is closed, ms: nothing changes it from then on. */
  readonly closesAfterMs: number
  readonly right: TableGetter
  /** Of the windows of each key. */
  readonly store: string
}

/** A window of a key as the last update has left it. */
interface KnownWindow {
  readonly start: number
  readonly end: number
  readonly isSession: boolean
  readonly value: unknown
  readonly timestamp: number
}

/** The open windows of a key. */
export type KnownWindows = readonly KnownWindow[]

const isOf = (window: Window, known: KnownWindow): boolean => known.start === window.start && known.end === window.end

/** The node of the windows. */
export const windowsSide =
  ({ joiner, isLeft, closesAfterMs, right, store: name }: WindowsJoin): ProcessorSupplier =>
  (context) => {
    const store = context.keyValueStore<KnownWindows>(name)
    const look = right.open(context)
    let streamTime = -1
    return {
      process: (record) => {
        const { key, window, timestamp, value: change } = tableRecordOf(record)
        if (window === undefined) throw new Error('a join of windows expects windows')
        streamTime = Math.max(streamTime, timestamp)
        const row = store.row(key)
        const before = row.value ?? []
        const old = before.find((known) => isOf(window, known))
        const value: unknown = plainValue(change.newValue)
        const others = before.filter((known) => known !== old && known.end + closesAfterMs > streamTime)
        const { start, end, isSession = false } = window
        const kept = value === null ? others : [...others, { start, end, isSession, value, timestamp }]
        row.value = kept.length === 0 ? undefined : kept
        row.timestamp = timestamp
        store.touch(row)
        const found = look(key)
        if (found === null && !isLeft) {
          context.drop(record, 'unmatched')
          return
        }
        const other = found?.value ?? null
        const joined = (own: unknown): unknown => (own === null ? null : joiner(own, other))
        const update = new Change(joined(value), joined(old?.value ?? null))
        context.forward(record.withValue(update).withTimestamp(Math.max(timestamp, found?.timestamp ?? -1)))
      },
    }
  }

/** The node of the rows. Old values must be sent. */
export const rowsSide =
  ({ joiner, isLeft, store: name }: WindowsJoin): ProcessorSupplier =>
  (context) => {
    const store = context.keyValueStore<KnownWindows>(name)
    return {
      process: (record) => {
        const { key, timestamp, value: change } = tableRecordOf(record)
        const { newValue, oldValue } = change
        const joined = (own: unknown, row: unknown): unknown => (row === null && !isLeft ? null : joiner(own, row))
        for (const { start, end, isSession, value, timestamp: windowTime } of store.row(key).value ?? []) {
          const update = new Change(joined(value, newValue), joined(value, oldValue))
          if (update.newValue === null && update.oldValue === null) continue
          const window: Window = isSession ? { start, end, isSession } : { start, end }
          const latest = Math.max(timestamp, windowTime)
          context.forward(new StreamRecord(key, update, latest, record.origin, record.headers, window))
        }
      },
    }
  }

const tableRecordOf = (record: StreamRecord): TableRecord & { readonly key: string } => {
  if (!isTableRecord(record) || typeof record.key !== 'string') throw new Error('a join of tables expects changes')
  return record as TableRecord & { readonly key: string }
}
