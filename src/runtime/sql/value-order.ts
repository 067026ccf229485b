// Equality and order of SQL values of one type, and of undeclared ones, whatever they are. Null is equal to null here; what
// operators make of null is theirs.

import { compareValues } from '../model/compare-values.ts'
import { Decimal } from '../model/decimal.ts'
import { isNumber } from './value-text.ts'

type SqlNumber = number | bigint | Decimal

/** Negative, zero or positive; numbers of different types by value, strings by UTF-16 unit as Java has it, bytes unsigned. */
export const compareSqlValues = (a: unknown, b: unknown): number => {
  if (typeof a === 'number' && typeof b === 'number') return compareDoubles(a, b)
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b)
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b)
  if (Array.isArray(a) && Array.isArray(b)) return compareArrays(a, b)
  return compareValues(a, b)
}

/** As Java's Double.compare: NaN is above all others. */
const compareDoubles = (a: number, b: number): number => {
  if (a < b) return -1
  if (a > b) return 1
  return a === b ? 0 : Number(Number.isNaN(a)) - Number(Number.isNaN(b))
}

const compareNumbers = (a: SqlNumber, b: SqlNumber): number => {
  if (!(a instanceof Decimal) && !(b instanceof Decimal)) return a < b ? -1 : a > b ? 1 : 0
  const left = a instanceof Decimal ? a : Decimal.from(a)
  const right = b instanceof Decimal ? b : Decimal.from(b)
  // What is not finite is no decimal.
  if (left === undefined || right === undefined) return compareDoubles(Number(a), Number(b))
  return left.compare(right)
}

const compareArrays = (a: readonly unknown[], b: readonly unknown[]): number => {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const order = compareSqlValues(a[index], b[index])
    if (order !== 0) return order
  }
  return a.length - b.length
}

/** In depth; numbers by value; the order of the fields of structs and maps does not matter. */
export const equalSqlValues = (a: unknown, b: unknown): boolean => {
  if (a === b) return true
  if (isNumber(a) && isNumber(b)) return compareSqlValues(a, b) === 0
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
    return a.every((item, index) => equalSqlValues(item, b[index]))
  }
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && Buffer.compare(a, b) === 0
  }
  if (a instanceof Decimal || b instanceof Decimal) return false
  const fields = Object.entries(a)
  if (fields.length !== Object.keys(b).length) return false
  return fields.every(
    ([name, value]) => Object.hasOwn(b, name) && equalSqlValues(value, (b as Readonly<Record<string, unknown>>)[name]),
  )
}

/** A key under which `equalSqlValues` values are the same: for sets and maps of values. */
export const identityOf = (value: unknown): unknown => {
  switch (typeof value) {
    case 'string':
      return `"${value}`
    case 'number':
    case 'boolean':
      return value
    case 'bigint':
      return `n${value}`
    default:
      return value === null || value === undefined ? null : identityOfObject(value)
  }
}

const identityOfObject = (value: object): unknown => {
  if (value instanceof Decimal) {
    const stripped = value.stripZeros()
    return identityOfNumber(stripped)
  }
  if (value instanceof Uint8Array) return `b${Buffer.from(value).toString('latin1')}`
  if (Array.isArray(value)) return `[${value.map((item) => part(identityOf(item))).join(',')}]`
  const names = Object.keys(value).sort()
  return `{${names.map((name) => `${JSON.stringify(name)}:${part(identityOf((value as Readonly<Record<string, unknown>>)[name]))}`).join(',')}}`
}

/** A decimal that a double holds exactly is the same value as the double. */
const identityOfNumber = (value: Decimal): unknown => {
  if (value.scale === 0 && Number.isSafeInteger(Number(value.unscaled))) return Number(value.unscaled)
  return String(value.toNumber()) === value.toString() ? value.toNumber() : `n${value.toString()}`
}

const part = (identity: unknown): string => (typeof identity === 'string' ? JSON.stringify(identity) : String(identity))
