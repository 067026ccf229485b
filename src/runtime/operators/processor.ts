// The contract between a node of a topology and the task that runs it. Everything here is synchronous.

import type { StreamRecord } from '../model/stream-record.ts'
import type { KeyValueStore } from '../stores/key-value-store.ts'
import type { SessionStore } from '../stores/session-store.ts'
import type { TimelineStore } from '../stores/timeline-store.ts'
import type { UnmatchedStore } from '../stores/unmatched-store.ts'
import type { WindowStore } from '../stores/window-store.ts'

/** Why a record was not processed (or a result not made); the list is what the summary on stderr can say. */
export type DropReason = 'late' | 'bad record' | 'null key' | 'null value' | 'no timestamp' | 'unmatched' | 'unwindowed'

/** One step of a topology, made once per task. */
export interface Processor {
  /** Called for every record, in order. A LazyJson value is valid only until it returns. */
  process(record: StreamRecord): void
  /** Forwards what a cache holds back: at the end of input, when input falls silent, at the commit interval. */
  flush?(): void
  /** Forwards what is held back in memory only, so that a commit without a `flush` does not lose it: called before each. */
  flushHeld?(): void
  /** Emits everything that only more input could complete: called at the end of a complete input, before `flush`. */
  endOfInput?(): void
  /** Stream time has moved on without a record (input idle): close what `flush` alone would leave open. */
  idle?(): void
  close?(): void
}

/** When a punctuation fires: by the timestamps of records or by the clock of the machine. */
export type PunctuationType = 'stream-time' | 'wall-clock-time'

/** A scheduled punctuation. */
export interface Cancellable {
  cancel(): void
}

/** What a processor knows of the world. */
export interface ProcessorContext {
  readonly nodeName: string
  /** `<sub-topology>_<partition>` */
  readonly taskId: string
  /** Empty without one. */
  readonly applicationId: string
  /** The names of the child nodes, by position. */
  readonly childNames: readonly string[]
  /** The partition of the task. */
  readonly partition: number
  /** Passes a record to every child node. */
  forward(record: StreamRecord): void
  /**
   * Passes on a row that the record under way is not to blame for: a window that closes, an update that was held back. If it
   * cannot be processed downstream, that is a fault of this row alone.
   */
  forwardHeld(row: StreamRecord): void
  /** Passes a record to one child node, by position. */
  forwardTo(child: number, record: StreamRecord): void
  /** Counts a record that goes no further. `detail` says more than the reason, for the first one. */
  drop(record: StreamRecord, reason: DropReason, detail?: string): void
  keyValueStore<V>(name: string): KeyValueStore<V>
  windowStore<V>(name: string): WindowStore<V>
  sessionStore<V>(name: string): SessionStore<V>
  timelineStore<V>(name: string): TimelineStore<V>
  unmatchedStore(name: string): UnmatchedStore
  /** The highest timestamp that the task has seen; -1 at first. */
  readonly streamTime: number
  /** Wall-clock time in ms. */
  now(): number
  schedule(intervalMs: number, type: PunctuationType, callback: (timestamp: number) => void): Cancellable
  /** Asks for a commit as soon as may be. */
  requestCommit(): void
  /** No further record can make a difference to this node: the task stops its sources if that holds for all sinks. */
  satisfied(): void
}

/** Makes the processor of one task. */
export type ProcessorSupplier = (context: ProcessorContext) => Processor
