// Lines of text; each is a string. Blank lines are empty strings.

import { BlockText, LineEnds } from './block-text.ts'
import {
  byteOrderMarkBytes,
  firstInvalidUtf8,
  lineTextEnd,
  type DecoderSink,
  type RecordDecoder,
  type ResumePoint,
} from './record-decoder.ts'

/** A decoder of lines. */
export const textDecoder = (): RecordDecoder => {
  const lineEnds = new LineEnds()
  let lines = 0
  let atStart = true

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
    while (at < limit) {
      const lineFeedAt = text.indexOf('\n', at)
      const lineEnd = lineTextEnd(bytes, at, lineFeedAt < 0 ? limit : lineFeedAt)
      const next = lineFeedAt < 0 ? limit : lineFeedAt + 1
      lines++
      const goOn = text.isValid(at, lineEnd)
        ? sink.record(text.slice(at, lineEnd, 255), at, lineEnd)
        : sink.bad('invalid UTF-8', firstInvalidUtf8(bytes, at, lineEnd), at, lineEnd)
      if (!goOn) return next
      at = next
    }
    return limit
  }

  return {
    decode,
    get line() {
      return lines
    },
    resumePoint: () => ({ line: lines }),
    reset(from?: ResumePoint) {
      lines = from?.line ?? 0
      atStart = lines === 0
      lineEnds.reset()
    },
  }
}
