// Expressions: a Pratt parser with the powers of ksqlDB's grammar. It knows no functions and no columns; the analyzer does.

import type { ArithmeticOperator, ComparisonOperator, Expression, Span } from './ast.ts'
import { parsePrimary } from './parse-primary.ts'
import { numberLiteral } from './number-literal.ts'
import {
  additivePower,
  andPower,
  concatenationPower,
  multiplicativePower,
  notPower,
  orPower,
  predicatePower,
  signPower,
  zonePower,
} from './powers.ts'
import { tokenText, type TokenCursor } from './token-cursor.ts'

const arithmeticPowers: Readonly<Record<ArithmeticOperator, number>> = {
  '||': concatenationPower,
  '+': additivePower,
  '-': additivePower,
  '*': multiplicativePower,
  '/': multiplicativePower,
  '%': multiplicativePower,
}

const comparisons: ReadonlySet<string> = new Set<ComparisonOperator>(['=', '<>', '<', '<=', '>', '>='])
const foreignOperators: Readonly<Record<string, string>> = {
  '==': 'equality is written =',
  '&&': 'write AND',
  '::': 'a cast is written CAST(x AS type)',
}

/** The expression that starts at the current token, up to the first operator that binds looser than `power`. */
export const parseExpression = (cursor: TokenCursor, power = 0): Expression =>
  cursor.nested(() => {
    let left = parsePrefix(cursor, power)
    for (;;) {
      const longer = parseInfix(cursor, left, power)
      if (longer === undefined) return left
      left = longer
    }
  })

/** An expression without comparisons and logic at its top. */
export const parseValue = (cursor: TokenCursor): Expression => parseExpression(cursor, concatenationPower)

const parsePrefix = (cursor: TokenCursor, power: number): Expression => {
  const { token } = cursor
  if (cursor.isWord('NOT')) {
    if (power > notPower) throw cursor.unexpected('an operand', { hint: 'put NOT and what it negates in brackets' })
    cursor.advance()
    const operand = parseExpression(cursor, notPower)
    return cursor.node({ kind: 'not', operand, start: token.start, end: operand.end }, operand)
  }
  if (cursor.acceptSymbol('+')) return cursor.respan(parseExpression(cursor, signPower), spanSince(cursor, token))
  if (cursor.acceptSymbol('-')) {
    const digits = cursor.token
    // A minus in front of a number is part of it, unless something else takes the number first.
    if (digits.kind === 'number' && !isZone(cursor, 1)) {
      cursor.advance()
      return numberLiteral(cursor, digits, token)
    }
    const operand = parseExpression(cursor, signPower)
    return cursor.node({ kind: 'negate', operand, start: token.start, end: operand.end }, operand)
  }
  return parsePrimary(cursor, parseExpression)
}

const parseInfix = (cursor: TokenCursor, left: Expression, power: number): Expression | undefined => {
  const { token } = cursor
  if (token.kind === 'symbol') {
    if (Object.hasOwn(foreignOperators, token.text)) {
      throw cursor.error(token, `unexpected "${token.text}"`, { hint: foreignOperators[token.text] ?? '' })
    }
    if (Object.hasOwn(arithmeticPowers, token.text)) return parseArithmetic(cursor, left, power)
    if (!comparisons.has(token.text) || power > predicatePower) return undefined
    cursor.advance()
    return parseComparison(cursor, left, token.text as ComparisonOperator) // it is in the set
  }
  if (isZone(cursor, 0)) {
    if (power > zonePower) return undefined
    cursor.expectWord('AT TIME ZONE')
    const zone = parseExpression(cursor, zonePower + 1)
    return cursor.node({ kind: 'atTimeZone', operand: left, zone, ...around(left, zone) }, left, zone)
  }
  if (power <= predicatePower) {
    const predicate = parsePredicate(cursor, left)
    if (predicate !== undefined) return refuseChain(cursor, predicate)
  }
  if (power <= andPower && cursor.isWord('AND')) return parseLogical(cursor, left, 'and', andPower)
  if (power <= orPower && cursor.isWord('OR')) return parseLogical(cursor, left, 'or', orPower)
  return undefined
}

const isZone = (cursor: TokenCursor, distance: number): boolean =>
  cursor.peek(distance).upper === 'AT' && cursor.peek(distance + 1).upper === 'TIME'

const parseArithmetic = (cursor: TokenCursor, left: Expression, power: number): Expression | undefined => {
  const operator = cursor.token.text as ArithmeticOperator // it is in the table
  const operatorPower = arithmeticPowers[operator]
  if (operatorPower < power) return undefined
  cursor.advance()
  const right = parseExpression(cursor, operatorPower + 1)
  return cursor.node({ kind: 'arithmetic', operator, left, right, ...around(left, right) }, left, right)
}

const parseComparison = (cursor: TokenCursor, left: Expression, operator: ComparisonOperator): Expression => {
  const right = parseValue(cursor)
  const node: Expression = { kind: 'comparison', operator, left, right, ...around(left, right) }
  return refuseChain(cursor, cursor.node(node, left, right))
}

const parseLogical = (cursor: TokenCursor, left: Expression, kind: 'and' | 'or', power: number): Expression => {
  const operands = [left]
  while (cursor.acceptWord(kind.toUpperCase())) operands.push(parseExpression(cursor, power + 1))
  return cursor.node({ kind, operands, start: left.start, end: cursor.lastEnd }, ...operands)
}

/** IS, BETWEEN, IN and LIKE, with or without NOT. */
const parsePredicate = (cursor: TokenCursor, operand: Expression): Expression | undefined => {
  if (cursor.acceptWord('IS')) return parseIs(cursor, operand)
  const negated = cursor.isWord('NOT')
  const keyword = cursor.peek(negated ? 1 : 0).upper
  if (keyword !== 'BETWEEN' && keyword !== 'IN' && keyword !== 'LIKE') {
    if (!negated) for (const word of ['BETWEEN', 'IN', 'LIKE']) cursor.isWord(word)
    return undefined
  }
  if (negated) cursor.advance()
  cursor.advance()
  if (keyword === 'BETWEEN') {
    const low = parseValue(cursor)
    cursor.expectWord('AND', { hint: 'write x BETWEEN low AND high' })
    const high = parseValue(cursor)
    const span = around(operand, high)
    return cursor.node({ kind: 'between', negated, operand, low, high, ...span }, operand, low, high)
  }
  if (keyword === 'LIKE') return parseLike(cursor, operand, negated)
  const open = cursor.expectSymbol('(', { hint: 'write x IN (a, b, c)' })
  if (cursor.isWord('SELECT')) {
    throw cursor.error(cursor.token, 'IN takes a list of values', { hint: 'join with the sub-query in FROM' })
  }
  const items = cursor.list(() => parseExpression(cursor))
  const end = cursor.close(')', open)
  return cursor.node({ kind: 'in', negated, operand, items, start: operand.start, end }, operand, ...items)
}

const parseIs = (cursor: TokenCursor, operand: Expression): Expression => {
  const negated = cursor.acceptWord('NOT')
  const { start } = operand
  if (cursor.acceptWord('NULL'))
    return cursor.node({ kind: 'isNull', negated, operand, start, end: cursor.lastEnd }, operand)
  if (!cursor.acceptWord('DISTINCT')) {
    throw cursor.unexpected('NULL or DISTINCT FROM', { hint: 'everything else is compared with = and <>' })
  }
  cursor.expectWord('FROM')
  const right = parseValue(cursor)
  const operator = negated ? 'not distinct' : 'distinct'
  return cursor.node({ kind: 'comparison', operator, left: operand, right, ...around(operand, right) }, operand, right)
}

const parseLike = (cursor: TokenCursor, operand: Expression, negated: boolean): Expression => {
  const pattern = parseValue(cursor)
  let escape: string | undefined
  if (cursor.acceptWord('ESCAPE')) {
    const token = cursor.string('a string with the escape character')
    escape = token.text
    if ([...escape].length !== 1) throw cursor.error(token, 'the escape character of LIKE is one character')
  }
  const span = { start: operand.start, end: cursor.lastEnd }
  return cursor.node({ kind: 'like', negated, operand, pattern, escape, ...span }, operand, pattern)
}

/** The node, unless another comparison follows it. */
const refuseChain = (cursor: TokenCursor, node: Expression): Expression => {
  const { token } = cursor
  const isNegated = token.upper === 'NOT' && ['BETWEEN', 'IN', 'LIKE'].includes(cursor.peek(1).upper)
  const follows =
    token.kind === 'symbol' ? comparisons.has(token.text) : ['IS', 'BETWEEN', 'IN', 'LIKE'].includes(token.upper)
  if (!follows && !isNegated) return node
  throw cursor.error(token, `unexpected ${tokenText(cursor.source, token)} after a comparison`, {
    hint: 'comparisons do not chain: write a < b AND b < c, or put one in brackets',
  })
}

const spanSince = (cursor: TokenCursor, { start }: Span): Span => ({ start, end: cursor.lastEnd })

const around = (left: Span, right: Span): Span => ({ start: left.start, end: right.end })
