// The arithmetic operators. Null in, null out; integers beyond 2^53 are bigint, and only those: results that fit into a
// number become one again.

import type { ArithmeticOperator } from './ast.ts'
import { extendObject } from './extend-object.ts'
import { describeValue } from './describe-value.ts'
import { checkArrayLength, checkTextLength, maximalIntegerBits } from './limits.ts'
import { RecordError } from '../model/record-error.ts'

/** An operator at its place in the text, for messages. */
export interface OperatorSite {
  readonly operator: string
  /** The texts of the operands; of the unary minus only `left` is used. */
  readonly left: string
  readonly right: string
}

type Numeric = number | bigint

export const add = (left: unknown, right: unknown, site: OperatorSite): unknown =>
  typeof left === 'number' && typeof right === 'number' ? left + right : addOther(left, right, site)

export const subtract = (left: unknown, right: unknown, site: OperatorSite): unknown =>
  typeof left === 'number' && typeof right === 'number' ? left - right : numeric(left, right, site, '-')

export const multiply = (left: unknown, right: unknown, site: OperatorSite): unknown =>
  typeof left === 'number' && typeof right === 'number' ? left * right : numeric(left, right, site, '*')

/** Null for a division by zero. */
export const divide = (left: unknown, right: unknown, site: OperatorSite): unknown =>
  typeof left === 'number' && typeof right === 'number' && right !== 0 ? left / right : numeric(left, right, site, '/')

/** The remainder with the sign of the dividend; null for a division by zero. */
export const remainder = (left: unknown, right: unknown, site: OperatorSite): unknown =>
  typeof left === 'number' && typeof right === 'number' && right !== 0 ? left % right : numeric(left, right, site, '%')

export const negate = (value: unknown, site: OperatorSite): unknown => {
  if (typeof value === 'number') return -value
  if (typeof value === 'bigint') return fromBigInt(-value)
  if (isNull(value)) return null
  throw notNumeric(value, site.left, site)
}

const isNull = (value: unknown): value is null | undefined => value === null || value === undefined

const isNumeric = (value: unknown): value is Numeric => typeof value === 'number' || typeof value === 'bigint'

const addOther = (left: unknown, right: unknown, site: OperatorSite): unknown => {
  if (isNull(left) || isNull(right)) return null
  if (isNumeric(left) && isNumeric(right)) return compute(left, right, '+')
  if (typeof left === 'string' && typeof right === 'string') {
    checkTextLength(left.length + right.length, '"+"')
    return left + right
  }
  if (Array.isArray(left) && Array.isArray(right)) {
    checkArrayLength(left.length + right.length, '"+"')
    return [...(left as unknown[]), ...(right as unknown[])]
  }
  if (isObject(left) && isObject(right)) return extendObject(extendObject({}, left), right)
  if (typeof left === 'string' || typeof right === 'string') {
    const template = `"${[site.left, site.right].map((text) => `\\(${text})`).join('')}"`
    throw new RecordError(
      `${site.left} is ${describeValue(left)} and ${site.right} is ${describeValue(right)}, "+" joins strings only with ` +
        `strings; a template joins anything: ${template}`,
      typeof left === 'string' ? site.right : site.left,
    )
  }
  throw isNumeric(left) ? notNumeric(right, site.right, site) : notNumeric(left, site.left, site)
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const numeric = (left: unknown, right: unknown, site: OperatorSite, operator: ArithmeticOperator): unknown => {
  if (!isNull(left) && !isNumeric(left)) throw notNumeric(left, site.left, site)
  if (!isNull(right) && !isNumeric(right)) throw notNumeric(right, site.right, site)
  return isNull(left) || isNull(right) ? null : compute(left, right, operator)
}

const notNumeric = (value: unknown, text: string, { operator }: OperatorSite): RecordError =>
  new RecordError(`${text} is ${describeValue(value)}, "${operator}" needs numbers`, text)

/** Exact if one side is a bigint and the other an integer; otherwise in doubles. */
const compute = (left: Numeric, right: Numeric, operator: ArithmeticOperator): number | bigint | null => {
  if ((operator === '/' || operator === '%') && Number(right) === 0) return null
  if (operator === '/' || !isExact(left) || !isExact(right)) return computeDouble(Number(left), Number(right), operator)
  const a = BigInt(left)
  const b = BigInt(right)
  switch (operator) {
    case '+':
      return fromBigInt(a + b)
    case '-':
      return fromBigInt(a - b)
    case '*':
      return fromBigInt(a * b)
    case '%':
      return fromBigInt(a % b)
  }
}

const half = 2n ** BigInt(maximalIntegerBits / 2)

const isExact = (value: Numeric): boolean =>
  typeof value === 'number' ? Number.isInteger(value) : value < half && value > -half

const computeDouble = (left: number, right: number, operator: ArithmeticOperator): number => {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return left / right
    case '%':
      return left % right
  }
}

/** A number if it can hold the integer. */
export const fromBigInt = (value: bigint): number | bigint => {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
