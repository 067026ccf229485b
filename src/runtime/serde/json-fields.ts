// The top level of a JSON object, taken apart as text: numbers keep their digits, nested values stay as they are.

import { fromByteString, hasNonAscii, type ByteString } from '../model/byte-string.ts'

const quote = 34
const backslash = 92
const openBracket = 91
const closeBracket = 93
const openBrace = 123
const closeBrace = 125
const comma = 44

/**
 * Visits the fields in order; a name may come twice, the last one counts.
 * @param json valid JSON, as every LazyJson has it.
 * @returns false if it is no object.
 */
export const visitJsonFields = (json: ByteString, visit: (name: string, fieldJson: ByteString) => void): boolean => {
  let at = skipSpace(json, 0)
  if (json.charCodeAt(at) !== openBrace) return false
  at = skipSpace(json, at + 1)
  while (json.charCodeAt(at) === quote) {
    const nameEnd = stringEnd(json, at)
    const name = jsonString(json.slice(at, nameEnd) as ByteString)
    const valueAt = skipSpace(json, skipSpace(json, nameEnd) + 1)
    const valueEnd = jsonValueEnd(json, valueAt)
    visit(name, json.slice(valueAt, valueEnd) as ByteString)
    at = skipSpace(json, valueEnd)
    if (json.charCodeAt(at) === comma) at = skipSpace(json, at + 1)
  }
  return true
}

/** The string that a JSON string (with its quotes) stands for. */
export const jsonString = (json: ByteString): string => {
  if (json.includes('\\')) return JSON.parse(fromByteString(json)) as string
  const content = json.slice(1, -1) as ByteString
  return hasNonAscii(content) ? fromByteString(content) : content
}

const isSpace = (code: number): boolean => code === 32 || code === 10 || code === 13 || code === 9

const skipSpace = (json: string, from: number): number => {
  let at = from
  while (isSpace(json.charCodeAt(at))) at++
  return at
}

/** The end of a string that begins at `from` with its quote. */
const stringEnd = (json: string, from: number): number => {
  let at = from + 1
  for (let code = json.charCodeAt(at); code !== quote; code = json.charCodeAt(at)) at += code === backslash ? 2 : 1
  return at + 1
}

/** The end of a value that begins at `from`. */
export const jsonValueEnd = (json: string, from: number): number => {
  const first = json.charCodeAt(from)
  if (first === quote) return stringEnd(json, from)
  let at = from
  if (first !== openBrace && first !== openBracket) {
    for (let code = first; at < json.length && !isSpace(code) && !endsScalar(code); code = json.charCodeAt(at)) at++
    return at
  }
  let depth = 0
  do {
    const code = json.charCodeAt(at)
    if (code === quote) {
      at = stringEnd(json, at)
      continue
    }
    if (code === openBrace || code === openBracket) depth++
    else if (code === closeBrace || code === closeBracket) depth--
    at++
  } while (depth > 0)
  return at
}

const endsScalar = (code: number): boolean => code === comma || code === closeBrace || code === closeBracket
