// Expressions of SQL as trees of the expression language: names are resolved, types checked, conversions made visible. What
// SQL means differently (null in comparisons, division of integers, positions from 1) becomes calls.

import type { Node } from '../expression/ast.ts'
import type * as Ast from './ast.ts'
import { lowerArithmetic } from './lower-arithmetic.ts'
import { lowerCall } from './lower-call.ts'
import { coerced, commonType, comparable } from './coercion.ts'
import { castFunction } from './cast.ts'
import { likePattern } from './like.ts'
import { guarded, type LoweringContext } from './lowering-context.ts'
import { sqlError } from './sql-error.ts'
import {
  anyType,
  bigintType,
  booleanType,
  doubleType,
  integerType,
  nullType,
  sameType,
  showType,
  stringType,
  type SqlType,
} from './sql-type.ts'
import { callOf, fieldNode, literalNode, type Typed } from './typed.ts'

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
      return dereference(expression, context)
    case 'subscript':
      return subscript(expression, context)
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
      return arrayOf(expression, context)
    case 'map':
      return mapOf(expression, context)
    case 'struct':
      return structOf(expression, context)
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

const span = ({ start, end }: Ast.Span): Ast.Span => ({ start, end })

const literal = (expression: Ast.Literal): Typed => {
  const { value, type, text } = expression
  switch (type) {
    case 'DECIMAL': {
      const digits = text
        .replace(/^-/, '')
        .replace('.', '')
        .replace(/^0+(?=\d)/, '')
      const scale = text.includes('.') ? text.length - text.indexOf('.') - 1 : 0
      const precision = Math.max(digits.length, scale, 1)
      return {
        node: literalNode(expression, Number(text)),
        type: { kind: 'DECIMAL', precision, scale },
        literal: text,
      }
    }
    case 'NULL':
      return { node: literalNode(expression, null), type: nullType, literal: null }
    case 'BOOLEAN':
      return { node: literalNode(expression, value), type: booleanType, literal: value }
    case 'INTEGER':
      return { node: literalNode(expression, value), type: integerType, literal: value }
    case 'BIGINT':
      return { node: literalNode(expression, value), type: bigintType, literal: value }
    case 'DOUBLE':
      return { node: literalNode(expression, value), type: doubleType, literal: value }
    case 'STRING':
      return { node: literalNode(expression, value), type: stringType, literal: value }
  }
}

const lowerColumn = (expression: Ast.Column, context: LoweringContext): Typed => {
  if (expression.qualifier === undefined) {
    const name = expression.name.quoted ? expression.name.text : expression.name.text.toUpperCase()
    const parameter = context.parameters.findLast((candidate) => candidate.name === name)
    if (parameter !== undefined) return { node: { kind: 'name', name, ...span(expression) }, type: parameter.type }
  }
  return context.column(expression)
}

const dereference = (expression: Ast.Dereference, context: LoweringContext): Typed => {
  const base = lower(expression.base, context)
  const { text, quoted } = expression.field
  if (base.type.kind === 'ANY') return { node: fieldNode(expression, base.node, text), type: anyType }
  if (base.type.kind !== 'STRUCT') {
    throw sqlError(context.source, expression.base, `-> needs a STRUCT, this is ${showType(base.type)}`, {
      hint:
        base.type.kind === 'MAP' ? `for a MAP write ['${text}']` : "EXTRACTJSONFIELD(text, '$.a') looks into a text",
    })
  }
  const name = quoted ? text : text.toUpperCase()
  const field = base.type.fields.find((candidate) => candidate.name === name)
  if (field === undefined) {
    throw sqlError(context.source, expression.field, `the STRUCT has no field ${name}`, {
      hint: `its fields are ${base.type.fields.map((candidate) => candidate.name).join(', ')}`,
    })
  }
  return { node: fieldNode(expression, base.node, field.name), type: field.type }
}

const subscript = (expression: Ast.Subscript, context: LoweringContext): Typed => {
  const base = lower(expression.base, context)
  const index = lower(expression.index, context)
  const values = [base.node, index.node]
  switch (base.type.kind) {
    case 'ARRAY':
      return { node: callOf(expression, '[]', values, elementOf), type: base.type.element }
    case 'MAP': {
      const key = coerced(index, base.type.key, expression.index, context)
      return { node: callOf(expression, '[]', [base.node, key.node], entryOf), type: base.type.value }
    }
    case 'ANY':
      return { node: callOf(expression, '[]', values, partOf), type: anyType }
    default:
      throw sqlError(context.source, expression.base, `[…] needs an ARRAY or a MAP, this is ${showType(base.type)}`)
  }
}

/** Positions begin at 1; negative ones count from the end. */
const elementOf = (array: readonly unknown[], index: number): unknown =>
  (index > 0 ? array[index - 1] : array.at(index === 0 ? array.length : index)) ?? null

const entryOf = (map: Readonly<Record<string, unknown>>, key: unknown): unknown =>
  Object.hasOwn(map, String(key)) ? (map[String(key)] ?? null) : null

const partOf = (value: unknown, index: unknown): unknown => {
  if (Array.isArray(value)) return typeof index === 'number' ? elementOf(value, index) : null
  return typeof value === 'object' && value !== null ? entryOf(value as Record<string, unknown>, index) : null
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
  const last = otherwise === undefined ? literalNode(expression, null) : sure(branches.length, otherwise)
  const node = branches.reduceRight<Node>((rest, { when, then }, index) => {
    const test =
      operand === undefined
        ? condition(when, context)
        : compare(
            { kind: 'comparison', operator: '=', left: operand, right: when, ...span(when) },
            lower(operand, context),
            lower(when, context),
            context,
          ).node
    return { kind: 'conditional', test, then: sure(index, then), otherwise: rest, ...span(expression) }
  }, last)
  return { node, type }
}

const cast = (expression: Ast.Cast, context: LoweringContext): Typed => {
  const operand = lower(expression.operand, context)
  const type = context.typeOf(expression.type)
  if (sameType(operand.type, type)) return operand
  if (operand.type.kind === 'NULL') return { node: operand.node, type }
  if (operand.type.kind === 'DECIMAL' && operand.literal !== undefined) {
    const exact = coerced(operand, operand.type, expression.operand, context)
    return cast2(expression, exact, type, context)
  }
  return cast2(expression, operand, type, context)
}

const cast2 = (expression: Ast.Cast, operand: Typed, type: SqlType, context: LoweringContext): Typed => {
  const convert = castFunction(operand.type, type)
  if (convert === undefined) {
    throw sqlError(context.source, expression, `${showType(operand.type)} cannot be cast to ${showType(type)}`)
  }
  return { node: callOf(expression, 'CAST', [operand.node], guarded(convert, context)), type }
}

const arrayOf = (expression: Ast.ArrayConstructor, context: LoweringContext): Typed => {
  const items = expression.items.map((item) => lower(item, context))
  const element = items.length === 0 ? anyType : commonType(items, expression, context)
  const nodes = items.map((item, index) => coerced(item, element, expression.items[index] ?? expression, context).node)
  return { node: { kind: 'array', items: nodes, ...span(expression) }, type: { kind: 'ARRAY', element } }
}

const mapOf = (expression: Ast.MapConstructor, context: LoweringContext): Typed => {
  const keys = expression.entries.map(({ key }) => lower(key, context))
  const values = expression.entries.map(({ value }) => lower(value, context))
  const key = keys.length === 0 ? stringType : commonType(keys, expression, context)
  const value = values.length === 0 ? anyType : commonType(values, expression, context)
  const nodes = expression.entries.flatMap((entry, index) => [
    coerced(keys[index] as Typed, key, entry.key, context).node,
    coerced(values[index] as Typed, value, entry.value, context).node,
  ])
  const make = (...parts: readonly unknown[]): unknown =>
    Object.fromEntries(
      Array.from({ length: parts.length / 2 }, (_, index) => [String(parts[2 * index]), parts[2 * index + 1]]),
    )
  return { node: callOf(expression, 'MAP', nodes, make, { acceptsNull: true }), type: { kind: 'MAP', key, value } }
}

const structOf = (expression: Ast.StructConstructor, context: LoweringContext): Typed => {
  const fields = expression.fields.map(({ name, value }) => ({
    name: name.quoted ? name.text : name.text.toUpperCase(),
    nameSpan: span(name),
    typed: lower(value, context),
  }))
  return {
    node: {
      kind: 'object',
      entries: fields.map(({ name, nameSpan, typed }) => ({ kind: 'named', name, nameSpan, value: typed.node })),
      ...span(expression),
    },
    type: { kind: 'STRUCT', fields: fields.map(({ name, typed }) => ({ name, type: typed.type })) },
  }
}
