// The serdes of topics by name, as Kafka's own serializers write them: bytes to values and back.

import { isUtf8 } from 'node:buffer'
import { toByteString, type ByteString } from '../model/byte-string.ts'
import { LazyJson } from '../model/lazy-json.ts'
import { RecordError } from '../model/record-error.ts'
import { plainValue } from '../model/stream-record.ts'
import { isJson } from './is-json.ts'
import { parseJsonText, stringifyJson } from './json-parse.ts'
import { JsonText } from './json-text.ts'
import { RawBytes } from './raw-bytes.ts'

/** The names that `--key` and `--value` take. */
export const serdeNames = ['json', 'string', 'long', 'int', 'double', 'bytes', 'none'] as const

export type SerdeName = (typeof serdeNames)[number]

/**
 * The value of some bytes. The result does not refer to them.
 * @throws RecordError if they cannot be what the serde says.
 */
export const deserialize = (serde: SerdeName, bytes: Buffer): unknown => {
  switch (serde) {
    case 'json':
      return jsonValue(bytes)
    case 'string':
      return textOf(bytes)
    case 'long': {
      const value = sized(bytes, 8, serde).readBigInt64BE(0)
      return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value
    }
    case 'int':
      return sized(bytes, 4, serde).readInt32BE(0)
    case 'double':
      return sized(bytes, 8, serde).readDoubleBE(0)
    case 'bytes':
      return new RawBytes(Buffer.from(bytes))
    case 'none':
      return null
  }
}

const jsonValue = (bytes: Buffer): unknown => {
  const text = textOf(bytes)
  if (!isJson(text)) throw new RecordError('not JSON')
  return parseJsonText(text)
}

const textOf = (bytes: Buffer): string => {
  if (!isUtf8(bytes)) throw new RecordError('invalid UTF-8')
  return bytes.toString('utf8')
}

const sized = (bytes: Buffer, size: number, serde: SerdeName): Buffer => {
  if (bytes.length === size) return bytes
  throw new RecordError(`a ${serde} has ${String(size)} bytes, this has ${String(bytes.length)}`)
}

/**
 * The bytes of a value: a buffer, or their byte string where that is at hand. null stays null.
 * @throws RecordError if the serde cannot say the value.
 */
export const serialize = (serde: SerdeName, value: unknown): Buffer | ByteString | null => {
  if (value === null || value === undefined || serde === 'none') return null
  switch (serde) {
    case 'json':
      return value instanceof LazyJson ? value.json() : toByteString(stringifyJson(value))
    case 'string':
      return stringBytes(value)
    case 'long': {
      const bytes = Buffer.allocUnsafe(8)
      bytes.writeBigInt64BE(integerOf(value, 64, serde))
      return bytes
    }
    case 'int': {
      const bytes = Buffer.allocUnsafe(4)
      bytes.writeInt32BE(Number(integerOf(value, 32, serde)))
      return bytes
    }
    case 'double': {
      const number = plainValue(value)
      if (typeof number !== 'number' && typeof number !== 'bigint') throw cannotSay(value, serde)
      const bytes = Buffer.allocUnsafe(8)
      bytes.writeDoubleBE(Number(number))
      return bytes
    }
    case 'bytes': {
      if (value instanceof RawBytes) return value.bytes
      const text = plainValue(value)
      if (typeof text !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) {
        throw new RecordError(`bytes are written as base64, this is ${shown(value)}`)
      }
      return Buffer.from(text, 'base64')
    }
  }
}

/** Strings as they are, everything else as JSON: how keys are written unless `--key` says otherwise. */
export const stringBytes = (value: unknown): Buffer | ByteString => {
  if (value instanceof RawBytes) return value.bytes
  if (value instanceof LazyJson) {
    const json = value.json()
    return json.charCodeAt(0) === 34 ? toByteString(value.plain() as string) : json
  }
  return toByteString(typeof value === 'string' ? value : stringifyJson(value))
}

/** What bytes stand for unless `--key` says otherwise: JSON if they are, a string otherwise; raw bytes if they are no text. */
export const guessedValue = (bytes: Buffer): unknown => {
  if (!isUtf8(bytes)) return new RawBytes(Buffer.from(bytes))
  const text = bytes.toString('utf8')
  // A key that is null is none; this one is there.
  if (text === 'null' || !isJson(text)) return text
  const value = parseJsonText(text)
  // With its own text where another one would be written for it: the key decides about the partition.
  return stringifyJson(value) === text ? value : new JsonText(toByteString(text))
}

const integerOf = (value: unknown, bits: 32 | 64, serde: SerdeName): bigint => {
  const number = plainValue(value)
  const isInteger = typeof number === 'bigint' || (typeof number === 'number' && Number.isSafeInteger(number))
  if (!isInteger || BigInt.asIntN(bits, BigInt(number)) !== BigInt(number)) throw cannotSay(value, serde)
  return BigInt(number)
}

const cannotSay = (value: unknown, serde: SerdeName): RecordError =>
  new RecordError(`${shown(value)} cannot be written as ${serde}`)

const shown = (value: unknown): string => stringifyJson(plainValue(value)).slice(0, 40)
