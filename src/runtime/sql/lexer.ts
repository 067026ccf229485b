// From text to the tokens of one statement after the other. Variables are replaced here, so that a token's span is where it
// stands in the source, whatever it has become.

import type { Span } from './ast.ts'
import { isReserved, positionalWords } from './keywords.ts'
import { sqlError, type SqlSource } from './sql-error.ts'
import { lookUp, protectVariables, substituteQuoted, type Variables } from './variables.ts'

/** A piece of a statement. */
export interface Token extends Span {
  /** `word` is a keyword or a name, `name` a quoted name, `end` the end of the statement. */
  readonly kind: 'word' | 'name' | 'string' | 'number' | 'symbol' | 'end'
  /** What it means: of quoted ones what is between the quotes; `!=` is `<>`. */
  readonly text: string
  /** The keyword that it may be; empty if it cannot be one. */
  readonly upper: string
}

/** A line `--@name: value`, which test files use. */
export interface Directive {
  readonly name: string
  readonly value: string
  readonly start: number
}

/** The tokens of a statement, with an end token last. */
export interface StatementTokens extends Span {
  readonly tokens: readonly Token[]
  /** From the first token to the last, with values for variables. */
  readonly text: string
  /** Those before the statement's end and after the end of the one before it. */
  readonly directives: readonly Directive[]
  /** Where the next statement begins: behind the semicolon. */
  readonly next: number
}

const space = /\s+/y
const word = /[A-Za-z_][A-Za-z0-9_@]*/y
const wordRest = /[A-Za-z0-9_@]+/y
const variable = /\$\{([A-Za-z_]\w*)\}/y
const number = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y
const symbol = /<>|<=|>=|!=|=>|==|->|:=|\|\||::|&&|[=<>+\-*/%()[\],.]/y

/** The tokens from `from` to the next semicolon, or to the end of the text; KsError compile if something is none. */
export const readStatementTokens = (source: SqlSource, from: number, variables: Variables): StatementTokens => {
  const { text } = source
  const tokens: Token[] = []
  const directives: Directive[] = []
  const substituted = { text: '', copied: from }
  const replace = ({ start, end }: Span, written: string): void => {
    substituted.text += text.slice(substituted.copied, start) + written
    substituted.copied = end
  }
  let position = from
  let next: number | undefined
  while (next === undefined && position < text.length) {
    const skipped = skipComment(source, position, directives)
    if (skipped !== position) position = skipped
    else if (text[position] === ';') next = position + 1
    else {
      if (tokens.length === 0) substituted.copied = position
      const read = readToken(source, position, variables, replace)
      tokens.push(...read)
      position = read.at(-1)?.end ?? text.length
    }
  }
  const start = tokens[0]?.start ?? position
  const end = tokens.at(-1)?.end ?? position
  tokens.push({ kind: 'end', text: '', upper: '', start: end, end })
  const written = tokens.length === 1 ? '' : substituted.text + text.slice(substituted.copied, end)
  return { tokens, text: written, directives, start, end, next: next ?? text.length }
}

/** The position behind white space or a comment that starts here; the same one if there is none. */
const skipComment = (source: SqlSource, start: number, directives: Directive[]): number => {
  const { text } = source
  const blank = matchAt(space, text, start)
  if (blank !== undefined) return start + blank.length
  if (text.startsWith('--', start)) {
    const lineBreak = text.indexOf('\n', start)
    const end = lineBreak === -1 ? text.length : lineBreak
    const [, name, value] = /^--@([\w.]+)[ \t]*:?(.*)/.exec(text.slice(start, end)) ?? []
    if (name !== undefined) directives.push({ name, value: value?.trim() ?? '', start })
    return end
  }
  if (!text.startsWith('/*', start)) return start
  const close = text.indexOf('*/', start + 2)
  if (close === -1) {
    throw sqlError(source, { start, end: start + 2 }, 'this comment does not end', { hint: 'close it with */' })
  }
  return close + 2
}

type Replace = (span: Span, written: string) => void

const readToken = (source: SqlSource, start: number, variables: Variables, replace: Replace): readonly Token[] => {
  const { text } = source
  const character = text[start] ?? ''
  if (character === "'") return [readQuoted(source, start, 'string', variables, replace)]
  if (character === '"' || character === '`') return [readQuoted(source, start, 'name', variables, replace)]
  if (matchAt(word, text, start) !== undefined || matchAt(variable, text, start) !== undefined) {
    return readWord(source, start, variables, replace)
  }
  const digits = matchAt(number, text, start)
  if (digits !== undefined) return [readNumber(source, start, digits)]
  const found = matchAt(symbol, text, start)
  if (found === undefined) throw strayCharacter(source, start)
  return [{ kind: 'symbol', text: found === '!=' ? '<>' : found, upper: '', start, end: start + found.length }]
}

const readQuoted = (
  source: SqlSource,
  start: number,
  kind: 'string' | 'name',
  variables: Variables,
  replace: Replace,
): Token => {
  const { text } = source
  const quote = text[start] ?? ''
  const doubled = quote + quote
  let close = text.indexOf(quote, start + 1)
  while (close !== -1 && text[close + 1] === quote) close = text.indexOf(quote, close + 2)
  if (close === -1) {
    throw sqlError(
      source,
      { start, end: start + 1 },
      `this ${kind === 'name' ? 'quoted name' : 'string'} does not end`,
      {
        hint: `close it with ${quote}; inside, the quote itself is written ${doubled}`,
      },
    )
  }
  const escape = (value: string): string => value.replaceAll(quote, doubled)
  const inner = substituteQuoted(source, { start: start + 1, end: close }, variables, escape)
  if (inner.isChanged) replace({ start: start + 1, end: close }, inner.written)
  const meaning = inner.text.replaceAll(doubled, quote)
  if (kind === 'name' && meaning === '') {
    throw sqlError(
      source,
      { start, end: close + 1 },
      'a name cannot be empty',
      quote === '"' ? { hint: stringHint } : {},
    )
  }
  return { kind, text: meaning, upper: '', start, end: close + 1 }
}

/** Said where a name in double quotes stands for a string. */
export const stringHint = `strings are written in single quotes: '…'; "…" is a name`

/** A word, in which variables may stand, or a variable that is a whole name or literal. */
const readWord = (source: SqlSource, start: number, variables: Variables, replace: Replace): readonly Token[] => {
  const { text } = source
  let end = start
  let meaning = ''
  let parts = 0
  let isChanged = false
  for (; ; parts++) {
    const part = matchAt(wordRest, text, end)
    const [reference, name] = part === undefined ? (execAt(variable, text, end) ?? []) : []
    if (part === undefined && name === undefined) break
    const length = (part ?? reference ?? '').length
    if (name !== undefined) isChanged = true
    meaning += name === undefined ? (part ?? '') : lookUp(source, { start: end, end: end + length }, name, variables)
    end += length
  }
  const span = { start, end }
  if (!isChanged) {
    const next = text.codePointAt(end)
    const letter = next === undefined ? '' : String.fromCodePoint(next)
    if (/[^\P{L}A-Za-z]/u.test(letter)) throw strayCharacter(source, end)
    return [{ kind: 'word', text: meaning, upper: meaning.toUpperCase(), ...span }]
  }
  const read = parts === 1 ? readValue(meaning, span) : isWord(meaning) ? [substitutedWord(meaning, span)] : undefined
  if (read === undefined) {
    throw sqlError(source, span, `this is "${cut(meaning)}", which is neither a name nor a literal`, {
      hint: `a variable that is a string is defined in three quotes, DEFINE x = '''text''', or used in quotes, '\${x}'`,
    })
  }
  // Without a space a quote or a minus in front would take the value in.
  const before = /[-'"`]/.test(text[start - 1] ?? '') ? ' ' : ''
  const after = /['"`]/.test(text[end] ?? '') ? ' ' : ''
  replace(span, before + read.map(writeToken).join('') + after)
  return read
}

const writeToken = ({ kind, text }: Token): string => {
  if (kind === 'string') return `'${protectVariables(text.replaceAll("'", "''"))}'`
  return kind === 'name' ? `\`${protectVariables(text.replaceAll('`', '``'))}\`` : text
}

/** The tokens of a variable's value: one name or literal. */
const readValue = (value: string, span: Span): readonly Token[] | undefined => {
  const text = value.trim()
  if (/^'[^']*(?:''[^']*)*'$/.test(text)) {
    return [{ kind: 'string', text: text.slice(1, -1).replaceAll("''", "'"), upper: '', ...span }]
  }
  if (/^`[^`]+(?:``[^`]*)*`$/.test(text) || /^"[^"]+(?:""[^"]*)*"$/.test(text)) {
    const quote = text[0] ?? ''
    return [{ kind: 'name', text: text.slice(1, -1).replaceAll(quote + quote, quote), upper: '', ...span }]
  }
  const [whole, minus, digits] = /^(-?)((?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)$/.exec(text) ?? []
  if (whole !== undefined) {
    const value: Token = { kind: 'number', text: digits ?? '', upper: '', ...span }
    return minus === '' ? [value] : [{ kind: 'symbol', text: '-', upper: '', ...span }, value]
  }
  const upper = text.toUpperCase()
  if (/^(TRUE|FALSE|NULL)$/.test(upper)) return [{ kind: 'word', text, upper, ...span }]
  return isWord(text) ? [substitutedWord(text, span)] : undefined
}

const isWord = (text: string): boolean => /^[A-Za-z_][A-Za-z0-9_@]*$/.test(text) && !isReserved(text)

/** A value is never a keyword: what could be read as one becomes the quoted name that means the same. */
const substitutedWord = (text: string, span: Span): Token => {
  const upper = text.toUpperCase()
  return positionalWords.has(upper)
    ? { kind: 'name', text: upper, upper: '', ...span }
    : { kind: 'word', text, upper: '', ...span }
}

const readNumber = (source: SqlSource, start: number, digits: string): Token => {
  const end = start + digits.length
  const rest = matchAt(wordRest, source.text, end) ?? matchAt(variable, source.text, end)
  if (rest !== undefined) {
    const whole = { start, end: end + rest.length }
    throw sqlError(source, whole, `a name cannot begin with a digit`, {
      hint: `quote it: \`${source.text.slice(start, whole.end)}\`; a duration is written 5 MINUTES`,
    })
  }
  return { kind: 'number', text: digits, upper: '', start, end }
}

const strayCharacter = (source: SqlSource, start: number): Error => {
  const character = String.fromCodePoint(source.text.codePointAt(start) ?? 0)
  const details = strayHint(character)
  return sqlError(source, { start, end: start + character.length }, `unexpected "${character}"`, details)
}

const strayHint = (character: string): { hint?: string } => {
  if ('“”‘’„«»´'.includes(character)) return { hint: `use straight quotes: '…' for a string, \`…\` for a name` }
  if (character === '!') return { hint: 'write NOT, or <> for "is not equal"' }
  if (character === '|') return { hint: 'strings are joined with ||; "or" is OR' }
  if (character === '&') return { hint: 'write AND' }
  if (character === '$') return { hint: 'a variable is written ${name}' }
  if (character === '{' || character === '}') return { hint: 'a struct is STRUCT(f := v), a map is MAP(k := v)' }
  if (/\p{L}/u.test(character)) return { hint: 'a name with other letters than A to Z has to be quoted: `…`' }
  return {}
}

/** A text that is not too long for a message. */
export const cut = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text)

const execAt = (pattern: RegExp, text: string, position: number): RegExpExecArray | null => {
  pattern.lastIndex = position
  return pattern.exec(text)
}

const matchAt = (pattern: RegExp, text: string, position: number): string | undefined =>
  execAt(pattern, text, position)?.[0]
