// A pattern of java.time.format.DateTimeFormatter, taken apart: `yyyy-MM-dd'T'HH:mm[:ss]XXX`. Which letters there are, and how many
// of each mean what, is as in Java 11 with English texts and the weeks of the United States.

import { RecordError } from '../record-error.ts'
import type { DateField, Field } from './date-fields.ts'

/** One element of a pattern. */
export type PatternNode = NodeBody & {
  /** As it is written. */
  readonly source: string
}

export type NumberNode = Extract<PatternNode, { kind: 'number' }>
/** Without the way it is written. */
export type OffsetBody = Extract<NodeBody, { kind: 'offset' }>
type NumberBody = Extract<NodeBody, { kind: 'number' }>

type NodeBody =
  | { readonly kind: 'literal'; readonly text: string }
  | {
      readonly kind: 'number'
      readonly field: Field
      readonly minWidth: number
      readonly maxWidth: number
      /** A minus only if it is needed; a plus too if there are more digits than `minWidth`; none at all. */
      readonly sign: 'minus' | 'exceeds' | 'none'
      /** `year`: two digits of a year from 2000 to 2099. `fraction`: the digits behind the point of a second. */
      readonly as?: 'year' | 'fraction'
      /** How many digits belong to the fields that follow without a separator. */
      following: number
    }
  | { readonly kind: 'text'; readonly field: Field; readonly texts: readonly string[] }
  /** `minutes` and `seconds`: always, never, or if there are any. */
  | {
      readonly kind: 'offset'
      readonly colon: string
      readonly minutes: 'always' | 'some'
      readonly seconds: 'never' | 'some'
      readonly zero: string
    }
  | { readonly kind: 'offset of GMT'; readonly isFull: boolean }
  | { readonly kind: 'zone' }
  | { readonly kind: 'zone name'; readonly isLong: boolean }
  | { readonly kind: 'optional'; readonly nodes: readonly PatternNode[] }
  | { readonly kind: 'padded'; readonly width: number; readonly node: PatternNode }

const months = 'January February March April May June July August September October November December'.split(' ')
const weekdays = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ')
const short = (names: readonly string[]): readonly string[] => names.map((name) => name.slice(0, 3))
const narrow = (names: readonly string[]): readonly string[] => names.map((name) => name.slice(0, 1))

/** Texts by the value of the field: the first one is that of 0. */
type Texts = readonly [short: readonly string[], full: readonly string[], narrow: readonly string[]]
const fromOne = (...styles: Texts): Texts => [
  ['', ...styles[0]],
  ['', ...styles[1]],
  ['', ...styles[2]],
]

const monthTexts = fromOne(short(months), months, narrow(months))
const weekdayTexts = fromOne(short(weekdays), weekdays, narrow(weekdays))
const quarterTexts = fromOne(
  ['Q1', 'Q2', 'Q3', 'Q4'],
  ['1st quarter', '2nd quarter', '3rd quarter', '4th quarter'],
  ['1', '2', '3', '4'],
)
const eraTexts: Texts = [
  ['BC', 'AD'],
  ['Before Christ', 'Anno Domini'],
  ['B', 'A'],
]

const number = (
  field: Field,
  minWidth: number,
  maxWidth = minWidth,
  sign: NumberBody['sign'] = 'none',
): NumberBody => ({ kind: 'number', field, minWidth, maxWidth, sign, following: 0 })

/** As many digits as there are. */
const plain = (field: Field): NumberBody => number(field, 1, 19, 'minus')

const year = (field: DateField, count: number): NodeBody => {
  if (count === 2) return { ...number(field, 2), as: 'year' }
  return number(field, count, 19, count < 4 ? 'minus' : 'exceeds')
}

const textOf = (field: Field, [shortTexts, fullTexts, narrowTexts]: Texts, count: number): NodeBody => ({
  kind: 'text',
  field,
  texts: count < 4 ? shortTexts : count === 4 ? fullTexts : narrowTexts,
})

const numberOrText =
  (field: Field, texts: Texts, most = 5) =>
  (count: number): NodeBody | undefined => {
    if (count > most) return undefined
    if (count === 1) return plain(field)
    return count === 2 ? number(field, 2) : textOf(field, texts, count)
  }

/** Up to two digits. */
const twoDigits =
  (field: Field) =>
  (count: number): NodeBody | undefined =>
    count === 1 ? plain(field) : count === 2 ? number(field, 2) : undefined

const wholeNumber =
  (field: Field) =>
  (count: number): NodeBody =>
    number(field, count, 19)

const upTo =
  (most: number, make: (count: number) => NodeBody) =>
  (count: number): NodeBody | undefined =>
    count <= most ? make(count) : undefined

const offset = (count: number, zero: string): NodeBody => ({
  kind: 'offset',
  colon: count === 3 || count === 5 ? ':' : '',
  minutes: count === 1 ? 'some' : 'always',
  seconds: count > 3 ? 'some' : 'never',
  zero,
})

const weekday = (count: number): NodeBody => textOf('DayOfWeek', weekdayTexts, count)

/** What so many of a letter are; undefined if there is no such thing. */
const letters: Readonly<Record<string, (count: number) => NodeBody | undefined>> = {
  G: upTo(5, (count) => textOf('Era', eraTexts, count)),
  u: upTo(19, (count) => year('Year', count)),
  y: upTo(19, (count) => year('YearOfEra', count)),
  Y: upTo(19, (count) => year('WeekBasedYear', count)),
  Q: numberOrText('QuarterOfYear', quarterTexts),
  q: numberOrText('QuarterOfYear', quarterTexts),
  M: numberOrText('MonthOfYear', monthTexts),
  L: numberOrText('MonthOfYear', monthTexts),
  w: upTo(2, (count) => number('WeekOfWeekBasedYear', count, 2)),
  W: upTo(1, () => number('WeekOfMonth', 1)),
  d: twoDigits('DayOfMonth'),
  D: upTo(3, (count) => (count === 1 ? plain('DayOfYear') : number('DayOfYear', count, 3))),
  E: upTo(5, weekday),
  e: upTo(5, (count) => (count < 3 ? number('LocalizedDayOfWeek', count) : weekday(count))),
  c: (count) => (count === 1 ? number('LocalizedDayOfWeek', 1) : count === 2 || count > 5 ? undefined : weekday(count)),
  a: upTo(1, () => ({ kind: 'text', field: 'AmPmOfDay', texts: ['AM', 'PM'] })),
  H: twoDigits('HourOfDay'),
  k: twoDigits('ClockHourOfDay'),
  K: twoDigits('HourOfAmPm'),
  h: twoDigits('ClockHourOfAmPm'),
  m: twoDigits('MinuteOfHour'),
  s: twoDigits('SecondOfMinute'),
  S: upTo(9, (count) => ({ ...number('NanoOfSecond', count), as: 'fraction' })),
  A: upTo(19, wholeNumber('MilliOfDay')),
  n: upTo(19, wholeNumber('NanoOfSecond')),
  N: upTo(19, wholeNumber('NanoOfDay')),
  V: (count) => (count === 2 ? { kind: 'zone' } : undefined),
  z: upTo(4, (count) => ({ kind: 'zone name', isLong: count === 4 })),
  O: (count) => (count === 1 || count === 4 ? { kind: 'offset of GMT', isFull: count === 4 } : undefined),
  X: upTo(5, (count) => offset(count, 'Z')),
  x: upTo(5, (count) => offset(count, count === 1 ? '+00' : count % 2 === 0 ? '+0000' : '+00:00')),
  Z: upTo(5, (count) =>
    count < 4 ? offset(2, '+0000') : count === 4 ? { kind: 'offset of GMT', isFull: true } : offset(5, 'Z'),
  ),
}

/** The elements of a pattern. RecordError, which names the position, for what is no pattern. */
export const patternNodes = (pattern: string): readonly PatternNode[] => {
  let at = 0
  const wrong = (what: string, position: number): RecordError =>
    new RecordError(`the pattern '${pattern}' ${what} at character ${position + 1}`)

  const group = (depth: number): readonly PatternNode[] => {
    const nodes: PatternNode[] = []
    /** The first number of those that follow each other without a separator. */
    let leading: NumberNode | undefined
    const add = (node: PatternNode): void => {
      if (node.kind !== 'number') leading = undefined
      else if (leading === undefined) leading = node
      else if (node.minWidth === node.maxWidth && node.sign === 'none') {
        leading.following += node.maxWidth
      } else {
        leading.following = 0
        leading = node
      }
      nodes.push(node)
    }
    while (at < pattern.length) {
      const start = at
      const character = pattern.charAt(at)
      if (character === ']') {
        if (depth === 0) throw wrong('has a ] without a [', at)
        at++
        return nodes
      }
      if (character === '[') {
        at++
        const inner = group(depth + 1)
        add({ kind: 'optional', nodes: inner, source: pattern.slice(start, at) })
      } else if (character === "'") {
        const end = /^'(?:[^']|'')*'(?!')/.exec(pattern.slice(at))?.[0]
        if (end === undefined) throw wrong("has a ' that is not closed", at)
        at += end.length
        add({ kind: 'literal', text: end === "''" ? "'" : end.slice(1, -1).replaceAll("''", "'"), source: end })
      } else if (/[a-z]/i.test(character)) {
        const node = letterNode()
        // What is padded stands alone.
        if (node.kind === 'padded') {
          leading = undefined
          nodes.push(node)
        } else add(node)
      } else if (/[{}#]/.test(character)) {
        throw wrong(`has the reserved character ${character}`, at)
      } else {
        at++
        add({ kind: 'literal', text: character, source: character })
      }
    }
    return nodes // a [ need not be closed
  }

  const letterNode = (): PatternNode => {
    const start = at
    const letter = pattern.charAt(at)
    while (pattern.charAt(at) === letter) at++
    const count = at - start
    if (letter === 'p') {
      if (!/[a-z]/i.test(pattern.charAt(at))) throw wrong('has p without a letter behind it', start)
      const node = letterNode()
      return { kind: 'padded', width: count, node, source: pattern.slice(start, at) }
    }
    const make = letters[letter]
    if (make === undefined) throw wrong(`has the letter ${letter}, which stands for nothing,`, start)
    const body = make(count)
    if (body === undefined)
      throw wrong(`has ${letter.repeat(count)}, which is not a number of ${letter} that means something,`, start)
    return { ...body, source: pattern.slice(start, at) }
  }

  return group(0)
}
