// Reads encoded states. They come from a store or a changelog, so their shape is checked before it is trusted.

import { KsError } from '../model/errors.ts'

/** The error for data that no `encode` has made. */
export const damagedState = (expected: string): KsError =>
  new KsError('io', `a stored aggregate is damaged or of another function: expected ${expected}`)

/** The data as an array. */
export const decodeArray = (json: unknown): readonly unknown[] => {
  if (Array.isArray(json)) return json
  throw damagedState('an array')
}

/** The data as a double. JSON text of a large double has no point and may come back as bigint. */
export const decodeNumber = (json: unknown): number => {
  if (typeof json === 'number') return json
  if (typeof json === 'bigint') return Number(json)
  throw damagedState('a number')
}

/** The data as an array of doubles, a new one. */
export const decodeNumbers = (json: unknown): number[] => decodeArray(json).map(decodeNumber)

/** The data as a number that is exact. */
export const decodeExactNumber = (json: unknown): number | bigint => {
  if (typeof json === 'number' || typeof json === 'bigint') return json
  throw damagedState('a number')
}
