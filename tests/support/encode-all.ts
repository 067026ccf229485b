// What an encoder makes of values.

import type { ByteString } from '../../src/runtime/model/byte-string.ts'
import { toByteString } from '../../src/runtime/model/byte-string.ts'
import { noOrigin, StreamRecord } from '../../src/runtime/model/stream-record.ts'
import { JsonText } from '../../src/runtime/serde/json-text.ts'
import { OutputBlock } from '../../src/runtime/stdio/output-block.ts'
import type { RecordEncoder } from '../../src/runtime/stdio/record-encoder.ts'

/** A value that is still text. */
export const lazy = (json: string): JsonText => new JsonText(toByteString(json) satisfies ByteString)

/** The output for these values, from the first to the end. */
export const encodeAll = (encoder: RecordEncoder, values: readonly unknown[]): string => {
  const out = new OutputBlock()
  for (const value of values) encoder.encode(new StreamRecord(null, value, -1, noOrigin), out)
  encoder.finish(out)
  return out.take().toString('utf8')
}
