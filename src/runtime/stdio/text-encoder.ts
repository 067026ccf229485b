// Text: strings as they are, without quotes; any other value as JSON. One per line.

import type { RecordEncoder } from './record-encoder.ts'
import { valueText } from './record-fields.ts'

/** An encoder of lines. */
export const textEncoder = (): RecordEncoder => ({
  encode({ value }, out) {
    out.append(`${valueText(value)}\n`)
  },
  finish: () => undefined,
})
