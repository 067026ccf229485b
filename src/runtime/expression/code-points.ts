// Positions and lengths of strings in code points, so that no character is ever cut in two.

const surrogate = /[\ud800-\udfff]/

/** True if a string has characters of two UTF-16 units, so that its units are not its code points. */
export const hasSurrogates = (text: string): boolean => surrogate.test(text)

/** How many code points a string has. */
export const codePointLength = (text: string): number => {
  if (!surrogate.test(text)) return text.length
  let length = 0
  for (const _ of text) length++
  return length
}

/** The code points from `start` up to `end` (exclusive), both at least 0. */
export const sliceCodePoints = (text: string, start: number, end: number): string =>
  surrogate.test(text) ? Array.from(text).slice(start, end).join('') : text.slice(start, end)

/** The position in code points of a position in UTF-16 units. */
export const codePointIndex = (text: string, unitIndex: number): number => codePointLength(text.slice(0, unitIndex))
