// An object made of fields of a scanned record: `{user, page}`. It is nothing but the recipe; reading one of its fields reads
// that of the record, and writing it copies bytes.

import type { ByteString } from '../model/byte-string.ts'
import { LazyJson } from '../model/lazy-json.ts'
import { parseJson, setField } from './json-parse.ts'
import type { JsonScanner } from './json-scanner.ts'

/** What a shape consists of: JSON text, and between its pieces fields of the record by their slots. */
export type ShapePieces = readonly (ByteString | number)[]

/** One field of a shape: its slot, its name, and the slot of the record's field or the text of a constant. */
export interface ShapeField {
  readonly slot: number
  readonly name: string
  readonly source: number | ByteString
}

/** A recipe for objects. */
export interface Shape {
  readonly fields: readonly ShapeField[]
  readonly pieces: ShapePieces
}

/** The shape of the record that a scanner has selected; valid as long as that is. */
export class ScannedShape extends LazyJson {
  readonly scanner: JsonScanner
  private readonly shape: Shape
  private readonly program: number

  constructor(scanner: JsonScanner, shape: Shape) {
    super()
    this.scanner = scanner
    this.shape = shape
    this.program = scanner.prepareShape([...shape.pieces, '\n' as ByteString])
  }

  override field(slot: number): unknown {
    const source = this.sourceOf(slot)
    if (source === undefined) return undefined
    return typeof source === 'number' ? (this.scanner.field(source) ?? null) : parseJson(source)
  }

  override fieldJson(slot: number): ByteString | undefined {
    const source = this.sourceOf(slot)
    return source === undefined ? undefined : this.textOf(source)
  }

  override plain(): unknown {
    const value = {}
    for (const { slot, name } of this.shape.fields) setField(value, name, this.field(slot))
    return value
  }

  override json(): ByteString {
    let text = ''
    for (const piece of this.shape.pieces) text += typeof piece === 'number' ? this.textOf(piece) : piece
    return text as ByteString
  }

  /** Writes the text and a line feed into the scanner's `emitted`; where it begins there, or -1 if that cannot be done. */
  emitLine(): number {
    return this.program === 0 ? -1 : this.scanner.emit(this.program)
  }

  private sourceOf(slot: number): number | ByteString | undefined {
    return this.shape.fields.find((field) => field.slot === slot)?.source
  }

  private textOf(source: number | ByteString): ByteString {
    return typeof source === 'number' ? (this.scanner.fieldJson(source) ?? ('null' as ByteString)) : source
  }
}
