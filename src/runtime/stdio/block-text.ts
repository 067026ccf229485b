// A block of input, cut into strings. What is cut out never refers to the block: a string that somebody keeps must not keep
// a quarter of a megabyte alive with it.

import { isAscii, isUtf8 } from 'node:buffer'

const lineFeed = 10

/** V8 copies shorter slices of a string; longer ones would share its memory. */
const copiedSliceLength = 12

/** Some bytes as text. Positions are those of the buffer. */
export class BlockText {
  private readonly bytes: Buffer
  private readonly start: number
  /** The bytes as characters; `latin1` because one byte is one character then. */
  private readonly latin1: string
  private readonly isAscii: boolean
  private readonly isUtf8: boolean

  /** The text of `bytes[start, end)`. Behind its last line feed a character may be cut off. */
  constructor(bytes: Buffer, start: number, end: number, last: boolean) {
    const block = bytes.subarray(start, end)
    this.bytes = bytes
    this.start = start
    this.latin1 = bytes.toString('latin1', start, end)
    this.isAscii = isAscii(block)
    this.isUtf8 = this.isAscii || isUtf8(last ? block : block.subarray(0, block.lastIndexOf(lineFeed) + 1))
  }

  /** Where an ASCII character stands next; -1 if nowhere. */
  indexOf(character: string, from: number): number {
    const at = this.latin1.indexOf(character, from - this.start)
    return at < 0 ? -1 : at + this.start
  }

  /** True if a piece that consists of whole lines is valid UTF-8. */
  isValid(start: number, end: number): boolean {
    return this.isUtf8 || isUtf8(this.bytes.subarray(start, end))
  }

  /**
   * A piece as a string.
   * @param high all its bytes or-ed together; 255 if they have not been looked at.
   */
  slice(start: number, end: number, high: number): string {
    if (!this.isAscii && high > 0x7f) return this.bytes.toString('utf8', start, end)
    if (end - start > copiedSliceLength) return this.bytes.toString('latin1', start, end)
    return this.latin1.slice(start - this.start, end - this.start)
  }
}

/** Finds out how much of a block consists of complete lines, without looking at the beginning of a long line again. */
export class LineEnds {
  private searched = 0

  /** The end of the last complete line in `bytes[start, end)`; `start` if there is none. */
  completeUntil(bytes: Buffer, start: number, end: number, last: boolean): number {
    if (last) return end
    const from = start + this.searched
    const at = bytes.subarray(from, end).lastIndexOf(lineFeed)
    this.searched = at < 0 ? end - start : 0
    return at < 0 ? start : from + at + 1
  }

  reset(): void {
    this.searched = 0
  }
}
