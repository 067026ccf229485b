// The aggregates of one operator as a whole: several functions over one row, and what a row prints.

import type { Window } from '../model/stream-record.ts'
import type { StreamRecord } from '../model/stream-record.ts'
import type { RowCodec } from '../stores/store-row.ts'

/** How an aggregating operator works on the state of a row. The operators below know nothing of functions and names. */
export interface AggregateStep<S> {
  /** Top-level fields of the values that it reads; `all` if it needs them whole. */
  readonly fields?: ReadonlySet<string> | 'all'
  initial(): S
  /** undefined deletes the row. */
  add(state: S, record: StreamRecord): S
  /** Takes back a record; undefined if some function cannot. */
  readonly subtract: ((state: S, record: StreamRecord) => S) | undefined
  /** The state of both parts, the earlier one first, which may be changed; for sessions. */
  readonly merge?: (earlier: S, later: S) => S
  /** A copy that changes of the state leave alone; for sessions and sliding windows. */
  readonly copy?: (state: S) => S
  /** The row for a key: group fields, window bounds, results. */
  result(key: string, state: S, window: Window | undefined): unknown
  /** What those get of a row who ask for it, if not the row: what follows behind the operator is already done. */
  readonly shown?: (row: StreamRecord) => unknown
  /** How states are stored. */
  readonly codec: RowCodec<S>
}
