// `+ - * / % ||`: what they mean depends on the types of both sides.

import type { ArithmeticOperator, Node } from '../expression/ast.ts'
import type { Decimal } from '../model/decimal.ts'
import type * as Ast from './ast.ts'
import { coerced, numberOfText } from './coercion.ts'
import { castFunction } from './cast.ts'
import { isNumeric } from './common-type.ts'
import {
  decimalOf,
  decimalProductType,
  decimalQuotientType,
  decimalRemainderType,
  decimalSumType,
  fitDecimal,
  type DecimalType,
} from './decimal-type.ts'
import { guarded, type LoweringContext } from './lowering-context.ts'
import { sqlError } from './sql-error.ts'
import { anyType, bigintType, doubleType, integerType, showType, stringType, type SqlType } from './sql-type.ts'
import { callOf, literalNode, type Typed } from './typed.ts'

/** The tree of an operation. KsError compile if the types do not fit. */
export const lowerArithmetic = (
  expression: Ast.Arithmetic,
  left: Typed,
  right: Typed,
  context: LoweringContext,
): Typed => {
  const { operator } = expression
  const isText = (side: Typed): boolean => side.type.kind === 'STRING'
  if (operator === '||' || (operator === '+' && (isText(left) || isText(right)))) {
    return concatenation(expression, left, right, context)
  }
  const sides = [left, right].map((side) => numberOfText(side, expression, context))
  const [a, b] = sides as [Typed, Typed]
  const maybe = ({ type }: Typed): boolean => isNumeric(type) || type.kind === 'ANY' || type.kind === 'NULL'
  if (!maybe(a) || !maybe(b)) {
    throw sqlError(context.source, expression, `${showType(a.type)} ${operator} ${showType(b.type)} means nothing`, {
      hint: operator === '+' ? '|| joins texts; CAST(… AS STRING) makes one' : undefined,
    })
  }
  if (a.type.kind === 'NULL' || b.type.kind === 'NULL') {
    return { node: literalNode(expression, null), type: a.type.kind === 'NULL' ? b.type : a.type }
  }
  const plain = (type: SqlType): Typed => ({
    node: arithmeticNode(expression, operator, numberNode(a, expression), numberNode(b, expression)),
    type,
  })
  // Undeclared numbers are what they are; `/` divides as it does in a calculator.
  if (a.type.kind === 'ANY' || b.type.kind === 'ANY') {
    const other = a.type.kind === 'ANY' ? b.type.kind : a.type.kind
    return plain(other === 'DOUBLE' || other === 'DECIMAL' || operator === '/' ? doubleType : anyType)
  }
  if (a.type.kind === 'DOUBLE' || b.type.kind === 'DOUBLE') return plain(doubleType)
  if (a.type.kind === 'DECIMAL' || b.type.kind === 'DECIMAL') return decimal(expression, a, b, context)
  const type = a.type.kind === 'BIGINT' || b.type.kind === 'BIGINT' ? bigintType : integerType
  if (operator !== '/') return plain(type)
  return { node: callOf(expression, '/', [a.node, b.node], dividedInteger), type }
}

/** As Java divides: towards zero. By zero is null, as what fails is. */
const dividedInteger = (left: number | bigint, right: number | bigint): number | bigint | null => {
  if (Number(right) === 0) return null
  if (typeof left === 'number' && typeof right === 'number') return Math.trunc(left / right)
  const quotient = BigInt(left) / BigInt(right)
  return Number.isSafeInteger(Number(quotient)) ? Number(quotient) : quotient
}

const arithmeticNode = ({ start, end }: Ast.Span, operator: ArithmeticOperator, left: Node, right: Node): Node => ({
  kind: 'arithmetic',
  operator,
  left,
  right,
  start,
  end,
})

/** A DECIMAL among doubles is one of them. */
const numberNode = (side: Typed, at: Ast.Span): Node =>
  side.type.kind === 'DECIMAL' && side.literal === undefined
    ? callOf(at, 'DOUBLE', [side.node], (value: Decimal) => value.toNumber())
    : side.node

const decimal = (expression: Ast.Arithmetic, left: Typed, right: Typed, context: LoweringContext): Typed => {
  const [a, b] = [left, right].map(({ type }) => decimalOf(type)) as [DecimalType, DecimalType]
  const nodes = [coerced(left, a, expression.left, context).node, coerced(right, b, expression.right, context).node]
  const { type, apply } = decimalOperation(expression.operator, a, b)
  const implement = (x: Decimal, y: Decimal): unknown => {
    const result = apply(x, y)
    return result === undefined ? null : fitDecimal(result, type)
  }
  return { node: callOf(expression, expression.operator, nodes, guarded(implement, context)), type }
}

const decimalOperation = (
  operator: Ast.ArithmeticOperator,
  a: DecimalType,
  b: DecimalType,
): { readonly type: DecimalType; apply(x: Decimal, y: Decimal): Decimal | undefined } => {
  switch (operator) {
    case '+':
      return { type: decimalSumType(a, b), apply: (x, y) => x.add(y) }
    case '-':
      return { type: decimalSumType(a, b), apply: (x, y) => x.subtract(y) }
    case '*':
      return { type: decimalProductType(a, b), apply: (x, y) => x.multiply(y) }
    case '/': {
      const type = decimalQuotientType(a, b)
      return { type, apply: (x, y) => x.divide(y, type.scale) }
    }
    case '%':
      return { type: decimalRemainderType(a, b), apply: (x, y) => x.remainder(y) }
    case '||':
      throw new Error('|| joins texts')
  }
}

const concatenation = (expression: Ast.Arithmetic, left: Typed, right: Typed, context: LoweringContext): Typed => {
  const text = (side: Typed, at: Ast.Span): Node => {
    if (side.type.kind === 'STRING') return side.node
    const convert = castFunction(side.type, stringType)
    if (convert === undefined || side.type.kind === 'NULL') return coerced(side, stringType, at, context).node
    return callOf(at, 'STRING', [side.node], guarded(convert, context))
  }
  const nodes = [text(left, expression.left), text(right, expression.right)]
  return { node: callOf(expression, '||', nodes, (a: string, b: string) => a + b), type: stringType }
}
