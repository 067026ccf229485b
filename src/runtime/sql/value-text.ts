// SQL values as text: what CAST to STRING makes of them, as Java shows them, and their JSON text.

import { Decimal } from '../model/decimal.ts'
import { setField, stringifyJson } from '../serde/json-parse.ts'
import type { SqlType } from './sql-type.ts'
import { dateText, timestampText, timeText } from './time/iso-text.ts'

/** As Java shows a double: `1.0`, `0.25`, `1.0E10`, `NaN`. */
export const doubleText = (value: number): string => {
  if (!Number.isFinite(value) || value === 0)
    return value === 0 ? (Object.is(value, -0) ? '-0.0' : '0.0') : String(value)
  const size = Math.abs(value)
  if (size >= 1e-3 && size < 1e7) {
    const text = String(value)
    return text.includes('.') ? text : `${text}.0`
  }
  const [mantissa = '', exponent = ''] = value.toExponential().split('e')
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${exponent.replace('+', '')}`
}

/** The text of a value of a type; null is `null`, as inside of arrays. */
export type TextOf = (value: unknown) => string

/** Makes the text of values of a type; undefined for BYTES, which have none. */
export const textFunction = (type: SqlType): TextOf | undefined => {
  const text = presentText(type)
  return text && ((value) => (value === null || value === undefined ? 'null' : text(value)))
}

const presentText = (type: SqlType): TextOf | undefined => {
  switch (type.kind) {
    case 'BYTES':
      return undefined
    case 'DOUBLE':
      return (value) => doubleText(Number(value))
    case 'DATE':
      return (value) => dateText(value as number)
    case 'TIME':
      return (value) => timeText(value as number)
    case 'TIMESTAMP':
      return (value) => timestampText(value as number)
    case 'ANY':
      return (value) => (typeof value === 'string' ? value : stringifyJson(value))
    case 'ARRAY': {
      const element = textFunction(type.element)
      return element && ((values) => `[${(values as readonly unknown[]).map(element).join(', ')}]`)
    }
    case 'MAP': {
      const of = textFunction(type.value)
      return (
        of &&
        ((map) =>
          `{${entriesOf(map)
            .map(([key, value]) => `${key}=${of(value)}`)
            .join(', ')}}`)
      )
    }
    case 'STRUCT': {
      const fields = type.fields.map(({ name, type: field }) => ({ name, of: textFunction(field) }))
      if (fields.some(({ of }) => of === undefined)) return undefined
      // Fields without a value are left out, as Kafka Connect's Struct does.
      return (struct) =>
        `Struct{${fields
          .filter(({ name }) => fieldOf(struct, name) !== null)
          .map(({ name, of }) => `${name}=${of?.(fieldOf(struct, name)) ?? ''}`)
          .join(',')}}`
    }
    default:
      return String
  }
}

const entriesOf = (map: unknown): [string, unknown][] => Object.entries(map as Readonly<Record<string, unknown>>)

/** A field of a struct or the value of a key of a map; null if it has none. */
export const fieldOf = (object: unknown, name: string): unknown =>
  Object.hasOwn(object as object, name) ? ((object as Readonly<Record<string, unknown>>)[name] ?? null) : null

/**
 * Values of a type as plain data that JSON writers show as ksqlDB's JSON format does: BYTES in base64, DECIMAL as numbers,
 * dates and times as integers; undefined where values are so already.
 */
export const jsonDataFunction = (type: SqlType): ((value: unknown) => unknown) | undefined => {
  const inner = presentJsonData(type)
  return inner && ((value) => (value === null || value === undefined ? null : inner(value)))
}

const presentJsonData = (type: SqlType): ((value: unknown) => unknown) | undefined => {
  switch (type.kind) {
    case 'BYTES':
      return (value) => base64Of(value as Uint8Array)
    case 'ARRAY': {
      const element = jsonDataFunction(type.element)
      return element && ((values) => (values as readonly unknown[]).map(element))
    }
    case 'MAP': {
      const value = jsonDataFunction(type.value)
      return value && ((map) => mapValues(map, value))
    }
    case 'STRUCT': {
      const fields = new Map(type.fields.map(({ name, type: field }) => [name, jsonDataFunction(field)]))
      if ([...fields.values()].every((field) => field === undefined)) return undefined
      return (struct) => mapValues(struct, (value, name) => fields.get(name)?.(value) ?? value)
    }
    default:
      return undefined
  }
}

/** A plain object with the same names and other values. */
export const mapValues = (object: unknown, of: (value: unknown, name: string) => unknown): object => {
  const result = {}
  for (const [name, value] of Object.entries(object as object)) setField(result, name, of(value, name))
  return result
}

export const base64Of = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')

/** JSON text of values of a type, as ksqlDB's JSON format writes them. */
export const jsonTextFunction = (type: SqlType): TextOf => {
  const data = jsonDataFunction(type)
  return data === undefined ? stringifyJson : (value) => stringifyJson(data(value))
}

/** True for a number of SQL of any type. */
export const isNumber = (value: unknown): value is number | bigint | Decimal =>
  typeof value === 'number' || typeof value === 'bigint' || value instanceof Decimal
