// A place in a list of tokens: looking, going on, and saying what does not belong there.

import type { Node } from './ast.ts'
import { nameHint, operandHint, operatorHint, tokenText } from './habits.ts'
import type { Token } from './lexer.ts'
import { compileError, type Source } from './source.ts'

export class TokenCursor {
  readonly source: Source
  private readonly tokens: readonly Token[]
  private position = 0

  /** @param tokens with an end token last */
  constructor(source: Source, tokens: readonly Token[]) {
    this.source = source
    this.tokens = tokens
  }

  /** The current token. */
  get token(): Token {
    return this.peek(0)
  }

  /** The token some places further on; an end token behind the last one. */
  peek(distance: number): Token {
    const { length } = this.source.text
    return this.tokens[this.position + distance] ?? { kind: 'end', start: length, end: length }
  }

  /** Goes to the next token; returns the one left. */
  advance(count = 1): Token {
    const { token } = this
    if (token.kind !== 'end') this.position += count
    return token
  }

  /** True if no space is between the token before and the current one. */
  get isAdjacent(): boolean {
    return this.position > 0 && this.peek(-1).end === this.token.start
  }

  isSymbol(symbol: string): boolean {
    const { token } = this
    return token.kind === 'symbol' && token.text === symbol
  }

  isWord(text: string, distance: number): boolean {
    const token = this.peek(distance)
    return token.kind === 'word' && token.text === text
  }

  /** Goes past a symbol that must be there. */
  expect(symbol: string, details: { readonly hint: string }): void {
    if (!this.isSymbol(symbol)) {
      const found = tokenText(this.source.text, this.token)
      throw compileError(this.source, this.token, `expected "${symbol}", found ${found}`, details)
    }
    this.advance()
  }

  /** Goes past the closing bracket; returns where it ends. `last` is what stands before it. */
  close(bracket: string, open: Token, last: Node | undefined): number {
    if (this.isSymbol(bracket)) return this.advance().end
    if (this.token.kind === 'end') {
      const opened = tokenText(this.source.text, open)
      throw compileError(this.source, open, `this ${opened} is not closed`, { hint: `close it with ${bracket}` })
    }
    throw last === undefined ? this.unexpectedOperand() : this.unexpectedAfter(last)
  }

  /** The error for the current token where an operand should be. */
  unexpectedOperand(): Error {
    return this.unexpected(operandHint(this.source.text, this.token, this.peek(-1)))
  }

  /** The error for the current token after a complete operand. */
  unexpectedAfter(node: Node): Error {
    const left = this.source.text.slice(node.start, node.end)
    const isCall = node.kind === 'name' && startsOperand(this.token)
    return this.unexpected(isCall ? nameHint(node.name, '', true) : operatorHint(left, this.token, this.peek(1)))
  }

  private unexpected(hint: string | undefined): Error {
    const { token } = this
    const what = token.kind === 'end' ? 'it ends too early' : `unexpected ${tokenText(this.source.text, token)}`
    return compileError(this.source, token, what, hint === undefined ? {} : { hint })
  }
}

const operandSymbols = new Set(['.', '...', '(', '[', '{', '-', '!'])

/** True if an operand can begin with the token. */
export const startsOperand = (token: Token): boolean => {
  if (token.kind === 'symbol') return operandSymbols.has(token.text)
  if (token.kind === 'word') return token.text !== 'and' && token.text !== 'or' && token.text !== 'in'
  return token.kind !== 'end'
}

/** `x ->` or `(x, y) ->` if that is what comes next. */
export const lambdaHead = (
  cursor: TokenCursor,
): { readonly parameters: readonly string[]; readonly tokenCount: number } | undefined => {
  const parameters: string[] = []
  let length = 1
  if (cursor.token.kind === 'word') parameters.push(cursor.token.text)
  else if (cursor.isSymbol('(')) {
    let separator = cursor.peek(0)
    for (; !isSymbol(separator, ')'); length += 2) {
      const name = cursor.peek(length)
      separator = cursor.peek(length + 1)
      if (name.kind !== 'word' || !(isSymbol(separator, ',') || isSymbol(separator, ')'))) return undefined
      parameters.push(name.text)
    }
  }
  return parameters.length > 0 && isSymbol(cursor.peek(length), '->')
    ? { parameters, tokenCount: length + 1 }
    : undefined
}

const isSymbol = (token: Token, text: string): boolean => token.kind === 'symbol' && token.text === text
