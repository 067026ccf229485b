// Bytes that are no text. Whoever looks at them sees base64; whoever knows of them gets the bytes.

import { toByteString, type ByteString } from '../model/byte-string.ts'
import { LazyJson } from '../model/lazy-json.ts'

/** A value or key of raw bytes, as JSON the string of their base64 form. */
export class RawBytes extends LazyJson {
  readonly bytes: Buffer

  constructor(bytes: Buffer) {
    super()
    this.bytes = bytes
  }

  override field(): undefined {
    return undefined
  }

  override fieldJson(): undefined {
    return undefined
  }

  override plain(): string {
    return this.bytes.toString('base64')
  }

  override json(): ByteString {
    return toByteString(`"${this.plain()}"`)
  }
}
