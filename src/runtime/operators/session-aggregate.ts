// SessionWindowedKStream.aggregate: one row per key and session. A record joins the sessions that are no more than the gap away,
// and makes one of several; those that it takes up are deleted downstream, also when the new one has their bounds
// (KStreamSessionWindowAggregate). The timestamp of a result is the end of its session.

import { Change } from '../model/change.ts'
import { MinHeap } from '../model/min-heap.ts'
import { noHeaders, noOrigin, StreamRecord, type RecordOrigin } from '../model/stream-record.ts'
import { bySessionOrder, type Session } from '../stores/session-store.ts'
import type { SessionWindows } from '../windows/session-windows.ts'
import type { AggregateStep } from './aggregate-step.ts'
import type { CogroupInput } from './cogroup.ts'
import type { TableOptions } from './emit.ts'
import { hasTime, keyOrDrop } from './grouping.ts'
import type { ProcessorSupplier } from './processor.ts'
import { streamTimeOf } from './stream-time.ts'

/** A session of this key that ended at `end` may close at `at`, ms. */
interface Look {
  readonly key: string
  readonly end: number
  readonly at: number
}

/** What is held back of a session until the next flush. */
interface Pending<S> {
  readonly session: Session<S>
  /** The result that was forwarded last; null if there was none. */
  readonly forwarded: unknown
  readonly isThere: boolean
  readonly origin: RecordOrigin
}

/**
 * Aggregates by key and session into the session store `storeName`; its stream time is kept beside it between runs.
 * @param input of a cogroup, whose sessions are never emitted when they close.
 */
export const sessionAggregate =
  <S>(
    storeName: string,
    step: AggregateStep<S>,
    windows: SessionWindows,
    table: TableOptions,
    input?: CogroupInput,
  ): ProcessorSupplier =>
  (context) => {
    const { merge, copy } = step
    if (merge === undefined || copy === undefined) throw new Error('an aggregate that cannot be merged has sessions')
    const { gapMs, graceMs } = windows
    const { emit } = table
    const retentionMs = gapMs + graceMs
    const store = context.sessionStore<S>(storeName)
    const time = streamTimeOf(context, storeName, input)
    // Of several inputs one may still find what is closed for another: it is there for as long as it can be found.
    const goneUpTo = (): number => (input === undefined ? time.value : store.newestEnd)
    const pending = new Map<string, Pending<S>>()
    /** When to look whether a session has closed: one entry at least for each. */
    const looks = new MinHeap<Look>((one, other) => one.at - other.at)
    const closesAt = (end: number): number => end + retentionMs + 1
    const lookAt = ({ key, end }: Session<S>): void => {
      looks.push({ key, end, at: closesAt(end) })
    }
    for (const session of store.all()) {
      // Closed before the last commit, and so emitted.
      if (closesAt(session.end) <= goneUpTo()) store.expire(session)
      else lookAt(session)
    }

    const resultOf = ({ key, value, start, end }: Session<S>): unknown => step.result(key, value, windowOf(start, end))

    // Updates of sessions are new records, and have no headers; a session that closes has those of the record that closes it
    // (as in Kafka Streams).
    const recordOf = (session: Session<S>, change: Change, origin: RecordOrigin, headers = noHeaders): StreamRecord => {
      const { key, start, end } = session
      return new StreamRecord(key, change, end, origin, headers, windowOf(start, end))
    }

    /** A session has come or gone. */
    const update = (session: Session<S>, isThere: boolean, record: StreamRecord): void => {
      if (emit === 'final') return
      if (emit === 'changes') {
        const old = !isThere && table.sendOldValues ? resultOf(session) : null
        context.forward(recordOf(session, new Change(isThere ? resultOf(session) : null, old), record.origin))
        return
      }
      const id = `${String(session.start)} ${String(session.end)} ${session.key}`
      const earlier = pending.get(id)
      // What is in the store and not held back has been forwarded.
      const forwarded = earlier === undefined ? (isThere ? null : resultOf(session)) : earlier.forwarded
      pending.set(id, { session, forwarded, isThere, origin: record.origin })
    }

    const flush = (): void => {
      for (const { session, forwarded, isThere, origin } of pending.values()) {
        // Came and went between two flushes: nobody has seen it.
        if (!isThere && forwarded === null) continue
        const old = table.sendOldValues ? forwarded : null
        context.forwardHeld(recordOf(session, new Change(isThere ? resultOf(session) : null, old), origin))
      }
      pending.clear()
    }

    const closeUpTo = (streamTime: number, headers = noHeaders): void => {
      const first = looks.peek()
      if (first === undefined || first.at > streamTime) return
      if (emit === 'flush') flush()
      const closed = new Set<Session<S>>()
      for (let look = looks.peek(); look !== undefined && look.at <= streamTime; look = looks.peek()) {
        looks.pop()
        // It may have become longer since, or part of another one that is closed already.
        for (const session of store.find(look.key, look.end, look.end)) {
          if (closesAt(session.end) <= streamTime) closed.add(session)
          else lookAt(session)
        }
      }
      for (const session of [...closed].sort(bySessionOrder)) {
        if (emit === 'final') {
          context.forwardHeld(recordOf(session, new Change(resultOf(session), null), noOrigin, headers))
        }
        store.expire(session)
      }
    }

    const closeAll = (): void => {
      if (input !== undefined) return
      let last = -1
      for (const { end } of store.all()) last = Math.max(last, closesAt(end))
      if (last < 0) return
      closeUpTo(last)
      time.observe(last)
    }

    return {
      process: (record) => {
        const key = keyOrDrop(context, record)
        if (key === null || !hasTime(context, record)) return
        const { timestamp } = record
        time.observe(timestamp)
        // The store of Kafka Streams does not find what is older than its retention, though it is not late.
        const visible = store.newestEnd - retentionMs + 1
        const found = store.find(key, Math.max(timestamp - gapMs, visible), timestamp + gapMs)
        let start = timestamp
        let end = timestamp
        for (const session of found) {
          start = Math.min(start, session.start)
          end = Math.max(end, session.end)
        }
        if (end < time.value - retentionMs) {
          context.drop(record, 'late', `its session closed ${String(time.value - retentionMs - end)} ms before`)
          return
        }
        let value = step.initial()
        for (const session of found) value = merge(value, copy(session.value))
        const joined = step.add(value, record)
        if (start !== timestamp || end !== timestamp) {
          for (const session of found) {
            store.remove(session)
            update(session, false, record)
          }
        }
        const session: Session<S> = { key, start, end, value: joined }
        store.put(session)
        update(session, true, record)
        if (found.length === 0) lookAt(session)
        closeUpTo(goneUpTo(), record.headers)
      },
      flush,
      // What waits for a flush is in no store.
      flushHeld: flush,
      endOfInput: closeAll,
      idle: closeAll,
    }
  }

const windowOf = (start: number, end: number) => ({ start, end, isSession: true }) as const
