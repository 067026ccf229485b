// How many columns of a terminal a text takes. Every function takes text as data holds it and measures or returns what
// escapeControls makes of it, so what leaves this file is safe to print. Colour comes last: escape sequences have a width here.

import { escapeControls, isPrintableAscii } from './escape.ts'

/** The columns that a text takes on a terminal, control characters counted as their escapes. */
export const displayWidth = (text: string): number => {
  if (isPrintableAscii(text)) return text.length
  let width = 0
  for (const { segment } of graphemesOf(escapeControls(text))) width += graphemeWidth(segment)
  return width
}

/** The text if it fits into so many columns, otherwise as much of its beginning as fits before a `…`. */
export const truncate = (text: string, columns: number): string => {
  if (columns <= 0) return ''
  if (isPrintableAscii(text)) return text.length <= columns ? text : `${text.slice(0, columns - 1)}…`
  const visible = escapeControls(text)
  let width = 0
  let cut = 0
  for (const { segment, index } of graphemesOf(visible)) {
    if (width < columns) cut = index
    width += graphemeWidth(segment)
    if (width > columns) return `${visible.slice(0, cut)}…`
  }
  return visible
}

/** The text followed by spaces up to a width; a wider text as it is. */
export const padEnd = (text: string, columns: number): string => {
  if (isPrintableAscii(text)) return text.padEnd(columns)
  return escapeControls(text) + ' '.repeat(Math.max(0, columns - displayWidth(text)))
}

/** The text after spaces up to a width; a wider text as it is. */
export const padStart = (text: string, columns: number): string => {
  if (isPrintableAscii(text)) return text.padStart(columns)
  return ' '.repeat(Math.max(0, columns - displayWidth(text))) + escapeControls(text)
}

// Making one takes longer than the rest of a start, and most texts are ASCII.
let segmenter: Intl.Segmenter | undefined
const graphemesOf = (text: string): Intl.Segments =>
  (segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' })).segment(text)

// Several code points that terminals draw as one emoji: joined, coloured or made an emoji by a selector, keycaps, flags.
const emojiSequence =
  /^(?:\p{Extended_Pictographic}.*[\u{fe0f}\u{200d}\p{Emoji_Modifier}]|[0-9#*]\u{fe0f}\u{20e3}|\p{Regional_Indicator}{2})/u

// Combining marks, format characters that show nothing, and the vowels and finals of composed Hangul. Four characters that
// Unicode calls ignorable are drawn nevertheless.
const zeroWidth =
  /^(?:[\p{Mn}\p{Me}\u1160-\u11ff\ud7b0-\ud7ff]|(?![\u00ad\u115f\u3164\uffa0])\p{Default_Ignorable_Code_Point})$/u

const emoji = /^(?!\p{Regional_Indicator})\p{Emoji_Presentation}$/u

// Code points of East Asian Width W or F (Unicode 17) that are no emoji, as pairs of first and last; gaps of unassigned
// code points are left out.
const wide = new Uint32Array([
  0x1100, 0x115f, 0x2329, 0x232a, 0x2630, 0x2637, 0x268a, 0x268f, 0x2e80, 0x303e, 0x3041, 0x3247, 0x3250, 0xa4c6,
  0xa960, 0xa97c, 0xac00, 0xd7a3, 0xf900, 0xfaff, 0xfe10, 0xfe19, 0xfe30, 0xfe6b, 0xff01, 0xff60, 0xffe0, 0xffe6,
  0x16fe0, 0x191d2, 0x1aff0, 0x1b2fb, 0x1d300, 0x1d376, 0x1f1ae, 0x1f1ae, 0x1f200, 0x1f265, 0x1f6d9, 0x1f6d9, 0x1f7da,
  0x1f7da, 0x1fa8b, 0x1fa8d, 0x1facc, 0x1fadd, 0x1faeb, 0x1faeb, 0x1faf9, 0x1fafa, 0x20000, 0x3fffd,
])

const graphemeWidth = (grapheme: string): number => {
  if (grapheme.length === 1) return codePointWidth(grapheme)
  if (emojiSequence.test(grapheme)) return 2
  let width = 0
  for (const character of grapheme) width += codePointWidth(character)
  return width
}

const codePointWidth = (character: string): number => {
  const codePoint = character.codePointAt(0) ?? 0
  if (codePoint < 0x300) return 1
  if (zeroWidth.test(character)) return 0
  return isWide(codePoint) || emoji.test(character) ? 2 : 1
}

const isWide = (codePoint: number): boolean => {
  for (let i = 0; i < wide.length; i += 2) {
    if (codePoint < (wide[i] ?? 0)) return false
    if (codePoint <= (wide[i + 1] ?? 0)) return true
  }
  return false
}
