// JSON for reading: one value after another, indented by two spaces. Numbers and strings stay as they came in.

import { toByteString } from '../model/byte-string.ts'
import { LazyJson } from '../model/lazy-json.ts'
import { prettyJson } from '../serde/json-layout.ts'
import { stringifyJson } from '../serde/json-parse.ts'
import type { RecordEncoder } from './record-encoder.ts'

/** An encoder of indented JSON. */
export const prettyJsonEncoder = (): RecordEncoder => ({
  encode({ value }, out) {
    out.append(`${prettyJson(value instanceof LazyJson ? value.json() : toByteString(stringifyJson(value)))}\n`)
  },
  finish: () => undefined,
})
