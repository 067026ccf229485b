// What turns bytes into records, whatever their format. A decoder sees the bytes where the reader has put them, takes the
// complete records and leaves the rest; it keeps no bytes, only how far it has looked at those that it left.

import { isUtf8 } from 'node:buffer'

/** Takes what a decoder finds. Each call returns false to stop: no more records are wanted. */
export interface DecoderSink {
  /**
   * A record: plain data, or a LazyJson that is valid during the call. `bytes[start, end)` is its text, without the line
   * break that ends it.
   */
  record(value: unknown, start: number, end: number): boolean
  /** A piece of input that is no record; `at` is the offset of the byte that is wrong. */
  bad(message: string, at: number, start: number, end: number): boolean
}

/** What a decoder has to know besides the bytes to go on in the middle of an input. */
export interface ResumePoint {
  /** How many lines come before that place. */
  readonly line: number
  /** The header line of CSV and TSV, without its line break. */
  readonly header?: string
}

/** Decodes one input after another. */
export interface RecordDecoder {
  /**
   * Hands the records that are complete in `bytes[start, end)` to the sink. What it leaves must be at the front of what the
   * next call gets.
   * @param last nothing follows: a record without the line break that should end it is complete.
   * @returns the offset after the last piece of input taken.
   */
  decode(bytes: Buffer, start: number, end: number, last: boolean, sink: DecoderSink): number
  /** The line on which the record delivered last began, from 1. */
  readonly line: number
  /** What `reset` needs to go on after the last piece of input taken; formats without a header may leave it out. */
  resumePoint?(): ResumePoint
  /** Begins another input: at its start, or where a resume point was taken. */
  reset(from?: ResumePoint): void
}

/** What a decoder of lines tells besides records. */
export interface DecoderNotes {
  /** Something that the user should know although nothing is lost. */
  notice(message: string): void
}

const lineFeed = 10
const carriageReturn = 13

/** The bytes of a byte order mark at `start`; 0 if there is none, undefined if more bytes are needed to tell. */
export const byteOrderMarkBytes = (bytes: Buffer, start: number, end: number, last: boolean): number | undefined => {
  const mark = [0xef, 0xbb, 0xbf]
  const length = Math.min(end - start, mark.length)
  for (let i = 0; i < length; i++) if (bytes[start + i] !== mark[i]) return 0
  if (length === mark.length) return length
  return last ? 0 : undefined
}

/** Where the text of a line ends that has its line feed at `lineFeedAt`: before a carriage return. */
export const lineTextEnd = (bytes: Buffer, start: number, lineFeedAt: number): number =>
  lineFeedAt > start && bytes[lineFeedAt - 1] === carriageReturn ? lineFeedAt - 1 : lineFeedAt

/** How many line feeds there are in `bytes[start, end)`. */
export const countLineFeeds = (bytes: Buffer, start: number, end: number): number => {
  let count = 0
  for (let at = start; at < end; at++) if (bytes[at] === lineFeed) count++
  return count
}

/** Offset of the first byte in `bytes[start, end)` that is no part of valid UTF-8; `end` if all is valid. */
export const firstInvalidUtf8 = (bytes: Buffer, start: number, end: number): number => {
  let at = start
  while (at < end) {
    const lead = bytes[at] as number
    const length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2
    if (length > 1 && !isUtf8(bytes.subarray(at, Math.min(at + length, end)))) return at
    at += length
  }
  return end
}
