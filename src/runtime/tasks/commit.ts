// Only this function makes anything durable. What a crash after each step means stands beside it.

import type { BytesStore, StoreWrite } from '../stores/bytes-store.ts'
import { faultPoint } from './fault-point.ts'
import type { StreamTask } from './stream-task.ts'

/** What a commit moves forward together. */
export interface CommitParts {
  readonly task: StreamTask
  readonly store: BytesStore
  /**
   * Appends what is waiting to the sinks and syncs them; returns the rows that say how long they are now. Topics take
   * `rows`, which belong to the same commit, into their transaction.
   */
  commitSinks(rows: readonly StoreWrite[]): Promise<readonly StoreWrite[]>
  /** The rows that say how far the inputs have been read. */
  positionWrites(): readonly StoreWrite[]
  /** Clean rows that stores may keep in memory. */
  readonly maxCachedRows: number
}

/** Makes everything processed so far durable: outputs first, then state and input positions in one batch. */
export const commit = async (parts: CommitParts): Promise<void> => {
  const { task, store, maxCachedRows } = parts
  faultPoint('before-commit')
  // 0. What is held back in memory only goes on now: its input will not come again.
  task.flushHeld()
  // 1. Outputs. A crash after it: the sinks are longer than the state says; the next start cuts them back and makes the
  //    same output again. (A pipe cannot be cut: its reader sees that output twice.) A transaction has the rows in it, and
  //    the next start finds them there.
  const rows = [...task.collectWrites(), ...parts.positionWrites()]
  const sinkWrites = await parts.commitSinks(rows)
  faultPoint('before-batch')
  // 2. State, input positions and sink lengths, atomically. A crash before it is one at 1, a crash after it loses nothing.
  await store.write([...rows, ...sinkWrites], true)
  faultPoint('after-batch')
  // 3. Memory follows.
  task.committed(maxCachedRows)
}
