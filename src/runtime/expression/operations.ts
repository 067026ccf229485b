// What generated code calls. The table is the only thing besides constants that it can reach.

import { toByteString, type ByteString } from '../model/byte-string.ts'
import { LazyJson } from '../model/lazy-json.ts'
import { RecordError } from '../model/record-error.ts'
import { stringifyJson } from '../serde/json-parse.ts'
import { add, divide, multiply, negate, remainder, subtract, type OperatorSite } from './arithmetic.ts'
import { contained, equal, greater, greaterOrEqual, inSet, less, lessOrEqual } from './comparison.ts'
import { describeValue } from './describe-value.ts'
import { extendObject } from './extend-object.ts'
import type { CallSite } from './functions/define-function.ts'
import { patternOf } from './functions/regular-expressions.ts'
import { header, headers, key, line, timestamp, window } from './metadata.ts'
import { at, own, slice } from './paths.ts'
import { testPattern, type Pattern } from './patterns/pattern.ts'
import { boundedText, showText } from './show-text.ts'

/** `value =~ pattern` for a pattern that stands in the text. */
const matches = (value: unknown, pattern: Pattern, site: OperatorSite): boolean => {
  if (typeof value === 'string') return testPattern(pattern, value)
  if (value === null || value === undefined) return false
  throw notText(value, site.left, site)
}

/** `value =~ pattern` for any other pattern. */
const matchesDynamic = (value: unknown, pattern: unknown, site: OperatorSite, call: CallSite): boolean => {
  if (value === null || value === undefined || pattern === null || pattern === undefined) return false
  if (typeof value !== 'string') throw notText(value, site.left, site)
  if (typeof pattern !== 'string') throw notText(pattern, site.right, site)
  return testPattern(patternOf(call, 1, pattern, ''), value)
}

const notText = (value: unknown, text: string, { operator }: OperatorSite): RecordError =>
  new RecordError(`${text} is ${describeValue(value)}, "${operator}" needs strings`, text)

/** What `...` spreads into an object. */
const spread = (value: unknown, text: string): object | null => {
  if (value === null || value === undefined) return null
  if (typeof value === 'object' && !Array.isArray(value)) return value
  throw new RecordError(`${text} is ${describeValue(value)}, "..." needs an object`, text)
}

/** A computed field name. */
const fieldKey = (value: unknown, text: string): string => {
  if (typeof value === 'string') return value
  throw new RecordError(`${text} is ${describeValue(value)}, a field name needs to be a string`, text)
}

/** JSON text; missing is null. */
const jsonText = (value: unknown): ByteString => toByteString(stringifyJson(value ?? null))

/** True for an object that has none of the fields, so that text can be added to it. */
const lacksFields = (value: LazyJson, slots: readonly number[]): boolean =>
  value.json().startsWith('{') && slots.every((slot) => value.fieldJson(slot) === undefined)

/** The JSON text of an object with more fields, given as `,"name":value…}`. */
const appendFields = (object: ByteString, fields: string): string => {
  const end = object.lastIndexOf('}')
  let last = end - 1
  while (object.charCodeAt(last) <= 32) last--
  return object.slice(0, end) + (object[last] === '{' ? fields.slice(1) : fields)
}

/** By the names under which generated code knows them. */
export const operations = {
  LazyJson,
  add,
  appendFields,
  at,
  boundedText,
  contained,
  divide,
  equal,
  extendObject,
  fieldKey,
  greater,
  greaterOrEqual,
  header,
  headers,
  inSet,
  jsonText,
  key,
  lacksFields,
  less,
  lessOrEqual,
  line,
  matches,
  matchesDynamic,
  multiply,
  negate,
  own,
  remainder,
  showText,
  slice,
  spread,
  subtract,
  timestamp,
  window,
} as const

export type OperationName = keyof typeof operations
