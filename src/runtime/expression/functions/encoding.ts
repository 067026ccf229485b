// Functions that encode, decode and hash. Texts are taken as UTF-8.

import { createHash } from 'node:crypto'
import { setField } from '../../serde/json-parse.ts'
import { fromBigInt } from '../arithmetic.ts'
import { showText } from '../show-text.ts'
import { crc32 as crc32Of } from './crc32.ts'
import { defineFunction } from './define-function.ts'
import { murmur2 } from './murmur2.ts'
import { argumentError, otherwise, present, text, unreadable } from './parameters.ts'
import { percentDecoded, percentEncoded } from './percent-codes.ts'

const base64 = defineFunction({
  name: 'base64',
  parameters: [present('value')],
  summary: 'The text in base64.',
  example: 'base64("häßlich")',
  result: 'aMOkw59saWNo',
  implementation: (_call, value) => Buffer.from(showText(value), 'utf8').toString('base64'),
})

const base64d = defineFunction({
  name: 'base64d',
  parameters: [text('text'), otherwise],
  summary: 'The text that was encoded in base64; what is none is an error, or gives the second argument.',
  example: '[base64d("aMOkw59saWNo"), base64d("?", null)]',
  result: ['häßlich', null],
  implementation: (call, value, fallback) =>
    /^[A-Za-z0-9+/_-]*={0,2}$/.test(value)
      ? Buffer.from(value, 'base64').toString('utf8')
      : unreadable(call, value, fallback, 'base64'),
})

const hex = defineFunction({
  name: 'hex',
  parameters: [present('value')],
  summary: 'The bytes of a text, or an integer, in hexadecimal digits.',
  example: '[hex("ab"), hex(255)]',
  result: ['6162', 'ff'],
  implementation: (call, value) => {
    if (typeof value === 'string') return Buffer.from(value, 'utf8').toString('hex')
    if (typeof value === 'bigint' || Number.isInteger(value)) return BigInt(value as number | bigint).toString(16)
    throw argumentError(call, 0, value, 'a string or an integer')
  },
})

const unhex = defineFunction({
  name: 'unhex',
  parameters: [text('text'), otherwise],
  summary: 'The integer that hexadecimal digits stand for; what is none is an error, or gives the second argument.',
  example: '[unhex("ff"), unhex("0x10"), unhex("no", 0)]',
  result: [255, 16, 0],
  implementation: (call, value, fallback) =>
    /^(0x)?[0-9a-f]{1,1000}$/i.test(value)
      ? fromBigInt(BigInt(`0x${value.replace(/^0x/i, '')}`))
      : unreadable(call, value, fallback, 'hexadecimal digits'),
})

const urlEncode = defineFunction({
  name: 'url_encode',
  aliases: ['uri'],
  parameters: [present('value')],
  summary: 'The text with everything but letters, digits and -_.~ as percent codes.',
  example: 'url_encode("a b/ü")',
  result: 'a%20b%2F%C3%BC',
  implementation: (_call, value) => percentEncoded(showText(value)),
})

const urlDecode = defineFunction({
  name: 'url_decode',
  parameters: [text('text'), otherwise],
  summary:
    'The text without percent codes and with spaces for plus signs; bad codes are an error, or give the second argument.',
  example: '[url_decode("a%20b+%C3%BC"), url_decode("%zz", null)]',
  result: ['a b ü', null],
  implementation: (call, value, fallback) =>
    percentDecoded(value.replaceAll('+', ' ')) ?? unreadable(call, value, fallback, 'valid percent codes'),
})

const parseUrl = defineFunction({
  name: 'parse_url',
  parameters: [text('text'), otherwise],
  summary:
    'The parts of a URL, or of a path with a query: scheme, host, port, path, query (an object) and fragment; ' +
    'what is none is an error, or gives the second argument.',
  example: 'parse_url("https://ks.example:8443/a/b?x=1&y=%20#top")',
  result: { scheme: 'https', host: 'ks.example', port: 8443, path: '/a/b', query: { x: '1', y: ' ' }, fragment: 'top' },
  implementation: (call, value, fallback) => {
    const isPath = value.startsWith('/') && !value.startsWith('//')
    if (!URL.canParse(isPath ? `http://path${value}` : value)) return unreadable(call, value, fallback, 'a URL')
    const url = new URL(isPath ? `http://path${value}` : value)
    const query = {}
    for (const [name, content] of url.searchParams) setField(query, name, content)
    return {
      scheme: isPath ? null : url.protocol.slice(0, -1),
      host: isPath || url.hostname === '' ? null : url.hostname,
      port: url.port === '' ? null : Number(url.port),
      path: url.pathname,
      query,
      fragment: url.hash === '' ? null : (percentDecoded(url.hash.slice(1)) ?? url.hash.slice(1)),
    }
  },
})

const digest = (algorithm: string, value: string): string => createHash(algorithm).update(value, 'utf8').digest('hex')

const md5 = defineFunction({
  name: 'md5',
  parameters: [text('text')],
  summary: 'The MD5 digest in hexadecimal digits; not for secrets.',
  example: 'md5("abc")',
  result: '900150983cd24fb0d6963f7d28e17f72',
  implementation: (_call, value) => digest('md5', value),
})

const sha1 = defineFunction({
  name: 'sha1',
  parameters: [text('text')],
  summary: 'The SHA-1 digest in hexadecimal digits; not for secrets.',
  example: 'sha1("abc")',
  result: 'a9993e364706816aba3e25717850c26c9cd0d89d',
  implementation: (_call, value) => digest('sha1', value),
})

const sha256 = defineFunction({
  name: 'sha256',
  parameters: [text('text')],
  summary: 'The SHA-256 digest in hexadecimal digits.',
  example: 'sha256("abc")',
  result: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  implementation: (_call, value) => digest('sha256', value),
})

const crc32 = defineFunction({
  name: 'crc32',
  parameters: [text('text')],
  summary: 'The CRC-32 checksum as gzip and zip compute it.',
  example: 'crc32("123456789")',
  result: 3421780262,
  implementation: (_call, value) => crc32Of(Buffer.from(value, 'utf8')),
})

const hash = defineFunction({
  name: 'hash',
  parameters: [present('value')],
  summary: 'The hash by which Kafka chooses a partition (murmur2, not negative): hash(x) % partitions.',
  example: '[hash("21"), hash("foobar") % 12]',
  result: [1173551340, 6],
  implementation: (_call, value) => murmur2(Buffer.from(showText(value), 'utf8')) & 0x7fffffff,
})

/** The functions of this family, in the order of help. */
export const encodingFunctions = [
  base64,
  base64d,
  hex,
  unhex,
  urlEncode,
  urlDecode,
  parseUrl,
  md5,
  sha1,
  sha256,
  crc32,
  hash,
]
