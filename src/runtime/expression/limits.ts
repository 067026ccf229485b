// No expression may exhaust the process, whatever it is given: results have the bounds that records have.

import { RecordError } from '../model/record-error.ts'

/** Longest string that an operation makes, in UTF-16 units. */
export const maximalTextLength = 2 ** 26
/** Longest array that an operation makes. */
export const maximalArrayLength = 1_000_000
/** Integers are exact up to this many bits; beyond it they are doubles. */
export const maximalIntegerBits = 4096

/** The length, or RecordError if a string would get too long. */
export const checkTextLength = (length: number, what: string): number => {
  if (length > maximalTextLength) throw new RecordError(`${what}: the string would have more than 2^26 characters`)
  return length
}

/** The length, or RecordError if an array would get too long. */
export const checkArrayLength = (length: number, what: string): number => {
  if (length > maximalArrayLength) throw new RecordError(`${what}: the array would have more than a million elements`)
  return length
}
