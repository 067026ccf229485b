// Expressions of SQL as trees of the expression language: names are resolved, types checked, conversions made visible. What
// SQL means differently (null in comparisons, division of integers, positions from 1) becomes calls.

import type { Node } from '../expression/ast.ts'
import type * as Ast from './ast.ts'
import { lowerArithmetic } from './lower-arithmetic.ts'
import { lowerCall } from './lower-call.ts'
import { coerced, commonType, comparable } from './coercion.ts'
import { castFunction } from './cast.ts'
import { likePattern } from './like.ts'
import { lowerArray, lowerDereference, lowerMap, lowerStruct, lowerSubscript } from './lower-structures.ts'
import { guarded, type LoweringContext } from './lowering-context.ts'
import { nameOf } from './names.ts'
import { sqlError } from './sql-error.ts'
import { booleanType, sameType, showType, stringType } from './sql-type.ts'
import { callOf, literalNode, span, type Typed } from './typed.ts'

/** The tree of an expression. KsError compile for what cannot be. */
export const lower = (expression: Ast.Expression, context: LoweringContext): Typed => {
  const known = context.known(expression)
  if (known !== undefined) return known
  switch (expression.kind) {
    case 'literal':
      return literal(expression)
    case 'column':
      return lowerColumn(expression, context)
    case 'dereference':
      return lowerDereference(expression, context, lower)
    case 'subscript':
      return lowerSubscript(expression, context, lower)
    case 'arithmetic':
      return lowerArithmetic(expression, lower(expression.left, context), lower(expression.right, context), context)
    case 'negate': {
      const operand = lower(expression.operand, context)
      const zero: Ast.Literal = { ...span(expression), kind: 'literal', value: 0, type: 'INTEGER', text: '0' }
      const { start, end } = expression
      return lowerArithmetic(
        { kind: 'arithmetic', operator: '-', left: zero, right: expression.operand, start, end },
        literal(zero),
        operand,
        context,
      )
    }
    case 'comparison':
      return compare(expression, lower(expression.left, context), lower(expression.right, context), context)
    case 'and':
    case 'or': {
      const operands = expression.operands.map((operand) => condition(operand, context))
      return { node: { kind: expression.kind, operands, ...span(expression) }, type: booleanType }
    }
    case 'not':
      return not(expression, condition(expression.operand, context))
    case 'isNull':
      return nullTest(expression, lower(expression.operand, context).node, expression.negated)
    case 'between':
      return between(expression, context)
    case 'in':
      return inList(expression, context)
    case 'like':
      return like(expression, context)
    case 'case':
      return lowerCase(expression, context)
    case 'cast':
      return cast(expression, context)
    case 'call':
      return lowerCall(expression, context, lower)
    case 'array':
      return lowerArray(expression, context, lower)
    case 'map':
      return lowerMap(expression, context, lower)
    case 'struct':
      return lowerStruct(expression, context, lower)
    case 'lambda':
      throw sqlError(context.source, expression, 'a lambda stands only among the arguments of a function')
    case 'unit':
      throw sqlError(context.source, expression, `${expression.unit} stands only among the arguments of a function`)
    case 'atTimeZone':
      throw sqlError(context.source, expression, 'AT TIME ZONE is not supported', {
        hint: "CONVERT_TZ(ts, 'UTC', 'Europe/Berlin') does it",
      })
  }
}

/** As a condition: BOOLEAN, or a column that nobody has declared. */
export const condition = (expression: Ast.Expression, context: LoweringContext): Node => {
  const { node, type } = lower(expression, context)
  if (type.kind === 'BOOLEAN' || type.kind === 'ANY' || type.kind === 'NULL') return node
  throw sqlError(context.source, expression, `a condition is BOOLEAN, this is ${showType(type)}`)
}

const literal = (expression: Ast.Literal): Typed => {
  const { value, type, text } = expression
  if (type !== 'DECIMAL') return { node: literalNode(expression, value), type: { kind: type }, literal: value }
  const digits = text
    .replace(/^-/, '')
    .replace('.', '')
    .replace(/^0+(?=\d)/, '')
  const scale = text.includes('.') ? text.length - text.indexOf('.') - 1 : 0
  const precision = Math.max(digits.length, scale, 1)
  return { node: literalNode(expression, Number(text)), type: { kind: type, precision, scale }, literal: text }
}

const lowerColumn = (expression: Ast.Column, context: LoweringContext): Typed => {
  if (expression.qualifier === undefined) {
    const name = nameOf(expression.name)
    const parameter = context.parameters.findLast((candidate) => candidate.name === name)
    if (parameter !== undefined) return { node: { kind: 'name', name, ...span(expression) }, type: parameter.type }
  }
  return context.column(expression)
}

const operators = { '=': '==', '<>': '!=', '<': '<', '<=': '<=', '>': '>', '>=': '>=' } as const

/** A comparison with null is false, unless it is IS [NOT] DISTINCT FROM (SqlToJavaVisitor). */
const compare = (expression: Ast.Comparison, left: Typed, right: Typed, context: LoweringContext): Typed => {
  const { operator } = expression
  const sides = comparable(left, right, expression, context)
  if (sides.compare !== undefined) return { node: comparison(expression, sides, sides.compare), type: booleanType }
  const [a, b] = [sides.left, sides.right]
  const plain = (word: '==' | '!=' | '<' | '<=' | '>' | '>='): Node => ({
    kind: 'comparison',
    operator: word,
    left: a.node,
    right: b.node,
    ...span(expression),
  })
  if (operator === 'distinct') return { node: plain('!='), type: booleanType }
  if (operator === 'not distinct') return { node: plain('=='), type: booleanType }
  if (a.literal === null || b.literal === null) return { node: literalNode(expression, false), type: booleanType }
  const node = plain(operators[operator])
  const isSure = (side: Typed): boolean => side.literal !== undefined
  const present = (side: Typed): readonly Node[] => (isSure(side) ? [] : [nullTest(expression, side.node, true).node])
  const guards =
    operator === '='
      ? isSure(a) || isSure(b)
        ? []
        : present(a)
      : operator === '<>'
        ? [...present(a), ...present(b)]
        : []
  return {
    node: guards.length === 0 ? node : { kind: 'and', operands: [...guards, node], ...span(expression) },
    type: booleanType,
  }
}

/** A comparison of values that are no plain scalars. */
const comparison = (
  expression: Ast.Comparison,
  { left, right }: { readonly left: Typed; readonly right: Typed },
  order: (left: unknown, right: unknown) => number,
): Node => {
  const { operator } = expression
  const holds = (left: unknown, right: unknown): boolean => {
    if (operator === 'distinct' || operator === 'not distinct') {
      const isSame = left === null || right === null ? left === right : order(left, right) === 0
      return isSame === (operator === 'not distinct')
    }
    if (left === null || right === null) return false
    const sign = order(left, right)
    switch (operator) {
      case '=':
        return sign === 0
      case '<>':
        return sign !== 0
      case '<':
        return sign < 0
      case '<=':
        return sign <= 0
      case '>':
        return sign > 0
      case '>=':
        return sign >= 0
    }
  }
  return callOf(expression, operator, [left.node, right.node], holds, { acceptsNull: true })
}

const nullTest = (at: Ast.Span, node: Node, negated: boolean): Typed => ({
  node: {
    kind: 'comparison',
    operator: negated ? '!=' : '==',
    left: node,
    right: literalNode(at, null),
    ...span(at),
  },
  type: booleanType,
})

const not = (at: Ast.Span, operand: Node): Typed => ({
  node: { kind: 'not', operand, ...span(at) },
  type: booleanType,
})

const negatedIf = (negated: boolean, typed: Typed, at: Ast.Span): Typed => (negated ? not(at, typed.node) : typed)

const between = (expression: Ast.Between, context: LoweringContext): Typed => {
  const operand = lower(expression.operand, context)
  const bound = (operator: '>=' | '<=', limit: Ast.Expression): Node =>
    compare(
      { kind: 'comparison', operator, left: expression.operand, right: limit, ...span(expression) },
      operand,
      lower(limit, context),
      context,
    ).node
  const operands = [bound('>=', expression.low), bound('<=', expression.high)]
  const inside: Typed = { node: { kind: 'and', operands, ...span(expression) }, type: booleanType }
  return negatedIf(expression.negated, inside, expression)
}

const inList = (expression: Ast.InList, context: LoweringContext): Typed => {
  const operand = lower(expression.operand, context)
  const operands = expression.items.map(
    (item) =>
      compare(
        { kind: 'comparison', operator: '=', left: expression.operand, right: item, ...span(expression) },
        operand,
        lower(item, context),
        context,
      ).node,
  )
  const found: Typed = { node: { kind: 'or', operands, ...span(expression) }, type: booleanType }
  return negatedIf(expression.negated, found, expression)
}

const like = (expression: Ast.Like, context: LoweringContext): Typed => {
  const texts = [expression.operand, expression.pattern].map((side) => {
    const typed = lower(side, context)
    return coerced(typed, stringType, side, context)
  })
  const pattern = texts[1]?.literal
  const fixed = typeof pattern === 'string' ? likePattern(pattern, expression.escape) : undefined
  let last: { readonly text: string; readonly matches: (text: string) => boolean } | undefined
  const matches = (text: string, wanted: string): boolean => {
    if (fixed !== undefined) return fixed(text)
    if (last?.text !== wanted) last = { text: wanted, matches: likePattern(wanted, expression.escape) }
    return last.matches(text)
  }
  const nodes = texts.map(({ node }) => node)
  const call = callOf(expression, 'LIKE', nodes, matches)
  // Null is like nothing, and that is false.
  const sure: Node = {
    kind: 'default',
    operator: '??',
    left: call,
    right: literalNode(expression, false),
    ...span(expression),
  }
  return negatedIf(expression.negated, { node: sure, type: booleanType }, expression)
}

const lowerCase = (expression: Ast.Case, context: LoweringContext): Typed => {
  const { operand, branches, otherwise } = expression
  const results = [...branches.map(({ then }) => then), ...(otherwise === undefined ? [] : [otherwise])].map((result) =>
    lower(result, context),
  )
  const type = commonType(results, expression, context)
  const sure = (at: number, place: Ast.Expression): Node => coerced(results[at] as Typed, type, place, context).node
  const compared = operand && lower(operand, context)
  const last = otherwise === undefined ? literalNode(expression, null) : sure(branches.length, otherwise)
  const node = branches.reduceRight<Node>((rest, { when, then }, index) => {
    const test =
      operand === undefined || compared === undefined
        ? condition(when, context)
        : compare(
            { kind: 'comparison', operator: '=', left: operand, right: when, ...span(when) },
            compared,
            lower(when, context),
            context,
          ).node
    return { kind: 'conditional', test, then: sure(index, then), otherwise: rest, ...span(expression) }
  }, last)
  return { node, type }
}

const cast = (expression: Ast.Cast, context: LoweringContext): Typed => {
  const written = lower(expression.operand, context)
  const type = context.typeOf(expression.type)
  if (sameType(written.type, type)) return written
  if (written.type.kind === 'NULL') return { node: written.node, type }
  // A DECIMAL literal is exact from here on.
  const operand = coerced(written, written.type, expression.operand, context)
  const convert = castFunction(operand.type, type)
  if (convert === undefined) {
    throw sqlError(context.source, expression, `${showType(operand.type)} cannot be cast to ${showType(type)}`)
  }
  return { node: callOf(expression, 'CAST', [operand.node], guarded(convert, context)), type }
}
