// How the rows of a store look to those who ask for them from outside.

import type { Window } from '../model/stream-record.ts'

/** What is told of a store whose rows can be asked for. */
export interface StoreView {
  /**
   * `typed`: keys are texts from which the key can be made again (200 and "200" are two keys), see `keyText`. `plain`: they are
   * strings, as they stand in topics.
   */
  readonly keys: 'typed' | 'plain'
  /** How long a window is, ms; undefined for sessions, and where each record brings its window. */
  readonly windowMs?: number
  /** Of a table with history: how far back it goes, ms. */
  readonly historyMs?: number
  /** Values are records as they are emitted, with everything in them that says what they belong to. */
  readonly isRecord?: true
  /** The row as it is emitted, with its key and window in it; undefined: the value is all there is. A row is not shown if this is undefined. */
  row?(key: string, value: unknown, window: Window | undefined, timestamp: number): unknown
}

/** A store that keeps values as they are given. */
export const valueView: StoreView = { keys: 'typed' }

/** A store that keeps records as they are emitted. */
export const recordView: StoreView = { keys: 'typed', isRecord: true }
