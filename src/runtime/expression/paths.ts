// Steps of a path. A path never fails: what is missing, or not of the kind that has such a part, is undefined. Only own
// properties are fields, so `__proto__` and `constructor` are names like any other.

import { RecordError } from '../model/record-error.ts'
import { hasSurrogates } from './code-points.ts'
import { describeValue } from './describe-value.ts'

/** A field of an object. */
export const own = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) && !Array.isArray(value)
    ? (value as Record<string, unknown>)[name]
    : undefined

/** `value[index]`: an element of an array, from the end if negative, or a field of an object. */
export const at = (value: unknown, index: unknown): unknown => {
  if (typeof index === 'string') return own(value, index)
  if (typeof index !== 'number' || !Array.isArray(value)) return undefined
  const position = Math.floor(index)
  return (value as unknown[])[position < 0 ? position + value.length : position]
}

/** `value[from:to]` of a string (by code point) or an array; null for null. `text` is the path, for messages. */
export const slice = (value: unknown, from: unknown, to: unknown, text: string): unknown => {
  const start = bound(from, text, Math.floor)
  const end = bound(to, text, Math.ceil)
  if (value === null || value === undefined) return null
  if (Array.isArray(value)) return value.slice(start, end) as unknown[]
  if (typeof value === 'string') {
    return hasSurrogates(value) ? Array.from(value).slice(start, end).join('') : value.slice(start, end)
  }
  throw new RecordError(`${text} is ${describeValue(value)}, only strings and arrays have slices`, text)
}

const bound = (value: unknown, text: string, round: (value: number) => number): number | undefined => {
  if (value === null || value === undefined) return undefined
  if (typeof value === 'number') return round(value)
  throw new RecordError(`${text}: ${describeValue(value)} is no position`, text)
}
