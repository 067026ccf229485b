// Bytes that are no text. Whoever looks at them sees base64; whoever knows of them gets the bytes.

import { fromByteString, toByteString, type ByteString } from '../model/byte-string.ts'
import { LazyJson } from '../model/lazy-json.ts'

/** A value or key of raw bytes, as JSON the string of their base64 form. */
export class RawBytes extends LazyJson {
  protected buffer: Buffer

  constructor(bytes: Buffer) {
    super()
    this.buffer = bytes
  }

  get bytes(): Buffer {
    return this.buffer
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

/** Text that came in as the bytes of a value and is no JSON: a string for those who look at it. */
export class RawText extends LazyJson {
  readonly text: ByteString

  constructor(text: string) {
    super()
    this.text = toByteString(text)
  }

  override field(): undefined {
    return undefined
  }

  override fieldJson(): undefined {
    return undefined
  }

  override plain(): string {
    return fromByteString(this.text)
  }

  override json(): ByteString {
    return toByteString(JSON.stringify(this.plain()))
  }
}

/** Bytes where they lie, valid while the record is processed: for those who only pass them on, and who print them as they are. */
export class RawSlice extends RawBytes {
  start = 0
  end = 0

  constructor() {
    super(Buffer.alloc(0))
  }

  set(buffer: Buffer, start: number, end: number): void {
    this.buffer = buffer
    this.start = start
    this.end = end
  }

  /** What the slice is of. */
  get source(): Buffer {
    return this.buffer
  }

  override get bytes(): Buffer {
    return this.buffer.subarray(this.start, this.end)
  }
}
