// From the text of an expression to tokens. Embedded expressions of a string ("\(…)") become token lists of their own, so
// that every position stays one in the whole text.

import { compileError, type Source, type Span } from './source.ts'

export interface NumberToken extends Span {
  readonly kind: 'number'
  readonly value: number | bigint
}
/** A string: texts and, between them, the tokens of `\(…)` up to an end token that stands at the `)`. */
export interface TextToken extends Span {
  readonly kind: 'text'
  readonly parts: readonly (string | readonly Token[])[]
}
export interface WordToken extends Span {
  readonly kind: 'word'
  readonly text: string
}
export interface VariableToken extends Span {
  readonly kind: 'variable'
  readonly name: string
}
export interface SymbolToken extends Span {
  readonly kind: 'symbol'
  readonly text: string
}
/** Stands where the text, or an embedded expression, ends. */
export interface EndToken extends Span {
  readonly kind: 'end'
}
export type Token = NumberToken | TextToken | WordToken | VariableToken | SymbolToken | EndToken

const blank = /(?:\s+|#[^\n]*)+/y
const word = /[\p{ID_Start}_][\p{ID_Continue}]*/uy
const number = /(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?/y
// Longest first. Those that no operator has (`=>`, `|=`, `..`, …) are read whole so that the message can name them.
const symbol =
  /\.\.\.|\/\/=|->|=>|==|!=|<>|<=|>=|=~|!~|\|\||&&|\/\/|\?\?|\|=|\+=|-=|\*=|\/=|\.\.|[.[\](){},:;?+\-*/%<>=!|&@~^]/y
// `.a?.b` is a path; with a space before it the question mark is that of `?:`.
const optionalStep = /\?\.(?=[\p{ID_Start}_"'[])/uy

const maximalEmbedding = 50

/** All tokens, an end token last. KsError compile for what no token begins with and for strings that do not end. */
export const tokenize = (source: Source): readonly Token[] => {
  const { tokens, end } = readTokens(source, 0, 0)
  const rest = source.text[end]
  if (rest !== undefined) throw compileError(source, { start: end, end: end + 1 }, `unexpected "${rest}"`)
  return tokens
}

/** Tokens from a position up to the end of the text or, inside a string, to the parenthesis that closes. */
const readTokens = (source: Source, start: number, embedding: number): { tokens: readonly Token[]; end: number } => {
  const { text } = source
  const tokens: Token[] = []
  let position = start
  let open = 0
  for (;;) {
    position += matchAt(blank, text, position)?.length ?? 0
    const token = readToken(source, position, embedding)
    const isClose = token.kind === 'symbol' && token.text === ')'
    if (token.kind === 'end' || (isClose && open === 0 && embedding > 0)) {
      tokens.push({ kind: 'end', start: position, end: token.end })
      return { tokens, end: position }
    }
    if (isClose) open--
    else if (token.kind === 'symbol' && token.text === '(') open++
    tokens.push(token)
    position = token.end
  }
}

const readToken = (source: Source, start: number, embedding: number): Token => {
  const { text } = source
  const first = text[start]
  if (first === undefined) return { kind: 'end', start, end: start }
  if (first === '"' || first === "'") return readText(source, start, embedding)
  if (first === '$') {
    const name = matchAt(word, text, start + 1)
    if (name === undefined) throw compileError(source, { start, end: start + 1 }, 'a variable needs a name after "$"')
    return { kind: 'variable', name, start, end: start + 1 + name.length }
  }
  const name = matchAt(word, text, start)
  if (name !== undefined) return { kind: 'word', text: name, start, end: start + name.length }
  const digits = matchAt(number, text, start)
  if (digits !== undefined) return readNumber(source, start, digits)
  const adjacent = start > 0 && !/\s/.test(text[start - 1] ?? '')
  const sign = (adjacent ? matchAt(optionalStep, text, start) : undefined) ?? matchAt(symbol, text, start)
  if (sign !== undefined) return { kind: 'symbol', text: sign, start, end: start + sign.length }
  const character = String.fromCodePoint(text.codePointAt(start) ?? 0)
  throw compileError(
    source,
    { start, end: start + character.length },
    `unexpected "${character}"`,
    '“”‘’„«»'.includes(character) ? { hint: 'use straight quotes: "…"' } : {},
  )
}

const readNumber = (source: Source, start: number, digits: string): NumberToken => {
  const end = start + digits.length
  const unit = matchAt(word, source.text, end)
  if (unit !== undefined) {
    const hint = /^(ms|s|m|h|d|w)$/.test(unit) ? { hint: `a duration is parse_duration("${digits}${unit}")` } : {}
    throw compileError(source, { start: end, end: end + unit.length }, `unexpected "${unit}" after a number`, hint)
  }
  const value = Number(digits)
  if (value === Infinity) throw compileError(source, { start, end }, 'this number is beyond the range of a double')
  return {
    kind: 'number',
    value: /^\d+$/.test(digits) && !Number.isSafeInteger(value) ? BigInt(digits) : value,
    start,
    end,
  }
}

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

const readText = (source: Source, start: number, embedding: number): TextToken => {
  const { text } = source
  const quote = text[start]
  const parts: (string | readonly Token[])[] = []
  let plain = ''
  let position = start + 1
  for (;;) {
    const character = text[position]
    if (character === undefined) {
      throw compileError(source, { start, end: start + 1 }, 'this string does not end', {
        hint:
          embedding === 0 ? `close it with ${quote ?? ''}` : 'close each "\\(" with ) and each string with its quote',
      })
    }
    if (character === quote) break
    if (character !== '\\') {
      plain += character
      position++
      continue
    }
    if (text[position + 1] === '(') {
      const tokens = readEmbedded(source, position, embedding)
      parts.push(plain, tokens.tokens)
      plain = ''
      position = tokens.end + 1
    } else {
      const escaped = readEscape(source, position)
      plain += escaped.text
      position = escaped.end
    }
  }
  if (plain !== '' || parts.length === 0) parts.push(plain)
  return { kind: 'text', parts: parts.filter((part) => part !== '' || parts.length === 1), start, end: position + 1 }
}

const readEmbedded = (source: Source, start: number, embedding: number): ReturnType<typeof readTokens> => {
  const span = { start, end: start + 2 }
  if (embedding === maximalEmbedding) throw compileError(source, span, 'nested too deeply')
  const result = readTokens(source, start + 2, embedding + 1)
  if (result.end >= source.text.length) {
    throw compileError(source, span, 'this "\\(" is not closed', { hint: 'close it with ) before the string ends' })
  }
  return result
}

const readEscape = (source: Source, start: number): { text: string; end: number } => {
  const { text } = source
  const character = text[start + 1] ?? ''
  if (character === 'u' && /^[0-9a-fA-F]{4}$/.test(text.slice(start + 2, start + 6))) {
    return { text: String.fromCharCode(Number.parseInt(text.slice(start + 2, start + 6), 16)), end: start + 6 }
  }
  const meant = Object.hasOwn(escapes, character) ? escapes[character] : undefined
  if (meant !== undefined) return { text: meant, end: start + 2 }
  throw compileError(source, { start, end: start + 2 }, `unknown escape "\\${character}"`, {
    hint: character === 'u' ? 'write \\u and four hexadecimal digits' : `write \\\\${character} for a backslash`,
  })
}

/** What a sticky expression matches at a position. */
const matchAt = (pattern: RegExp, text: string, position: number): string | undefined => {
  pattern.lastIndex = position
  return pattern.exec(text)?.[0]
}
