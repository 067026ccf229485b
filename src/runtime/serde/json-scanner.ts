// The values of a block of JSON records, by position: which fields stand where is found by json-scan.as.ts in one pass;
// a field becomes a JavaScript value when it is read, and short strings that recur become one string each.

import { toByteString, type ByteString } from '../model/byte-string.ts'
import { fieldName, slotCount } from '../model/field-slots.ts'
import { LazyJson } from '../model/lazy-json.ts'
import { parseJson, stringifyJson } from './json-parse.ts'
import wasm from './json-scan.as.ts?wasm'

// As in json-scan.as.ts.
const simpleString = 1
const plainNumber = 3
const literalTrue = 5
const literalFalse = 6
const literalNull = 7
const internedString = 9

const messages = [
  '',
  'expected a field name or "}"',
  'expected a field name',
  'expected ":"',
  'expected a value',
  'expected "," or "}"',
  'expected "," or "]"',
  'the string is not closed',
  'control character in a string',
  'expected four hexadecimal digits after \\u',
  'unknown escape in a string',
  'expected a digit',
  'nested deeper than 512 levels',
  'text after the value',
  'the record batch is damaged',
]

/** What the scanner says of a failure. */
export const scanMessage = (code: number): string => messages[code] ?? 'not JSON'

interface ScanModule {
  readonly memory: WebAssembly.Memory
  readonly maxSlots: WebAssembly.Global
  readonly outputAddress: WebAssembly.Global
  readonly inputAddress: WebAssembly.Global
  readonly internWantedAddress: WebAssembly.Global
  readonly shapesAddress: WebAssembly.Global
  readonly shapesSize: WebAssembly.Global
  readonly emittedAddress: WebAssembly.Global
  failureCode(): number
  failureAddress(): number
  resumeAddress(): number
  trailingLineBreaks(): number
  setSlots(count: number, allowLineBreaks: boolean): void
  scan(start: number, limit: number): number
  scanFrames(start: number, limit: number, parse: boolean): number
  emitShape(record: number, program: number, to: number): number
}

const keyTableAddress = 1024
const keyBytesAddress = 4096
const keyBytesSize = 28672
/** The scanner reads up to this many bytes past the end of its input. */
const readAhead = 32
const pageBytes = 65536

let compiled: WebAssembly.Module | undefined

const instantiate = (): ScanModule => {
  compiled ??= new WebAssembly.Module(Buffer.from(wasm, 'base64'))
  // The exports of a module have no static type; these are the ones that json-scan.as.ts declares.
  return new WebAssembly.Instance(compiled, {}).exports as unknown as ScanModule
}

/** One scanner per source. As a LazyJson it is the record last selected. */
export class JsonScanner extends LazyJson {
  protected readonly module = instantiate()
  protected readonly inputAddress = this.module.inputAddress.value as number
  protected readonly outputAddress = this.module.outputAddress.value as number
  private readonly maxSlots = this.module.maxSlots.value as number
  /** Values may span lines. */
  readonly multiline: boolean
  /** What `emit` writes. Replaced by `reserve`. */
  emitted: Buffer
  private readonly emittedAddress = this.module.emittedAddress.value as number
  private emittedBytes = 0
  private shapesEnd = this.module.shapesAddress.value as number
  /** The bytes to scan; write the block here. Replaced by `reserve`. */
  input: Buffer
  protected integers: Int32Array
  protected doubles: Float64Array
  private internWanted: Uint8Array
  private blockText: string | undefined
  private blockStart = 0
  private blockEnd = 0
  protected knownSlots = -1
  protected usedSlots = 0
  protected strideWords = 4
  /** Index in `integers` of the selected record. */
  protected record = 0
  private whole: unknown
  protected hasWhole = false
  private readonly internedStrings: (string | undefined)[] = []
  private readonly internedTexts: (ByteString | undefined)[] = []

  /** @param multiline values may span lines and follow each other without a line break (concatenated JSON). */
  constructor(multiline: boolean) {
    super()
    this.multiline = multiline
    this.input = Buffer.alloc(0)
    this.emitted = this.input
    this.integers = new Int32Array(0)
    this.doubles = new Float64Array(0)
    this.internWanted = new Uint8Array(0)
    this.reserve(pageBytes)
  }

  /** Makes room for a block of so many bytes; what is in `input` stays. */
  reserve(sizeBytes: number): void {
    const memory = this.module.memory
    const missing = this.inputAddress + sizeBytes + readAhead - memory.buffer.byteLength
    if (missing > 0) memory.grow(Math.ceil(missing / pageBytes))
    const buffer = memory.buffer
    this.input = Buffer.from(buffer, this.inputAddress, buffer.byteLength - this.inputAddress - readAhead)
    this.emitted = Buffer.from(buffer, this.emittedAddress, this.inputAddress - this.emittedAddress)
    this.integers = new Int32Array(buffer)
    this.doubles = new Float64Array(buffer)
    this.internWanted = new Uint8Array(buffer, this.module.internWantedAddress.value as number, this.maxSlots)
  }

  /**
   * Scans input[start, limit): as many records as fit into its output, or up to the first that is no JSON.
   * @returns how many records can be selected; `resumeAt` is where to go on, `failure` what is wrong there if anything.
   */
  scan(start: number, limit: number): number {
    if (this.knownSlots !== slotCount()) this.learnSlots()
    if (this.blockEnd !== limit || start < this.blockStart) this.setBlock(start, limit)
    this.hasWhole = false
    return this.module.scan(this.inputAddress + start, this.inputAddress + limit)
  }

  /** How many field slots there are now; more than `knownSlots` after an expression was compiled. */
  protected get slots(): number {
    return slotCount()
  }

  /** Forgets the text of the block: the bytes have changed. */
  setBlock(start: number, limit: number): void {
    this.blockText = undefined
    this.blockStart = start
    this.blockEnd = limit
  }

  /**
   * Prepares a JSON text of literals and of fields, which stand there by their slots.
   * @returns the number to give to `emit`, or 0 if it cannot be done.
   */
  prepareShape(pieces: readonly (ByteString | number)[]): number {
    const program = this.shapesEnd
    const literals = pieces.map((piece) => Buffer.from(typeof piece === 'number' ? 'null' : piece, 'latin1'))
    const bytes = literals.reduce((total, literal) => total + literal.length, 4 + pieces.length * 12)
    const room = (this.module.shapesAddress.value as number) + (this.module.shapesSize.value as number) - program
    const slots = pieces.filter((piece) => typeof piece === 'number')
    if (bytes + 64 > room || slots.some((slot) => slot >= this.maxSlots)) return 0
    const memory = Buffer.from(this.module.memory.buffer)
    let at = memory.writeUInt32LE(pieces.length, program)
    let literalAt = program + 4 + pieces.length * 12
    pieces.forEach((piece, index) => {
      const literal = literals[index] as Buffer
      at = memory.writeUInt32LE(typeof piece === 'number' ? piece : 0xffffffff, at)
      at = memory.writeUInt32LE(literalAt, at)
      at = memory.writeUInt32LE(literal.length, at)
      literalAt += literal.copy(memory, literalAt)
    })
    this.shapesEnd = (literalAt + 3) & ~3
    return program
  }

  /**
   * Appends a shape of the selected record to `emitted`, where it stays until the next block.
   * @returns where it begins; it ends at `emittedEnd`. -1 if there is no room or the record needs the long way.
   */
  emit(shape: number): number {
    if (((this.integers[this.record + 2] as number) & 256) !== 0 || this.usedSlots !== this.knownSlots) return -1
    const start = this.emittedBytes
    const end = this.module.emitShape(this.record << 2, shape, this.emittedAddress + start)
    if (end === 0) return -1
    this.emittedBytes = end - this.emittedAddress
    return start
  }

  /** Where in `emitted` the last shape ends. */
  get emittedEnd(): number {
    return this.emittedBytes
  }

  /** The last shape, which begins at `start`, has been copied: its place is free again. */
  takeBack(start: number): void {
    this.emittedBytes = start
  }

  /** What has been emitted is not needed any more. */
  clearEmitted(): void {
    this.emittedBytes = 0
  }

  /** Makes the index-th record of the last scan the current one. */
  select(index: number): void {
    this.record = (this.outputAddress >> 2) + index * this.strideWords
    this.hasWhole = false
  }

  /** Where the selected record begins in `input`. */
  get start(): number {
    return this.integers[this.record] as number
  }

  /** Where the selected record ends (exclusive) in `input`. */
  get end(): number {
    return this.integers[this.record + 1] as number
  }

  /** Line breaks between the record before, or the place where the scan began, and the selected record. */
  get lineBreaksBefore(): number {
    return this.integers[this.record + 3] as number
  }

  /** Line breaks since the last record. */
  get trailingLineBreaks(): number {
    return this.module.trailingLineBreaks()
  }

  /** Where the last scan stopped: the limit, or the start of what failed or did not fit. */
  get resumeAt(): number {
    return this.module.resumeAddress() - this.inputAddress
  }

  /** Why the last scan stopped before its limit, if the record at `resumeAt` is no JSON. `at` is the offending byte. */
  get failure(): { readonly message: string; readonly at: number; readonly truncated: boolean } | undefined {
    const code = this.module.failureCode()
    if (code === 0) return undefined
    const at = this.module.failureAddress() - this.inputAddress
    const truncated = at >= this.blockEnd || (this.input[at] === 10 && !this.multiline)
    const message = scanMessage(code)
    return { message: truncated ? `${message}, but the text ends` : message, at, truncated }
  }

  override field(slot: number): unknown {
    const integers = this.integers
    if (slot >= this.usedSlots || ((integers[this.record + 2] as number) & 256) !== 0) return this.slowField(slot)
    const at = this.record + 4 + (slot << 2)
    const end = integers[at + 1] as number
    const kind = end >>> 28
    if (kind === internedString) {
      const id = integers[at + 2] as number
      return this.internedStrings[id] ?? this.internString(id, at)
    }
    if (kind === plainNumber) return this.doubles[(at >> 1) + 1]
    // From the next block on short strings of this field are recognised by the scanner.
    if (kind === simpleString) this.internWanted[slot] = 1
    return this.materialise(kind, integers[at] as number, end & 0xfffffff)
  }

  override fieldJson(slot: number): ByteString | undefined {
    const integers = this.integers
    if (slot >= this.usedSlots || ((integers[this.record + 2] as number) & 256) !== 0) {
      const value = this.slowField(slot)
      return value === undefined ? undefined : toByteString(stringifyJson(value))
    }
    const at = this.record + 4 + (slot << 2)
    const end = integers[at + 1] as number
    const kind = end >>> 28
    if (kind === 0) return undefined
    if (kind === internedString) {
      const id = integers[at + 2] as number
      return (this.internedTexts[id] ??= this.slice(integers[at] as number, end & 0xfffffff))
    }
    return this.slice(integers[at] as number, end & 0xfffffff)
  }

  override plain(): unknown {
    if (!this.hasWhole) {
      const kind = (this.integers[this.record + 2] as number) & 15
      this.whole = this.materialise(kind, this.start, this.end)
      this.hasWhole = true
    }
    return this.whole
  }

  override json(): ByteString {
    return this.slice(this.start, this.end)
  }

  /** input[start, end) of the block last scanned. */
  slice(start: number, end: number): ByteString {
    this.blockText ??= this.input.toString('latin1', this.blockStart, this.blockEnd)
    return this.blockText.slice(start - this.blockStart, end - this.blockStart) as ByteString
  }

  private internString(id: number, at: number): string {
    const start = this.integers[at] as number
    const end = (this.integers[at + 1] as number) & 0xfffffff
    const text = this.input.toString('latin1', start + 1, end - 1)
    this.internedStrings[id] = text
    return text
  }

  private materialise(kind: number, start: number, end: number): unknown {
    switch (kind) {
      case 0:
        return undefined
      case simpleString:
        return this.slice(start + 1, end - 1)
      case literalTrue:
        return true
      case literalFalse:
        return false
      case literalNull:
        return null
      default:
        return parseJson(this.slice(start, end))
    }
  }

  /** A field that the scan did not look for, or one of a record with escapes in its keys. */
  private slowField(slot: number): unknown {
    const value = this.plain()
    if (typeof value !== 'object' || value === null) return undefined
    const name = fieldName(slot)
    return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
  }

  protected learnSlots(): void {
    this.knownSlots = slotCount()
    let at = keyBytesAddress
    let slot = 0
    const bytes = Buffer.from(this.module.memory.buffer)
    for (; slot < Math.min(this.knownSlots, this.maxSlots); slot++) {
      const key = Buffer.from(`"${fieldName(slot)}"`, 'utf8')
      if (at + key.length > keyBytesAddress + keyBytesSize) break
      key.copy(bytes, at)
      this.integers[(keyTableAddress >> 2) + slot * 2] = at
      this.integers[(keyTableAddress >> 2) + slot * 2 + 1] = key.length
      at += key.length
    }
    this.usedSlots = slot
    this.strideWords = 4 + slot * 4
    this.module.setSlots(slot, this.multiline)
  }
}
