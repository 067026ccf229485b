// The database of a task that reads topics: rows of its stores, how far its inputs have been read, and how far each store has
// got in its changelog. Invariant: rows, input positions and changelog positions of one batch belong to the same commit.

import { partitionName } from '../model/topic-partition.ts'
import type { BytesStore, StoreWrite } from './bytes-store.ts'
import { prefixEnd, rowFromChangelog, storePrefix } from './row-format.ts'
import type { RowCodec } from './store-row.ts'

/** How far a store has got in its changelog, or a task in one of its inputs. */
export interface SavedPosition {
  /** Offset of the next record to apply. */
  readonly offset: number
  /** When that was, ms. */
  readonly savedAt: number
  /** The cluster that the topic is in. */
  readonly cluster: string
  /** The reset of the application after which it was saved, see `CommitMetadata`; 0 before the first one. */
  readonly reset: number
}

/** What a saved position is compared with. */
export interface LogState {
  readonly start: number
  readonly end: number
  readonly cluster: string
  readonly reset: number
}

/** Tombstones of compacted topics stay for this long (`delete.retention.ms`), less a margin; ms. */
export const trustedForMs = 23 * 3_600_000

/** Why a position does not belong to a log, for the user; undefined if it does. */
export const whyForeign = ({ offset, cluster, reset }: SavedPosition, log: LogState): string | undefined => {
  if (cluster !== log.cluster) return 'it belongs to another cluster'
  if (reset !== log.reset) return 'the application has been reset since'
  if (offset > log.end || offset < log.start) return 'its topic has been cut or made anew'
  return undefined
}

/**
 * Why a store cannot go on from where it was saved, for the user; undefined if it can. What was deleted while it was away may
 * have been compacted away, tombstone and all.
 */
export const whyRebuild = (position: SavedPosition, log: LogState, now: number): string | undefined =>
  whyForeign(position, log) ??
  (position.offset < log.end && now - position.savedAt > trustedForMs
    ? 'it has been away for longer than deletions are kept'
    : undefined)

const inputPrefix = Buffer.from('minput\0')
const inputKey = (topic: string, partition: number): Buffer =>
  Buffer.concat([inputPrefix, Buffer.from(partitionName(topic, partition))])
const logKey = (store: string): Buffer => Buffer.from(`mlog\0${store}`)

/** Where an input goes on, as the last commit left it. */
export const readInputPosition = (store: BytesStore, topic: string, partition: number): SavedPosition | undefined =>
  readPosition(store, inputKey(topic, partition))

/** The row for where an input goes on. */
export const inputPositionWrite = (topic: string, partition: number, position: SavedPosition): StoreWrite => ({
  key: inputKey(topic, partition),
  value: encodePosition(position),
})

/** Removes the positions of all inputs: before stores that they do not belong to any more are built anew. */
export const forgetInputPositions = async (store: BytesStore): Promise<void> => {
  for await (const page of store.scan(inputPrefix, prefixEnd(inputPrefix))) {
    await store.write(
      page.map(([key]) => ({ key, value: null })),
      false,
    )
  }
}

/** How far a store has got; undefined if it is new. */
export const readLogPosition = (store: BytesStore, name: string): SavedPosition | undefined =>
  readPosition(store, logKey(name))

/** The row for how far a store has got. */
export const logPositionWrite = (name: string, position: SavedPosition): StoreWrite => ({
  key: logKey(name),
  value: encodePosition(position),
})

const encodePosition = (position: SavedPosition): Buffer => Buffer.from(JSON.stringify(position), 'utf8')

const readPosition = (store: BytesStore, key: Buffer): SavedPosition | undefined => {
  const row = store.get(key)
  return row === undefined ? undefined : (JSON.parse(Buffer.from(row).toString('utf8')) as SavedPosition)
}

/** A record of a changelog as a row of the store. */
export const restoredRow = (
  { name, codec }: { readonly name: string; readonly codec: RowCodec<unknown> },
  key: Buffer,
  value: Buffer | null,
  timestamp: number,
): StoreWrite => ({
  key: Buffer.concat([storePrefix(name), key]),
  value: value === null ? null : rowFromChangelog(codec, timestamp, value),
})

/** Removes all rows of a store and its position, to build it anew. */
export const clearStore = async (store: BytesStore, name: string): Promise<void> => {
  const prefix = storePrefix(name)
  // The position first: half a store must not look like one that has got somewhere.
  await store.write([{ key: logKey(name), value: null }], false)
  for await (const page of store.scan(prefix, prefixEnd(prefix))) {
    await store.write(
      page.map(([key]) => ({ key, value: null })),
      false,
    )
  }
}

/** Removes everything, to build it anew from one log. The position in that comes last: until then it says that this is due. */
export const clearDatabase = async (store: BytesStore, log: string): Promise<void> => {
  const position = logKey(log)
  for await (const page of store.scan(Buffer.alloc(0), Buffer.alloc(1, 0xff))) {
    const keys = page.map(([key]) => key).filter((key) => !position.equals(key))
    await store.write(
      keys.map((key) => ({ key, value: null })),
      false,
    )
  }
  await store.write([{ key: position, value: null }], true)
}
