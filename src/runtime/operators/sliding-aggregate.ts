// TimeWindowedKStream.aggregate with SlidingWindows: a window that ends at each record, and one that starts right behind it as
// soon as there is something in it (KStreamSlidingWindowAggregate, with a store that is read backwards). A window's timestamp
// is the highest of its records', by which the operator sees what is in it.

import { Change } from '../model/change.ts'
import { noHeaders, noOrigin, StreamRecord, type Header } from '../model/stream-record.ts'
import type { TimelineRow } from '../stores/timeline-store.ts'
import type { SlidingWindows } from '../windows/sliding-windows.ts'
import type { AggregateStep } from './aggregate-step.ts'
import type { CogroupInput } from './cogroup.ts'
import type { TableOptions } from './emit.ts'
import { HeldHeaders } from './held-headers.ts'
import { hasTime, keyOrDrop } from './grouping.ts'
import type { ProcessorSupplier } from './processor.ts'
import { streamTimeOf } from './stream-time.ts'

/** The state of a window and the highest timestamp in it. */
interface Content<S> {
  readonly value: S
  readonly timestamp: number
}

/**
 * Aggregates by key and window into the store `storeName`; its stream time is kept beside it between runs.
 * @param input of a cogroup, whose windows are never emitted when they close.
 */
export const slidingAggregate =
  <S>(
    storeName: string,
    step: AggregateStep<S>,
    windows: SlidingWindows,
    table: TableOptions,
    input?: CogroupInput,
  ): ProcessorSupplier =>
  (context) => {
    const { copy } = step
    if (copy === undefined) throw new Error('an aggregate that cannot be copied has sliding windows')
    const { differenceMs, graceMs } = windows
    const { emit } = table
    const store = context.timelineStore<S>(storeName)
    const time = streamTimeOf(context, storeName, input)
    const pending = new Map<TimelineRow<S>, unknown>()
    const held = new HeldHeaders<TimelineRow<S>>()
    // Of the last record, which is the one that closes windows.
    let origin = noOrigin
    let headers = noHeaders

    /** Windows that start before it are closed: they end before stream time less grace. */
    const closedBefore = (streamTime: number): number => streamTime - graceMs - differenceMs
    // Those that had closed before the last commit have been emitted.
    let emittedBefore = closedBefore(time.value)

    const recordOf = (row: TimelineRow<S>, old: unknown, ofRecord: readonly Header[]): StreamRecord => {
      const window = { start: row.time, end: row.time + differenceMs }
      const change = new Change(step.result(row.key, row.value, window), old)
      return new StreamRecord(row.key, change, row.timestamp, origin, ofRecord, window)
    }

    const emitted = (row: TimelineRow<S>, old: unknown): void => {
      if (emit === 'changes') context.forward(recordOf(row, old, headers))
      else if (emit === 'flush') {
        held.set(row, headers)
        if (!pending.has(row)) pending.set(row, old)
      }
    }

    const flush = (): void => {
      for (const [row, old] of pending) context.forwardHeld(recordOf(row, old, held.of(row)))
      pending.clear()
      held.clear()
    }

    /** Puts the record into a window that is there, or into one that begins with `content`. */
    const update = (
      record: StreamRecord,
      key: string,
      start: number,
      row: TimelineRow<S> | undefined,
      content: Content<S> | undefined,
    ): void => {
      const closeTime = time.value - graceMs
      if (start + differenceMs < closeTime) {
        context.drop(record, 'late', `its window closed ${String(closeTime - start - differenceMs)} ms before`)
        return
      }
      const before = row ?? content
      // Of a window that begins with the content of another one, that counts as the old value, as in Kafka Streams.
      const sendsOld = before !== undefined && table.sendOldValues && emit !== 'final'
      const old = sendsOld ? step.result(key, before.value, { start, end: start + differenceMs }) : null
      const value = step.add(before === undefined ? step.initial() : before.value, record)
      const timestamp = Math.max(record.timestamp, before?.timestamp ?? -1)
      if (row !== undefined) {
        row.value = value
        row.timestamp = timestamp
        store.touch(row)
        emitted(row, old)
      } else emitted(store.put(key, start, value, timestamp), old)
    }

    const contentOf = ({ value, timestamp }: TimelineRow<S>): Content<S> => ({ value: copy(value), timestamp })

    /** What comes right behind the record, without the record. */
    const createRight = (record: StreamRecord, key: string, content: Content<S>): void => {
      emitted(store.put(key, record.timestamp + 1, content.value, content.timestamp), null)
    }

    const process = (record: StreamRecord, key: string): void => {
      const { timestamp } = record
      const rows = store.range(key, Math.max(0, timestamp - 2 * differenceMs), timestamp + 1)
      let left: Content<S> | undefined
      let right: Content<S> | undefined
      let hasLeft = false
      let hasRight = false
      let previous: number | undefined
      const starts = new Set<number>()
      for (let index = rows.length - 1; index >= 0; index--) {
        const row = rows[index] as TimelineRow<S>
        const start = row.time
        const end = start + differenceMs
        const newest = row.timestamp
        starts.add(start)
        if (start === timestamp + 1) hasRight = true
        else if (end > timestamp) {
          right ??= contentOf(row)
          update(record, key, start, row, undefined)
        } else if (end === timestamp) {
          hasLeft = true
          if (newest < timestamp) previous = newest
          update(record, key, start, row, undefined)
        } else {
          left = contentOf(row)
          previous = newest
          break
        }
      }
      if (previous !== undefined && !starts.has(previous + 1) && previous + 1 + differenceMs >= timestamp) {
        update(record, key, previous + 1, undefined, undefined)
      }
      if (!hasLeft) {
        const overlaps = previous !== undefined && timestamp - differenceMs <= previous
        update(record, key, timestamp - differenceMs, undefined, overlaps ? left : undefined)
      }
      if (!hasRight && right !== undefined && right.timestamp > timestamp) createRight(record, key, right)
    }

    /** The first records of all time share a window from 0 on, because no window starts before it. */
    const processEarly = (record: StreamRecord, key: string): void => {
      const { timestamp } = record
      let combined: TimelineRow<S> | undefined
      let right: Content<S> | undefined
      let hasRight = false
      let previous: number | undefined
      const starts = new Set<number>()
      for (const row of store.range(key, 0, timestamp + 1)) {
        starts.add(row.time)
        if (row.time === 0) {
          combined = row
          if (row.timestamp < timestamp) previous = row.timestamp
        } else if (row.time <= timestamp) {
          right = contentOf(row)
          update(record, key, row.time, row, undefined)
        } else hasRight = true
      }
      if (right === undefined && combined !== undefined && combined.timestamp > timestamp) right = contentOf(combined)
      if (!hasRight && right !== undefined && right.timestamp > timestamp) createRight(record, key, right)
      if (previous !== undefined && !starts.has(previous + 1)) update(record, key, previous + 1, undefined, undefined)
      update(record, key, 0, combined, undefined)
    }

    const closeUpTo = (streamTime: number): void => {
      const before = closedBefore(streamTime)
      if (before <= emittedBefore) return
      // What waits for a flush has its row, whether the store still has it or not.
      if (emit === 'final') {
        for (const row of store.between(emittedBefore, before)) context.forwardHeld(recordOf(row, null, headers))
      }
      emittedBefore = before
      // Not before it has been emitted, and not as long as a record may need it.
      store.expireBefore(Math.min(before, store.firstVisible))
    }

    const closeAll = (): void => {
      if (store.newest < 0 || input !== undefined) return
      const last = store.newest + differenceMs + graceMs + 1
      closeUpTo(last)
      time.observe(last)
    }

    return {
      process: (record) => {
        const key = keyOrDrop(context, record)
        if (key === null) return
        if (record.value === null) {
          context.drop(record, 'null value')
          return
        }
        if (!hasTime(context, record)) return
        const { timestamp } = record
        time.observe(timestamp)
        origin = record.origin
        headers = record.headers
        if (timestamp + differenceMs < time.value - graceMs) {
          const late = time.value - graceMs - timestamp - differenceMs
          context.drop(record, 'late', `its last window closed ${String(late)} ms before`)
          return
        }
        if (timestamp < differenceMs) processEarly(record, key)
        else process(record, key)
        closeUpTo(time.value)
      },
      flush,
      // What waits for a flush is in no store.
      flushHeld: flush,
      endOfInput: closeAll,
      idle: closeAll,
    }
  }
