// NDJSON (a value per line) and concatenated JSON (values one after another, over lines) from blocks of bytes that lie in
// the scanner's own memory.

import { isUtf8 } from 'node:buffer'
import { JsonScanner } from '../serde/json-scanner.ts'
import {
  byteOrderMarkBytes,
  countLineFeeds,
  firstInvalidUtf8,
  lineTextEnd,
  type DecoderSink,
  type RecordDecoder,
  type ResumePoint,
} from './record-decoder.ts'

const lineFeed = 10

export class JsonDecoder implements RecordDecoder {
  readonly scanner: JsonScanner
  readonly multiline: boolean
  private lineNumber = 1
  private atStart = true
  // How far the bytes at the front have been looked at without finding an end, so that a long record costs linear time.
  private searched = 0

  constructor(multiline: boolean) {
    this.multiline = multiline
    this.scanner = new JsonScanner(multiline)
  }

  get line(): number {
    return this.lineNumber
  }

  resumePoint(): ResumePoint {
    return { line: this.lineNumber - 1 }
  }

  reset(from?: ResumePoint): void {
    this.lineNumber = (from?.line ?? 0) + 1
    this.atStart = from === undefined
    this.searched = 0
  }

  /** `bytes` must be the scanner's input. */
  decode(bytes: Buffer, start: number, end: number, last: boolean, sink: DecoderSink): number {
    let from = start
    if (this.atStart) {
      const markBytes = byteOrderMarkBytes(bytes, start, end, last)
      if (markBytes === undefined) return start
      from += markBytes
      this.atStart = false
    }
    const limit = last ? end : this.completeUntil(bytes, from, end)
    if (limit <= from) return from
    this.searched = 0
    // What shapes of the block before have left there has been copied.
    this.scanner.clearEmitted()
    const clean = isUtf8(bytes.subarray(from, limit))
    const scanner = this.scanner
    scanner.setBlock(from, limit)
    while (from < limit) {
      const count = scanner.scan(from, limit)
      for (let index = 0; index < count; index++) {
        scanner.select(index)
        this.lineNumber += scanner.lineBreaksBefore
        const recordStart = scanner.start
        const recordEnd = scanner.end
        // The next block may go on with the digits of this number.
        if (this.multiline && !last && recordEnd === limit && endsInDigit(bytes, limit)) return recordStart
        const goOn =
          clean || isUtf8(bytes.subarray(recordStart, recordEnd))
            ? sink.record(scanner, recordStart, recordEnd)
            : sink.bad('invalid UTF-8', firstInvalidUtf8(bytes, recordStart, recordEnd), recordStart, recordEnd)
        if (!goOn) {
          if (bytes[recordEnd] !== lineFeed) return recordEnd
          this.lineNumber++
          return recordEnd + 1
        }
      }
      this.lineNumber += scanner.trailingLineBreaks
      const resumeAt = scanner.resumeAt
      const failure = scanner.failure
      if (failure === undefined) {
        from = resumeAt
        continue
      }
      if (this.multiline && failure.truncated && !last) {
        this.searched = (limit - resumeAt) * 2
        return resumeAt
      }
      const badEnd = lineEnd(bytes, this.multiline ? Math.max(resumeAt, failure.at) : resumeAt, limit)
      if (!sink.bad(failure.message, failure.at, resumeAt, lineTextEnd(bytes, resumeAt, badEnd))) {
        return Math.min(badEnd + 1, limit)
      }
      if (this.multiline) this.lineNumber += countLineFeeds(bytes, resumeAt, badEnd)
      from = badEnd
      scanner.setBlock(from, limit)
    }
    return from
  }

  /** The end of what can be decoded now: after the last line feed, or all of it for concatenated JSON. */
  private completeUntil(bytes: Buffer, start: number, end: number): number {
    if (this.multiline) return end - start < this.searched ? start : end
    const at = bytes.subarray(start + this.searched, end).lastIndexOf(lineFeed)
    if (at < 0) {
      this.searched = end - start
      return start
    }
    const limit = start + this.searched + at + 1
    this.searched = 0
    return limit
  }
}

const endsInDigit = (bytes: Buffer, end: number): boolean => {
  const byte = bytes[end - 1] as number
  return byte >= 48 && byte <= 57
}

const lineEnd = (bytes: Buffer, from: number, limit: number): number => {
  const at = bytes.indexOf(lineFeed, from)
  return at < 0 || at > limit ? limit : at
}
