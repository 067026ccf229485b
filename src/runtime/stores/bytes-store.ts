// The contract of a bytes store: an ordered map of byte strings. Point reads are synchronous because the record path may
// not wait; writes come only from a commit, as one batch that is stored wholly or not at all. All other kinds of stores
// are key encodings over it.

/** One row to write. `value: null` deletes the row; deleting a row that does not exist is allowed. */
export interface StoreWrite {
  readonly key: Uint8Array
  readonly value: Uint8Array | null
}

/** One row as `scan` finds it. */
export type StoredPair = readonly [key: Uint8Array, value: Uint8Array]

/**
 * Keys are ordered as unsigned bytes. They are not empty and do not begin with byte 0: those keys belong to the store
 * itself, reading them finds nothing and writing them is refused. Values may be empty. Bytes that come out of a store
 * are the caller's own.
 */
export interface BytesStore {
  /** True if the rows are still there when the store is opened again. */
  readonly persistent: boolean

  /** The value of a key. Throws a `KsError` of kind `io` if the store cannot be read. */
  get(key: Uint8Array): Uint8Array | undefined

  /**
   * Stores one atomic batch; of several writes to a key the last one wins. Batches take effect in the order of the calls
   * and are visible to reads when the promise resolves; until then the caller leaves the bytes as they are. From then on
   * the batch survives the death of the process, with `sync` (it and all earlier ones) also that of the machine.
   * Rejects with a `KsError` of kind `io` if the batch could not be stored; the store is of no use any more then.
   */
  write(writes: readonly StoreWrite[], sync: boolean): Promise<void>

  /**
   * The rows with `from` <= key < `to` (to the last one if undefined) in key order, in non-empty pages, as they are when the first page is asked for.
   * Leaving the loop early is fine.
   * @param backwards from the last one to the first one.
   */
  scan(from: Uint8Array, to: Uint8Array | undefined, backwards?: boolean): AsyncIterable<readonly StoredPair[]>

  /** Bytes of the rows from `from` to `to`, roughly: LevelDB knows of compressed tables only, not of what was written last. */
  approximateBytes(from: Uint8Array, to: Uint8Array): Promise<number>

  /** Waits for pending writes and lets go of the store. Reads and writes after it throw; closing again does nothing. */
  close(): Promise<void>
}

/** Keys that begin with this byte belong to the store itself. */
export const reservedByte = 0

/** True for the keys that callers may not write. */
export const isReservedKey = (key: Uint8Array): boolean => key.length === 0 || key[0] === reservedByte

/** Throws if a batch has a key that its writer may not use: a mistake in the program, never in data. */
export const assertWritable = (writes: readonly StoreWrite[]): void => {
  for (const { key } of writes) {
    if (isReservedKey(key)) throw new RangeError('the keys of a store are not empty and do not begin with byte 0')
  }
}
