// What becomes of an undeclared JSON value where a type is needed: the same as if the column had been declared so.

import { Decimal } from '../model/decimal.ts'
import { RecordError } from '../model/record-error.ts'
import { setField, stringifyJson } from '../serde/json-parse.ts'
import { fitDecimal } from './decimal-type.ts'
import { bigintValue, largestInt, largestLong, smallestInt, smallestLong } from './integers.ts'
import { showType, type SqlType } from './sql-type.ts'
import { jsonTextFunction, mapValues } from './value-text.ts'

type Reader = (value: unknown) => unknown

/** Reads JSON values as values of a type, null as null; RecordError for what is not like the type. */
export const fromUndeclared = (to: SqlType): Reader => {
  const read = reader(to)
  return (value) => (value === null || value === undefined ? null : read(value))
}

const reader = (to: SqlType): Reader => {
  const refuse = (value: unknown): RecordError => new RecordError(`${shown(value)} is not ${showType(to)}`)
  switch (to.kind) {
    case 'ANY':
    case 'NULL':
      return (value) => value
    case 'BOOLEAN':
      return (value) => {
        if (typeof value === 'boolean') return value
        throw refuse(value)
      }
    case 'INTEGER':
    case 'DATE':
    case 'TIME':
      return (value) => {
        const number = integerOf(value, to.kind === 'INTEGER')
        if (number !== undefined && number >= smallestInt && number <= largestInt) return Number(number)
        throw refuse(value)
      }
    case 'BIGINT':
      return (value) => {
        const number = integerOf(value, true)
        if (number !== undefined && number >= smallestLong && number <= largestLong) return bigintValue(number)
        throw refuse(value)
      }
    case 'TIMESTAMP':
      return (value) => {
        const number = integerOf(value, false)
        if (number !== undefined && number >= smallestLong && number <= largestLong) return Number(number)
        throw refuse(value)
      }
    case 'DOUBLE':
      return (value) => {
        if (typeof value === 'number') return value
        const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN
        if (typeof value === 'bigint' || value instanceof Decimal) return Number(value.toString())
        if (Number.isNaN(number)) throw refuse(value)
        return number
      }
    case 'DECIMAL':
      return (value) => {
        const decimal = decimalValue(value)
        if (decimal === undefined) throw refuse(value)
        return fitDecimal(decimal, to)
      }
    case 'STRING':
      return (value) => (typeof value === 'string' ? value : jsonTextOfUndeclared(value))
    case 'BYTES':
      return (value) => {
        if (value instanceof Uint8Array) return value
        if (typeof value === 'string' && base64.test(value)) return new Uint8Array(Buffer.from(value, 'base64'))
        throw refuse(value)
      }
    case 'ARRAY': {
      const element = fromUndeclared(to.element)
      return (value) => {
        if (Array.isArray(value)) return value.map(element)
        throw refuse(value)
      }
    }
    case 'MAP': {
      const of = fromUndeclared(to.value)
      return (value) => {
        if (isObject(value)) return mapValues(value, of)
        throw refuse(value)
      }
    }
    case 'STRUCT': {
      const fields = to.fields.map(({ name, type }) => ({ name, of: fromUndeclared(type) }))
      return (value) => {
        if (!isObject(value)) throw refuse(value)
        const struct = {}
        for (const { name, of } of fields) setField(struct, name, of(fieldIgnoringCase(value, name)))
        return struct
      }
    }
  }
}

const base64 = /^[A-Za-z0-9+/]*={0,2}$/

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Decimal)

const shown = (value: unknown): string => {
  const text = jsonTextOfUndeclared(value)
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}

/** JSON text; an undeclared value can have become one of SQL before. */
const jsonTextOfUndeclared = (value: unknown): string =>
  value instanceof Uint8Array ? jsonTextFunction({ kind: 'BYTES' })(value) : stringifyJson(value)

/** The integer part of a number, or the integer of a text if texts will do. */
const integerOf = (value: unknown, allowText: boolean): bigint | undefined => {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return Number.isFinite(value) ? BigInt(Math.trunc(value)) : undefined
  if (value instanceof Decimal) return value.toScale(0, 'DOWN').unscaled
  const isInteger = allowText && typeof value === 'string' && /^[+-]?\d{1,30}$/.test(value.trim())
  return isInteger ? BigInt(value.trim().replace('+', '')) : undefined
}

const decimalValue = (value: unknown): Decimal | undefined => {
  if (value instanceof Decimal) return value
  if (typeof value === 'string') return Decimal.parse(value)
  return typeof value === 'number' || typeof value === 'bigint' ? Decimal.from(value) : undefined
}

/** A field by its name, otherwise the first whose name differs in case only; undefined if there is none. */
export const fieldIgnoringCase = (object: object, name: string): unknown => {
  const fields = object as Readonly<Record<string, unknown>>
  if (Object.hasOwn(fields, name)) return fields[name]
  const lower = name.toLowerCase()
  if (Object.hasOwn(fields, lower)) return fields[lower]
  const found = Object.keys(fields).find((key) => key.toLowerCase() === lower)
  return found === undefined ? undefined : fields[found]
}
