// What a task needs of each of its stores, whatever their rows look like.

import type { StoreWrite } from './bytes-store.ts'
import type { ChangelogVisitor } from './row-format.ts'

/** A typed view of the rows of one store. */
export interface TypedStore {
  readonly name: string
  /** A rough measure of the memory of uncommitted rows, in bytes. */
  readonly dirtyBytes: number
  /** How many rows are in memory, roughly: all of them in stores that are read at start, and in those without a backing store. */
  readonly rowsInMemory: number
  /**
   * Appends the writes of all changed rows; the caller commits them as one batch and then calls `committed`.
   * @param log hears of the same rows, for the changelog.
   */
  collectWrites(writes: StoreWrite[], log?: ChangelogVisitor): void
  /** The writes are durable. @param maxRows rows that may stay in memory, for stores that can read them again. */
  committed(maxRows: number): void
}
