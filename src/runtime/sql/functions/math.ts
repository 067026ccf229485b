// Numbers: signs, rounding, the largest and the smallest.

import { Decimal } from '../../model/decimal.ts'
import { RecordError } from '../../model/record-error.ts'
import { decimalType, maximalPrecision } from '../decimal-type.ts'
import { bigintValue, doubleToLong, wrapInt, wrapLong } from '../integers.ts'
import { bigintType, doubleType, integerType, nullType, type SqlType } from '../sql-type.ts'
import { compareSqlValues } from '../value-order.ts'
import { anyDecimal, defineSqlFunction, variable, type SqlCallSite } from './define-sql-function.ts'

const family = 'Numbers'

type BigintValue = number | bigint

/** The type of the first argument. */
const sameAsFirst = (types: readonly (SqlType | undefined)[]): SqlType => types[0] ?? nullType

const negated = (value: BigintValue): BigintValue => (typeof value === 'bigint' ? -value : -value)

const abs = defineSqlFunction({
  name: 'ABS',
  family,
  summary: 'The number without its sign.',
  signatures: [
    {
      parameters: { val: integerType },
      returns: integerType,
      implementation: (_call, value: number) => wrapInt(Math.abs(value)),
    },
    {
      parameters: { val: bigintType },
      returns: bigintType,
      implementation: (_call, value: BigintValue) => (value < 0 ? wrapLong(BigInt(negated(value))) : value),
    },
    {
      parameters: { val: doubleType },
      returns: doubleType,
      implementation: (_call, value: number) => Math.abs(value),
    },
    {
      parameters: { val: anyDecimal },
      returns: sameAsFirst,
      implementation: (_call, value: Decimal) => value.abs(),
    },
  ],
  examples: [
    { sql: 'ABS(-3)', result: 3 },
    { sql: 'ABS(-2.5)', result: Decimal.parse('2.5') },
  ],
})

const sign = defineSqlFunction({
  name: 'SIGN',
  family,
  summary: '-1, 0 or 1.',
  signatures: [
    {
      parameters: { val: bigintType },
      returns: integerType,
      implementation: (_call, value: BigintValue) => (value > 0 ? 1 : value < 0 ? -1 : 0),
    },
    {
      parameters: { val: doubleType },
      returns: integerType,
      implementation: (_call, value: number) => (value > 0 ? 1 : value < 0 ? -1 : 0),
    },
  ],
  examples: [{ sql: 'SIGN(-4)', result: -1 }],
})

const wholeNumber = (
  name: string,
  summary: string,
  ofDouble: (value: number) => number,
  rounding: 'FLOOR' | 'CEILING',
  examples: readonly { readonly sql: string; readonly result: unknown }[],
) =>
  defineSqlFunction({
    name,
    family,
    summary,
    signatures: [
      { parameters: { val: integerType }, returns: integerType, implementation: (_call, value: number) => value },
      { parameters: { val: bigintType }, returns: bigintType, implementation: (_call, value: BigintValue) => value },
      {
        parameters: { val: doubleType },
        returns: doubleType,
        implementation: (_call, value: number) => ofDouble(value),
      },
      {
        parameters: { val: anyDecimal },
        returns: sameAsFirst,
        implementation: (_call, value: Decimal) => value.toScale(0, rounding).toScale(value.scale),
      },
    ],
    examples,
  })

const ceil = wholeNumber('CEIL', 'The next whole number that is not below.', Math.ceil, 'CEILING', [
  { sql: 'CEIL(1.2E0)', result: 2 },
])

const floor = wholeNumber('FLOOR', 'The next whole number that is not above.', Math.floor, 'FLOOR', [
  { sql: 'FLOOR(-1.2E0)', result: -2 },
])

/** DECIMAL without digits behind the point, with room for a carry. */
const wholeDecimal = (types: readonly (SqlType | undefined)[]): SqlType => {
  const [type] = types
  if (type?.kind !== 'DECIMAL') return nullType
  return decimalType(Math.min(maximalPrecision, type.precision - type.scale + 1), 0)
}

const mostPlaces = 400

/** A double with so many digits, computed on the digits that it is shown with; what is not finite stays. */
const withPlaces = (value: number, places: number, rounding: 'HALF_CEILING' | 'DOWN'): number => {
  if (Math.abs(places) > mostPlaces) return places > 0 ? value : 0
  return Decimal.from(value)?.toScale(places, rounding).toNumber() ?? value
}

/** The digits behind the point are kept as zeros, since the type has them. */
const decimalWithPlaces = (value: Decimal, places: number, rounding: 'HALF_CEILING' | 'DOWN'): Decimal =>
  places >= value.scale ? value : value.toScale(Math.max(places, -mostPlaces), rounding).toScale(value.scale)

const longOf = (value: number, integer: number): BigintValue => {
  if (!Number.isFinite(value)) return doubleToLong(value)
  return doubleToLong(integer)
}

const round = defineSqlFunction({
  name: 'ROUND',
  family,
  summary: 'The nearest whole number, or the nearest with so many decimal places; halves go up.',
  signatures: [
    { parameters: { val: bigintType }, returns: bigintType, implementation: (_call, value: BigintValue) => value },
    {
      parameters: { val: doubleType },
      returns: bigintType,
      implementation: (_call, value: number) => longOf(value, Math.round(value)),
    },
    {
      parameters: { val: anyDecimal },
      returns: wholeDecimal,
      implementation: (_call, value: Decimal) => value.toScale(0, 'HALF_CEILING'),
    },
    {
      parameters: { val: bigintType, decimalPlaces: integerType },
      returns: bigintType,
      implementation: (_call, value: BigintValue, places: number) => roundedLong(value, places),
    },
    {
      parameters: { val: doubleType, decimalPlaces: integerType },
      returns: doubleType,
      implementation: (_call, value: number, places: number) => withPlaces(value, places, 'HALF_CEILING'),
    },
    {
      parameters: { val: anyDecimal, decimalPlaces: integerType },
      returns: sameAsFirst,
      implementation: (_call, value: Decimal, places: number) => decimalWithPlaces(value, places, 'HALF_CEILING'),
    },
  ],
  examples: [
    { sql: 'ROUND(2.5E0)', result: 3 },
    { sql: 'ROUND(-2.5E0)', result: -2 },
    { sql: 'ROUND(1.005E0, 2)', result: 1.01 },
    { sql: 'ROUND(1250, -2)', result: 1300 },
  ],
})

const roundedLong = (value: BigintValue, places: number): BigintValue => {
  if (places >= 0) return value
  if (places < -20) return 0
  return wrapLong(new Decimal(BigInt(value), 0).toScale(places, 'HALF_CEILING').unscaled)
}

const trunc = defineSqlFunction({
  name: 'TRUNC',
  family,
  summary: 'The number without the digits behind the point, or behind so many decimal places.',
  signatures: [
    { parameters: { val: bigintType }, returns: bigintType, implementation: (_call, value: BigintValue) => value },
    {
      parameters: { val: doubleType },
      returns: bigintType,
      implementation: (_call, value: number) => doubleToLong(value),
    },
    {
      parameters: { val: anyDecimal },
      returns: wholeDecimal,
      implementation: (_call, value: Decimal) => value.toScale(0, 'DOWN'),
    },
    {
      parameters: { val: bigintType, decimalPlaces: integerType },
      returns: bigintType,
      implementation: (_call, value: BigintValue, places: number) => {
        if (places >= 0) return value
        return places < -20 ? 0 : bigintValue(new Decimal(BigInt(value), 0).toScale(places, 'DOWN').unscaled)
      },
    },
    {
      parameters: { val: doubleType, decimalPlaces: integerType },
      returns: doubleType,
      implementation: (_call, value: number, places: number) => withPlaces(value, places, 'DOWN'),
    },
    {
      parameters: { val: anyDecimal, decimalPlaces: integerType },
      returns: sameAsFirst,
      implementation: (_call, value: Decimal, places: number) => decimalWithPlaces(value, places, 'DOWN'),
    },
  ],
  examples: [
    { sql: 'TRUNC(-2.7E0)', result: -2 },
    { sql: 'TRUNC(1.239E0, 2)', result: 1.23 },
  ],
})

const extreme = (name: string, summary: string, direction: 1 | -1, result: number) =>
  defineSqlFunction({
    name,
    family,
    summary,
    signatures: [
      {
        parameters: { val: variable('T') },
        rest: { more: variable('T') },
        returns: variable('T'),
        acceptsNull: true,
        implementation: (_call: SqlCallSite, ...values: unknown[]) => {
          let best: unknown = null
          for (const value of values) {
            if (value === null) continue
            if (typeof value === 'object' && !isComparable(value)) throw new RecordError(`${name} needs scalar values`)
            if (best === null || compareSqlValues(value, best) * direction > 0) best = value
          }
          return best
        },
      },
    ],
    examples: [{ sql: `${name}(3, NULL, 7)`, result }],
  })

const isComparable = (value: object): boolean => value instanceof Decimal || value instanceof Uint8Array

const greatest = extreme('GREATEST', 'The largest of the values that are not null.', 1, 7)
const least = extreme('LEAST', 'The smallest of the values that are not null.', -1, 3)

const random = defineSqlFunction({
  name: 'RANDOM',
  family,
  summary: 'A number from 0 to 1, another one each time.',
  isDeterministic: false,
  signatures: [{ parameters: {}, returns: doubleType, implementation: () => Math.random() }],
  examples: [{ sql: 'FLOOR(RANDOM())', result: 0 }],
})

/** The functions of this family, in the order of help. */
export const mathFunctions = [abs, sign, ceil, floor, round, trunc, greatest, least, random]
