// From the bytes of a fetch answer to the batches that a task may see. What the broker sent is trusted only after its
// checksum; what no committed reader may see is left out here and nowhere else, and the position goes on past everything
// that was read, records or not (KIP-98; org.apache.kafka.clients.consumer.internals.CompletedFetch).

import { KsError } from '../../model/errors.ts'
import type { RecordBatch } from '../../tasks/ports.ts'
import type { AbortedTransaction } from '../protocol/fetch.ts'
import {
  batchLayout,
  compressionMask,
  controlFlag,
  lengthOverhead,
  logAppendTimeFlag,
  readLong,
  transactionalFlag,
} from './batch-layout.ts'
import { compressionOf, type CompressionType, decompress } from './compression.ts'
import { crc32c } from './crc32c.ts'

/** Where the bytes come from and who reads them. */
export interface ReadBatchesOptions {
  readonly topic: string
  readonly partition: number
  /** As the broker listed them, in any order; null if it did not list any. */
  readonly abortedTransactions: readonly AbortedTransaction[] | null
  /** False: records of aborted transactions are delivered too. Control batches never are. */
  readonly readCommitted: boolean
}

/** What the bytes of one partition hold. */
export interface ReadBatches {
  /** In order of offsets, each with at least one record. */
  readonly batches: RecordBatch[]
  /** Offset after the last complete batch of any kind; undefined if there was no complete batch. */
  readonly nextOffset: number | undefined
}

/** So many bytes the records of one batch may take after decompression; more is taken for a decompression bomb. */
export const maxDecompressedBytes = 128 * 1024 * 1024

/**
 * The batches in the answer of a fetch for one partition; a last one that the broker cut off is ignored. The records of a
 * batch that is not compressed are a slice of the input. The codecs that the input needs must have been loaded
 * (`compressionsIn`, `loadCompression`).
 * @throws KsError `io` for bytes that are damaged, `broker` for a format older than Kafka 0.11.
 */
export const readBatches = (records: Buffer, options: ReadBatchesOptions): ReadBatches => {
  const { topic, partition, readCommitted } = options
  const aborted = readCommitted ? createAbortFilter(options.abortedTransactions ?? []) : undefined
  const batches: RecordBatch[] = []
  let nextOffset: number | undefined

  for (const { at, end } of completeBatches(records)) {
    const baseOffset = readLong(records, at)
    const place = (): string => `${topic}-${partition}@${baseOffset}`
    const magic = records.readInt8(at + batchLayout.magic)
    if (magic !== 2) throw wrongMagic(magic, place())
    if (end - at < batchLayout.records) throw damaged(place(), `its length is ${end - at}`)
    const checksum = crc32c(records, at + batchLayout.attributes, end)
    const written = records.readUInt32BE(at + batchLayout.checksum)
    if (checksum !== written) throw damaged(place(), `its CRC-32C is ${hex(checksum)}, it should be ${hex(written)}`)

    const lastOffset = baseOffset + records.readInt32BE(at + batchLayout.lastOffsetDelta)
    nextOffset = lastOffset + 1
    const attributes = records.readInt16BE(at + batchLayout.attributes)
    const isAborted = aborted?.(records, at, attributes, lastOffset) === true
    const count = records.readInt32BE(at + batchLayout.count)
    if ((attributes & controlFlag) !== 0 || isAborted || count === 0) continue

    const compression = compressionOf(attributes & compressionMask)
    if (compression === undefined)
      throw damaged(place(), `it has the unknown compression ${attributes & compressionMask}`)
    batches.push({
      baseOffset,
      lastOffset,
      baseTimestamp: readLong(records, at + batchLayout.baseTimestamp),
      maxTimestamp: readLong(records, at + batchLayout.maxTimestamp),
      logAppendTime: (attributes & logAppendTimeFlag) !== 0,
      count,
      records: plainRecords(compression, records.subarray(at + batchLayout.records, end), place),
    })
  }
  return { batches, nextOffset }
}

/** The codecs that the batches of a fetch answer need; nothing is checked. */
export const compressionsIn = (records: Buffer): ReadonlySet<CompressionType> => {
  const found = new Set<CompressionType>()
  for (const { at, end } of completeBatches(records)) {
    if (end - at < batchLayout.records) continue
    const compression = compressionOf(records.readInt16BE(at + batchLayout.attributes) & compressionMask)
    if (compression !== undefined) found.add(compression)
  }
  return found
}

/** Start and end of each batch that is there to its last byte. */
function* completeBatches(records: Buffer): Generator<{ readonly at: number; readonly end: number }> {
  for (let at = 0; at + batchLayout.magic < records.length;) {
    // A length that cannot be right still moves on and is refused by whoever looks into the batch.
    const length = Math.max(records.readInt32BE(at + batchLayout.length), batchLayout.magic + 1 - lengthOverhead)
    const end = at + lengthOverhead + length
    if (end > records.length) return
    yield { at, end }
    at = end
  }
}

/**
 * Says for each batch in turn whether it belongs to an aborted transaction. A producer's transaction counts from the batch
 * that reaches its first offset to the control batch that ends it; another one of the same producer may follow.
 */
const createAbortFilter = (transactions: readonly AbortedTransaction[]) => {
  const waiting = [...transactions].sort((one, other) => one.firstOffset - other.firstOffset)
  const open = new Set<bigint>()
  let next = 0

  return (records: Buffer, at: number, attributes: number, lastOffset: number): boolean => {
    if ((attributes & transactionalFlag) === 0) return false
    for (let first = waiting[next]; first !== undefined && first.firstOffset <= lastOffset; first = waiting[next]) {
      open.add(first.producerId)
      next++
    }
    if (open.size === 0) return false
    const producerId = records.readBigInt64BE(at + batchLayout.producerId)
    if ((attributes & controlFlag) === 0) return open.has(producerId)
    open.delete(producerId)
    return false
  }
}

const plainRecords = (compression: CompressionType, bytes: Buffer, place: () => string): Buffer => {
  if (compression === 'none') return bytes
  try {
    return decompress(compression, bytes, maxDecompressedBytes)
  } catch (error) {
    if (error instanceof KsError) throw error
    if (isTooLarge(error)) throw tooLarge(place(), error)
    throw damaged(place(), `its ${compression} data cannot be read: ${String(error)}`, error)
  }
}

/** The decompressors say so in words, zlib with a code; LZ4 cannot tell it from damage. */
const isTooLarge = (error: unknown): boolean =>
  error instanceof Error &&
  (('code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') || /^more than /.test(error.message))

const tooLarge = (place: string, cause: unknown): KsError => {
  const limit = `${String(maxDecompressedBytes / 1024 / 1024)} MiB`
  return new KsError(
    'io',
    `the record batch ${place} is larger than ${limit} when decompressed, which ks does not read`,
    {
      hint: 'whoever writes the topic should make smaller batches (batch.size)',
      cause,
    },
  )
}

const hex = (value: number): string => value.toString(16).padStart(8, '0')

const damaged = (place: string, what: string, cause?: unknown): KsError =>
  new KsError('io', `the record batch ${place} is damaged: ${what}`, {
    hint: 'compare with another reader; if the log of the broker is damaged, a replica may be whole',
    cause,
  })

const wrongMagic = (magic: number, place: string): KsError =>
  magic === 0 || magic === 1
    ? new KsError('broker', `${place} is in the record format ${magic} of before Kafka 0.11`, {
        hint: 'copy the topic with a client of Kafka 3, which writes format 2',
      })
    : damaged(place, `its format is ${magic}`)
