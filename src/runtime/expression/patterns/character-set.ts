// Sets of characters as text for a RegExp without the `u` flag: V8's linear-time engine takes neither `u` nor `i`, so
// characters beyond U+FFFF are spelled as pairs of units and both cases are listed.

/** From and to, inclusive, as code points. */
export type CodeRange = readonly [number, number]

const lastCode = 0x10ffff
const firstAstral = 0x10000

/**
 * The text that matches one character of the ranges.
 * @param wide for subjects that have characters beyond U+FFFF: halves of them are never matched. Without it such
 *   characters are left out.
 */
export const characterSetText = (ranges: readonly CodeRange[], wide: boolean): string => {
  const sorted = merge(ranges)
  const units = wide ? [...within(sorted, 0, 0xd7ff), ...within(sorted, 0xe000, 0xffff)] : within(sorted, 0, 0xffff)
  const text = `[${units.map(rangeText).join('')}]`
  const pairs = wide ? within(sorted, firstAstral, lastCode).flatMap(pairTexts) : []
  return pairs.length === 0 ? text : `(?:${[text, ...pairs].join('|')})`
}

/** The text for RegExp's `u` mode. */
export const nativeSetText = (ranges: readonly CodeRange[]): string =>
  `[${merge(ranges)
    .map(([from, to]) => `\\u{${from.toString(16)}}-\\u{${to.toString(16)}}`)
    .join('')}]`

/** All characters that are in none of the ranges. */
export const complement = (ranges: readonly CodeRange[]): readonly CodeRange[] => {
  const rest: CodeRange[] = []
  let next = 0
  for (const [from, to] of merge(ranges)) {
    if (from > next) rest.push([next, from - 1])
    next = to + 1
  }
  return next <= lastCode ? [...rest, [next, lastCode]] : rest
}

/** The ranges with the other case of each letter added. */
export const withBothCases = (ranges: readonly CodeRange[]): readonly CodeRange[] => {
  const added: CodeRange[] = [...ranges]
  for (const [from, to] of ranges) {
    for (let code = from; code <= Math.min(to, 0xffff); code++) {
      const character = String.fromCharCode(code)
      for (const other of [character.toLowerCase(), character.toUpperCase()]) {
        if (other.length === 1 && other !== character) added.push([other.charCodeAt(0), other.charCodeAt(0)])
      }
    }
  }
  return added
}

const merge = (ranges: readonly CodeRange[]): readonly CodeRange[] => {
  const merged: [number, number][] = []
  for (const [from, to] of [...ranges].sort((left, right) => left[0] - right[0])) {
    const last = merged.at(-1)
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to)
    else merged.push([from, to])
  }
  return merged
}

const within = (ranges: readonly CodeRange[], least: number, most: number): readonly CodeRange[] =>
  ranges
    .filter(([from, to]) => from <= most && to >= least)
    .map(([from, to]): CodeRange => [Math.max(from, least), Math.min(to, most)])

/** Alternatives of a high and a low surrogate that together make up a range. */
const pairTexts = ([from, to]: CodeRange): readonly string[] => {
  const [firstHigh, firstLow] = surrogates(from)
  const [lastHigh, lastLow] = surrogates(to)
  const pair = (highFrom: number, highTo: number, lowFrom: number, lowTo: number): string =>
    `[${rangeText([highFrom, highTo])}][${rangeText([lowFrom, lowTo])}]`
  if (firstHigh === lastHigh) return [pair(firstHigh, firstHigh, firstLow, lastLow)]
  if (firstLow === 0xdc00 && lastLow === 0xdfff) return [pair(firstHigh, lastHigh, firstLow, lastLow)]
  const between = lastHigh - firstHigh > 1 ? [pair(firstHigh + 1, lastHigh - 1, 0xdc00, 0xdfff)] : []
  return [pair(firstHigh, firstHigh, firstLow, 0xdfff), ...between, pair(lastHigh, lastHigh, 0xdc00, lastLow)]
}

const surrogates = (code: number): readonly [number, number] => [
  0xd800 + ((code - firstAstral) >> 10),
  0xdc00 + ((code - firstAstral) & 0x3ff),
]

const rangeText = ([from, to]: CodeRange): string =>
  from === to ? unitText(from) : `${unitText(from)}-${unitText(to)}`

/** One UTF-16 unit, as an escape unless it is a letter or digit. */
export const unitText = (unit: number): string => {
  const character = String.fromCharCode(unit)
  return /[A-Za-z0-9]/.test(character) ? character : `\\u${unit.toString(16).padStart(4, '0')}`
}

const ranges = (text: string): readonly CodeRange[] =>
  text.split(' ').map((range): CodeRange => [range.charCodeAt(0), range.charCodeAt(range.length - 1)])

const digits = ranges('0-9')
const wordCharacters = ranges('a-z A-Z 0-9 _')
const spaces: readonly CodeRange[] = [
  ...ranges('\t-\r \u00a0 \u1680 \u2000-\u200a \u2028 \u2029 \u202f \u205f \u3000 \ufeff'),
  [32, 32],
]

/** What `\d` and its kin stand for, by letter. */
export const escapedSets: ReadonlyMap<string, readonly CodeRange[]> = new Map([
  ['d', digits],
  ['D', complement(digits)],
  ['w', wordCharacters],
  ['W', complement(wordCharacters)],
  ['s', spaces],
  ['S', complement(spaces)],
])

/** What `[:alpha:]` and its kin stand for, by name. */
export const namedSets: ReadonlyMap<string, readonly CodeRange[]> = new Map([
  ['alnum', ranges('a-z A-Z 0-9')],
  ['alpha', ranges('a-z A-Z')],
  ['digit', digits],
  ['lower', ranges('a-z')],
  ['punct', ranges('!-/ :-@ [-` {-~')],
  ['space', [...ranges('\t-\r'), [32, 32]]],
  ['upper', ranges('A-Z')],
  ['word', wordCharacters],
  ['xdigit', ranges('0-9 a-f A-F')],
])
