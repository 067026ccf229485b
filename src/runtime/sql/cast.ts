// CAST, and the conversions that happen without it. All pass null on and throw RecordError for values that cannot be
// converted.

import { Decimal } from '../model/decimal.ts'
import { RecordError } from '../model/record-error.ts'
import { setField } from '../serde/json-parse.ts'
import { fromUndeclared } from './cast-undeclared.ts'
import { decimalOf, fitDecimal, type DecimalType } from './decimal-type.ts'
import {
  bigintValue,
  doubleToInt,
  doubleToLong,
  largestInt,
  largestLong,
  smallestInt,
  smallestLong,
  wrapInt,
  wrapLong,
} from './integers.ts'
import { sameType, showType, type SqlType } from './sql-type.ts'
import { msPerDay, parseDateText, parseTimestampText, parseTimeText } from './time/iso-text.ts'
import { fieldOf, mapValues, textFunction } from './value-text.ts'

export type Conversion = (value: unknown) => unknown

/** The conversion that leaves values as they are. */
export const sameValue: Conversion = (value) => value

type StructType = Extract<SqlType, { kind: 'STRUCT' }>

/** CAST(… AS to); undefined if ksqlDB has no such cast. */
export const castFunction = (from: SqlType, to: SqlType): Conversion | undefined => {
  if (from.kind === 'NULL' || sameType(from, to)) return sameValue
  if (from.kind === 'ANY') return fromUndeclared(to)
  if (from.kind === 'ARRAY' && to.kind === 'ARRAY') return elementwise(castFunction(from.element, to.element))
  if (from.kind === 'MAP' && to.kind === 'MAP') {
    return entrywise(castFunction(from.key, to.key), castFunction(from.value, to.value))
  }
  if (from.kind === 'STRUCT' && to.kind === 'STRUCT') return fieldwise(from, to, castFunction)
  return ofPresent(scalarCast(from, to))
}

/** The conversion of a value that stands where another type is needed: to wider numbers; undefined where CAST is needed. */
export const coerceFunction = (from: SqlType, to: SqlType): Conversion | undefined => {
  if (from.kind === 'NULL' || to.kind === 'ANY' || sameType(from, to)) return sameValue
  if (from.kind === 'ANY') return fromUndeclared(to)
  if (from.kind === 'ARRAY' && to.kind === 'ARRAY') return elementwise(coerceFunction(from.element, to.element))
  if (from.kind === 'MAP' && to.kind === 'MAP') {
    return entrywise(coerceFunction(from.key, to.key), coerceFunction(from.value, to.value))
  }
  if (from.kind === 'STRUCT' && to.kind === 'STRUCT') {
    const isWider = from.fields.every(({ name }) => to.fields.some((field) => field.name === name))
    return isWider ? fieldwise(from, to, coerceFunction) : undefined
  }
  return ofPresent(widening(from, to))
}

/** `convert` for all but null. */
const ofPresent = (convert: Conversion | undefined): Conversion | undefined =>
  convert === undefined || convert === sameValue ? convert : (value) => (value === null ? null : convert(value))

const elementwise = (convert: Conversion | undefined): Conversion | undefined =>
  convert === undefined || convert === sameValue
    ? convert
    : ofPresent((values) => (values as readonly unknown[]).map(convert))

const entrywise = (key: Conversion | undefined, value: Conversion | undefined): Conversion | undefined => {
  if (key === undefined || value === undefined) return undefined
  if (key === sameValue) return value === sameValue ? value : ofPresent((map) => mapValues(map, value))
  return ofPresent((map) => {
    const result = {}
    for (const [name, item] of Object.entries(map as object)) setField(result, String(key(name)), value(item))
    return result
  })
}

/** Field by field, by name; what the source has not is null, what the target has not is left out. */
const fieldwise = (
  from: StructType,
  to: StructType,
  between: (from: SqlType, to: SqlType) => Conversion | undefined,
): Conversion | undefined => {
  const conversions: { readonly name: string; readonly convert: Conversion }[] = []
  for (const { name, type } of to.fields) {
    const source = from.fields.find((field) => field.name === name)
    const convert = source === undefined ? (): null => null : between(source.type, type)
    if (convert === undefined) return undefined
    conversions.push({ name, convert })
  }
  return ofPresent((struct) => {
    const result = {}
    for (const { name, convert } of conversions) setField(result, name, convert(fieldOf(struct, name)))
    return result
  })
}

const widening = (from: SqlType, to: SqlType): Conversion | undefined => {
  const isInteger = from.kind === 'INTEGER' || from.kind === 'BIGINT'
  switch (to.kind) {
    case 'BIGINT':
      return from.kind === 'INTEGER' ? sameValue : undefined
    case 'DECIMAL':
      return decimalOf(from) && toDecimal(from, to)
    case 'DOUBLE':
      if (from.kind === 'DECIMAL') return (value) => (value as Decimal).toNumber()
      return from.kind === 'INTEGER' ? sameValue : isInteger ? Number : undefined
    default:
      return undefined
  }
}

const scalarCast = (from: SqlType, to: SqlType): Conversion | undefined => {
  switch (to.kind) {
    case 'STRING':
      return textFunction(from)
    case 'BOOLEAN':
      return from.kind === 'STRING' ? (value) => parseBoolean((value as string).trim()) ?? false : undefined
    case 'INTEGER':
      return toInteger(from)
    case 'BIGINT':
      return toBigint(from)
    case 'DOUBLE':
      return from.kind === 'STRING' ? (value) => parseDouble(value as string) : widening(from, to)
    case 'DECIMAL':
      return toDecimal(from, to)
    case 'DATE':
      if (from.kind === 'TIMESTAMP') return (value) => Math.floor((value as number) / msPerDay)
      return from.kind === 'STRING' ? reading('a date (yyyy-MM-dd)', parseDateText) : undefined
    case 'TIME':
      if (from.kind === 'TIMESTAMP') return (value) => modulo(value as number, msPerDay)
      return from.kind === 'STRING' ? reading('a time (HH:mm:ss)', parseTimeText) : undefined
    case 'TIMESTAMP':
      if (from.kind === 'DATE') return (value) => (value as number) * msPerDay
      return from.kind === 'STRING' ? reading("a timestamp (yyyy-MM-dd'T'HH:mm:ss.SSS)", parseTimestampText) : undefined
    default:
      return undefined
  }
}

const modulo = (value: number, divisor: number): number => ((value % divisor) + divisor) % divisor

const reading =
  (what: string, parse: (text: string) => unknown): Conversion =>
  (value) => {
    const parsed = parse((value as string).trim())
    if (parsed === undefined) throw new RecordError(`${JSON.stringify(value)} is not ${what}`)
    return parsed
  }

const toInteger = (from: SqlType): Conversion | undefined => {
  switch (from.kind) {
    case 'BIGINT':
      return (value) => wrapInt(value as number | bigint)
    case 'DOUBLE':
      return (value) => doubleToInt(value as number)
    case 'DECIMAL':
      return (value) => wrapInt((value as Decimal).toScale(0, 'DOWN').unscaled)
    case 'STRING':
      return (value) => parseInteger(value as string)
    default:
      return undefined
  }
}

const toBigint = (from: SqlType): Conversion | undefined => {
  switch (from.kind) {
    case 'INTEGER':
      return sameValue
    case 'DOUBLE':
      return (value) => doubleToLong(value as number)
    case 'DECIMAL':
      return (value) => wrapLong((value as Decimal).toScale(0, 'DOWN').unscaled)
    case 'STRING':
      return (value) => parseLong(value as string)
    default:
      return undefined
  }
}

const toDecimal = (from: SqlType, to: DecimalType): Conversion | undefined => {
  switch (from.kind) {
    case 'INTEGER':
    case 'BIGINT':
      return (value) => fitDecimal(new Decimal(BigInt(value as number | bigint), 0), to)
    case 'DECIMAL':
      return (value) => fitDecimal(value as Decimal, to)
    case 'DOUBLE':
      return (value) => fitDecimal(decimalOfDouble(value as number), to)
    case 'STRING':
      return (value) => fitDecimal(parseDecimal(value as string), to)
    default:
      return undefined
  }
}

const decimalOfDouble = (value: number): Decimal => {
  const decimal = Decimal.from(value)
  if (decimal === undefined) throw new RecordError(`${value} cannot be a DECIMAL`)
  return decimal
}

const integerText = /^[+-]?\d{1,30}$/

/** A text as INTEGER; RecordError if it is none. */
export const parseInteger = (text: string): number => {
  const number = integerText.test(text.trim()) ? Number(text) : NaN
  if (number >= smallestInt && number <= largestInt) return number + 0
  throw notA('INTEGER', text)
}

/** A text as BIGINT; RecordError if it is none. */
export const parseLong = (text: string): number | bigint => {
  const trimmed = text.trim()
  const number = integerText.test(trimmed) ? BigInt(trimmed.replace('+', '')) : undefined
  if (number !== undefined && number >= smallestLong && number <= largestLong) return bigintValue(number)
  throw notA('BIGINT', text)
}

const doublePattern = /^[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[dDfF]?)$/

/** A text as DOUBLE; RecordError if it is none. */
export const parseDouble = (text: string): number => {
  const trimmed = text.trim()
  if (doublePattern.test(trimmed)) return Number(trimmed.replace(/[+-]?NaN/, 'NaN').replace(/(?<=[\d.])[dDfF]$/, ''))
  throw notA('DOUBLE', text)
}

/** A text as a decimal number of any size; RecordError if it is none. */
export const parseDecimal = (text: string): Decimal => {
  const decimal = Decimal.parse(text)
  if (decimal === undefined) throw notA('DECIMAL', text)
  return decimal
}

/** true, yes and what they begin with are true, false, no and what they begin with false; undefined for other texts. */
export const parseBoolean = (text: string): boolean | undefined => {
  const lower = text.toLowerCase()
  if (lower === '') return undefined
  if ('true'.startsWith(lower) || 'yes'.startsWith(lower)) return true
  return 'false'.startsWith(lower) || 'no'.startsWith(lower) ? false : undefined
}

const notA = (kind: string, text: string): RecordError => {
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text
  return new RecordError(`${JSON.stringify(shown)} cannot be cast to ${kind}`)
}

/** The message for a cast that does not exist. */
export const noSuchCast = (from: SqlType, to: SqlType): string =>
  `Cast of ${showType(from)} to ${showType(to)} is not supported`
