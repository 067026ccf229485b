// Strings: case, joining, padding, replacing. As in Java, positions and lengths count UTF-16 units; of BYTES they count bytes.

import { checkTextLength } from '../../expression/limits.ts'
import { RecordError } from '../../model/record-error.ts'
import { bytesType, integerType, stringType } from '../sql-type.ts'
import { defineSqlFunction, type SqlCallSite, type SqlFunction } from './define-sql-function.ts'

const family = 'Strings'

const ofString = (
  name: string,
  aliases: readonly string[],
  summary: string,
  convert: (text: string) => string,
  sql: string,
  result: string,
): SqlFunction =>
  defineSqlFunction({
    name,
    aliases,
    family,
    summary,
    signatures: [
      { parameters: { str: stringType }, returns: stringType, implementation: (_call, text: string) => convert(text) },
    ],
    examples: [{ sql, result }],
  })

const ucase = ofString(
  'UCASE',
  ['UPPER'],
  'The text in upper case.',
  (text) => text.toUpperCase(),
  "UCASE('abc')",
  'ABC',
)

const lcase = ofString(
  'LCASE',
  ['LOWER'],
  'The text in lower case.',
  (text) => text.toLowerCase(),
  "LCASE('ABC')",
  'abc',
)

const trim = ofString(
  'TRIM',
  [],
  'The text without white space at both ends.',
  // As Java has it: whatever is not above a space.
  (text) => text.replace(/^[\0- ]+/, '').replace(/(?<![\0- ])[\0- ]+$/, ''),
  "TRIM('  a b ')",
  'a b',
)

const initcap = ofString(
  'INITCAP',
  [],
  'The text with every word beginning in upper case and going on in lower case.',
  (text) => text.toLowerCase().replace(/(?<!\S)\S/gu, (first) => first.toUpperCase()),
  "INITCAP('the BIG cat')",
  'The Big Cat',
)

const len = defineSqlFunction({
  name: 'LEN',
  aliases: ['LENGTH'],
  family,
  summary: 'The length of a text, or how many bytes there are.',
  signatures: [
    { parameters: { str: stringType }, returns: integerType },
    { parameters: { bytes: bytesType }, returns: integerType },
  ],
  implementation: (_call, value: string | Uint8Array) => value.length,
  examples: [{ sql: "LEN('stream')", result: 6 }],
})

const joinBytes = (parts: readonly Uint8Array[], separator: Uint8Array): Uint8Array => {
  const pieces = parts.flatMap((part, index) => (index === 0 ? [part] : [separator, part]))
  return new Uint8Array(Buffer.concat(pieces))
}

const joinTexts = (call: SqlCallSite, parts: readonly string[], separator: string): string => {
  const length = parts.reduce((total, part) => total + part.length + separator.length, 0)
  checkTextLength(length, `${call.name}()`)
  return parts.join(separator)
}

const isPresent = <T>(value: T | null): value is T => value !== null

const concat = defineSqlFunction({
  name: 'CONCAT',
  family,
  summary: 'The texts or bytes one behind the other; null counts as empty.',
  signatures: [
    {
      parameters: { first: stringType },
      rest: { more: stringType },
      returns: stringType,
      acceptsNull: true,
      implementation: (call, ...parts: (string | null)[]) => joinTexts(call, parts.filter(isPresent), ''),
    },
    {
      parameters: { first: bytesType },
      rest: { more: bytesType },
      returns: bytesType,
      acceptsNull: true,
      implementation: (_call, ...parts: (Uint8Array | null)[]) => joinBytes(parts.filter(isPresent), new Uint8Array(0)),
    },
  ],
  examples: [{ sql: "CONCAT('a', NULL, 'b')", result: 'ab' }],
})

const concatWs = defineSqlFunction({
  name: 'CONCAT_WS',
  family,
  summary: 'The texts or bytes that are not null, with the first argument between them.',
  signatures: [
    {
      parameters: { separator: stringType, first: stringType },
      rest: { more: stringType },
      returns: stringType,
      acceptsNull: [false, true, true],
      implementation: (call, separator: string, ...parts: (string | null)[]) =>
        joinTexts(call, parts.filter(isPresent), separator),
    },
    {
      parameters: { separator: bytesType, first: bytesType },
      rest: { more: bytesType },
      returns: bytesType,
      acceptsNull: [false, true, true],
      implementation: (_call, separator: Uint8Array, ...parts: (Uint8Array | null)[]) =>
        joinBytes(parts.filter(isPresent), separator),
    },
  ],
  examples: [{ sql: "CONCAT_WS('-', 'a', NULL, 'b')", result: 'a-b' }],
})

const replace = defineSqlFunction({
  name: 'REPLACE',
  family,
  summary: 'The text with every occurrence of one text replaced by another.',
  signatures: [
    {
      parameters: { str: stringType, oldStr: stringType, newStr: stringType },
      returns: stringType,
      implementation: (call, text: string, from: string, to: string) => {
        const count = to.length > from.length ? text.split(from).length - 1 : 0
        checkTextLength(text.length + count * (to.length - from.length), `${call.name}()`)
        return text.replaceAll(from, () => to)
      },
    },
  ],
  examples: [{ sql: "REPLACE('a.b.c', '.', '/')", result: 'a/b/c' }],
})

const padding = (
  name: string,
  summary: string,
  ofText: (text: string, length: number, pad: string) => string,
  ofBytes: (bytes: Buffer, length: number, pad: Buffer) => Buffer,
  sql: string,
  result: string,
): SqlFunction =>
  defineSqlFunction({
    name,
    family,
    summary,
    signatures: [
      {
        parameters: { input: stringType, targetLen: integerType, padding: stringType },
        returns: stringType,
        implementation: (call, text: string, length: number, pad: string) => {
          if (length < 0 || pad === '') return null
          return ofText(text, checkTextLength(length, `${call.name}()`), pad)
        },
      },
      {
        parameters: { input: bytesType, targetLen: integerType, padding: bytesType },
        returns: bytesType,
        implementation: (call, bytes: Uint8Array, length: number, pad: Uint8Array) => {
          if (length < 0 || pad.length === 0) return null
          checkTextLength(length, `${call.name}()`)
          return new Uint8Array(ofBytes(Buffer.from(bytes), length, Buffer.from(pad)))
        },
      },
    ],
    examples: [{ sql, result }],
  })

const lpad = padding(
  'LPAD',
  'The text filled up at its start to a length, or cut to it.',
  (text, length, pad) => text.padStart(length, pad).slice(0, length),
  (bytes, length, pad) =>
    Buffer.concat([Buffer.alloc(Math.max(0, length - bytes.length), pad), bytes]).subarray(0, length),
  "LPAD('7', 3, '0')",
  '007',
)

const rpad = padding(
  'RPAD',
  'The text filled up at its end to a length, or cut to it.',
  (text, length, pad) => text.padEnd(length, pad).slice(0, length),
  (bytes, length, pad) =>
    Buffer.concat([bytes, Buffer.alloc(Math.max(0, length - bytes.length), pad)]).subarray(0, length),
  "RPAD('ab', 4, '.')",
  'ab..',
)

const characterOf = (code: number): string | null => (code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code) : null)

const chr = defineSqlFunction({
  name: 'CHR',
  family,
  summary: 'The character of a code point, or of a text like \\u004b; null if there is none.',
  signatures: [
    {
      parameters: { decimalCode: integerType },
      returns: stringType,
      implementation: (_call, code: number) => characterOf(code),
    },
    {
      parameters: { utf16Code: stringType },
      returns: stringType,
      implementation: (_call, text: string) => {
        if (!/^\\u[0-9a-fA-F]{4}/.test(text)) return null
        return text.replace(/\\u([0-9a-fA-F]{4})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
      },
    },
  ],
  examples: [{ sql: 'CHR(75)', result: 'K' }],
})

const elt = defineSqlFunction({
  name: 'ELT',
  family,
  summary: 'The n-th of the texts behind it, from 1; null if there is none.',
  signatures: [
    {
      parameters: { n: integerType },
      rest: { args: stringType },
      returns: stringType,
      acceptsNull: [false, true],
      implementation: (_call, n: number, ...texts: (string | null)[]) => texts[n - 1] ?? null,
    },
  ],
  examples: [{ sql: "ELT(2, 'a', 'b')", result: 'b' }],
})

const field = defineSqlFunction({
  name: 'FIELD',
  family,
  summary: 'Which of the texts behind it a text is, from 1; 0 if none.',
  signatures: [
    {
      parameters: { str: stringType },
      rest: { args: stringType },
      returns: integerType,
      acceptsNull: true,
      implementation: (_call, text: string | null, ...texts: (string | null)[]) =>
        text === null ? 0 : texts.indexOf(text) + 1,
    },
  ],
  examples: [{ sql: "FIELD('b', 'a', 'b')", result: 2 }],
})

/** How ENCODE, TO_BYTES and FROM_BYTES call encodings. */
export const encodings = ['hex', 'utf8', 'ascii', 'base64']

/** What is wrong with the literal name of an encoding. */
export const checkEncodings =
  (...positions: readonly number[]) =>
  (literals: readonly unknown[]): string | undefined => {
    for (const position of positions) {
      const name = literals[position]
      if (typeof name === 'string' && !encodings.includes(name.toLowerCase())) return unknownEncoding(name)
    }
    return undefined
  }

const unknownEncoding = (name: string): string =>
  `there is no encoding ${JSON.stringify(name)}; there are ${encodings.join(', ')}`

/** The bytes that a text stands for in an encoding; RecordError if it is not in it. */
export const bytesOfText = (text: string, encoding: string): Buffer => {
  switch (encoding.toLowerCase()) {
    case 'hex': {
      const digits = text.replace(/^(?:0x|[xX]'([^']*)')/i, '$1').replace(/^(?=(?:..)*.$)/s, '0')
      if (!/^[0-9a-fA-F]*$/.test(digits)) throw new RecordError(`${JSON.stringify(text)} is not hexadecimal`)
      return Buffer.from(digits, 'hex')
    }
    case 'utf8':
      return Buffer.from(text, 'utf8')
    case 'ascii':
      return Buffer.from(text.replace(/[^\x00-\x7f]/gu, '?'), 'latin1')
    case 'base64':
      if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw new RecordError(`${JSON.stringify(text)} is not base64`)
      return Buffer.from(text, 'base64')
    default:
      throw new RecordError(unknownEncoding(encoding))
  }
}

/** The text of bytes in an encoding. */
export const textOfBytes = (bytes: Buffer, encoding: string): string => {
  switch (encoding.toLowerCase()) {
    case 'hex':
      return bytes.toString('hex')
    case 'utf8':
      return bytes.toString('utf8')
    case 'ascii':
      return bytes.toString('latin1').replace(/[^\x00-\x7f]/g, '\ufffd')
    case 'base64':
      return bytes.toString('base64')
    default:
      throw new RecordError(unknownEncoding(encoding))
  }
}

const encode = defineSqlFunction({
  name: 'ENCODE',
  family,
  summary: 'A text in one encoding as text in another: hex, utf8, ascii, base64.',
  check: checkEncodings(1, 2),
  signatures: [
    {
      parameters: { str: stringType, inputEncoding: stringType, outputEncoding: stringType },
      returns: stringType,
      implementation: (_call, text: string, from: string, to: string) => textOfBytes(bytesOfText(text, from), to),
    },
  ],
  examples: [{ sql: "ENCODE('Hello', 'utf8', 'hex')", result: '48656c6c6f' }],
})

/** The functions of this family, in the order of help; more are in string-parts.ts and masks.ts. */
export const stringFunctions = [
  len,
  ucase,
  lcase,
  initcap,
  trim,
  concat,
  concatWs,
  replace,
  lpad,
  rpad,
  chr,
  elt,
  field,
  encode,
]
