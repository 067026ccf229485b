// The aggregates of one operator as a whole: several functions over one row, and what a row prints.

import type { Window } from '../model/stream-record.ts'
import type { StreamRecord } from '../model/stream-record.ts'
import type { RowCodec } from '../stores/store-row.ts'

/** How an aggregating operator works on the state of a row. The operators below know nothing of functions and names. */
export interface AggregateStep<S> {
  /** Top-level fields of the values that it reads; `all` if it needs them whole. */
  readonly fields?: ReadonlySet<string> | 'all'
  initial(): S
  add(state: S, record: StreamRecord): S
  /** Takes back a record; undefined if some function cannot. */
  readonly subtract: ((state: S, record: StreamRecord) => S) | undefined
  /** The row for a key: group fields, window bounds, results. */
  result(key: string, state: S, window: Window | undefined): unknown
  /** The row that says that a key is gone. */
  readonly codec: RowCodec<S>
}
