// Bytes: to and from text and numbers, digests and identifiers.

import { createHash, randomUUID } from 'node:crypto'
import { RecordError } from '../../model/record-error.ts'
import { bigintValue } from '../integers.ts'
import { bigintType, bytesType, doubleType, integerType, stringType, type SqlType } from '../sql-type.ts'
import { defineSqlFunction, type SqlFunction } from './define-sql-function.ts'
import { bytesOfText, checkEncodings, textOfBytes } from './strings.ts'

const family = 'Bytes'

const toBytes = defineSqlFunction({
  name: 'TO_BYTES',
  family,
  summary: 'The bytes of a text in an encoding: hex, utf8, ascii, base64.',
  check: checkEncodings(1),
  signatures: [
    {
      parameters: { string: stringType, encoding: stringType },
      returns: bytesType,
      implementation: (_call, text: string, encoding: string) => new Uint8Array(bytesOfText(text, encoding)),
    },
  ],
  examples: [{ sql: "FROM_BYTES(TO_BYTES('4B53', 'hex'), 'utf8')", result: 'KS' }],
})

const fromBytes = defineSqlFunction({
  name: 'FROM_BYTES',
  family,
  summary: 'The text of bytes in an encoding: hex, utf8, ascii, base64.',
  check: checkEncodings(1),
  signatures: [
    {
      parameters: { bytes: bytesType, encoding: stringType },
      returns: stringType,
      implementation: (_call, bytes: Uint8Array, encoding: string) => {
        const text = textOfBytes(Buffer.from(bytes), encoding)
        return encoding.toLowerCase() === 'hex' ? text.toUpperCase() : text
      },
    },
  ],
  examples: [{ sql: "FROM_BYTES(TO_BYTES('KS', 'utf8'), 'base64')", result: 'S1M=' }],
})

const numberFromBytes = (
  name: string,
  summary: string,
  returns: SqlType,
  width: number,
  read: (view: DataView, littleEndian: boolean) => unknown,
  hex: string,
  result: unknown,
): SqlFunction =>
  defineSqlFunction({
    name,
    family,
    summary,
    signatures: [
      { parameters: { bytes: bytesType }, returns },
      { parameters: { bytes: bytesType, byteOrder: stringType }, returns },
    ],
    implementation: (_call, bytes: Uint8Array, order = 'BIG_ENDIAN') => {
      if (order !== 'BIG_ENDIAN' && order !== 'LITTLE_ENDIAN') {
        throw new RecordError(`the byte order must be BIG_ENDIAN or LITTLE_ENDIAN, not ${JSON.stringify(order)}`)
      }
      if (bytes.length !== width) throw new RecordError(`${name} needs ${width} bytes, not ${bytes.length}`)
      return read(new DataView(bytes.buffer, bytes.byteOffset, width), order === 'LITTLE_ENDIAN')
    },
    examples: [{ sql: `${name}(TO_BYTES('${hex}', 'hex'))`, result }],
  })

const intFromBytes = numberFromBytes(
  'INT_FROM_BYTES',
  'The INTEGER of four bytes, BIG_ENDIAN or LITTLE_ENDIAN.',
  integerType,
  4,
  (view, littleEndian) => view.getInt32(0, littleEndian),
  '00000102',
  258,
)

const bigintFromBytes = numberFromBytes(
  'BIGINT_FROM_BYTES',
  'The BIGINT of eight bytes, BIG_ENDIAN or LITTLE_ENDIAN.',
  bigintType,
  8,
  (view, littleEndian) => bigintValue(view.getBigInt64(0, littleEndian)),
  '0000000000000102',
  258,
)

const doubleFromBytes = numberFromBytes(
  'DOUBLE_FROM_BYTES',
  'The DOUBLE of eight bytes, BIG_ENDIAN or LITTLE_ENDIAN.',
  doubleType,
  8,
  (view, littleEndian) => view.getFloat64(0, littleEndian),
  '3FF8000000000000',
  1.5,
)

const md5 = defineSqlFunction({
  name: 'MD5',
  family,
  summary: 'The MD5 digest in hexadecimal digits; not for secrets.',
  signatures: [
    {
      parameters: { s: stringType },
      returns: stringType,
      implementation: (_call, text: string) => createHash('md5').update(text, 'utf8').digest('hex'),
    },
  ],
  examples: [{ sql: "MD5('abc')", result: '900150983cd24fb0d6963f7d28e17f72' }],
})

const uuid = defineSqlFunction({
  name: 'UUID',
  family,
  summary: 'A random UUID, or the one that 16 bytes are.',
  isDeterministic: false,
  signatures: [
    { parameters: {}, returns: stringType, implementation: () => randomUUID() },
    {
      parameters: { bytes: bytesType },
      returns: stringType,
      implementation: (_call, bytes: Uint8Array) => {
        if (bytes.length !== 16) return null
        const hex = Buffer.from(bytes).toString('hex')
        return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
      },
    },
  ],
  examples: [{ sql: 'LEN(UUID())', result: 36 }],
})

/** The functions of this family, in the order of help. */
export const bytesFunctions = [toBytes, fromBytes, intFromBytes, bigintFromBytes, doubleFromBytes, md5, uuid]
