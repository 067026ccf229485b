// How a record key is written as text: the raw string for a string, JSON otherwise. A string that could be taken for JSON
// is quoted, so that 200 and "200" stay two keys and every text reads back as the key that it was made from.

import { fromByteString } from './byte-string.ts'
import { LazyJson } from './lazy-json.ts'
import { LazyKey } from './lazy-key.ts'

// First characters of JSON texts, and white space, which JSON ignores.
const looksLikeJson = (text: string): boolean => {
  const first = text.charCodeAt(0)
  return (
    first === 34 || // "
    first === 45 || // -
    (first >= 48 && first <= 57) ||
    first === 91 || // [
    first === 123 || // {
    first === 116 || // t
    first === 102 || // f
    first === 110 || // n
    first <= 32
  )
}

/**
 * The text of a key; null if the key is null or missing.
 * @param stringify JSON text of a plain value (bigint included).
 */
export const keyText = (key: unknown, stringify: (value: unknown) => string): string | null => {
  if (typeof key === 'string') return key !== '' && !looksLikeJson(key) ? key : quoteIfJson(key)
  if (key === null || key === undefined) return null
  if (key instanceof LazyKey) return key.text() ?? keyText(key.value(), stringify)
  if (key instanceof LazyJson) return fromByteString(key.json())
  return stringify(key)
}

const quoteIfJson = (text: string): string => {
  try {
    JSON.parse(text)
    return JSON.stringify(text)
  } catch {
    return text
  }
}

/** The key that `keyText` made the text from. */
export const keyFromText = (text: string, parse: (text: string) => unknown): unknown => {
  if (text === '' || !looksLikeJson(text)) return text
  try {
    return parse(text)
  } catch {
    return text
  }
}
