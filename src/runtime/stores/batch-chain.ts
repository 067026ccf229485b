// The chain of batches, which proves that a store holds a prefix of what was written to it. LevelDB drops damaged records
// of its log without a word and applies those after them, so every batch leaves a numbered marker behind and a head row
// names the first and the last one: a store that lost a batch in the middle has a gap.
//
// Rows, all under the reserved first byte:   00 'f'  format number, 4 bytes
//                                            00 'h'  oldest and newest marker, 8 bytes each
//                                            00 'c'  <8-byte batch number>  empty
//
// A batch can only be lost from the log, and a log is deleted when the write buffer it belongs to has become a table.
// LevelDB has at most two write buffers, so markers older than that may go; what was there when the store was opened is
// in tables already (opening turns logs into tables), and one marker of it stays as a witness for those tables.

import { reservedByte, type StoreWrite } from './bytes-store.ts'

/** Changes whenever older programs could misread the rows. */
export const storeFormat = 1

/** The markers in a store: none missing from `oldest` to `newest`; none at all if `newest` is smaller. */
export interface ChainPosition {
  readonly oldest: number
  readonly newest: number
}

/** What the reserved rows say about a store. */
export type ChainVerdict =
  | { readonly kind: 'new' }
  | { readonly kind: 'whole'; readonly position: ChainPosition }
  | { readonly kind: 'damaged'; readonly reason: string }
  | { readonly kind: 'foreign'; readonly format: number }

/** How the chain reads a store, reserved rows included. */
export interface ChainSource {
  get(key: Uint8Array): Uint8Array | undefined
  /** Pages of keys with `from` <= key < `to`. */
  keys(from: Uint8Array, to: Uint8Array): AsyncIterable<readonly Uint8Array[]>
  isEmpty(): Promise<boolean>
}

const formatKey = Buffer.of(reservedByte, 0x66)
const headKey = Buffer.of(reservedByte, 0x68)
const markerPrefix = Buffer.of(reservedByte, 0x63)
const markersEnd = Buffer.of(reservedByte, 0x64)

/** The first batch of a new store. */
export const chainFoundation = (): readonly StoreWrite[] => {
  const format = Buffer.alloc(4)
  format.writeUInt32BE(storeFormat)
  return [{ key: formatKey, value: format }, headRow({ oldest: 1, newest: 0 })]
}

/** Checks a store that has just been opened. */
export const readChain = async (source: ChainSource): Promise<ChainVerdict> => {
  const format = numberAt(source.get(formatKey), 4, 0)
  const head = source.get(headKey)
  if (format === undefined && head === undefined && (await source.isEmpty())) return { kind: 'new' }
  if (format === undefined) return { kind: 'damaged', reason: 'its format number is missing' }
  if (format !== storeFormat) return { kind: 'foreign', format }
  const oldest = numberAt(head, 16, 0)
  const newest = numberAt(head, 16, 8)
  if (oldest === undefined || newest === undefined) return { kind: 'damaged', reason: 'its head row is missing' }

  let expected = oldest
  for await (const keys of source.keys(markerPrefix, markersEnd)) {
    for (const key of keys) {
      if (Buffer.compare(key, markerKey(expected)) !== 0) return missing(expected, newest)
      expected++
    }
  }
  return expected === newest + 1 ? { kind: 'whole', position: { oldest, newest } } : missing(expected, newest)
}

const missing = (number: number, newest: number): ChainVerdict => ({
  kind: 'damaged',
  reason: `batch ${number} of ${newest} is missing or out of place`,
})

/** The chain of an open store, one link per batch. */
export interface BatchChain {
  /** Number of the last batch. */
  readonly newest: number
  /** Counts the next batch; the rows returned belong into it. `dataBytes` is what `batchBytes` says of its own rows. */
  extend(dataBytes: number): readonly StoreWrite[]
}

/** At most this many old markers are deleted per batch, so that the first one after opening is not a large one. */
const deletionsPerBatch = 1000

/** Generations of the write buffer whose markers stay: the one being filled and two full ones. */
const generationsKept = 3

/** Goes on from a verified position. `writeBufferBytes` is LevelDB's own setting. */
export const createBatchChain = (position: ChainPosition, writeBufferBytes: number): BatchChain => {
  let { oldest, newest } = position
  // A generation ends when its rows fill a write buffer. LevelDB has begun a new log at least once by then, since a row
  // takes at least as much room there as counted here. Two new logs after a batch, the log of that batch is gone.
  let generationStarts = [Math.max(oldest, newest)]
  let generationBytes = 0

  return {
    get newest() {
      return newest
    },

    extend(dataBytes) {
      newest++
      if (generationBytes > writeBufferBytes) {
        generationStarts = [...generationStarts, newest].slice(-generationsKept)
        generationBytes = 0
      }
      generationBytes += dataBytes
      const end = Math.min(generationStarts[0] ?? oldest, oldest + deletionsPerBatch)
      const rows: StoreWrite[] = []
      for (; oldest < end; oldest++) rows.push({ key: markerKey(oldest), value: null })
      rows.push({ key: markerKey(newest), value: Buffer.alloc(0) }, headRow({ oldest, newest }))
      return rows
    },
  }
}

/** Bytes that LevelDB adds to a row in its write buffer, at least: lengths, sequence number, list node. */
const rowOverheadBytes = 26

/** The room that rows take in a write buffer, never more than they really do. */
export const batchBytes = (writes: readonly StoreWrite[]): number => {
  let bytes = 0
  for (const { key, value } of writes) bytes += rowOverheadBytes + key.length + (value?.length ?? 0)
  return bytes
}

const markerKey = (number: number): Buffer => {
  const key = Buffer.alloc(10)
  markerPrefix.copy(key)
  key.writeBigUInt64BE(BigInt(number), 2)
  return key
}

const headRow = ({ oldest, newest }: ChainPosition): StoreWrite => {
  const value = Buffer.alloc(16)
  value.writeBigUInt64BE(BigInt(oldest), 0)
  value.writeBigUInt64BE(BigInt(newest), 8)
  return { key: headKey, value }
}

/** The number at `offset` of a value that has exactly `length` bytes: 4 bytes wide if that is all, 8 otherwise. */
const numberAt = (bytes: Uint8Array | undefined, length: number, offset: number): number | undefined => {
  if (bytes?.length !== length) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return length === 4 ? view.getUint32(offset) : Number(view.getBigUint64(offset))
}
