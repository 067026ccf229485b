// A record with the fields of a table row added, without parsing either: fields are read from whoever has them, and the text
// is that of the record with the row's fields behind its own. Fields that the record has itself stay as they are.

import { toByteString, type ByteString } from '../model/byte-string.ts'
import { fieldSlot } from '../model/field-slots.ts'
import { LazyJson } from '../model/lazy-json.ts'
import { visitJsonFields } from './json-fields.ts'
import { parseJson, setField } from './json-parse.ts'
import { JsonText } from './json-text.ts'

interface RowField {
  readonly name: string
  /** JSON text of the value. */
  readonly json: ByteString
  /** `,"name":value` */
  readonly text: string
  value: unknown
  isParsed: boolean
}

/** A row of a table; taken apart when it is joined for the first time. */
export class TableRow extends JsonText {
  private split: ReadonlyMap<number, RowField> | null | undefined

  /** Its fields by slot, in their order; null if the row is no object. */
  get fields(): ReadonlyMap<number, RowField> | null {
    if (this.split === undefined) this.split = fieldsOf(this.json())
    return this.split
  }
}

const fieldsOf = (json: ByteString): ReadonlyMap<number, RowField> | null => {
  const fields = new Map<number, RowField>()
  const isObject = visitJsonFields(json, (name, fieldJson) => {
    const text = `,${toByteString(JSON.stringify(name))}:${fieldJson}`
    fields.set(fieldSlot(name), { name, json: fieldJson, text, value: undefined, isParsed: false })
  })
  return isObject ? fields : null
}

/** The record and the row as one object. Valid as long as the record's value is. */
export class JoinedJson extends LazyJson {
  private readonly record: LazyJson
  private readonly fields: ReadonlyMap<number, RowField>

  /** @param record must be an object. */
  constructor(record: LazyJson, fields: ReadonlyMap<number, RowField>) {
    super()
    this.record = record
    this.fields = fields
  }

  override field(slot: number): unknown {
    const own = this.record.field(slot)
    if (own !== undefined) return own
    const field = this.fields.get(slot)
    if (field === undefined) return undefined
    if (!field.isParsed) {
      field.value = parseJson(field.json)
      field.isParsed = true
    }
    return field.value
  }

  override fieldJson(slot: number): ByteString | undefined {
    return this.record.fieldJson(slot) ?? this.fields.get(slot)?.json
  }

  override plain(): unknown {
    const joined = {}
    for (const [name, value] of Object.entries(this.record.plain() as object)) setField(joined, name, value)
    for (const [slot, { name }] of this.fields)
      if (!Object.hasOwn(joined, name)) setField(joined, name, this.field(slot))
    return joined
  }

  override json(): ByteString {
    const text = this.record.json()
    let added = ''
    for (const [slot, field] of this.fields) if (this.record.fieldJson(slot) === undefined) added += field.text
    if (added === '') return text
    const end = text.lastIndexOf('}')
    const isEmpty = /^\{\s*$/.test(text.slice(0, Math.min(end, 64)))
    return `${text.slice(0, end)}${isEmpty ? added.slice(1) : added}}` as ByteString
  }
}
