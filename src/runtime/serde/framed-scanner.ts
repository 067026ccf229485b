// The records of a Kafka batch, by position: framing and JSON are found in one pass by json-scan.as.ts. As a LazyJson it is
// the value of the record last selected. Nothing is copied but the batch itself into the scanner's memory.

import { isUtf8 } from 'node:buffer'
import { JsonScanner, scanMessage } from './json-scanner.ts'

// As in json-scan.as.ts.
const noValue = 10
const malformed = 11
const nonAsciiFlag = 512
const lineBreakFlag = 1024
/** Words that a record has behind its fields. */
const extraWords = 8

/** What is wrong with a value; `at` is the byte of it (from 0) that cannot be right. */
export interface ValueFailure {
  readonly message: string
  readonly at: number
}

/** One scanner serves any number of batches, one after another. */
export class FramedScanner extends JsonScanner {
  private extra = 0

  constructor() {
    super(true)
  }

  /** Takes the records of a batch; what was scanned before is gone. Returns how many bytes they have. */
  load(records: Buffer): number {
    this.reserve(records.length)
    records.copy(this.input, 0)
    this.setBlock(0, records.length)
    return records.length
  }

  /**
   * Scans frames from `start` on, as many as fit into the output; `resumeAt` is where to go on.
   * @param parse false leaves values alone: they are no JSON.
   * @throws Error if a frame does not fit into the batch: the checksum was right, so whoever wrote it was wrong.
   */
  scanFrames(start: number, limit: number, parse: boolean): number {
    if (this.knownSlots !== this.slots) this.learnSlots()
    this.strideWords = 4 + (this.usedSlots << 2) + extraWords
    this.hasWhole = false
    const count = this.module.scanFrames(this.inputAddress + start, this.inputAddress + limit, parse)
    if (this.module.failureCode() !== 0) throw new Error(scanMessage(this.module.failureCode()))
    return count
  }

  override select(index: number): void {
    super.select(index)
    this.extra = this.record + 4 + (this.usedSlots << 2)
  }

  /** ms after the batch's base timestamp. */
  get timestampDelta(): number {
    return this.doubles[this.extra >> 1] as number
  }

  get offsetDelta(): number {
    return this.integers[this.extra + 2] as number
  }

  /** Where the key begins in `input`; -1 if it is null. */
  get keyStart(): number {
    return this.integers[this.extra + 3] as number
  }

  get keyEnd(): number {
    return this.integers[this.extra + 4] as number
  }

  /** Where the headers begin in `input`, at their count; -1 if there are none. */
  get headersStart(): number {
    return this.integers[this.extra + 5] as number
  }

  /** True if the value is null. */
  get isTombstone(): boolean {
    return ((this.integers[this.record + 2] as number) & 15) === noValue
  }

  /** The value has line breaks in it, outside of strings. */
  get hasLineBreak(): boolean {
    return ((this.integers[this.record + 2] as number) & lineBreakFlag) !== 0
  }

  /** Why the value is no JSON text in UTF-8; undefined if it is one. */
  get valueFailure(): ValueFailure | undefined {
    const kind = this.integers[this.record + 2] as number
    if ((kind & 15) === malformed) {
      const at = (this.integers[this.extra + 6] as number) - this.start
      const code = this.integers[this.record + 3] as number
      return {
        message: at >= this.end - this.start ? `${scanMessage(code)}, but the value ends` : scanMessage(code),
        at,
      }
    }
    if ((kind & nonAsciiFlag) !== 0 && !isUtf8(this.input.subarray(this.start, this.end))) {
      return { message: 'invalid UTF-8', at: 0 }
    }
    return undefined
  }
}
