// Checks of what aggregate functions are given: values of records (RecordError) and constants (KsError compile).

import { KsError } from '../model/errors.ts'
import { RecordError } from '../model/record-error.ts'
import { stringifyJson } from '../serde/json-parse.ts'

const longestQuote = 40

/** A value as an error message shows it: its kind and its JSON text, shortened. */
const describeValue = (value: unknown): string => {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  const text = stringifyJson(value)
  const short = text.length > longestQuote ? `${text.slice(0, longestQuote)}…` : text
  if (typeof value === 'string') return `the string ${short}`
  if (Array.isArray(value)) return `the array ${short}`
  return typeof value === 'object' && value !== null ? `the object ${short}` : short
}

/** True for a value that aggregates ignore. */
export const isMissing = (value: unknown): value is null | undefined => value === null || value === undefined

/** True for a number that JSON can hold. */
export const isExactNumber = (value: unknown): value is number | bigint =>
  typeof value === 'number' ? Number.isFinite(value) : typeof value === 'bigint'

/** True for a number whose double is finite. */
export const isDouble = (value: unknown): value is number | bigint =>
  isExactNumber(value) && Number.isFinite(Number(value))

/** The value as an exact number; `name` is the function that wants one. */
export const exactNumber = (name: string, value: unknown): number | bigint => {
  if (isExactNumber(value)) return value
  throw new RecordError(`${name} expects a number, got ${describeValue(value)}`)
}

/** The value as a double; an integer beyond 2^53 is rounded. */
export const finiteNumber = (name: string, value: unknown): number => {
  const number = Number(exactNumber(name, value))
  if (!Number.isFinite(number)) throw new RecordError(`${name} cannot use a number beyond the range of a double`)
  return number
}

/** The value as a truth value. */
export const truthValue = (name: string, value: unknown): boolean => {
  if (typeof value === 'boolean') return value
  throw new RecordError(`${name} expects true or false, got ${describeValue(value)}`)
}

/** The value as an array. */
export const listValue = (name: string, value: unknown): readonly unknown[] => {
  if (Array.isArray(value)) return value
  throw new RecordError(`${name} expects an array, got ${describeValue(value)}`)
}

/** Values that have an order: numbers among themselves and strings among themselves. */
export type Ordered = number | bigint | string

/** The value as one that has an order. */
export const orderedValue = (name: string, value: unknown): Ordered => {
  if (typeof value === 'string' || typeof value === 'bigint') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw new RecordError(`${name} expects numbers or strings, got ${describeValue(value)}`)
}

/** True if `a` is below `b`: numbers by value, strings by UTF-16 unit. RecordError if one is a string and one a number. */
export const isBelow = (name: string, a: Ordered, b: Ordered): boolean => {
  if ((typeof a === 'string') !== (typeof b === 'string')) {
    throw new RecordError(`${name} cannot compare ${describeValue(a)} with ${describeValue(b)}`)
  }
  return a < b
}

/** A constant that is a whole number from 1. */
export const countConstant = (name: string, parameter: string, value: unknown): number => {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value
  throw wrongConstant(name, parameter, 'a whole number from 1', value)
}

/** A constant that is a number for which `fits` holds; `expected` says which numbers those are. */
export const numberConstant = (
  name: string,
  parameter: string,
  expected: string,
  value: unknown,
  fits: (number: number) => boolean,
): number => {
  const number = typeof value === 'bigint' ? Number(value) : value
  if (typeof number === 'number' && Number.isFinite(number) && fits(number)) return number
  throw wrongConstant(name, parameter, expected, value)
}

const wrongConstant = (name: string, parameter: string, expected: string, value: unknown): KsError =>
  new KsError(
    'compile',
    value === undefined
      ? `${name} needs ${parameter}, ${expected}`
      : `${name}: ${parameter} must be ${expected}, not ${describeValue(value)}`,
  )
