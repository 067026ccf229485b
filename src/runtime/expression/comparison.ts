// Equality and order of values. Null is equal to null only, and neither below nor above anything; different types are
// never equal and never in order.

import { RecordError } from '../model/record-error.ts'
import type { OperatorSite } from './arithmetic.ts'
import { describeValue } from './describe-value.ts'
import { compareText } from '../model/text-order.ts'

/** In depth; numbers and bigint by value; missing is null. */
export const equal = (a: unknown, b: unknown): boolean => {
  if (a === b) return true
  if (typeof a === 'bigint') return typeof b === 'number' && Number.isInteger(b) && BigInt(b) === a
  if (typeof b === 'bigint') return typeof a === 'number' && Number.isInteger(a) && BigInt(a) === b
  if (typeof a !== 'object' || typeof b !== 'object')
    return a === undefined ? b === null : b === undefined && a === null
  if (a === null || b === null) return false
  if (Array.isArray(a)) return Array.isArray(b) && equalArrays(a, b)
  return !Array.isArray(b) && equalObjects(a, b)
}

const isNumeric = (value: unknown): value is number | bigint => typeof value === 'number' || typeof value === 'bigint'

const equalArrays = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((item, index) => equal(item, b[index]))

const equalObjects = (a: object, b: object): boolean => {
  const fields = Object.entries(a)
  return (
    fields.length === Object.keys(b).length &&
    fields.every(([name, value]) => Object.hasOwn(b, name) && equal(value, (b as Record<string, unknown>)[name]))
  )
}

export const less = (a: unknown, b: unknown): boolean => {
  if (isNumeric(a) && isNumeric(b)) return a < b
  return typeof a === 'string' && typeof b === 'string' && compareText(a, b) < 0
}

export const lessOrEqual = (a: unknown, b: unknown): boolean => {
  if (isNumeric(a) && isNumeric(b)) return a <= b
  return typeof a === 'string' && typeof b === 'string' && compareText(a, b) <= 0
}

export const greater = (a: unknown, b: unknown): boolean => less(b, a)

export const greaterOrEqual = (a: unknown, b: unknown): boolean => lessOrEqual(b, a)

/** `value in container`: an element of an array, a field name of an object; nothing is in null. */
export const contained = (value: unknown, container: unknown, site: OperatorSite): boolean => {
  if (Array.isArray(container)) return container.some((item) => equal(value, item))
  if (container === null || container === undefined) return false
  if (typeof container === 'object') return typeof value === 'string' && Object.hasOwn(container, value)
  throw new RecordError(
    `${site.right} is ${describeValue(container)}, "${site.operator}" needs an array or an object`,
    site.right,
  )
}

/** `value in [1, 2, "a"]`: scalars that are known when compiling and comparable as `isSetMember` says. */
export const inSet = (value: unknown, set: ReadonlySet<unknown>): boolean => {
  if (typeof value !== 'bigint') return set.has(value ?? null)
  const number = Number(value)
  return Number.isSafeInteger(number) && set.has(number)
}

/** True for scalars that a Set tells apart as `equal` does: a bigint may equal a large number, which a Set would not see. */
export const isSetMember = (value: unknown): boolean =>
  typeof value === 'number' ? Number.isSafeInteger(value) || !Number.isInteger(value) : typeof value !== 'bigint'
