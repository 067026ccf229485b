// URLs: their parts, and texts as parameters of them.

import { percentDecoded, percentEncoded } from '../../expression/functions/percent-codes.ts'
import { RecordError } from '../../model/record-error.ts'
import { integerType, stringType, type SqlType } from '../sql-type.ts'
import { defineSqlFunction, type SqlFunction } from './define-sql-function.ts'
import { parseUri, type UriParts } from './uri.ts'

const family = 'URLs'

const partsOf = (url: string): UriParts => {
  const parts = parseUri(url)
  if (parts === undefined) throw new RecordError(`${JSON.stringify(url)} is not a URL`)
  return parts
}

/** Without percent codes; with them if they are no UTF-8. */
const decoded = (part: string | null): string | null => part && (percentDecoded(part) ?? part)

const part = (
  name: string,
  summary: string,
  returns: SqlType,
  of: (parts: UriParts) => string | number | null,
  url: string,
  result: unknown,
): SqlFunction =>
  defineSqlFunction({
    name,
    family,
    summary,
    signatures: [
      { parameters: { url: stringType }, returns, implementation: (_call, text: string) => of(partsOf(text)) },
    ],
    examples: [{ sql: `${name}('${url}')`, result }],
  })

const extractProtocol = part(
  'URL_EXTRACT_PROTOCOL',
  'The scheme of a URL; null if it has none.',
  stringType,
  ({ scheme }) => scheme,
  'https://ks.example/a',
  'https',
)

const extractHost = part(
  'URL_EXTRACT_HOST',
  'The host of a URL; null if it has none.',
  stringType,
  ({ host }) => host,
  'https://ks.example:8443/a',
  'ks.example',
)

const extractPort = part(
  'URL_EXTRACT_PORT',
  'The port that a URL names; null if it names none.',
  integerType,
  ({ port }) => port,
  'https://ks.example:8443/a',
  8443,
)

const extractPath = part(
  'URL_EXTRACT_PATH',
  'The path of a URL, without percent codes.',
  stringType,
  ({ path }) => decoded(path),
  'https://ks.example/a%20b/c?x=1',
  '/a b/c',
)

const extractQuery = part(
  'URL_EXTRACT_QUERY',
  'The query of a URL, without percent codes; null if it has none.',
  stringType,
  ({ query }) => decoded(query),
  'https://ks.example/a?x=1&y=%20#top',
  'x=1&y= ',
)

const extractFragment = part(
  'URL_EXTRACT_FRAGMENT',
  'The fragment of a URL, without percent codes; null if it has none.',
  stringType,
  ({ fragment }) => decoded(fragment),
  'https://ks.example/a#to%20p',
  'to p',
)

/** The value of the first parameter of a name, empty if it has none. */
const parameterOf = (query: string, name: string): string | null => {
  for (const parameter of query.split('&')) {
    const [, key = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(parameter) ?? []
    if (decoded(key) === name) return decoded(value)
  }
  return null
}

const extractParameter = defineSqlFunction({
  name: 'URL_EXTRACT_PARAMETER',
  family,
  summary: 'The value of a parameter in the query of a URL, without percent codes; null if there is no such parameter.',
  signatures: [
    {
      parameters: { url: stringType, paramName: stringType },
      returns: stringType,
      implementation: (_call, url: string, name: string) => {
        const { query } = partsOf(url)
        return query === null ? null : parameterOf(query, name)
      },
    },
  ],
  examples: [{ sql: "URL_EXTRACT_PARAMETER('https://ks.example/?a%20b=c%20d&e=f', 'a b')", result: 'c d' }],
})

const encodeParam = defineSqlFunction({
  name: 'URL_ENCODE_PARAM',
  family,
  summary:
    'The text as a parameter of a URL: plus signs for spaces, percent codes for all but letters, digits and -_.*.',
  signatures: [
    {
      parameters: { input: stringType },
      returns: stringType,
      implementation: (_call, text: string) =>
        percentEncoded(text).replaceAll('%20', '+').replaceAll('%2A', '*').replaceAll('~', '%7E'),
    },
  ],
  examples: [{ sql: "URL_ENCODE_PARAM('?foo $bar')", result: '%3Ffoo+%24bar' }],
})

const decodeParam = defineSqlFunction({
  name: 'URL_DECODE_PARAM',
  family,
  summary: 'The text that a parameter of a URL stands for.',
  signatures: [
    {
      parameters: { input: stringType },
      returns: stringType,
      implementation: (_call, text: string) => {
        const result = percentDecoded(text.replaceAll('+', ' '))
        if (result === undefined) throw new RecordError(`${JSON.stringify(text)} has bad percent codes`)
        return result
      },
    },
  ],
  examples: [{ sql: "URL_DECODE_PARAM('%3Ffoo+%24bar')", result: '?foo $bar' }],
})

/** The functions of this family, in the order of help. */
export const urlFunctions = [
  extractProtocol,
  extractHost,
  extractPort,
  extractPath,
  extractQuery,
  extractParameter,
  extractFragment,
  encodeParam,
  decodeParam,
]
