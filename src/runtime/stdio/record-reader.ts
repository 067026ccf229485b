// Reads one input in blocks and hands its records to a sink. While a block is decoded the next one is being read into the
// memory behind it.

import type { ByteInput } from './byte-input.ts'
import { JsonDecoder } from './json-decoder.ts'
import type { OpenedInput } from './open-inputs.ts'
import type { DecoderSink, RecordDecoder, ResumePoint } from './record-decoder.ts'
import { KsError } from '../model/errors.ts'

const readBytes = 256 * 1024
const lineFeed = 10
const bufferBytes = 4 * readBytes

/** Longest record, in bytes, unless `--max-line` says otherwise. */
export const defaultMaxRecordBytes = 64 * 1024 * 1024

/** Takes what a reader finds. */
export interface ReaderSink extends DecoderSink {
  /**
   * The line that begins at `start` is longer than a record may be; it is passed over to its end.
   * @param line its number, from 1.
   * @returns false to stop.
   */
  tooLong(start: number, line: number): boolean
}

export class RecordReader {
  private readonly decoder: RecordDecoder
  private readonly maxRecordBytes: number
  private buffer: Buffer
  private input: ByteInput | undefined
  private start = 0
  private end = 0
  private pending: Promise<number> | undefined
  private decodedBytes = 0
  private holdPartialLine = false
  /** Where the line begins that is being passed over. */
  private skippedFrom: number | undefined

  constructor(decoder: RecordDecoder, maxRecordBytes = defaultMaxRecordBytes) {
    this.decoder = decoder
    this.maxRecordBytes = maxRecordBytes
    this.buffer = this.allocate(bufferBytes)
  }

  /** Starts with an input. */
  open({ input, startPosition, resume, holdPartialLine }: OpenedInput): void {
    this.input = input
    this.start = 0
    this.end = 0
    this.pending = undefined
    this.decodedBytes = startPosition
    this.skippedFrom = undefined
    this.holdPartialLine = holdPartialLine
    this.decoder.reset(resume)
  }

  /** What the decoder needs to go on after the last record. */
  resumePoint(): ResumePoint | undefined {
    return this.decoder.resumePoint?.()
  }

  /** Where the next record begins, in bytes of the (decompressed) content: one that is being passed over is not done with. */
  get position(): number {
    return this.skippedFrom ?? this.decodedBytes
  }

  /** Line of the record that was delivered last. */
  get line(): number {
    return this.decoder.line
  }

  /** Byte offset in the content of a place in `bytes`. */
  positionOf(at: number): number {
    return this.decodedBytes + at - this.start
  }

  /** The bytes of the block being decoded. */
  get bytes(): Buffer {
    return this.buffer
  }

  /** Waits for more bytes, or for the end of the input. May be awaited several times before `decode`. */
  fill(): Promise<number> {
    // Not at the end of decode: sinks may still refer to the bytes that would move.
    if (this.pending === undefined && this.end + readBytes > this.buffer.length) this.makeRoom()
    this.pending ??= this.read()
    return this.pending
  }

  /**
   * Decodes what is complete.
   * @param count what `fill` gave.
   * @returns false when the input has ended and everything has been decoded.
   */
  decode(count: number, sink: ReaderSink): boolean {
    this.pending = undefined
    this.end += count
    const last = count === 0
    // The next block is read while this one is decoded, into the memory behind it.
    if (!last && this.end + readBytes <= this.buffer.length) this.pending = this.read()
    if (this.skippedFrom !== undefined && !this.findLineEnd()) return !last
    const from = this.start
    this.start = this.decoder.decode(this.buffer, from, this.end, last && !this.holdPartialLine, sink)
    this.decodedBytes += this.start - from
    if (!last && this.end - this.start > this.maxRecordBytes) return this.passOver(sink)
    return !last
  }

  /** What is left is too long for a record: forgets it, and what comes of its line. Concatenated JSON has no lines. */
  private passOver(sink: ReaderSink): boolean {
    const at = this.resumePoint()
    if (at === undefined || (this.decoder instanceof JsonDecoder && this.decoder.multiline)) return true
    const goOn = sink.tooLong(this.start, at.line + 1)
    this.skippedFrom = this.decodedBytes
    this.decodedBytes += this.end - this.start
    this.start = this.end
    return goOn
  }

  /** Looks for the end of the line that is being passed over; true if the next record begins at `start`. */
  private findLineEnd(): boolean {
    const found = this.buffer.subarray(this.start, this.end).indexOf(lineFeed)
    const length = found < 0 ? this.end - this.start : found + 1
    this.start += length
    this.decodedBytes += length
    if (found < 0) return false
    this.skippedFrom = undefined
    const at = this.resumePoint()
    this.decoder.reset({ ...at, line: (at?.line ?? 0) + 1 })
    return true
  }

  private read(): Promise<number> {
    if (this.input === undefined) return Promise.resolve(0)
    const reading = this.input.read(this.buffer, this.end, readBytes)
    // Whoever awaits it sees the error; if nobody does any more, it is of no interest.
    reading.catch(() => undefined)
    return reading
  }

  /** Moves what has not been decoded to the front; a record larger than the buffer makes it grow. */
  private makeRoom(): void {
    const rest = this.end - this.start
    if (rest > this.maxRecordBytes) {
      throw new KsError(
        'data',
        `${this.input?.name ?? 'input'}: a record is longer than ${String(this.maxRecordBytes)} bytes`,
        {
          hint: 'if it really is one record, raise --max-line',
        },
      )
    }
    if (rest + readBytes > this.buffer.length / 2) {
      const content = Buffer.from(this.buffer.subarray(this.start, this.end))
      this.buffer = this.allocate(this.buffer.length * 2)
      content.copy(this.buffer, 0)
    } else this.buffer.copyWithin(0, this.start, this.end)
    this.start = 0
    this.end = rest
  }

  private allocate(sizeBytes: number): Buffer {
    if (!(this.decoder instanceof JsonDecoder)) return Buffer.allocUnsafeSlow(sizeBytes)
    // JSON is scanned where it lies.
    this.decoder.scanner.reserve(sizeBytes)
    return this.decoder.scanner.input
  }
}
