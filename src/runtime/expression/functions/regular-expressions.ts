// Functions of strings and regular expressions. Positions and lengths count code points.

import { RecordError } from '../../model/record-error.ts'
import { setField } from '../../serde/json-parse.ts'
import { codePointIndex, codePointLength } from '../code-points.ts'
import { checkArrayLength, checkTextLength } from '../limits.ts'
import { cachedPattern, testPattern, type Pattern } from '../patterns/pattern.ts'
import { PatternError } from '../patterns/pattern-parser.ts'
import { defineFunction, type CallSite } from './define-function.ts'
import { optional, text } from './parameters.ts'

/** The pattern of a call; the last one is kept, so that a literal is compiled once. */
export const patternOf = (call: CallSite, position: number, pattern: string, flags: string): Pattern => {
  const last = call.pattern
  if (last?.text === pattern && last.flags === flags) return last.compiled
  try {
    const compiled = cachedPattern(pattern, flags, call.linearRegex)
    call.pattern = { text: pattern, flags, compiled }
    return compiled
  } catch (error) {
    if (!(error instanceof PatternError)) throw error
    const path = call.texts[position] ?? call.name
    throw new RecordError(`${path}: bad pattern ${JSON.stringify(pattern)}: ${error.message}`, path)
  }
}

const flagsParameter = optional(text('flags'))
const patternAt = { pattern: 1, flags: 2 }

const test = defineFunction({
  name: 'test',
  parameters: [text('text'), text('pattern'), flagsParameter],
  patternAt,
  summary: 'True if the pattern matches somewhere in the text; the flag i ignores case.',
  example: 'test("ERROR: disk", "^error", "i")',
  result: true,
  implementation: (call, value, pattern, flags = '') =>
    testPattern(patternOf(call, 1, pattern, flags.replace('g', '')), value),
})

const match = defineFunction({
  name: 'match',
  parameters: [text('text'), text('pattern'), flagsParameter],
  patternAt,
  summary: 'The first match with its groups, or null; with the flag g an array of all matches.',
  example: 'match("id=42", "(?<name>[a-z]+)=([0-9]+)")',
  result: {
    offset: 0,
    length: 5,
    string: 'id=42',
    captures: [
      { name: 'name', string: 'id' },
      { name: null, string: '42' },
    ],
  },
  implementation: (call, value, pattern, flags = '') =>
    firstOrAll(call, value, pattern, flags, (found, { groups }) => ({
      offset: codePointIndex(value, found.index),
      length: codePointLength(found[0]),
      string: found[0],
      captures: groups.map((name, group) => ({ name, string: found[group + 1] ?? null })),
    })),
})

const capture = defineFunction({
  name: 'capture',
  parameters: [text('text'), text('pattern'), flagsParameter],
  patternAt,
  summary: 'The named groups of the first match as an object, or null; with the flag g an array of them.',
  example: 'capture("GET /a", "^(?<verb>[A-Z]+) (?<path>.*)")',
  result: { verb: 'GET', path: '/a' },
  implementation: (call, value, pattern, flags = '') =>
    firstOrAll(call, value, pattern, flags, (found) => {
      const object = {}
      for (const [name, group] of Object.entries(found.groups ?? {})) setField(object, name, group ?? null)
      return object
    }),
})

const scan = defineFunction({
  name: 'scan',
  parameters: [text('text'), text('pattern'), flagsParameter],
  patternAt,
  summary: 'All matches as an array; of a pattern with groups the groups of each match.',
  example: '[scan("a1 b22", "[0-9]+"), scan("a1 b22", "([a-z])([0-9])")]',
  result: [
    ['1', '22'],
    [
      ['a', '1'],
      ['b', '2'],
    ],
  ],
  implementation: (call, value, pattern, flags = '') =>
    allMatches(call, value, pattern, flags).map((found) =>
      found.length === 1 ? found[0] : Array.from(found.slice(1), (group: string | undefined) => group ?? null),
    ),
})

const sub = defineFunction({
  name: 'sub',
  parameters: [text('text'), text('pattern'), text('replacement'), flagsParameter],
  patternAt: { pattern: 1, flags: 3 },
  summary: 'The text with the first match replaced; $1, $<name> and $& stand for groups and the match.',
  example: 'sub("2025-11-03", "([0-9]+)-([0-9]+)", "$2/$1")',
  result: '11/2025-03',
  implementation: (call, value, pattern, replacement, flags = '') => {
    const limit = flags.includes('g') ? Infinity : 1
    return replaced(call, value, allMatches(call, value, pattern, flags, limit), replacement)
  },
})

const gsub = defineFunction({
  name: 'gsub',
  parameters: [text('text'), text('pattern'), text('replacement'), flagsParameter],
  patternAt: { pattern: 1, flags: 3 },
  summary: 'The text with every match replaced; $1, $<name> and $& stand for groups and the match.',
  example: 'gsub("/user/17/order/4", "/[0-9]+", "/:id")',
  result: '/user/:id/order/:id',
  implementation: (call, value, pattern, replacement, flags = '') =>
    replaced(call, value, allMatches(call, value, pattern, flags), replacement),
})

const split = defineFunction({
  name: 'split',
  parameters: [text('text'), text('separator'), flagsParameter],
  patternAt: { pattern: 1, flags: 2 },
  summary: 'The parts of the text between separators; with a third argument, flags or "", the separator is a pattern.',
  example: '[split("a.b", "."), split("a1b22c", "[0-9]+", "")]',
  result: [
    ['a', 'b'],
    ['a', 'b', 'c'],
  ],
  implementation: (call, value, separator, flags) => {
    if (flags === undefined) return separator === '' ? Array.from(value) : value.split(separator)
    return between(value, allMatches(call, value, separator, flags))
  },
})

/** The parts between matches; an empty match does not cut an empty part off. */
export const between = (value: string, matches: readonly RegExpExecArray[]): string[] => {
  const parts: string[] = []
  let start = 0
  for (const found of matches) {
    if (found[0] === '' && (found.index === start || found.index === value.length)) continue
    parts.push(value.slice(start, found.index))
    start = found.index + found[0].length
  }
  return [...parts, value.slice(start)]
}

/** All matches, or the first `limit` ones. */
export const allMatches = (
  call: CallSite,
  value: string,
  pattern: string,
  flags: string,
  limit = Infinity,
  position = 1,
): readonly RegExpExecArray[] => {
  const expression = patternOf(call, position, pattern, flags.replace('g', '')).for(value)
  const matches: RegExpExecArray[] = []
  expression.lastIndex = 0
  for (let found = expression.exec(value); found !== null; found = expression.exec(value)) {
    matches.push(found)
    if (matches.length >= limit) break
    checkArrayLength(matches.length, `${call.name}()`)
    // Else it would be found again; the next character may be two units long.
    if (found[0] === '') expression.lastIndex += (value.codePointAt(expression.lastIndex) ?? 0) > 0xffff ? 2 : 1
  }
  return matches
}

const firstOrAll = (
  call: CallSite,
  value: string,
  pattern: string,
  flags: string,
  show: (found: RegExpExecArray, pattern: Pattern) => unknown,
): unknown => {
  const isGlobal = flags.includes('g')
  const results = allMatches(call, value, pattern, flags, isGlobal ? Infinity : 1).map((found) =>
    show(found, patternOf(call, 1, pattern, flags.replace('g', ''))),
  )
  return isGlobal ? results : (results[0] ?? null)
}

const replaced = (call: CallSite, value: string, matches: readonly RegExpExecArray[], replacement: string): string =>
  replacedBy(call, value, matches, (found) => expand(replacement, found))

/** The value with each of the matches replaced. */
export const replacedBy = (
  call: CallSite,
  value: string,
  matches: readonly RegExpExecArray[],
  replacement: (found: RegExpExecArray) => string,
): string => {
  let result = ''
  let start = 0
  for (const found of matches) {
    result += value.slice(start, found.index) + replacement(found)
    start = found.index + found[0].length
    checkTextLength(result.length, `${call.name}()`)
  }
  return result + value.slice(start)
}

const expand = (replacement: string, found: RegExpExecArray): string =>
  replacement.replace(
    /\$(?:([$&])|(\d{1,2})|<(\w+)>)/g,
    (all: string, sign?: string, group?: string, name?: string) => {
      if (sign !== undefined) return sign === '$' ? '$' : found[0]
      if (group !== undefined)
        return Number(group) > 0 && Number(group) < found.length ? (found[Number(group)] ?? '') : all
      return found.groups?.[name ?? ''] ?? ''
    },
  )

/** The functions of this family, in the order of help. */
export const regularExpressionFunctions = [test, match, capture, scan, sub, gsub, split]
