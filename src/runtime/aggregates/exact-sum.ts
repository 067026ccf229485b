// Sums of numbers. Integers are added exactly, whatever their size; fractions are added apart with Neumaier's compensation
// (Zeitschrift für Angewandte Mathematik und Mechanik 54, 1974), so that ten times 0.1 is 1.

import { RecordError } from '../model/record-error.ts'
import { decodeArray, decodeExactNumber, decodeNumber } from './encoded-state.ts'

/** A sum in the making. The fixed shape lets the engine keep the fields in place: no allocation per small number. */
export interface ExactSum {
  /** Sum of the integers; bigint only while it is beyond 2^53. */
  integers: number | bigint
  /** Sum of the doubles that are no safe integers. */
  fractions: number
  /** What rounding has taken from `fractions`. */
  compensation: number
}

/** The sum of nothing. */
export const emptySum = (): ExactSum => ({ integers: 0, fractions: 0, compensation: 0 })

/** Adds a finite number in place. */
export const addToSum = (sum: ExactSum, value: number | bigint): void => {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) {
      addFraction(sum, value)
      return
    }
    if (typeof sum.integers === 'number') {
      const total = sum.integers + value
      if (Number.isSafeInteger(total)) {
        sum.integers = total
        return
      }
    }
  }
  sum.integers = smallest(BigInt(sum.integers) + BigInt(value))
}

/** Takes back a number in place. */
export const subtractFromSum = (sum: ExactSum, value: number | bigint): void => {
  addToSum(sum, -value)
}

/** Adds another sum in place. */
export const addSums = (sum: ExactSum, other: ExactSum): void => {
  addFraction(sum, other.fractions)
  sum.compensation += other.compensation
  addToSum(sum, other.integers)
}

/** The sum: exact (bigint if need be) as long as there are no fractions in it. */
export const totalOf = (sum: ExactSum): number | bigint => {
  const fraction = sum.fractions + sum.compensation
  return fraction === 0 ? sum.integers : Number(sum.integers) + fraction
}

/** The integers alone, or all three parts. */
export const encodeSum = ({ integers, fractions, compensation }: ExactSum): unknown =>
  fractions === 0 && compensation === 0 ? integers : [integers, fractions, compensation]

/** What `encodeSum` made. */
export const decodeSum = (json: unknown): ExactSum => {
  if (!Array.isArray(json)) return { integers: decodeExactNumber(json), fractions: 0, compensation: 0 }
  const [integers, fractions, compensation] = decodeArray(json)
  return {
    integers: decodeExactNumber(integers),
    fractions: decodeNumber(fractions),
    compensation: decodeNumber(compensation),
  }
}

const addFraction = (sum: ExactSum, value: number): void => {
  const before = sum.fractions
  const total = before + value
  if (!Number.isFinite(total)) throw new RecordError('the sum is beyond the range of a double')
  // The part of the smaller addend that did not fit into the total.
  sum.compensation += Math.abs(before) >= Math.abs(value) ? before - total + value : value - total + before
  sum.fractions = total
}

const smallest = (value: bigint): number | bigint => {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
