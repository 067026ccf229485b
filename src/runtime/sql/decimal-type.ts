// Precision and scale of DECIMAL results. The rules are SQL Server's, which ksqlDB follows; a result that would need more
// than 38 digits loses digits behind the point before any in front of it.

import { type Decimal } from '../model/decimal.ts'
import { RecordError } from '../model/record-error.ts'
import type { SqlType } from './sql-type.ts'

export type DecimalType = Extract<SqlType, { kind: 'DECIMAL' }>

export const maximalPrecision = 38
/** Digits behind the point that a result keeps if it has so many. */
const leastScale = 6

/** DECIMAL(precision, scale), within 38 digits. */
export const decimalType = (precision: number, scale: number): DecimalType => {
  if (precision <= maximalPrecision) return { kind: 'DECIMAL', precision, scale }
  const whole = precision - scale
  const kept = Math.max(maximalPrecision - whole, Math.min(scale, leastScale))
  return { kind: 'DECIMAL', precision: maximalPrecision, scale: Math.min(kept, maximalPrecision) }
}

/** The DECIMAL that holds every value of a type: of integers one without digits behind the point; undefined for others. */
export const decimalOf = (type: SqlType): DecimalType | undefined => {
  if (type.kind === 'DECIMAL') return type
  if (type.kind === 'INTEGER') return { kind: 'DECIMAL', precision: 10, scale: 0 }
  if (type.kind === 'BIGINT') return { kind: 'DECIMAL', precision: 19, scale: 0 }
  return undefined
}

/** The DECIMAL that holds the values of both. */
export const widerDecimal = (left: DecimalType, right: DecimalType): DecimalType => {
  const whole = Math.max(left.precision - left.scale, right.precision - right.scale)
  const scale = Math.max(left.scale, right.scale)
  return decimalType(whole + scale, scale)
}

/** The type of `left + right` and `left - right`. */
export const decimalSumType = (left: DecimalType, right: DecimalType): DecimalType => {
  const whole = Math.max(left.precision - left.scale, right.precision - right.scale)
  const scale = Math.max(left.scale, right.scale)
  return decimalType(whole + scale + 1, scale)
}

/** The type of `left * right`. */
export const decimalProductType = (left: DecimalType, right: DecimalType): DecimalType =>
  decimalType(left.precision + right.precision + 1, left.scale + right.scale)

/** The type of `left / right`. */
export const decimalQuotientType = (left: DecimalType, right: DecimalType): DecimalType => {
  const scale = Math.max(leastScale, left.scale + right.precision + 1)
  return decimalType(left.precision - left.scale + right.scale + scale, scale)
}

/** The type of `left % right`. */
export const decimalRemainderType = (left: DecimalType, right: DecimalType): DecimalType => {
  const scale = Math.max(left.scale, right.scale)
  return decimalType(Math.min(left.precision - left.scale, right.precision - right.scale) + scale, scale)
}

/** The value with the scale of the type, rounded half up; RecordError if it has more digits than the type. */
export const fitDecimal = (value: Decimal, type: DecimalType): Decimal => {
  const fitted = value.toScale(type.scale)
  const digits = fitted.unscaled < 0n ? -fitted.unscaled : fitted.unscaled
  if (digits >= 10n ** BigInt(type.precision)) {
    const whole = type.precision - type.scale
    throw new RecordError(`${value.toString()} has more than ${whole} digits before the point`)
  }
  return fitted
}
