// Tab-separated values with a header line: no quotes; \t, \n, \r and \\ stand for tab, line feed, carriage return and
// backslash, as in Miller and the IANA's definition.

import { KsError } from '../model/errors.ts'
import { BlockText, LineEnds } from './block-text.ts'
import {
  byteOrderMarkBytes,
  firstInvalidUtf8,
  lineTextEnd,
  type DecoderNotes,
  type DecoderSink,
  type RecordDecoder,
  type ResumePoint,
} from './record-decoder.ts'
import { columnNames, raggedMessage, rowBuilder, type RowBuilder } from './row-builder.ts'

const tab = 9
const backslash = 92

/** A decoder of TSV; each row is an object of strings. */
export const tsvDecoder = (notes: DecoderNotes): RecordDecoder => {
  const lineEnds = new LineEnds()
  // The cells of the row at hand; under a header never more than there are columns, however many are found.
  let cells: string[] = []
  let found = 0
  let build: RowBuilder | undefined
  let columns = Infinity
  let header: string | undefined
  let lines = 0
  let line = 1
  let atStart = true

  const split = (text: BlockText, bytes: Buffer, start: number, end: number): void => {
    found = 0
    let cellStart = start
    let high = 0
    let escapes = false
    for (let at = start; at <= end; at++) {
      const byte = at < end ? (bytes[at] as number) : tab
      if (byte === tab) {
        const cell = text.slice(cellStart, at, high)
        if (found < columns) cells[found] = escapes ? unescape(cell) : cell
        found++
        cellStart = at + 1
        high = 0
        escapes = false
      } else {
        high |= byte
        if (byte === backslash) escapes = true
      }
    }
  }

  const takeHeader = (headerText: string, notice: (message: string) => void): void => {
    columns = found
    build = rowBuilder(columnNames(cells.slice(0, found), notice))
    header = headerText
  }

  const decode = (bytes: Buffer, start: number, end: number, last: boolean, sink: DecoderSink): number => {
    let at = start
    if (atStart) {
      const markBytes = byteOrderMarkBytes(bytes, start, end, last)
      if (markBytes === undefined) return start
      at += markBytes
      atStart = false
    }
    const limit = lineEnds.completeUntil(bytes, at, end, last)
    if (limit === at) return at
    const text = new BlockText(bytes, at, limit, true)
    for (let next = at; at < limit; at = next) {
      const lineFeedAt = text.indexOf('\n', at)
      const rowEnd = lineTextEnd(bytes, at, lineFeedAt < 0 ? limit : lineFeedAt)
      next = lineFeedAt < 0 ? limit : lineFeedAt + 1
      lines++
      if (rowEnd === at) {
        continue
      }
      line = lines
      const isValid = text.isValid(at, rowEnd)
      if (isValid) split(text, bytes, at, rowEnd)
      if (build === undefined) {
        if (!isValid) throw new KsError('data', `line ${lines}: the header is not valid UTF-8`)
        takeHeader(text.slice(at, rowEnd, 255), notes.notice)
        continue
      }
      let goOn: boolean
      if (!isValid) goOn = sink.bad('invalid UTF-8', firstInvalidUtf8(bytes, at, rowEnd), at, rowEnd)
      else if (found === columns) goOn = sink.record(build(cells), at, rowEnd)
      else goOn = sink.bad(raggedMessage(columns, found), found < columns ? rowEnd : at, at, rowEnd)
      if (!goOn) return next
    }
    return limit
  }

  return {
    decode,
    get line() {
      return line
    },
    resumePoint: () => ({ line: lines, ...(header === undefined ? {} : { header }) }),
    reset(from?: ResumePoint) {
      lines = from?.line ?? 0
      line = lines + 1
      atStart = lines === 0
      lineEnds.reset()
      cells = []
      columns = Infinity
      build = undefined
      header = undefined
      if (from?.header !== undefined) {
        const bytes = Buffer.from(from.header)
        split(new BlockText(bytes, 0, bytes.length, true), bytes, 0, bytes.length)
        takeHeader(from.header, () => undefined)
      }
    },
  }
}

const unescape = (cell: string): string =>
  cell.replace(/\\([tnr\\])/g, (_, letter: string) =>
    letter === 't' ? '\t' : letter === 'n' ? '\n' : letter === 'r' ? '\r' : '\\',
  )
