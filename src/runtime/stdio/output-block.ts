// Collects what a sink writes until the end of an input block: text, and ranges of bytes that leave as they came in.

import type { ByteString } from '../model/byte-string.ts'

const initialBytes = 256 * 1024

export class OutputBlock {
  private buffer = Buffer.allocUnsafeSlow(initialBytes)
  private length = 0
  private text = ''
  // A range of some input that has not been copied yet; ranges that touch become one.
  private source: Buffer | undefined
  private sourceStart = 0
  private sourceEnd = 0

  /** Appends text. */
  append(text: ByteString | string): void {
    if (this.source !== undefined) this.copySource()
    this.text += text
    if (this.text.length > initialBytes) this.copyText()
  }

  /** Appends bytes of an input; they must stay as they are until the next `settle` or `take`. */
  appendBytes(source: Buffer, start: number, end: number): void {
    if (this.source === source && this.sourceEnd === start) {
      this.sourceEnd = end
      return
    }
    this.settle()
    this.source = source
    this.sourceStart = start
    this.sourceEnd = end
  }

  /** Appends a copy of some bytes, and a line feed. */
  appendLine(source: Buffer, start: number, end: number): void {
    this.settle()
    this.makeRoom(end - start + 1)
    this.length += source.copy(this.buffer, this.length, start, end)
    this.buffer[this.length++] = 10
  }

  /** Copies what still refers to an input: its bytes are about to change. */
  settle(): void {
    if (this.source !== undefined) this.copySource()
    else if (this.text !== '') this.copyText()
  }

  /** How many bytes are waiting. */
  get size(): number {
    return this.length + this.text.length + this.sourceEnd - this.sourceStart
  }

  /** Everything appended since the last `take`, as a buffer that is the caller's until the next append. */
  take(): Buffer {
    this.settle()
    const bytes = this.buffer.subarray(0, this.length)
    this.length = 0
    return bytes
  }

  private copyText(): void {
    this.makeRoom(this.text.length)
    this.length += this.buffer.write(this.text, this.length, 'latin1')
    this.text = ''
  }

  private copySource(): void {
    if (this.source === undefined) return
    if (this.text !== '') this.copyText()
    const size = this.sourceEnd - this.sourceStart
    this.makeRoom(size)
    this.source.copy(this.buffer, this.length, this.sourceStart, this.sourceEnd)
    this.length += size
    this.source = undefined
    this.sourceStart = 0
    this.sourceEnd = 0
  }

  private makeRoom(size: number): void {
    if (this.length + size <= this.buffer.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, this.length + size))
    this.buffer.copy(larger, 0, 0, this.length)
    this.buffer = larger
  }
}
