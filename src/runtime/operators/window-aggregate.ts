// TimeWindowedKStream.aggregate: one row per key and window. A record updates the windows that hold its timestamp and are
// still open; lateness is judged by the highest timestamp that this operator has seen (KStreamWindowAggregate).

import { Change } from '../model/change.ts'
import { noHeaders, noOrigin, StreamRecord, type Header, type Window } from '../model/stream-record.ts'
import { newRow, type StoreRow } from '../stores/store-row.ts'
import { firstWindowStart, type TimeWindows } from '../windows/time-windows.ts'
import { noEndMs, type UnlimitedWindows } from '../windows/unlimited-windows.ts'
import type { AggregateStep } from './aggregate-step.ts'
import type { CogroupInput } from './cogroup.ts'
import type { TableOptions } from './emit.ts'
import { HeldHeaders } from './held-headers.ts'
import { hasTime, keyOrDrop, keyTextOf } from './grouping.ts'
import type { ProcessorContext, ProcessorSupplier } from './processor.ts'
import { observedTimeStore, streamTimeOf } from './stream-time.ts'

/**
 * Aggregates by key and window into the window store `storeName`; its stream time is kept beside it between runs.
 * @param input of a cogroup, whose windows are never emitted when they close.
 */
export const windowAggregate =
  <S>(
    storeName: string,
    step: AggregateStep<S>,
    windows: TimeWindows,
    table: TableOptions,
    input?: CogroupInput,
  ): ProcessorSupplier =>
  (context) => {
    const core = windowAggregation(context, storeName, step, windows, table, input)
    return {
      process: (record) => {
        const key = keyOrDrop(context, record)
        if (key === null || !hasTime(context, record)) return
        const { timestamp } = record
        core.observe(timestamp)
        const { sizeMs, advanceMs } = windows
        for (let start = firstWindowStart(windows, timestamp); start <= timestamp; start += advanceMs) {
          core.update(record, key, start, start + sizeMs)
        }
        core.emitClosed()
      },
      flush: core.flush,
      flushHeld: core.flushHeld,
      endOfInput: core.closeAll,
      idle: core.closeLimited,
    }
  }

/** The same in one window that has no end: what is `final` in others is never that here, and goes on at the next flush. */
export const unlimitedAggregate =
  <S>(
    storeName: string,
    step: AggregateStep<S>,
    { startMs, graceMs }: UnlimitedWindows,
    table: TableOptions,
    input?: CogroupInput,
  ): ProcessorSupplier =>
  (context) => {
    const sizeMs = noEndMs - startMs
    const windows = { sizeMs, advanceMs: sizeMs, graceMs }
    const options: TableOptions = table.emit === 'final' ? { ...table, emit: 'flush' } : table
    const core = windowAggregation(context, storeName, step, windows, options, input)
    return {
      process: (record) => {
        const key = keyOrDrop(context, record)
        if (key === null || !hasTime(context, record)) return
        core.observe(record.timestamp)
        if (record.timestamp >= startMs) core.update(record, key, startMs, noEndMs)
      },
      flush: core.flush,
      flushHeld: core.flushHeld,
    }
  }

/**
 * The same for records that carry their window already (`ks window … | ks count`): whatever windows the other process
 * assigned, of whatever size.
 */
export const stampedWindowAggregate =
  <S>(storeName: string, step: AggregateStep<S>, graceMs: number, table: TableOptions): ProcessorSupplier =>
  (context) => {
    const core = windowAggregation(context, storeName, step, { sizeMs: 0, advanceMs: 0, graceMs }, table)
    return {
      process: (record) => {
        const key = keyTextOf(record)
        const window = record.window
        if (key === null || window === undefined) {
          context.drop(record, key === null ? 'null key' : 'unwindowed')
          return
        }
        core.observe(record.timestamp)
        core.update(record, key, window.start, window.end)
        core.emitClosed()
      },
      flush: core.flush,
      flushHeld: core.flushHeld,
      endOfInput: core.closeAll,
      idle: core.closeLimited,
    }
  }

interface WindowAggregation {
  /** Moves the operator's stream time. */
  observe(timestamp: number): void
  /** Adds a record to a window, or drops it if that is closed. */
  update(record: StreamRecord, key: string, start: number, end: number): void
  /** Emits and forgets what stream time has closed. */
  emitClosed(): void
  flush(): void
  flushHeld(): void
  /** Treats every window as closed: nothing comes any more. */
  closeAll(): void
  /** Closes the windows that have an end, as if stream time had passed the last one. */
  closeLimited(): void
}

const windowAggregation = <S>(
  context: ProcessorContext,
  storeName: string,
  step: AggregateStep<S>,
  windows: TimeWindows,
  table: TableOptions,
  input?: CogroupInput,
): WindowAggregation => {
  const store = context.windowStore<S>(storeName)
  const time = streamTimeOf(context, storeName, input)
  const timeStore = context.keyValueStore<number>(observedTimeStore(storeName))
  const { graceMs } = windows
  const { emit } = table
  // Ends of open windows by start; the earliest end says when there is something to close.
  const ends = new Map<number, number>()
  let earliestEnd = Infinity
  // With several inputs a window that is closed for one may be open for another: it is there for as long as the store of Kafka
  // Streams, whose retention is size and grace, finds it beside the newest one.
  let newestStart = store.starts().at(-1) ?? -1
  const goneUpTo = (): number => (input === undefined ? time.value : newestStart) - graceMs
  // Stamped windows bring their size; the store keys have only the start.
  const sizeRow = timeStore.row('window-size')
  for (const start of store.starts()) {
    const end = start + (sizeRow.value ?? windows.sizeMs)
    // Closed before the last commit, and so emitted: a changelog keeps rows longer than the store does.
    if (end <= goneUpTo()) {
      store.expire(start)
      continue
    }
    ends.set(start, end)
    earliestEnd = Math.min(earliestEnd, end)
  }
  const pendingRows: { row: StoreRow<S>; window: Window }[] = []
  const held = new HeldHeaders<StoreRow<S>>()
  // Of the last record, which is the one that closes windows.
  let origin = noOrigin
  let headers = noHeaders

  const changeOf = (row: StoreRow<S>, window: Window, ofRecord: readonly Header[]): StreamRecord => {
    const result = row.value === undefined ? null : step.result(row.key, row.value, window)
    const change = new Change(result, row.forwarded ?? null)
    row.forwarded = undefined
    return new StreamRecord(row.key, change, row.timestamp, origin, ofRecord, window)
  }

  const flush = (): void => {
    for (const { row, window } of pendingRows) {
      row.pending = false
      context.forwardHeld(changeOf(row, window, held.of(row)))
    }
    pendingRows.length = 0
    held.clear()
  }

  const closeUpTo = (limit: number): void => {
    if (earliestEnd > limit) return
    // What was held back for the next flush must not be lost with its window.
    if (emit === 'flush') flush()
    const closed = [...ends].filter(([, end]) => end <= limit).sort(([a], [b]) => a - b)
    for (const [start, end] of closed) {
      if (emit === 'final') {
        for (const row of store.sortedRows(start)) context.forwardHeld(changeOf(row, { start, end }, headers))
      }
      store.expire(start)
      ends.delete(start)
    }
    earliestEnd = Infinity
    for (const end of ends.values()) if (end < earliestEnd) earliestEnd = end
  }

  const closeWith = (isMeant: (end: number) => boolean): void => {
    if (input !== undefined) return
    let last = -1
    for (const end of ends.values()) if (end > last && isMeant(end)) last = end
    if (last < 0) return
    closeUpTo(last)
    time.observe(last + graceMs)
  }

  return {
    observe: time.observe,
    update: (record, key, start, end) => {
      origin = record.origin
      headers = record.headers
      if (end <= time.value - graceMs) {
        context.drop(record, 'late', `its window closed ${String(time.value - graceMs - end)} ms before`)
        return
      }
      const isGone = input !== undefined && end <= goneUpTo()
      const row = isGone ? newRow<S>(key) : store.row(key, start)
      if (start > newestStart) newestStart = start
      if (row.value === undefined && !isGone && !ends.has(start)) {
        ends.set(start, end)
        if (end < earliestEnd) earliestEnd = end
        if (sizeRow.value !== end - start) {
          sizeRow.value = end - start
          sizeRow.timestamp = record.timestamp
          timeStore.touch(sizeRow)
        }
      }
      if (table.sendOldValues && emit !== 'final' && !row.pending) {
        row.forwarded = row.value === undefined ? null : step.result(row.key, row.value, { start, end })
      }
      // The time of a row that is gone counts no more.
      if (row.value === undefined || record.timestamp > row.timestamp) row.timestamp = record.timestamp
      row.value = step.add(row.value ?? step.initial(), record)
      if (!isGone) store.touch(row, start)
      if (emit === 'changes') context.forward(changeOf(row, { start, end }, headers))
      else if (emit === 'flush') {
        held.set(row, headers)
        if (row.pending) return
        row.pending = true
        pendingRows.push({ row, window: { start, end } })
      }
    },
    emitClosed: () => {
      const limit = goneUpTo()
      if (limit >= earliestEnd) closeUpTo(limit)
    },
    flush,
    // What waits for a flush is in no store.
    flushHeld: flush,
    closeAll: () => {
      closeWith(() => true)
    },
    closeLimited: () => {
      closeWith((end) => end < noEndMs)
    },
  }
}
