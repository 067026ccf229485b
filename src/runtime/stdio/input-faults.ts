// What happens to records that cannot be processed: they end the run, or are counted and skipped, kept in band, or put
// aside. Also counts what operators drop, so that one line at the end can say so.

import { fromByteString, type ByteString } from '../model/byte-string.ts'
import type { ErrorKind } from '../model/errors.ts'
import { KsError } from '../model/errors.ts'

/** `--on-error`: end the run, leave out, write an error object in the record's place, or put the raw record aside. */
export type ErrorPolicy = 'fail' | 'skip' | 'keep' | 'aside'

/** A record that could not be read or processed. */
export interface Fault {
  /** What is wrong, as in `expected "," or "}"`. */
  readonly message: string
  /** File and line, or topic, partition and offset. */
  readonly place: string
  /** Byte of the record (from 1) that is wrong; undefined if the whole record is meant. */
  readonly byte: number | undefined
  /** The raw record. */
  readonly raw: ByteString
  readonly hint: string | undefined
}

const shownBytes = 72

/** The error that ends the run. */
export const faultError = (fault: Fault, kind: ErrorKind = 'data'): KsError => {
  const { message, place, byte, raw, hint } = fault
  const at = byte === undefined ? '' : `, byte ${String(byte)}`
  const column = byte === undefined ? 0 : byte - 1
  // A window of a long record around the place that is wrong.
  const from = column > shownBytes - 12 ? column - Math.floor(shownBytes / 2) : 0
  const head = from > 0 ? '…' : ''
  const shown = fromByteString(raw.slice(from, from + shownBytes) as ByteString)
  const tail = from + shownBytes < raw.length ? '…' : ''
  return new KsError(kind, `${place}${at}: ${message}`, {
    ...(raw === ''
      ? {}
      : { snippet: { text: `${head}${shown}${tail}`, column: byte === undefined ? 0 : column - from + head.length } }),
    hint: hint ?? '--on-error skip goes on without such records, --on-error FILE puts them aside',
  })
}
