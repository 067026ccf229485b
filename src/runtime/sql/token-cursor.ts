// A place in the tokens of a statement: looking, going on, and saying what does not belong there.

import type { ErrorDetails } from '../model/errors.ts'
import { nearestNames } from '../model/nearest-name.ts'
import type { Identifier, Span } from './ast.ts'
import { isReserved } from './keywords.ts'
import { cut, stringHint, type Token } from './lexer.ts'
import { sqlError, type SqlSource } from './sql-error.ts'

/** Deeper trees are refused: everything that walks them recurses. */
export const maximalDepth = 400

type Details = Pick<ErrorDetails, 'hint' | 'didYouMean'>

export class TokenCursor {
  readonly source: SqlSource
  private readonly tokens: readonly Token[]
  private position = 0
  /** The keywords that were looked for at the current token: one of them may be what was meant. */
  private sought: string[] = []
  /** An alias without AS, which may be a misspelt keyword, and the keywords that could have stood there. */
  private bareAlias: { readonly token: Token; readonly sought: readonly string[] } | undefined
  private nesting = 0
  private readonly depths = new WeakMap<object, number>()

  /** @param tokens with an end token last */
  constructor(source: SqlSource, tokens: readonly Token[]) {
    this.source = source
    this.tokens = tokens
  }

  get token(): Token {
    return this.peek(0)
  }

  /** The token some places further on; the end token behind the last one. */
  peek(distance: number): Token {
    const token = this.tokens[this.position + distance] ?? this.tokens.at(-1)
    if (token === undefined) throw new Error('a list of tokens has an end')
    return token
  }

  /** Goes to the next token; returns the one left. */
  advance(): Token {
    const { token } = this
    if (token.kind !== 'end') {
      this.position++
      this.sought = []
    }
    return token
  }

  /** Where the last token that was passed ends. */
  get lastEnd(): number {
    return this.position === 0 ? this.token.start : this.peek(-1).end
  }

  /** True if these keywords follow one another here. */
  isWord(...words: readonly string[]): boolean {
    const matches = words.every((word, distance) => this.peek(distance).upper === word)
    if (!matches) this.sought.push(...words.slice(0, 1))
    return matches
  }

  /** Goes past keywords if they are here. */
  acceptWord(...words: readonly string[]): boolean {
    if (!this.isWord(...words)) return false
    for (const _ of words) this.advance()
    return true
  }

  /** Goes past keywords that must be here. */
  expectWord(words: string, details: Details = {}): void {
    for (const word of words.split(' ')) {
      this.sought = [] // whatever else could have stood here is not what is missing
      if (!this.acceptWord(word)) throw this.unexpected(word, details)
    }
  }

  isSymbol(symbol: string, distance = 0): boolean {
    const token = this.peek(distance)
    return token.kind === 'symbol' && token.text === symbol
  }

  acceptSymbol(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false
    this.advance()
    return true
  }

  expectSymbol(symbol: string, details: Details = {}): Token {
    if (!this.isSymbol(symbol)) throw this.unexpected(`"${symbol}"`, details)
    return this.advance()
  }

  /** Goes past the closing bracket; returns where it ends. */
  close(bracket: string, open: Token): number {
    if (this.isSymbol(bracket)) return this.advance().end
    if (this.token.kind === 'end') {
      throw this.error(open, `this "${open.text}" is not closed`, { hint: `close it with ${bracket}` })
    }
    throw this.unexpected(`"," or "${bracket}"`)
  }

  /** One or more of something, with commas between. */
  list<T>(item: () => T): readonly T[] {
    const items = [item()]
    while (this.isSymbol(',')) {
      const comma = this.advance()
      if (this.endsList()) throw this.error(comma, `nothing follows this ","`, { hint: 'take the comma away' })
      items.push(item())
    }
    return items
  }

  /** The same in brackets. */
  bracketedList<T>(item: () => T): { readonly items: readonly T[]; readonly end: number } {
    const open = this.expectSymbol('(')
    const items = this.list(item)
    return { items, end: this.close(')', open) }
  }

  private endsList(): boolean {
    const { token } = this
    if (token.kind === 'end') return true
    if (token.kind === 'symbol') return token.text === ')' || token.text === ']' || token.text === '>'
    return token.upper === 'FROM'
  }

  /** True if a name stands here: a word that is not reserved, or a quoted name. */
  isName(distance = 0): boolean {
    const token = this.peek(distance)
    return token.kind === 'name' || (token.kind === 'word' && !isReserved(token.text))
  }

  /** A name that must be here. `what` says of what, after "expected". */
  name(what: string, details: Details = {}): Identifier {
    const { token } = this
    if (!this.isName()) {
      // A reserved word in front of a name is a keyword after all: something is missing before it.
      const isMeant = token.kind === 'word' && this.peek(1).kind !== 'string' && !this.isName(1)
      const reserved = isMeant ? { hint: `${token.upper} is a reserved word: as a name write \`${token.text}\`` } : {}
      throw this.unexpected(what, { ...reserved, ...details })
    }
    this.advance()
    return { text: token.text, quoted: token.kind === 'name', start: token.start, end: token.end }
  }

  /** Notes that the name just read is an alias without AS. */
  noteBareAlias(token: Token, sought: readonly string[]): void {
    this.bareAlias = { token, sought }
  }

  /** The keywords looked for at the current token without success. */
  get soughtWords(): readonly string[] {
    return this.sought
  }

  /** A string that must be here; its token. */
  string(what: string, details: Details = {}): Token {
    if (this.token.kind !== 'string') throw this.unexpected(what, details)
    return this.advance()
  }

  /** A whole number from 0 to 2^53 that must be here. */
  wholeNumber(what: string): number {
    const { token } = this
    if (token.kind !== 'number' || !/^\d+$/.test(token.text)) throw this.unexpected(what)
    const value = Number(token.text)
    if (!Number.isSafeInteger(value)) throw this.error(token, `${token.text} is too large`)
    this.advance()
    return value
  }

  /** Something that may contain itself: KsError compile when it does so too often. */
  nested<T>(parse: () => T): T {
    if (++this.nesting > maximalDepth) throw this.tooDeep(this.token)
    const result = parse()
    this.nesting--
    return result
  }

  /** A node on top of others, if the tree does not get too deep by it. */
  node<const T extends Span>(node: T, ...children: readonly (object | undefined)[]): T {
    let depth = 1
    for (const child of children) if (child !== undefined) depth = Math.max(depth, 1 + (this.depths.get(child) ?? 0))
    if (depth > maximalDepth) throw this.tooDeep(node)
    this.depths.set(node, depth)
    return node
  }

  /** The same node with another span, that of its brackets. */
  respan<T extends Span>(node: T, span: Span): T {
    const copy = { ...node, start: span.start, end: span.end }
    this.depths.set(copy, this.depths.get(node) ?? 0)
    return copy
  }

  private tooDeep(span: Span): Error {
    return this.error(span, `this is nested more than ${String(maximalDepth)} levels deep`)
  }

  /** The error that something else should be here. */
  unexpected(expected: string, details: Details = {}): Error {
    const { token } = this
    const before = this.position > 0 ? this.peek(-1) : undefined
    if (before !== undefined && this.bareAlias?.token === before) {
      const meant = nearestNames(before.text, this.bareAlias.sought).map((word) => word.toUpperCase())
      if (meant.length > 0)
        return this.error(before, `unexpected ${tokenText(this.source, before)}`, { didYouMean: meant })
    }
    const near = token.kind === 'word' ? nearestNames(token.text, this.sought) : []
    const didYouMean = near.filter((word) => !isReserved(token.text) || word.startsWith(token.upper))
    return this.error(token, `expected ${expected}, found ${tokenText(this.source, token)}`, {
      ...(didYouMean.length > 0
        ? { didYouMean }
        : expected.includes('string') && token.kind === 'name'
          ? { hint: stringHint }
          : {}),
      ...details,
    })
  }

  error(span: Span, what: string, details: Details = {}): Error {
    return sqlError(this.source, span, what, details)
  }
}

/** A token as messages show it. */
export const tokenText = (source: SqlSource, token: Token): string => {
  const written = cut(source.text.slice(token.start, token.end))
  if (token.kind === 'end') return 'the end of the statement'
  if (token.kind === 'string') return `the string ${written}`
  return token.kind === 'name' ? `the name ${written}` : `"${written}"`
}
