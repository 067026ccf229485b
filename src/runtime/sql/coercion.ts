// Conversions that nobody wrote: between numbers, from literals, and of columns that nobody has declared, which become what
// the place needs.

import { Decimal } from '../model/decimal.ts'
import type * as Ast from './ast.ts'
import { castFunction, coerceFunction } from './cast.ts'
import { commonType as commonOfTwo, commonTypeOf, isNumeric } from './common-type.ts'
import { guarded, type LoweringContext } from './lowering-context.ts'
import { sqlError } from './sql-error.ts'
import { doubleType, sameType, showType, type SqlType } from './sql-type.ts'
import { callOf, literalNode, type Typed } from './typed.ts'

/** The expression as a value of a type. KsError compile if that needs a CAST or cannot be. */
export const coerced = (typed: Typed, type: SqlType, at: Ast.Span, context: LoweringContext): Typed => {
  if (type.kind === 'ANY') return typed
  if (typed.type.kind === 'DECIMAL' && typeof typed.literal === 'string')
    return decimalLiteral(typed, type, at, context)
  if (sameType(typed.type, type)) return typed
  if (typed.type.kind === 'NULL') return { ...typed, type }
  const convert = coerceFunction(typed.type, type) ?? literalConversion(typed, type)
  if (convert === undefined) {
    throw sqlError(context.source, at, `this is ${showType(typed.type)}, ${showType(type)} is needed`, {
      hint: castFunction(typed.type, type) === undefined ? undefined : `CAST(… AS ${showType(type)}) makes it one`,
    })
  }
  if (typed.literal !== undefined && typed.literal !== null) return constant(typed, type, at, context, convert)
  // Numbers are numbers, whatever SQL calls them.
  if (isPlainNumber(typed.type) && isPlainNumber(type)) return { node: typed.node, type }
  return { node: callOf(at, showType(type), [typed.node], guarded(convert, context)), type }
}

const isPlainNumber = ({ kind }: SqlType): boolean => kind === 'INTEGER' || kind === 'BIGINT' || kind === 'DOUBLE'

/** `'2024-01-01'` where a DATE is needed. */
const literalConversion = ({ literal, type }: Typed, wanted: SqlType): ((value: unknown) => unknown) | undefined =>
  typeof literal === 'string' && type.kind === 'STRING' ? castFunction(type, wanted) : undefined

const constant = (
  typed: Typed,
  type: SqlType,
  at: Ast.Span,
  context: LoweringContext,
  convert: (value: unknown) => unknown,
): Typed => {
  let value: unknown
  try {
    value = convert(typed.literal)
  } catch (error) {
    throw sqlError(context.source, at, error instanceof Error ? error.message : String(error))
  }
  if (value === null || typeof value !== 'object') {
    const literal = value as Exclude<Typed['literal'], undefined>
    return { node: literalNode(at, literal), type, literal }
  }
  return { node: callOf(at, 'literal', [], () => value), type }
}

/** A DECIMAL literal is exact among decimals and a number among doubles. */
const decimalLiteral = (typed: Typed, type: SqlType, at: Ast.Span, context: LoweringContext): Typed => {
  const exact = Decimal.parse(String(typed.literal))
  if (exact === undefined) throw sqlError(context.source, at, `${String(typed.literal)} is no number`)
  if (type.kind === 'DOUBLE') return { node: literalNode(at, exact.toNumber()), type, literal: exact.toNumber() }
  const convert = sameType(typed.type, type) ? (value: unknown) => value : coerceFunction(typed.type, type)
  if (convert === undefined) {
    throw sqlError(context.source, at, `this is ${showType(typed.type)}, ${showType(type)} is needed`)
  }
  const value = convert(exact)
  return typeof value === 'string'
    ? { node: literalNode(at, value), type, literal: value }
    : { node: callOf(at, 'literal', [], () => value), type }
}

/** The type that all have in common. */
export const commonType = (all: readonly Typed[], at: Ast.Span, context: LoweringContext): SqlType => {
  const common = commonTypeOf(all.map(({ type }) => type))
  if (common !== undefined) return common
  const shown = [...new Set(all.map(({ type }) => showType(type)))].join(' and ')
  throw sqlError(context.source, at, `${shown} have no type in common`, {
    hint: 'CAST(… AS STRING) makes a text of each',
  })
}

/** Two sides of a comparison, of one kind; `compare` orders values that the expression language has no order for. */
export interface Comparable {
  readonly left: Typed
  readonly right: Typed
  readonly compare: ((left: unknown, right: unknown) => number) | undefined
}

/** What has to be done to two sides so that they can be compared. KsError compile if they cannot. */
export const comparable = (
  left: Typed,
  right: Typed,
  expression: Ast.Comparison,
  context: LoweringContext,
): Comparable => {
  const sides = {
    left: numbersOfText(left, right, expression, context),
    right: numbersOfText(right, left, expression, context),
  }
  const anyOrNull = ({ type: { kind } }: Typed): boolean => kind === 'ANY' || kind === 'NULL'
  if (anyOrNull(left) || anyOrNull(right)) {
    const wanted = anyOrNull(left) ? right.type : left.type
    if (!['DECIMAL', 'BYTES'].includes(wanted.kind) || left.literal !== undefined || right.literal !== undefined) {
      return { ...sides, compare: undefined }
    }
  }
  const literalOf = (side: Typed, other: Typed): SqlType | undefined =>
    typeof side.literal === 'string' && side.type.kind === 'STRING' ? other.type : undefined
  const type = literalOf(left, right) ?? literalOf(right, left) ?? commonOfTwo(left.type, right.type)
  if (type === undefined) {
    throw sqlError(
      context.source,
      expression,
      `${showType(left.type)} and ${showType(right.type)} cannot be compared`,
      {
        hint: 'CAST(… AS …) makes them alike',
      },
    )
  }
  const convert = (side: Typed, place: Ast.Expression): Typed => coerced(side, type, place, context)
  return {
    left: convert(left, expression.left),
    right: convert(right, expression.right),
    compare: orderOf(type),
  }
}

/** An undeclared column of a text file is a text; beside a number it is meant as one. */
const numbersOfText = (side: Typed, other: Typed, at: Ast.Span, context: LoweringContext): Typed =>
  isNumeric(other.type) ? numberOfText(side, at, context) : side

export const numberOfText = (side: Typed, at: Ast.Span, context: LoweringContext): Typed =>
  side.isText === true ? coerced(side, doubleType, at, context) : side

const orderOf = ({ kind }: SqlType): ((left: unknown, right: unknown) => number) | undefined => {
  if (kind === 'DECIMAL') return (left, right) => (left as Decimal).compare(right as Decimal)
  if (kind === 'BYTES') return (left, right) => Buffer.compare(left as Uint8Array, right as Uint8Array)
  return undefined
}
