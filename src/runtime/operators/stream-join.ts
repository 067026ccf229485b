// KStream.join, leftJoin and outerJoin with another stream: records of a key meet if their times are no further apart than the
// windows say. Both sides keep their records for as long as others may meet them. In a left or outer join a record without a
// match is given up, joined with null, when its window and the grace have passed (KStreamKStreamJoin, KIP-633).

import { noOrigin, StreamRecord } from '../model/stream-record.ts'
import { TableRow } from '../serde/joined-json.ts'
import { plainKeyText } from '../serde/key-text.ts'
import type { TimelineStore } from '../stores/timeline-store.ts'
import type { Unmatched, UnmatchedStore } from '../stores/unmatched-store.ts'
import type { JoinWindows } from '../windows/join-windows.ts'
import { hasTime } from './grouping.ts'
import type { Processor, ProcessorContext, ProcessorSupplier } from './processor.ts'
import { observedTimeStore } from './stream-time.ts'

/** The joined value; one side is null for a record without a match. Values may be LazyJson, valid during the call. */
export type StreamJoiner = (left: unknown, right: unknown) => unknown

/** A join of two streams. */
export interface StreamJoin {
  readonly windows: JoinWindows
  readonly joiner: StreamJoiner
  /** Which sides go on without a match. */
  readonly kind: 'inner' | 'left' | 'outer'
  /** False for two records that do not match although their keys and times do; asked with the joined record. */
  readonly isPair?: ((joined: StreamRecord) => boolean) | undefined
  readonly leftStore: string
  readonly rightStore: string
  /** What both sides wait in; undefined for an inner join. */
  readonly sharedStore: string | undefined
}

/** For how long records are kept, ms. */
export const joinRetentionMs = ({ beforeMs, afterMs, graceMs }: JoinWindows): number => beforeMs + afterMs + graceMs

/** The node of one side. */
export const streamJoinSide =
  (join: StreamJoin, side: 'left' | 'right'): ProcessorSupplier =>
  (context) =>
    new JoinSide(context, join, side === 'left')

class JoinSide implements Processor {
  private readonly context: ProcessorContext
  private readonly join: StreamJoin
  private readonly isLeft: boolean
  private readonly own: TimelineStore<TableRow>
  private readonly other: TimelineStore<TableRow>
  private readonly shared: UnmatchedStore | undefined
  /** Its records go on without a match. */
  private readonly isOuter: boolean
  private readonly beforeMs: number
  private readonly afterMs: number

  constructor(context: ProcessorContext, join: StreamJoin, isLeft: boolean) {
    const { windows, kind, leftStore, rightStore, sharedStore } = join
    this.context = context
    this.join = join
    this.isLeft = isLeft
    this.own = context.timelineStore(isLeft ? leftStore : rightStore)
    this.other = context.timelineStore(isLeft ? rightStore : leftStore)
    this.shared = sharedStore === undefined ? undefined : context.unmatchedStore(sharedStore)
    if (this.shared !== undefined && sharedStore !== undefined) this.remember(this.shared, sharedStore)
    this.isOuter = kind === 'outer' || (kind === 'left' && isLeft)
    this.beforeMs = isLeft ? windows.beforeMs : windows.afterMs
    this.afterMs = isLeft ? windows.afterMs : windows.beforeMs
  }

  process(record: StreamRecord): void {
    const { context, own, other, shared } = this
    const { timestamp, value } = record
    const key = plainKeyText(record.key)
    if (!hasTime(context, record)) return
    if (key === null || value === null) {
      shared?.observe(timestamp)
      // KIP-962: a record without a key can meet nobody.
      if (this.isOuter && value !== null) context.forward(record.withValue(this.joined(value, null)))
      else context.drop(record, key === null ? 'null key' : 'null value')
      return
    }
    const kept = TableRow.of(value)
    if (timestamp >= own.firstVisible) own.put(key, timestamp, kept, timestamp)
    shared?.observe(timestamp)
    if (shared !== undefined && timestamp === shared.streamTime) this.giveUp(record)

    // A row of the right side joins as the stored ones do.
    const ownValue = this.isLeft ? value : kept
    const from = Math.max(0, timestamp - this.beforeMs)
    const to = Math.max(0, timestamp + this.afterMs)
    let isAlone = true
    for (const match of other.range(key, from, to)) {
      const value = this.joined(ownValue, match.value)
      const joined = record.withValue(value).withTimestamp(Math.max(timestamp, match.time))
      if (this.join.isPair?.(joined) === false) continue
      isAlone = false
      shared?.matched(key, !this.isLeft, match.time)
      context.forward(joined)
    }
    if (this.isOuter && isAlone && shared !== undefined) {
      // Its window has passed already: nobody will come.
      if (to < shared.streamTime) context.forward(record.withValue(this.joined(ownValue, null)))
      else shared.add(key, this.isLeft, timestamp, kept)
    }
    own.expireBefore(own.firstVisible)
  }

  /** Keeps the times of the join between runs, in rows of their own. */
  private remember(shared: UnmatchedStore, sharedStore: string): void {
    const numbers = this.context.keyValueStore<number>(observedTimeStore(sharedStore))
    shared.remember({
      get: (name) => numbers.get(name),
      set: (name, value) => {
        numbers.put(name, value, shared.streamTime)
      },
    })
  }

  /** Nothing can come any more: whoever waits has waited in vain. */
  endOfInput(): void {
    this.forwardAll(() => true, undefined)
  }

  idle(): void {
    this.endOfInput()
  }

  private giveUp(record: StreamRecord): void {
    const { shared, join } = this
    if (shared === undefined) return
    const { beforeMs, afterMs, graceMs } = join.windows
    if (shared.lastLooked + this.afterMs + graceMs >= shared.streamTime) return
    this.forwardAll(({ time, isLeft }) => time + (isLeft ? afterMs : beforeMs) + graceMs < shared.streamTime, record)
  }

  private forwardAll(isDue: (row: Unmatched) => boolean, record: StreamRecord | undefined): void {
    const { join, context, shared } = this
    if (shared === undefined) return
    for (const { key, isLeft, time, value } of shared.takeDue(isDue)) {
      const joined = isLeft ? join.joiner(value, null) : join.joiner(null, value)
      context.forwardHeld(new StreamRecord(key, joined, time, record?.origin ?? noOrigin, record?.headers))
    }
  }

  private joined(own: unknown, other: unknown): unknown {
    return this.isLeft ? this.join.joiner(own, other) : this.join.joiner(other, own)
  }
}
