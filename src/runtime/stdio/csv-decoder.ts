// Comma-separated values as in RFC 4180, with a header line: quotes, quotes within quotes, line breaks within quotes. Every
// field is a string. Rows that have no quote in them, which are most, take the short way.

import { KsError } from '../model/errors.ts'
import { BlockText } from './block-text.ts'
import {
  byteOrderMarkBytes,
  countLineFeeds,
  firstInvalidUtf8,
  lineTextEnd,
  type DecoderNotes,
  type DecoderSink,
  type RecordDecoder,
  type ResumePoint,
} from './record-decoder.ts'
import { columnNames, raggedMessage, rowBuilder, type RowBuilder } from './row-builder.ts'

const comma = 44
const quote = 34
const lineFeed = 10
const carriageReturn = 13
const unknownBytes = 255

/** A row that is not CSV. */
interface Malformed {
  readonly message: string
  readonly at: number
  /** Where the rest of the input may make sense again. */
  readonly next: number
}

/** A decoder of CSV; each row is an object of strings. */
export const csvDecoder = (notes: DecoderNotes): RecordDecoder => {
  const firstEnd = new FirstRowEnd()
  // The cells of the row at hand; under a header never more than there are columns, however many are found.
  let cells: string[] = []
  let found = 0
  let build: RowBuilder | undefined
  let columns = Infinity
  let header: string | undefined
  let linesBefore = 0
  let line = 1
  let atStart = true

  const addCell = (cell: string): void => {
    if (found < columns) cells[found] = cell
    found++
  }

  const splitPlain = (text: BlockText, bytes: Buffer, start: number, end: number): void => {
    found = 0
    let cellStart = start
    let high = 0
    for (let at = start; at < end; at++) {
      const byte = bytes[at] as number
      if (byte === comma) {
        addCell(text.slice(cellStart, at, high))
        cellStart = at + 1
        high = 0
      } else high |= byte
    }
    addCell(text.slice(cellStart, end, high))
  }

  /** @returns the offset after the row, what is wrong with it, or undefined if it does not end before `end`. */
  const splitQuoted = (
    text: BlockText,
    bytes: Buffer,
    start: number,
    end: number,
    last: boolean,
  ): number | Malformed | undefined => {
    found = 0
    for (let at = start; ; at++) {
      let cellEnd = at
      if (bytes[at] === quote && at < end) {
        const closing = closingQuote(text, bytes, at, end)
        if (!last && (closing < 0 || closing + 1 === end)) return undefined
        if (closing < 0) return { message: 'the quoted field is not closed', at, next: nextLine(text, start) ?? end }
        const cell = text.slice(at + 1, closing, unknownBytes)
        addCell(cell.includes('"') ? cell.replaceAll('""', '"') : cell)
        cellEnd = closing + 1
      } else {
        while (cellEnd < end && bytes[cellEnd] !== comma && bytes[cellEnd] !== lineFeed) cellEnd++
        const textEnd = bytes[cellEnd] === comma ? cellEnd : lineTextEnd(bytes, at, cellEnd)
        addCell(text.slice(at, textEnd, unknownBytes))
      }
      if (cellEnd === end) return last ? end : undefined
      if (bytes[cellEnd] === lineFeed) return cellEnd + 1
      if (bytes[cellEnd] === carriageReturn && bytes[cellEnd + 1] === lineFeed && cellEnd + 1 < end) return cellEnd + 2
      if (bytes[cellEnd] === carriageReturn && cellEnd + 1 === end) return last ? end : undefined
      if (bytes[cellEnd] !== comma) {
        const next = nextLine(text, cellEnd) ?? (last ? end : undefined)
        return next === undefined ? undefined : { message: 'text after the closing quote', at: cellEnd, next }
      }
      at = cellEnd
    }
  }

  const takeHeader = (headerText: string, notice: (message: string) => void): void => {
    columns = found
    build = rowBuilder(columnNames(cells.slice(0, found), notice))
    header = headerText
  }

  /** Delivers the row in `cells`, or says what is wrong with it; true to go on. */
  const deliver = (text: BlockText, bytes: Buffer, start: number, end: number, sink: DecoderSink): boolean => {
    if (!text.isValid(start, end)) {
      if (build === undefined) throw new KsError('data', `line ${line}: the header is not valid UTF-8`)
      return sink.bad('invalid UTF-8', firstInvalidUtf8(bytes, start, end), start, end)
    }
    if (build === undefined) {
      takeHeader(text.slice(start, end, unknownBytes), notes.notice)
      return true
    }
    if (found === columns) return sink.record(build(cells), start, end)
    return sink.bad(raggedMessage(columns, found), found < columns ? end : start, start, end)
  }

  const decode = (bytes: Buffer, start: number, end: number, last: boolean, sink: DecoderSink): number => {
    let at = start
    if (atStart) {
      const markBytes = byteOrderMarkBytes(bytes, start, end, last)
      if (markBytes === undefined) return start
      at += markBytes
      atStart = false
    }
    if (at === end || (!last && !firstEnd.find(bytes, at, end))) return at
    const text = new BlockText(bytes, at, end, last)
    let quoteAt = -1
    while (at < end) {
      const lineFeedAt = text.indexOf('\n', at)
      if (lineFeedAt < 0 && !last) return at
      const lineEnd = lineFeedAt < 0 ? end : lineFeedAt
      if (quoteAt < at) {
        quoteAt = text.indexOf('"', at)
        if (quoteAt < 0) quoteAt = end
      }
      let rowEnd = lineTextEnd(bytes, at, lineEnd)
      let next = lineFeedAt < 0 ? end : lineFeedAt + 1
      let malformed: Malformed | undefined
      line = linesBefore + 1
      if (rowEnd === at) {
        linesBefore++
        at = next
        continue
      }
      if (quoteAt > lineEnd || quoteAt === end) {
        splitPlain(text, bytes, at, rowEnd)
        linesBefore++
      } else {
        const result = splitQuoted(text, bytes, at, end, last)
        if (result === undefined) return at
        if (typeof result === 'object') malformed = result
        next = typeof result === 'object' ? result.next : result
        linesBefore += countLineFeeds(bytes, at, next)
        rowEnd = bytes[next - 1] === lineFeed ? lineTextEnd(bytes, at, next - 1) : next
      }
      let goOn: boolean
      if (malformed === undefined) goOn = deliver(text, bytes, at, rowEnd, sink)
      else {
        if (build === undefined) throw new KsError('data', `line ${line}: the header is no CSV: ${malformed.message}`)
        goOn = sink.bad(malformed.message, malformed.at, at, rowEnd)
      }
      if (!goOn) return next
      at = next
    }
    return at
  }

  return {
    decode,
    get line() {
      return line
    },
    resumePoint: () => ({ line: linesBefore, ...(header === undefined ? {} : { header }) }),
    reset(from?: ResumePoint) {
      linesBefore = from?.line ?? 0
      line = linesBefore + 1
      atStart = linesBefore === 0
      firstEnd.reset()
      cells = []
      columns = Infinity
      build = undefined
      header = undefined
      if (from?.header !== undefined) {
        const bytes = Buffer.from(from.header)
        splitQuoted(new BlockText(bytes, 0, bytes.length, true), bytes, 0, bytes.length, true)
        takeHeader(from.header, () => undefined)
      }
    },
  }
}

/** The quote that closes the one at `opening`; -1 if it is not there. */
const closingQuote = (text: BlockText, bytes: Buffer, opening: number, end: number): number => {
  for (let at = text.indexOf('"', opening + 1); at >= 0; at = text.indexOf('"', at + 2)) {
    if (at + 1 >= end || bytes[at + 1] !== quote) return at
  }
  return -1
}

const nextLine = (text: BlockText, from: number): number | undefined => {
  const lineFeedAt = text.indexOf('\n', from)
  return lineFeedAt < 0 ? undefined : lineFeedAt + 1
}

/** Looks for the end of the row at the front of a block, and never twice at the same byte: a row may be many blocks long. */
class FirstRowEnd {
  private searched = 0
  private state: 'field start' | 'plain' | 'quoted' | 'after quote' = 'field start'

  /** True if the row that begins at `start` ends before `end`. */
  find(bytes: Buffer, start: number, end: number): boolean {
    let { state } = this
    for (let at = start + this.searched; at < end; at++) {
      const byte = bytes[at] as number
      if (state === 'quoted') {
        if (byte === quote) state = 'after quote'
      } else if (byte === lineFeed) {
        this.reset()
        return true
      } else if (byte === comma) state = 'field start'
      else if (byte === quote && state !== 'plain') state = 'quoted'
      else state = 'plain'
    }
    this.searched = end - start
    this.state = state
    return false
  }

  reset(): void {
    this.searched = 0
    this.state = 'field start'
  }
}
