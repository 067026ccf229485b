// The inputs of a chain, as records for a task: one file after another, or several inputs side by side, lowest timestamp
// first.

import type { Expression } from '../expression/compile.ts'
import { RecordError } from '../model/record-error.ts'
import type { ByteString } from '../model/byte-string.ts'
import { KsError } from '../model/errors.ts'
import { LazyJson } from '../model/lazy-json.ts'
import { StreamRecord, type RecordOrigin } from '../model/stream-record.ts'
import { timestampFromValue } from '../model/timestamp.ts'
import { EnvelopeReader } from '../serde/envelope-reader.ts'
import { JsonScanner } from '../serde/json-scanner.ts'
import { JsonText } from '../serde/json-text.ts'
import type { Fault } from './input-faults.ts'
import { JsonDecoder } from './json-decoder.ts'
import type { OpenedInput } from './open-inputs.ts'
import type { RecordDecoder } from './record-decoder.ts'
import { RecordReader, type ReaderSink } from './record-reader.ts'

/** How records get their time: an expression, the clock, or whatever the input says. */
export type TimestampRule = Expression | 'now' | undefined

/** What a source needs to know. */
export interface SourceOptions {
  readonly timestamps: TimestampRule
  readonly clock: () => number
  /** Some operator looks at timestamps: a record without one ends the run with a hint. */
  readonly needsTime: boolean
  readonly maxRecordBytes: number
  /** The record cannot be used. Throws to end the run; false stops reading. */
  fault(fault: Fault): boolean
  /** True when no more records are wanted. */
  stopped(): boolean
}

/** Where the record being processed stands in its file. */
class FileOrigin implements RecordOrigin {
  topic = ''
  readonly partition = 0
  private readonly reader: RecordReader
  start = 0

  constructor(reader: RecordReader) {
    this.reader = reader
  }

  get offset(): number {
    return this.reader.positionOf(this.start)
  }

  get line(): number {
    return this.reader.line
  }
}

const maxLineHint = 'if it really is one record, raise --max-line'

/** Reads inputs of one format, one after another. */
export class RecordSource {
  private readonly reader: RecordReader
  private readonly origin: FileOrigin
  private readonly options: SourceOptions
  private readonly envelopes: EnvelopeReader | undefined
  private opened: OpenedInput | undefined
  /** Records delivered so far. */
  records = 0
  /** The input came in envelopes, so the output should leave in them. */
  sawEnvelope = false
  private readonly sink: ReaderSink
  /** The bytes of the record being delivered. */
  private rawStart = 0
  private rawEnd = 0
  private process: (record: StreamRecord) => void = () => undefined

  constructor(decoder: RecordDecoder, options: SourceOptions) {
    this.options = options
    this.reader = new RecordReader(decoder, options.maxRecordBytes)
    this.origin = new FileOrigin(this.reader)
    this.envelopes = decoder instanceof JsonDecoder ? new EnvelopeReader() : undefined
    this.sink = {
      record: (value, start, end) => this.deliver(value, start, end),
      bad: (message, at, start, end) => {
        this.origin.start = start
        return this.fault(message, at - start + 1, this.rawText(start, end), undefined)
      },
      tooLong: (start, line) => this.tooLong(start, line),
    }
  }

  open(opened: OpenedInput): void {
    this.opened = opened
    this.origin.topic = opened.input.name
    this.reader.open(opened)
  }

  /** Waits for bytes; see RecordReader.fill. */
  fill(): Promise<number> {
    return this.reader.fill()
  }

  /** Decodes a block and hands its records on. False when the input has ended. */
  decode(count: number, process: (record: StreamRecord) => void): boolean {
    this.process = process
    return this.reader.decode(count, this.sink) && !this.options.stopped()
  }

  /** How far the open input has been processed, for its position row. */
  get position(): number {
    return this.reader.position
  }

  /** While a record is handed on: where it begins, in bytes of the open input. */
  get recordPosition(): number {
    return this.origin.offset
  }

  /** While a record is handed on: the line on which it begins. */
  get line(): number {
    return this.origin.line
  }

  get input(): OpenedInput | undefined {
    return this.opened
  }

  resumePoint(): ReturnType<RecordReader['resumePoint']> {
    return this.reader.resumePoint()
  }

  private deliver(value: unknown, start: number, end: number): boolean {
    this.records++
    const { origin, options } = this
    origin.start = start
    this.rawStart = start
    this.rawEnd = end
    if (end - start > options.maxRecordBytes) {
      return this.tooLong(start, origin.line)
    }
    try {
      const record = this.unwrapped(new StreamRecord(null, value, -1, origin))
      const { timestamps } = options
      if (timestamps !== undefined) {
        const timestamp = timestamps === 'now' ? options.clock() : timestampFromValue(timestamps.evaluate(record))
        if (timestamp === undefined || timestamp < 0) {
          const text = timestamps === 'now' ? 'now' : timestamps.text
          return this.fault(
            `${text} is no timestamp`,
            undefined,
            this.rawText(this.rawStart, this.rawEnd),
            'timestamps are milliseconds or ISO 8601',
          )
        }
        record.timestamp = timestamp
      } else if (options.needsTime && record.timestamp < 0) {
        throw new KsError('usage', 'windows need the time of each record, and files have none', {
          hint: 'say where it is: --ts .time, or --ts now for the time of arrival',
        })
      }
      this.process(record)
    } catch (error) {
      if (!(error instanceof RecordError)) throw error
      return this.fault(error.message, undefined, this.rawText(this.rawStart, this.rawEnd), undefined)
    }
    return !options.stopped()
  }

  /** The record in an envelope, if the value is one. */
  private unwrapped(record: StreamRecord): StreamRecord {
    if (this.envelopes === undefined || !(record.value instanceof LazyJson)) return record
    const inner = this.envelopes.read(record, record.value)
    if (inner === undefined) return record
    this.sawEnvelope = true
    return inner
  }

  private tooLong(start: number, line: number): boolean {
    const message = `the record is longer than ${String(this.options.maxRecordBytes)} bytes`
    return this.fault(message, undefined, this.rawText(start, start + 200), maxLineHint, line)
  }

  private fault(
    message: string,
    byte: number | undefined,
    raw: ByteString,
    hint: string | undefined,
    line = this.origin.line,
  ): boolean {
    const { topic } = this.origin
    return (
      this.options.fault({ message, place: `${topic}:${String(line)}`, byte, raw, hint }) && !this.options.stopped()
    )
  }

  private rawText(start: number, end: number): ByteString {
    return this.reader.bytes.toString('latin1', start, end) as ByteString
  }
}

/** A record that stays valid after its block: what has not been parsed is copied. */
export const detached = (record: StreamRecord): StreamRecord => {
  const { origin, value } = record
  const place = { topic: origin.topic, partition: origin.partition, offset: origin.offset, line: origin.line }
  const kept = value instanceof JsonScanner ? new JsonText(value.json()) : value
  return new StreamRecord(record.key, kept, record.timestamp, place, record.headers, record.window)
}
