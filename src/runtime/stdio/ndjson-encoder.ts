// Records as NDJSON. What was not touched leaves as the bytes that it came in as.

import { toByteString } from '../model/byte-string.ts'
import { LazyJson } from '../model/lazy-json.ts'
import { compactJson } from '../serde/json-layout.ts'
import { stringifyJson } from '../serde/json-parse.ts'
import { FramedScanner } from '../serde/framed-scanner.ts'
import { JsonScanner } from '../serde/json-scanner.ts'
import { RawSlice } from '../serde/raw-bytes.ts'
import { ScannedShape } from '../serde/scanned-shape.ts'
import type { OutputBlock } from './output-block.ts'

const lineFeed = 10

/** Appends a value and a line feed. */
export const appendNdjson = (value: unknown, out: OutputBlock): void => {
  if (value instanceof JsonScanner && !value.multiline) {
    const { input, start, end } = value
    if (input[end] === lineFeed) out.appendBytes(input, start, end + 1)
    else {
      out.appendBytes(input, start, end)
      out.append('\n')
    }
  } else if (value instanceof ScannedShape) appendShape(value, out)
  else if (value instanceof RawSlice) out.appendLine(value.source, value.start, value.end)
  else if (value instanceof FramedScanner && !value.hasLineBreak) {
    out.appendLine(value.input, value.start, value.end)
  } else if (value instanceof LazyJson) {
    const json = value.json()
    out.append(json.includes('\n') ? compactJson(json) : json)
    out.append('\n')
  } else out.append(`${toByteString(stringifyJson(value))}\n`)
}

const appendShape = (shape: ScannedShape, out: OutputBlock): void => {
  const start = shape.emitLine()
  if (start < 0) out.append(`${shape.json()}\n`)
  else out.appendBytes(shape.scanner.emitted, start, shape.scanner.emittedEnd)
}
