// JSON text in colours, for people who look at it on a terminal; never for a pipe. It tells tokens apart and checks nothing:
// text that is no JSON comes out readable too.

import type { Style } from './colour.ts'
import { escapeControls } from './escape.ts'

/** The text with field names, strings, numbers and literals coloured, and without characters that act on a terminal. */
export const colourJson = (text: string, style: Style): string => {
  let out = ''
  let at = 0
  while (at < text.length) {
    const end = tokenEnd(text, at)
    out += paintToken(text.slice(at, end), text, end, style)
    at = end
  }
  return out
}

const punctuation = '{}[],:'
const whitespace = ' \t\n\r'

/** Where the token that starts at a position ends. */
const tokenEnd = (text: string, start: number): number => {
  const first = text.charAt(start)
  if (first === '"') return stringEnd(text, start)
  if (punctuation.includes(first) || whitespace.includes(first)) return start + 1
  let end = start + 1
  while (end < text.length && !isDelimiter(text.charAt(end))) end++
  return end
}

const isDelimiter = (character: string): boolean =>
  character === '"' || punctuation.includes(character) || whitespace.includes(character)

/** The end of a string: behind the next quote with an even number of backslashes before it, or the end of the text. */
const stringEnd = (text: string, start: number): number => {
  let quote = text.indexOf('"', start + 1)
  while (quote !== -1) {
    let backslashes = 0
    while (text.charAt(quote - 1 - backslashes) === '\\') backslashes++
    if (backslashes % 2 === 0) return quote + 1
    quote = text.indexOf('"', quote + 1)
  }
  return text.length
}

const paintToken = (token: string, text: string, end: number, style: Style): string => {
  const first = token.charAt(0)
  if (first === '"') return (isFieldName(text, end) ? style.cyan : style.green)(escapeControls(token))
  // A carriage return between tokens would let the rest of the line overwrite its beginning.
  if (whitespace.includes(first)) return token === '\r' ? ' ' : token
  if (punctuation.includes(first)) return token
  return paintScalar(escapeControls(token), style)
}

const isFieldName = (text: string, end: number): boolean => {
  let next = end
  while (next < text.length && whitespace.includes(text.charAt(next))) next++
  return text.charAt(next) === ':'
}

const paintScalar = (token: string, style: Style): string => {
  if (token === 'null') return style.dim(token)
  return token === 'true' || token === 'false' ? style.magenta(token) : style.yellow(token)
}
