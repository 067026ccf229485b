// Parts of strings and bytes: where they are and what stands there. Positions begin with 1 and count UTF-16 units or bytes.

import { checkArrayLength } from '../../expression/limits.ts'
import { setField } from '../../serde/json-parse.ts'
import { bytesType, integerType, stringType } from '../sql-type.ts'
import { arrayOf, defineSqlFunction, mapOf, type SqlCallSite } from './define-sql-function.ts'

const family = 'Strings'

type TextOrBytes = string | Uint8Array

/** Position 0 counts as 1, a negative one from the end; both stop at the ends. */
const startIndex = (length: number, position: number): number =>
  position < 0 ? Math.max(length + position, 0) : Math.max(Math.min(position - 1, length), 0)

const substringOf = (_call: SqlCallSite, value: TextOrBytes, position: number, length = Infinity): TextOrBytes => {
  const start = startIndex(value.length, position)
  return value.slice(start, Math.max(Math.min(start + length, value.length), start))
}

const substring = defineSqlFunction({
  name: 'SUBSTRING',
  family,
  summary: 'A part of the text or the bytes from a position on; a negative position counts from the end.',
  signatures: [
    { parameters: { str: stringType, pos: integerType }, returns: stringType },
    { parameters: { str: stringType, pos: integerType, length: integerType }, returns: stringType },
    { parameters: { bytes: bytesType, pos: integerType }, returns: bytesType },
    { parameters: { bytes: bytesType, pos: integerType, length: integerType }, returns: bytesType },
  ],
  implementation: substringOf,
  examples: [
    { sql: "SUBSTRING('stream', 1, 4)", result: 'stre' },
    { sql: "SUBSTRING('stream', -2)", result: 'am' },
  ],
})

/** 0 if it is not there; a negative position searches backwards from so many units before the end. */
const position = (text: string, part: string, from: number, occurrence: number): number => {
  if (from === 0 || occurrence < 1) return 0
  const isForward = from > 0
  let index = isForward ? from - 1 : text.length + from
  for (let found = 0; ;) {
    if (index < 0 || index > text.length) return 0
    index = isForward ? text.indexOf(part, index) : text.lastIndexOf(part, index)
    if (index === -1) return 0
    if (++found === occurrence) return index + 1
    index += isForward ? 1 : -1
  }
}

const instr = defineSqlFunction({
  name: 'INSTR',
  family,
  summary: 'Where a text has another one, from 1, searched from a position on, for the n-th time; 0 if nowhere.',
  signatures: [
    { parameters: { str: stringType, substring: stringType }, returns: integerType, acceptsNull: true },
    {
      parameters: { str: stringType, substring: stringType, position: integerType },
      returns: integerType,
      acceptsNull: true,
    },
    {
      parameters: { str: stringType, substring: stringType, position: integerType, occurrence: integerType },
      returns: integerType,
      acceptsNull: true,
    },
  ],
  implementation: (_call, text: string | null, part: string | null, from: number | null = 1, n: number | null = 1) =>
    text === null || part === null || from === null || n === null ? 0 : position(text, part, from, n),
  examples: [
    { sql: "INSTR('corporate floor', 'or')", result: 2 },
    { sql: "INSTR('corporate floor', 'or', -3, 2)", result: 2 },
  ],
})

const split = defineSqlFunction({
  name: 'SPLIT',
  family,
  summary: 'The parts between delimiters; an empty delimiter takes characters or bytes apart.',
  signatures: [
    {
      parameters: { str: stringType, delimiter: stringType },
      returns: arrayOf(stringType),
      implementation: (call, text: string, delimiter: string) => {
        if (text === '') return ['']
        const parts = delimiter === '' ? Array.from(text) : text.split(delimiter)
        checkArrayLength(parts.length, `${call.name}()`)
        return parts
      },
    },
    {
      parameters: { bytes: bytesType, delimiter: bytesType },
      returns: arrayOf(bytesType),
      implementation: (call, bytes: Uint8Array, delimiter: Uint8Array) => {
        const parts = splitBytes(Buffer.from(bytes), Buffer.from(delimiter))
        checkArrayLength(parts.length, `${call.name}()`)
        return parts.map((part) => new Uint8Array(part))
      },
    },
  ],
  examples: [
    { sql: "SPLIT('a,b,,', ',')", result: ['a', 'b', '', ''] },
    { sql: "SPLIT('abc', '')", result: ['a', 'b', 'c'] },
  ],
})

const splitBytes = (bytes: Buffer, delimiter: Buffer): Buffer[] => {
  if (bytes.length === 0) return [bytes]
  if (delimiter.length === 0) return Array.from(bytes, (_, index) => bytes.subarray(index, index + 1))
  const parts: Buffer[] = []
  let start = 0
  for (let end = bytes.indexOf(delimiter); end !== -1; end = bytes.indexOf(delimiter, start)) {
    parts.push(bytes.subarray(start, end))
    start = end + delimiter.length
  }
  return [...parts, bytes.subarray(start)]
}

const splitToMap = defineSqlFunction({
  name: 'SPLIT_TO_MAP',
  family,
  summary:
    'The map of a text like k1:v1,k2:v2, from the delimiters of entries and of keys; what is no entry is left out.',
  signatures: [
    {
      parameters: { input: stringType, entryDelimiter: stringType, kvDelimiter: stringType },
      returns: mapOf(stringType, stringType),
      implementation: (_call, text: string, entryDelimiter: string, keyDelimiter: string) => {
        if (entryDelimiter === '' || keyDelimiter === '') return null
        const map = {}
        for (const entry of text.split(entryDelimiter)) {
          const [key = '', value, more] = entry.split(keyDelimiter)
          if (value !== undefined && more === undefined) setField(map, key, value)
        }
        return map
      },
    },
  ],
  examples: [{ sql: "SPLIT_TO_MAP('a:1,b:2', ',', ':')", result: { a: '1', b: '2' } }],
})

/** The functions of this family, in the order of help. */
export const stringPartFunctions = [substring, instr, split, splitToMap]
