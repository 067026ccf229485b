// A record with the fields of a table row added, without parsing either: fields are read from whoever has them, and the text
// is that of the record with the row's fields behind its own. Fields that the record has itself stay as they are.

import { toByteString, type ByteString } from '../model/byte-string.ts'
import { fieldSlot } from '../model/field-slots.ts'
import { LazyJson } from '../model/lazy-json.ts'
import { visitJsonFields } from './json-fields.ts'
import { parseJson, setField, stringifyJson } from './json-parse.ts'
import { JsonText } from './json-text.ts'

/** The fields that rows have; those of one table are mostly the same, and share it. */
class RowShape {
  readonly names: readonly string[]
  readonly slots: readonly number[]
  /** `,"name":` */
  readonly labels: readonly ByteString[]
  private readonly places: ReadonlyMap<number, number>

  constructor(names: readonly string[]) {
    this.names = names
    this.slots = names.map(fieldSlot)
    this.labels = names.map((name) => `,${toByteString(JSON.stringify(name))}:` as ByteString)
    this.places = new Map(this.slots.map((slot, place) => [slot, place]))
  }

  /** The place of a field in the row. */
  placeOf(slot: number): number | undefined {
    return this.places.get(slot)
  }
}

const shapes = new Map<string, RowShape>()
/** Where rows all look different their shapes are not kept. */
const mostShapes = 1000
let lastShape = new RowShape([])

const shapeOf = (names: readonly string[]): RowShape => {
  if (names.length === lastShape.names.length && names.every((name, place) => name === lastShape.names[place])) {
    return lastShape
  }
  const key = JSON.stringify(names)
  const shape = shapes.get(key) ?? new RowShape(names)
  if (shapes.size < mostShapes) shapes.set(key, shape)
  lastShape = shape
  return shape
}

/** The fields of a row, as JSON texts in the order of its shape. */
export interface RowFields {
  readonly shape: RowShape
  readonly texts: readonly ByteString[]
}

/** A row of a table; taken apart when it is joined for the first time. */
export class TableRow extends JsonText {
  private split: RowFields | null | undefined

  /** The row of a value that is valid only now. */
  static of(value: unknown): TableRow {
    return new TableRow(value instanceof LazyJson ? copied(value.json()) : toByteString(stringifyJson(value)))
  }

  /** Its fields; null if the row is no object. */
  get fields(): RowFields | null {
    if (this.split === undefined) this.split = fieldsOf(this.json())
    return this.split
  }
}

/** A string of its own: a part of the text of a batch would keep all of that in memory for as long as the row lives. */
const copied = (text: ByteString): ByteString => Buffer.from(text, 'latin1').toString('latin1') as ByteString

const fieldsOf = (json: ByteString): RowFields | null => {
  const names: string[] = []
  const texts: ByteString[] = []
  const isObject = visitJsonFields(json, (name, fieldJson) => {
    const earlier = names.indexOf(name)
    if (earlier < 0) {
      names.push(name)
      texts.push(fieldJson)
    } else texts[earlier] = fieldJson
  })
  return isObject ? { shape: shapeOf(names), texts } : null
}

/** The record and the row as one object. Valid as long as the record's value is. */
export class JoinedJson extends LazyJson {
  private readonly record: LazyJson
  private readonly row: RowFields

  /** @param record must be an object. */
  constructor(record: LazyJson, row: RowFields) {
    super()
    this.record = record
    this.row = row
  }

  override field(slot: number): unknown {
    const own = this.record.field(slot)
    if (own !== undefined) return own
    const json = this.rowText(slot)
    return json === undefined ? undefined : parseJson(json)
  }

  override fieldJson(slot: number): ByteString | undefined {
    return this.record.fieldJson(slot) ?? this.rowText(slot)
  }

  override plain(): unknown {
    const joined = {}
    for (const [name, value] of Object.entries(this.record.plain() as object)) setField(joined, name, value)
    const { shape, texts } = this.row
    for (const [place, name] of shape.names.entries()) {
      if (!Object.hasOwn(joined, name)) setField(joined, name, parseJson(texts[place] as ByteString))
    }
    return joined
  }

  override json(): ByteString {
    const text = this.record.json()
    const { shape, texts } = this.row
    let added = ''
    for (const [place, slot] of shape.slots.entries()) {
      if (this.record.fieldJson(slot) !== undefined) continue
      added += (shape.labels[place] as string) + (texts[place] as string)
    }
    if (added === '') return text
    const end = text.lastIndexOf('}')
    const isEmpty = /^\{\s*$/.test(text.slice(0, Math.min(end, 64)))
    return `${text.slice(0, end)}${isEmpty ? added.slice(1) : added}}` as ByteString
  }

  private rowText(slot: number): ByteString | undefined {
    const { shape, texts } = this.row
    const place = shape.placeOf(slot)
    return place === undefined ? undefined : texts[place]
  }
}
