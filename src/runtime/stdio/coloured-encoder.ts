// JSON for people: what an encoder writes, in colours. Only for terminals and those who ask, so it may copy.

import { fromByteString, toByteString, type ByteString } from '../model/byte-string.ts'
import { OutputBlock } from './output-block.ts'
import type { RecordEncoder } from './record-encoder.ts'

/** @param paint adds colours to JSON text. */
export const colouredEncoder = (encoder: RecordEncoder, paint: (json: string) => string): RecordEncoder => {
  const one = new OutputBlock()
  const move = (out: OutputBlock): void => {
    if (one.size === 0) return
    out.append(toByteString(paint(fromByteString(one.take().toString('latin1') as ByteString))))
  }
  return {
    encode(record, out) {
      encoder.encode(record, one)
      move(out)
    },
    finish(out) {
      encoder.finish(one)
      move(out)
    },
  }
}
