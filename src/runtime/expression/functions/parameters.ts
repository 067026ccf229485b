// The kinds of parameters. Each reads one argument: the right type comes back, anything else is a RecordError that names
// the argument.

import { RecordError } from '../../model/record-error.ts'
import { timestampFromValue } from '../../model/timestamp.ts'
import { describeValue } from '../describe-value.ts'
import type { CallSite, Parameter } from './define-function.ts'

/** A lambda, compiled. Its result is plain data. */
export type Lambda = (...values: readonly unknown[]) => unknown

/** The error for an argument that is of the wrong kind or otherwise unusable. */
export const argumentError = (call: CallSite, position: number, value: unknown, needs: string): RecordError => {
  const text = call.texts[position] ?? `argument ${position + 1}`
  return new RecordError(`${text} is ${describeValue(value)}, ${call.name}() needs ${needs}`, text)
}

const parameter = <T>(name: string, needs: string, accepts: (value: unknown) => value is T): Parameter<T> => ({
  name,
  optional: false,
  acceptsNull: false,
  lambda: undefined,
  read: (value, call, position) => {
    if (accepts(value)) return value
    throw argumentError(call, position, value, needs)
  },
})

const isString = (value: unknown): value is string => typeof value === 'string'
const isNumeric = (value: unknown): value is number | bigint => typeof value === 'number' || typeof value === 'bigint'
const isArray = (value: unknown): value is readonly unknown[] => Array.isArray(value)
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isInteger = (value: unknown): value is number => Number.isSafeInteger(value)

/** A string. */
export const text = (name: string): Parameter<string> => parameter(name, 'a string', isString)

/** A number or a bigint. */
export const numeric = (name: string): Parameter<number | bigint> => parameter(name, 'a number', isNumeric)

/** A number; integers beyond 2^53 come rounded. */
export const number = (name: string): Parameter<number> => {
  const exact = numeric(name)
  return { ...exact, read: (value, call, position) => Number(exact.read(value, call, position)) }
}

/** An integer within 2^53. */
export const integer = (name: string): Parameter<number> => parameter(name, 'an integer', isInteger)

export const array = (name: string): Parameter<readonly unknown[]> => parameter(name, 'an array', isArray)

export const object = (name: string): Parameter<Readonly<Record<string, unknown>>> =>
  parameter(name, 'an object', isObject)

/** A string or an array. */
export const textOrArray = (name: string): Parameter<string | readonly unknown[]> =>
  parameter(
    name,
    'a string or an array',
    (value): value is string | readonly unknown[] => isString(value) || isArray(value),
  )

/** An object or an array. */
export const objectOrArray = (name: string): Parameter<object> =>
  parameter(name, 'an object or an array', (value): value is object => typeof value === 'object' && value !== null)

/** Anything, null too. */
export const any = (name: string): Parameter<unknown> => ({
  name,
  optional: false,
  acceptsNull: true,
  lambda: undefined,
  read: (value) => value,
})

/** Anything but null, which makes the result null. */
export const present = (name: string): Parameter<unknown> => ({ ...any(name), acceptsNull: false })

/** Milliseconds since the epoch from such a number or an ISO 8601 string. */
export const time = (name: string): Parameter<number> => ({
  ...any(name),
  acceptsNull: false,
  read: (value, call, position) => {
    const timestamp = timestampFromValue(value)
    if (timestamp !== undefined && Math.abs(timestamp) <= maximalTimestamp) return timestamp
    throw argumentError(call, position, value, 'milliseconds or an ISO 8601 time')
  },
})

const maximalTimestamp = 8.64e15

/** A lambda with so many parameters; `shown` is how help writes it. */
export const lambda = (shown: string, parameters: number): Parameter<Lambda> => ({
  ...any(shown),
  lambda: parameters,
  // Only code that was generated for a lambda gets here: check.ts has seen to that.
  read: (value) => value as Lambda,
})

/** The same parameter, but it may be left out. */
export const optional = <T>(parameter: Parameter<T>): Parameter<T | undefined> => ({ ...parameter, optional: true })

/** What is returned instead of failing when a text cannot be read. */
export const otherwise = optional(any('otherwise'))

/** The value for a text that cannot be read: what the caller gave for the case, or a RecordError. */
export const unreadable = (call: CallSite, value: unknown, fallback: unknown, needs: string): unknown => {
  if (fallback !== undefined) return fallback
  throw argumentError(call, 0, value, needs)
}
