// The database of a task that reads topics: rows of its stores, how far its inputs have been read, and how far each store has
// got in its changelog. Invariant: rows, input positions and changelog positions of one batch belong to the same commit.

import { partitionName } from '../model/topic-partition.ts'
import type { BytesStore, StoreWrite } from './bytes-store.ts'
import { prefixEnd, rowFromChangelog, storePrefix } from './row-format.ts'
import type { RowCodec } from './store-row.ts'

/** How far a store has got in its changelog. */
export interface LogPosition {
  /** Offset of the next record to apply. */
  readonly offset: number
  /** When that was, ms: a store that has been away for longer than tombstones are kept is built anew. */
  readonly savedAt: number
  /** The cluster that the topic is in. */
  readonly cluster: string
}

const inputKey = (topic: string, partition: number): Buffer => Buffer.from(`minput\0${partitionName(topic, partition)}`)
const logKey = (store: string): Buffer => Buffer.from(`mlog\0${store}`)

/** Where an input goes on, as the last commit left it. */
export const readInputPosition = (store: BytesStore, topic: string, partition: number): number | undefined => {
  const row = store.get(inputKey(topic, partition))
  return row === undefined ? undefined : Number(Buffer.from(row).toString('latin1'))
}

/** The row for where an input goes on. */
export const inputPositionWrite = (topic: string, partition: number, offset: number): StoreWrite => ({
  key: inputKey(topic, partition),
  value: Buffer.from(String(offset), 'latin1'),
})

/** How far a store has got; undefined if it is new. */
export const readLogPosition = (store: BytesStore, name: string): LogPosition | undefined => {
  const row = store.get(logKey(name))
  return row === undefined ? undefined : (JSON.parse(Buffer.from(row).toString('utf8')) as LogPosition)
}

/** The row for how far a store has got. */
export const logPositionWrite = (name: string, position: LogPosition): StoreWrite => ({
  key: logKey(name),
  value: Buffer.from(JSON.stringify(position), 'utf8'),
})

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
