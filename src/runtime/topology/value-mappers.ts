// What map, put, cut and explode do to a value.

import type { Expression } from '../expression/compile.ts'
import { extendObject } from '../expression/extend-object.ts'
import { toByteString } from '../model/byte-string.ts'
import { LazyJson } from '../model/lazy-json.ts'
import { RecordError } from '../model/record-error.ts'
import { plainValue, type StreamRecord } from '../model/stream-record.ts'
import type { ValueMapper } from '../operators/stateless.ts'
import { setField } from '../serde/json-parse.ts'
import { JsonScanner } from '../serde/json-scanner.ts'
import { JsonText } from '../serde/json-text.ts'
import { ScannedShape, type Shape } from '../serde/scanned-shape.ts'

/**
 * The value of an expression. Where it only takes from the record's text it stays text: that need not be parsed to be
 * written again.
 */
export const mapWithExpression = (expression: Expression): ValueMapper => {
  const { shape } = expression
  if (shape !== undefined) return mapWithShape(expression, shape)
  if (!expression.copiesText) return (record) => expression.evaluate(record)
  return (record) =>
    record.value instanceof LazyJson ? new JsonText(expression.json(record)) : expression.evaluate(record)
}

/** Keeps the fields that somebody reads; null stays null, because aggregations do not count it. */
export const onlyFields = (fields: ReadonlySet<string>, compile: (text: string) => Expression): ValueMapper => {
  const shape = [...fields].map((name) => `${JSON.stringify(name)}: .[${JSON.stringify(name)}]`)
  const map: ValueMapper = shape.length === 0 ? () => one : mapWithExpression(compile(`{${shape.join(', ')}}`))
  return (record) => (record.value === null ? null : map(record))
}

/** The value of a record that nobody looks into. */
const one = new JsonText(toByteString('1'))

const mapWithShape = (expression: Expression, shape: Shape): ValueMapper => {
  let scanned: ScannedShape | undefined
  // Several partitions have several scanners, and a scanner has room for a limited number of shapes.
  const known = new Map<JsonScanner, ScannedShape>()
  return (record) => {
    const { value } = record
    if (!(value instanceof JsonScanner)) {
      return value instanceof LazyJson ? new JsonText(expression.json(record)) : expression.evaluate(record)
    }
    // One object serves all records of a scanner, as the scanner itself does.
    if (scanned?.scanner !== value) {
      scanned = known.get(value) ?? new ScannedShape(value, shape)
      known.set(value, scanned)
    }
    return scanned
  }
}

/** The record's object with the fields of the expression's object set. */
export const mergeInto =
  (expression: Expression): ValueMapper =>
  (record) => {
    const added = expression.evaluate(record)
    if (!isObject(added)) throw new RecordError(`${expression.text} is no object, --merge needs one`)
    return withFields(record, Object.entries(added))
  }

/** The record's object with some fields set; a record that is no object is an error. */
export const withFields = (record: StreamRecord, fields: readonly (readonly [string, unknown])[]): object => {
  const result = extendObject({}, objectOf(record))
  for (const [name, field] of fields) setField(result, name, field)
  return result
}

/** The record's object without some fields. */
export const withoutFields =
  (names: ReadonlySet<string>): ValueMapper =>
  (record) => {
    const result = {}
    for (const [name, field] of Object.entries(objectOf(record))) if (!names.has(name)) setField(result, name, field)
    return result
  }

/** The elements of an expression's array; with `as` the record with each of them as that field. */
export const elementsOf = (
  record: StreamRecord,
  expression: Expression,
  as: string | undefined,
): readonly unknown[] => {
  const elements = expression.evaluate(record)
  if (elements === null) return []
  if (!Array.isArray(elements)) throw new RecordError(`${expression.text} is no array`, expression.text)
  return as === undefined ? elements : elements.map((element: unknown) => withFields(record, [[as, element]]))
}

const objectOf = (record: StreamRecord): object => {
  const value = plainValue(record.value)
  if (isObject(value)) return value
  throw new RecordError('the record is no object, so it has no fields')
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
