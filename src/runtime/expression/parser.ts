// From tokens to the tree: a Pratt parser over the powers in operators.ts. It knows no names; check.ts does.

import { forEachChild, type ArithmeticOperator, type ComparisonOperator, type Node, type ObjectEntry } from './ast.ts'
import { nameHint, tokenText } from './habits.ts'
import { tokenize, type TextToken, type Token } from './lexer.ts'
import {
  additivePower,
  comparisonPower,
  conditionalPower,
  defaultPower,
  infixOperators,
  minusPower,
  multiplicativePower,
  notPower,
  type InfixOperator,
} from './operators.ts'
import { compileError, type Source, type Span } from './source.ts'
import { lambdaHead, startsOperand, TokenCursor } from './token-cursor.ts'

/** Deeper trees are refused: everything that walks them, V8's parser included, recurses. */
const maximalDepth = 250

/** The tree of an expression; KsError compile if it is none. */
export const parseExpression = (source: Source): Node => new Parser(source, tokenize(source), new Map(), 0).whole()

const notIn: InfixOperator = { name: 'not in', power: comparisonPower }
const keywords = new Set(['and', 'or', 'not', 'in', 'true', 'false', 'null'])

class Parser {
  private readonly source: Source
  private readonly cursor: TokenCursor
  private readonly depths: Map<Node, number>
  /** How many calls of `expression` are under way, those of enclosing parsers included. */
  private nesting: number

  constructor(source: Source, tokens: readonly Token[], depths: Map<Node, number>, nesting: number) {
    this.source = source
    this.cursor = new TokenCursor(source, tokens)
    this.depths = depths
    this.nesting = nesting
  }

  whole(): Node {
    if (this.cursor.token.kind === 'end') {
      throw compileError(this.source, this.cursor.token, 'there is no expression', { hint: '. is the whole value' })
    }
    const node = this.expression(0)
    if (this.cursor.peek(0).kind !== 'end') throw this.cursor.unexpectedAfter(node)
    return node
  }

  /** An expression up to the first operator that binds looser than `power`. */
  private expression(power: number): Node {
    if (++this.nesting > maximalDepth) throw compileError(this.source, this.cursor.token, 'nested too deeply')
    let left = this.prefix(power)
    for (;;) {
      const operator = this.infix()
      if (operator === undefined || operator.power < power) break
      left = this.infixExpression(left, operator)
    }
    this.nesting--
    return left
  }

  /** The infix operator that starts at the current token. */
  private infix(): InfixOperator | undefined {
    const { token } = this.cursor
    if (token.kind !== 'symbol' && token.kind !== 'word') return undefined
    if (token.text === '?') return { name: '?', power: conditionalPower }
    if (token.text === 'not' && this.cursor.isWord('in', 1)) return notIn
    return infixOperators.get(token.text)
  }

  private infixExpression(left: Node, operator: InfixOperator): Node {
    const { name, power } = operator
    this.cursor.advance()
    if (operator === notIn) this.cursor.advance()
    if (power === conditionalPower) return this.conditional(left)
    if (power === defaultPower) {
      const right = this.expression(power)
      return this.make({ kind: 'default', operator: name === '//' ? '//' : '??', left, right, ...around(left, right) })
    }
    const right = this.expression(power + 1)
    const span = around(left, right)
    if (power === additivePower || power === multiplicativePower) {
      // Rows of the operator table with these powers have the names of ArithmeticOperator.
      return this.make({ kind: 'arithmetic', operator: name as ArithmeticOperator, left, right, ...span })
    }
    if (power === comparisonPower) {
      const next = this.infix()
      if (next?.power === comparisonPower) {
        throw compileError(
          this.source,
          this.cursor.token,
          `unexpected ${tokenText(this.source.text, this.cursor.token)}`,
          {
            hint: 'comparisons do not chain: write a < b and b < c',
          },
        )
      }
      // Likewise of ComparisonOperator.
      return this.make({ kind: 'comparison', operator: name as ComparisonOperator, left, right, ...span })
    }
    const operands = [left, right]
    while (this.infix()?.name === name) {
      this.cursor.advance()
      operands.push(this.expression(power + 1))
    }
    const kind = name === 'and' ? 'and' : 'or'
    return this.make({ kind, operands, ...around(left, operands.at(-1) ?? right) })
  }

  private conditional(test: Node): Node {
    const then = this.expression(conditionalPower)
    this.cursor.expect(':', {
      hint: 'write CONDITION ? THIS : THAT; paths need no ?, what is missing is null',
    })
    const otherwise = this.expression(conditionalPower)
    return this.make({ kind: 'conditional', test, then, otherwise, ...around(test, otherwise) })
  }

  private prefix(power: number): Node {
    const { token } = this.cursor
    switch (token.kind) {
      case 'number':
        this.cursor.advance()
        return this.postfix(this.make({ kind: 'literal', value: token.value, ...span(token) }))
      case 'text':
        this.cursor.advance()
        return this.postfix(this.text(token))
      case 'variable':
        this.cursor.advance()
        return this.postfix(this.make({ kind: 'variable', name: token.name, ...span(token) }))
      case 'word':
        return this.word(token.text, power)
      case 'symbol':
        return this.prefixSymbol(token.text, power)
      case 'end':
        throw this.cursor.unexpectedOperand()
    }
  }

  private prefixSymbol(symbol: string, power: number): Node {
    const { token } = this.cursor
    switch (symbol) {
      case '.':
        return this.postfix(this.path())
      case '(': {
        this.cursor.advance()
        const node = this.expression(0)
        return this.postfix(this.make({ ...node, start: token.start, end: this.cursor.close(')', token, node) }))
      }
      case '[':
        return this.postfix(this.array())
      case '{':
        return this.postfix(this.object())
      case '-':
        return this.minus()
      case '!':
        return this.not(power)
      default:
        throw this.cursor.unexpectedOperand()
    }
  }

  private word(text: string, power: number): Node {
    const { token } = this.cursor
    if (text === 'not') return this.not(power)
    if (text === 'and' || text === 'or' || text === 'in') throw this.cursor.unexpectedOperand()
    this.cursor.advance()
    if (text === 'if' && !this.cursor.isSymbol('(')) {
      throw compileError(this.source, token, 'unexpected "if"', { hint: nameHint(text, '', false) })
    }
    if (text === 'true' || text === 'false') {
      return this.postfix(this.make({ kind: 'literal', value: text === 'true', ...span(token) }))
    }
    if (text === 'null') return this.postfix(this.make({ kind: 'literal', value: null, ...span(token) }))
    if (this.cursor.isSymbol('(')) return this.postfix(this.call(text, token))
    return this.postfix(this.make({ kind: 'name', name: text, ...span(token) }))
  }

  /** Binds looser than comparisons, unless it stands where something tighter is under way. */
  private not(power: number): Node {
    const { start } = this.cursor.advance()
    const operand = this.expression(Math.max(power, notPower))
    return this.make({ kind: 'not', operand, start, end: operand.end })
  }

  private minus(): Node {
    const { start } = this.cursor.advance()
    const isNumber = this.cursor.token.kind === 'number'
    const operand = this.expression(minusPower)
    if (
      isNumber &&
      operand.kind === 'literal' &&
      (typeof operand.value === 'number' || typeof operand.value === 'bigint')
    ) {
      return this.make({ ...operand, value: operand.value === 0 ? 0 : -operand.value, start })
    }
    return this.make({ kind: 'negate', operand, start, end: operand.end })
  }

  private text({ parts, start, end }: TextToken): Node {
    const [only] = parts
    if (parts.length === 1 && typeof only === 'string') {
      return this.make({ kind: 'literal', value: only, start, end })
    }
    const nodes = parts.map((part) =>
      typeof part === 'string' ? part : new Parser(this.source, part, this.depths, this.nesting).whole(),
    )
    return this.make({ kind: 'template', parts: nodes, start, end })
  }

  /** A path from `.` on; its first step, if any, follows without a space. */
  private path(): Node {
    const dot = this.cursor.advance()
    const record = this.make({ kind: 'record', ...span(dot) })
    const { token } = this.cursor
    if (!this.cursor.isAdjacent) return record
    if (token.kind === 'symbol' && token.text === '@') {
      throw compileError(this.source, token, 'unexpected "@"', { hint: 'quote such names: ."@timestamp"' })
    }
    return this.namedStep(record) ?? record
  }

  /** The step after a dot that has been read: a word or a quoted name. */
  private namedStep(target: Node): Node | undefined {
    const { token } = this.cursor
    if (!this.cursor.isAdjacent) return undefined
    if (token.kind === 'word') {
      this.cursor.advance()
      return this.make({ kind: 'field', target, name: token.text, start: target.start, end: token.end })
    }
    if (token.kind === 'text') {
      this.cursor.advance()
      return this.step(target, this.text(token), token.end)
    }
    return undefined
  }

  private step(target: Node, index: Node, end: number): Node {
    return index.kind === 'literal' && typeof index.value === 'string'
      ? this.make({ kind: 'field', target, name: index.value, start: target.start, end })
      : this.make({ kind: 'index', target, index, start: target.start, end })
  }

  /** Steps that follow an operand without a space: .name, ["name"], [0], [1:3] and jq's question mark. */
  private postfix(target: Node): Node {
    let node = target
    for (;;) {
      const { token } = this.cursor
      if (token.kind !== 'symbol' || !this.cursor.isAdjacent) return node
      if (token.text === '.' || token.text === '?.') {
        this.cursor.advance()
        const step = this.namedStep(node)
        if (step === undefined && !this.cursor.isSymbol('[')) {
          throw compileError(this.source, token, `expected a field name after "${token.text}"`)
        }
        node = step ?? node
      } else if (token.text === '[') node = this.brackets(node)
      else if (token.text === '?' && !startsOperand(this.cursor.peek(1))) this.cursor.advance()
      else return node
    }
  }

  private brackets(target: Node): Node {
    const open = this.cursor.advance()
    if (this.cursor.isSymbol(']')) {
      throw compileError(this.source, { start: open.start, end: this.cursor.token.end }, 'there is no "[]"', {
        hint: 'map(.items, x -> x.price) goes through an array; ks explode makes one record of each element',
      })
    }
    const from = this.cursor.isSymbol(':') ? undefined : this.expression(0)
    if (!this.cursor.isSymbol(':')) {
      if (from === undefined) throw this.cursor.unexpectedOperand()
      return this.step(target, from, this.cursor.close(']', open, from))
    }
    this.cursor.advance()
    const to = this.cursor.isSymbol(']') ? undefined : this.expression(0)
    const end = this.cursor.close(']', open, to)
    return this.make({ kind: 'slice', target, from, to, start: target.start, end })
  }

  private array(): Node {
    const open = this.cursor.advance()
    const items: Node[] = []
    while (!this.cursor.isSymbol(']')) {
      items.push(this.expression(0))
      if (!this.cursor.isSymbol(',')) break
      this.cursor.advance()
    }
    return this.make({ kind: 'array', items, start: open.start, end: this.cursor.close(']', open, items.at(-1)) })
  }

  private object(): Node {
    const open = this.cursor.advance()
    const entries: ObjectEntry[] = []
    while (!this.cursor.isSymbol('}')) {
      entries.push(this.entry())
      if (!this.cursor.isSymbol(',')) break
      this.cursor.advance()
    }
    return this.make({
      kind: 'object',
      entries,
      start: open.start,
      end: this.cursor.close('}', open, entries.at(-1)?.value),
    })
  }

  private entry(): ObjectEntry {
    const token = this.cursor.advance()
    const nameSpan = span(token)
    if (token.kind === 'symbol' && token.text === '...') {
      const isBare = this.cursor.isSymbol(',') || this.cursor.isSymbol('}')
      return { kind: 'spread', value: isBare ? this.make({ kind: 'record', ...nameSpan }) : this.expression(0) }
    }
    if (token.kind === 'symbol' && token.text === '(') {
      const name = this.expression(0)
      this.cursor.close(')', token, name)
      this.cursor.expect(':', { hint: 'a computed name needs a value: {(EXPR): EXPR}' })
      return { kind: 'computed', name, value: this.expression(0) }
    }
    if (token.kind === 'word') return this.named(token.text, nameSpan, { kind: 'record', ...nameSpan })
    if (token.kind === 'variable') {
      return {
        kind: 'named',
        name: token.name,
        nameSpan,
        value: this.make({ kind: 'variable', name: token.name, ...nameSpan }),
      }
    }
    if (token.kind === 'text') {
      const name = this.text(token)
      if (name.kind === 'literal') return this.named(String(name.value), nameSpan, { kind: 'record', ...nameSpan })
      this.cursor.expect(':', { hint: 'a computed name needs a value: {(EXPR): EXPR}' })
      return { kind: 'computed', name, value: this.expression(0) }
    }
    throw compileError(this.source, token, `expected a field name, found ${tokenText(this.source.text, token)}`, {
      hint:
        token.kind === 'symbol' && token.text === '.'
          ? '{name} stands for {name: .name}'
          : 'write {name: EXPR}, {"odd name": EXPR} or {(EXPR): EXPR}',
    })
  }

  /** `name: value`, or `name` alone for the field of the record. */
  private named(name: string, nameSpan: Span, record: Node): ObjectEntry {
    if (!this.cursor.isSymbol(':')) {
      return { kind: 'named', name, nameSpan, value: this.make({ kind: 'field', target: record, name, ...nameSpan }) }
    }
    this.cursor.advance()
    return { kind: 'named', name, nameSpan, value: this.expression(0) }
  }

  private call(name: string, nameToken: Token): Node {
    const open = this.cursor.advance()
    const values: Node[] = []
    while (!this.cursor.isSymbol(')')) {
      values.push(this.lambda() ?? this.expression(0))
      if (!this.cursor.isSymbol(',')) break
      this.cursor.advance()
    }
    const end = this.cursor.close(')', open, values.at(-1))
    return this.make({ kind: 'call', name, nameSpan: span(nameToken), arguments: values, start: nameToken.start, end })
  }

  /** `x -> body` or `(x, y) -> body` if one starts here. */
  private lambda(): Node | undefined {
    const { token } = this.cursor
    const head = lambdaHead(this.cursor)
    if (head === undefined) return undefined
    const reserved = head.parameters.find((name) => keywords.has(name))
    if (reserved !== undefined) throw compileError(this.source, token, `"${reserved}" cannot be a parameter`)
    this.cursor.advance(head.tokenCount)
    const body = this.expression(0)
    return this.make({ kind: 'lambda', parameters: head.parameters, body, start: token.start, end: body.end })
  }

  /** Every node goes through here: trees stay shallow enough for whoever walks them. */
  private make(node: Node): Node {
    let depth = 0
    const measure = (child: Node | undefined): void => {
      if (child !== undefined) depth = Math.max(depth, this.depths.get(child) ?? 0)
    }
    forEachChild(node, measure)
    if (depth >= maximalDepth) throw compileError(this.source, node, 'nested too deeply')
    this.depths.set(node, depth + 1)
    return node
  }
}

const span = ({ start, end }: Span): Span => ({ start, end })

const around = (left: Span, right: Span): Span => ({ start: left.start, end: right.end })
