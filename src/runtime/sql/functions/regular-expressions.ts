// Regular expressions. The syntax is Java's as far as it can be matched in linear time: no lookaround, no back references.

import { allMatches, between, replacedBy } from '../../expression/functions/regular-expressions.ts'
import { cachedPattern } from '../../expression/patterns/pattern.ts'
import { PatternError } from '../../expression/patterns/pattern-parser.ts'
import { RecordError } from '../../model/record-error.ts'
import { integerType, stringType } from '../sql-type.ts'
import { arrayOf, defineSqlFunction } from './define-sql-function.ts'

const family = 'Regular expressions'

/** What is wrong with a literal pattern. */
const checkPattern =
  (position: number) =>
  (literals: readonly unknown[]): string | undefined => {
    const pattern = literals[position]
    if (typeof pattern !== 'string') return undefined
    try {
      cachedPattern(pattern, '', true)
      return undefined
    } catch (error) {
      if (error instanceof PatternError) return `bad pattern ${JSON.stringify(pattern)}: ${error.message}`
      throw error
    }
  }

/** A group of a match; null if the pattern has no such group. */
const groupOf = (found: RegExpExecArray, group: number): string | null => found[group] ?? null

const extract = defineSqlFunction({
  name: 'REGEXP_EXTRACT',
  family,
  summary: 'The first match of a pattern, or a group of it; null if nothing matches.',
  check: checkPattern(0),
  signatures: [
    { parameters: { pattern: stringType, input: stringType }, returns: stringType },
    { parameters: { pattern: stringType, input: stringType, group: integerType }, returns: stringType },
  ],
  implementation: (call, pattern: string, text: string, group = 0) => {
    const [found] = allMatches(call, text, pattern, '', 1, 0)
    return found === undefined ? null : groupOf(found, group)
  },
  examples: [
    { sql: "REGEXP_EXTRACT('[0-9]+', 'room 12 of 30')", result: '12' },
    { sql: "REGEXP_EXTRACT('(.*) (.*)', 'hello there', 2)", result: 'there' },
  ],
})

const extractAll = defineSqlFunction({
  name: 'REGEXP_EXTRACT_ALL',
  family,
  summary: 'All matches of a pattern, or a group of each.',
  check: checkPattern(0),
  signatures: [
    { parameters: { pattern: stringType, input: stringType }, returns: arrayOf(stringType) },
    { parameters: { pattern: stringType, input: stringType, group: integerType }, returns: arrayOf(stringType) },
  ],
  implementation: (call, pattern: string, text: string, group = 0) => {
    const matches = allMatches(call, text, pattern, '', Infinity, 0)
    if (group < 0 || matches.some(({ length }) => group >= length)) return null
    return matches.map((found) => groupOf(found, group))
  },
  examples: [{ sql: "REGEXP_EXTRACT_ALL('[0-9]+', 'room 12 of 30')", result: ['12', '30'] }],
})

const replace = defineSqlFunction({
  name: 'REGEXP_REPLACE',
  family,
  summary: 'The text with all matches of a pattern replaced; $1 and ${name} stand for groups, \\$ for a dollar sign.',
  check: checkPattern(1),
  signatures: [
    {
      parameters: { str: stringType, regexp: stringType, newStr: stringType },
      returns: stringType,
      implementation: (call, text: string, pattern: string, replacement: string) =>
        replacedBy(call, text, allMatches(call, text, pattern, ''), (found) => expanded(replacement, found)),
    },
  ],
  examples: [{ sql: "REGEXP_REPLACE('2025-11', '([0-9]+)-([0-9]+)', '$2/$1')", result: '11/2025' }],
})

const expanded = (replacement: string, found: RegExpExecArray): string =>
  replacement.replace(
    /\\(.)|\$(?:\{(\w+)\}|(\d+))|[\\$]/gs,
    (all: string, escaped?: string, name?: string, digits?: string) => {
      if (escaped !== undefined) return escaped
      if (name !== undefined) {
        if (found.groups !== undefined && name in found.groups) return found.groups[name] ?? ''
        throw new RecordError(`the pattern has no group ${JSON.stringify(name)}`)
      }
      if (digits === undefined) throw new RecordError(`the replacement has a ${all} that stands for nothing`)
      return groupOfDigits(digits, found)
    },
  )

/** As in Java, the number of a group has as many digits as there are groups for. */
const groupOfDigits = (digits: string, found: RegExpExecArray): string => {
  for (let length = digits.length; length > 0; length--) {
    const group = Number(digits.slice(0, length))
    if (group < found.length) return (found[group] ?? '') + digits.slice(length)
  }
  throw new RecordError(`the pattern has no group ${digits}`)
}

const splitToArray = defineSqlFunction({
  name: 'REGEXP_SPLIT_TO_ARRAY',
  family,
  summary: 'The parts of the text between matches of a pattern; an empty pattern takes characters apart.',
  check: checkPattern(1),
  signatures: [
    {
      parameters: { str: stringType, regexp: stringType },
      returns: arrayOf(stringType),
      implementation: (call, text: string, pattern: string) => between(text, allMatches(call, text, pattern, '')),
    },
  ],
  examples: [{ sql: "REGEXP_SPLIT_TO_ARRAY('a1b22c', '[0-9]+')", result: ['a', 'b', 'c'] }],
})

/** The functions of this family, in the order of help. */
export const regularExpressionFunctions = [extract, extractAll, replace, splitToArray]
