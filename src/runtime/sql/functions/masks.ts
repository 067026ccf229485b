// Masks: texts with their letters and digits replaced by those of a class, so that only the shape is left.

import { RecordError } from '../../model/record-error.ts'
import { integerType, stringType } from '../sql-type.ts'
import {
  defineSqlFunction,
  remembered,
  type ParameterType,
  type SqlCallSite,
  type SqlFunction,
} from './define-sql-function.ts'

const family = 'Strings'

/** What stands for an upper-case letter, a lower-case letter, a digit and anything else; null leaves it as it is. */
type MaskCharacters = readonly [string | null, string | null, string | null, string | null]

const defaults: MaskCharacters = ['X', 'x', 'n', '-']

const maskOf = (text: string, [upper, lower, digit, other]: MaskCharacters): string => {
  let masked = ''
  for (let index = 0; index < text.length; index++) {
    const unit = text.charAt(index)
    masked += maskFor(unit, upper, lower, digit, other) ?? unit
  }
  return masked
}

const maskFor = (
  unit: string,
  upper: string | null,
  lower: string | null,
  digit: string | null,
  other: string | null,
): string | null => {
  if (/\p{Lu}/u.test(unit)) return upper
  if (/\p{Ll}/u.test(unit)) return lower
  return /\p{Nd}/u.test(unit) ? digit : other
}

/** A mask is one character: the first of the text. */
const firstOf = (text: string | null): string | null => {
  if (text === '') throw new RecordError('a mask must have a character')
  return text === null ? null : text.charAt(0)
}

const charactersOf = (call: SqlCallSite, given: readonly (string | null)[]): MaskCharacters => {
  if (given.length === 0) return defaults
  return remembered(call, given.join('\0'), (): MaskCharacters => {
    const [upper = null, lower = null, digit = null, other = null] = given.map(firstOf)
    return [upper, lower, digit, other]
  })
}

const maskParameters: Readonly<Record<string, ParameterType>> = {
  upper: stringType,
  lower: stringType,
  digit: stringType,
  other: stringType,
}

const mask = defineSqlFunction({
  name: 'MASK',
  family,
  summary: 'The text with X, x, n and - for its letters, digits and all else, or with what is given for them.',
  signatures: [
    { parameters: { input: stringType }, returns: stringType },
    {
      parameters: { input: stringType, ...maskParameters },
      returns: stringType,
      acceptsNull: [false, true, true, true, true],
    },
  ],
  implementation: (call, text: string, ...given: (string | null)[]) => maskOf(text, charactersOf(call, given)),
  examples: [
    { sql: "MASK('My Test $123')", result: 'Xx-Xxxx--nnn' },
    { sql: "MASK('My Test $123', '*', NULL, '1', NULL)", result: '*y *est $111' },
  ],
})

/** `maskedFrom` and `maskedTo` say which part is masked, for a length and the number of characters. */
const partialMask = (
  name: string,
  summary: string,
  maskedFrom: (length: number, count: number) => number,
  maskedTo: (length: number, count: number) => number,
  result: string,
): SqlFunction =>
  defineSqlFunction({
    name,
    family,
    summary,
    signatures: [
      { parameters: { input: stringType, numChars: integerType }, returns: stringType },
      {
        parameters: { input: stringType, numChars: integerType, ...maskParameters },
        returns: stringType,
        acceptsNull: [false, false, true, true, true, true],
      },
    ],
    implementation: (call, text: string, count: number, ...given: (string | null)[]) => {
      if (count < 0) throw new RecordError(`${name} needs a number of characters that is not negative`)
      const from = maskedFrom(text.length, count)
      const to = maskedTo(text.length, count)
      return text.slice(0, from) + maskOf(text.slice(from, to), charactersOf(call, given)) + text.slice(to)
    },
    examples: [{ sql: `${name}('My Test $123', 4)`, result }],
  })

/** The functions of this family, in the order of help. */
export const maskFunctions = [
  mask,
  partialMask(
    'MASK_LEFT',
    'The text with its first characters masked.',
    () => 0,
    (length, count) => Math.min(count, length),
    'Xx-Xest $123',
  ),
  partialMask(
    'MASK_RIGHT',
    'The text with its last characters masked.',
    (length, count) => Math.max(0, length - count),
    (length) => length,
    'My Test -nnn',
  ),
  partialMask(
    'MASK_KEEP_LEFT',
    'The text masked but for its first characters.',
    (length, count) => Math.min(count, length),
    (length) => length,
    'My Txxx--nnn',
  ),
  partialMask(
    'MASK_KEEP_RIGHT',
    'The text masked but for its last characters.',
    () => 0,
    (length, count) => Math.max(0, length - count),
    'Xx-Xxxx-$123',
  ),
]
