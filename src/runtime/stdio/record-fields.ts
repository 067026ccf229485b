// The fields of a record's value as text, for formats of rows and columns. Numbers keep the digits that they came with.

import { toByteString, type ByteString } from '../model/byte-string.ts'
import { Decimal } from '../model/decimal.ts'
import { LazyJson } from '../model/lazy-json.ts'
import { jsonString, visitJsonFields } from '../serde/json-fields.ts'
import { stringifyJson } from '../serde/json-parse.ts'

/** Takes a field. `text` is empty for null, a string itself for a string, JSON for everything else. */
export type FieldVisitor = (name: string, text: ByteString, isNumber: boolean) => void

/** Visits the fields of an object in order; false if the value is none. A name may come twice, the last one counts. */
export const visitFields = (value: unknown, visit: FieldVisitor): boolean => {
  if (value instanceof LazyJson) {
    return visitJsonFields(value.json(), (name, json) => {
      const first = json.charCodeAt(0)
      if (first === 34) visit(name, stringContent(json), false)
      else visit(name, json === 'null' ? noText : json, first === 45 || (first >= 48 && first <= 57))
    })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  for (const [name, field] of Object.entries(value)) visitPlain(name, field, visit)
  return true
}

/** The text of a value as `visitFields` gives that of a field. */
export const valueText = (value: unknown): ByteString => {
  if (value instanceof LazyJson) {
    const json = value.json()
    return json.startsWith('"') ? stringContent(json) : json
  }
  return toByteString(typeof value === 'string' ? value : stringifyJson(value))
}

const noText = toByteString('')

/** The UTF-8 content of a JSON string; without escapes it is what stands between the quotes. */
const stringContent = (json: ByteString): ByteString =>
  json.includes('\\') ? toByteString(jsonString(json)) : (json.slice(1, -1) as ByteString)

const visitPlain = (name: string, field: unknown, visit: FieldVisitor): void => {
  if (field === null || field === undefined) visit(name, noText, false)
  else visit(name, valueText(field), isNumber(field))
}

const isNumber = (field: unknown): boolean =>
  typeof field === 'number' || typeof field === 'bigint' || field instanceof Decimal
