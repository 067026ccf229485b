// How messages show a value.

import { stringifyJson } from '../serde/json-parse.ts'

const shownCharacters = 40

/** As in `a string ("abc")`, `a number (3)`, `null`, `an array`. */
export const describeValue = (value: unknown): string => {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'string') return `a string (${JSON.stringify(shorten(value))})`
  if (typeof value === 'number' || typeof value === 'bigint') return `a number (${stringifyJson(value)})`
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  return Array.isArray(value) ? 'an array' : 'an object'
}

const shorten = (text: string): string =>
  text.length <= shownCharacters ? text : `${text.slice(0, shownCharacters - 1)}…`
