// SQL functions of URLs.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { urlFunctions } from '../../../../src/runtime/sql/functions/urls.ts'
import { checkCalls, checkComplete, fails, type Case } from './check-calls.ts'
import { evaluateSql } from './evaluate-sql.ts'

const table: Readonly<Record<string, readonly Case[]>> = {
  URL_EXTRACT_PROTOCOL: [
    ["URL_EXTRACT_PROTOCOL('HTTP://a.b')", 'HTTP', 'STRING'],
    ["URL_EXTRACT_PROTOCOL('mailto:a@b.c')", 'mailto'],
    ["URL_EXTRACT_PROTOCOL('/only/a/path')", null],
    ["URL_EXTRACT_PROTOCOL('1http://a.b')", fails(/is not a URL/)],
    ['URL_EXTRACT_PROTOCOL(NULL)', null],
  ],
  URL_EXTRACT_HOST: [
    ["URL_EXTRACT_HOST('https://user:secret@Ks.Example:1/x')", 'Ks.Example', 'STRING'],
    ["URL_EXTRACT_HOST('http://[::1]:80/')", '[::1]'],
    ["URL_EXTRACT_HOST('http://a_b/')", null],
    ["URL_EXTRACT_HOST('mailto:a@b.c')", null],
    ["URL_EXTRACT_HOST('a.b')", null],
    ["URL_EXTRACT_HOST('http://a b/')", fails(/"http:\/\/a b\/" is not a URL/)],
    ["URL_EXTRACT_HOST('http://')", fails(/is not a URL/)],
    ['URL_EXTRACT_HOST(NULL)', null],
  ],
  URL_EXTRACT_PORT: [
    ["URL_EXTRACT_PORT('http://a.b:80/')", 80, 'INTEGER'],
    ["URL_EXTRACT_PORT('http://a.b/')", null],
    ["URL_EXTRACT_PORT('http://a.b:/')", null],
    ["URL_EXTRACT_PORT('http://a.b:99999999999/')", null],
    ['URL_EXTRACT_PORT(NULL)', null],
  ],
  URL_EXTRACT_PATH: [
    ["URL_EXTRACT_PATH('http://a.b/x/../y%2Fz')", '/x/../y/z', 'STRING'],
    ["URL_EXTRACT_PATH('http://a.b')", ''],
    ["URL_EXTRACT_PATH('x/y?z')", 'x/y'],
    ["URL_EXTRACT_PATH('file:///etc/hosts')", '/etc/hosts'],
    ["URL_EXTRACT_PATH('mailto:a@b.c')", null],
    ["URL_EXTRACT_PATH('http://a.b/%zz')", fails(/is not a URL/)],
    ['URL_EXTRACT_PATH(NULL)', null],
  ],
  URL_EXTRACT_QUERY: [
    ["URL_EXTRACT_QUERY('http://a.b?x=1+2#y')", 'x=1+2', 'STRING'],
    ["URL_EXTRACT_QUERY('http://a.b?x=%FF')", 'x=%FF'],
    ["URL_EXTRACT_QUERY('http://a.b?')", ''],
    ["URL_EXTRACT_QUERY('http://a.b')", null],
    ['URL_EXTRACT_QUERY(NULL)', null],
  ],
  URL_EXTRACT_PARAMETER: [
    ["URL_EXTRACT_PARAMETER('http://a.b?x=1&y=2&x=3', 'x')", '1', 'STRING'],
    ["URL_EXTRACT_PARAMETER('http://a.b?x=%26y=2', 'x')", '&y=2'],
    ["URL_EXTRACT_PARAMETER('http://a.b?x&y=', 'x')", ''],
    ["URL_EXTRACT_PARAMETER('http://a.b?x&y=', 'y')", ''],
    ["URL_EXTRACT_PARAMETER('http://a.b?x=1', 'X')", null],
    ["URL_EXTRACT_PARAMETER('http://a.b', 'x')", null],
    ["URL_EXTRACT_PARAMETER('http://a.b?x=1', NULL)", null],
    ["URL_EXTRACT_PARAMETER(NULL, 'x')", null],
  ],
  URL_EXTRACT_FRAGMENT: [
    ["URL_EXTRACT_FRAGMENT('http://a.b#x?y')", 'x?y', 'STRING'],
    ["URL_EXTRACT_FRAGMENT('http://a.b#')", ''],
    ["URL_EXTRACT_FRAGMENT('http://a.b')", null],
    ['URL_EXTRACT_FRAGMENT(NULL)', null],
  ],
  URL_ENCODE_PARAM: [
    ["URL_ENCODE_PARAM('aZ09-_.*~!''()+/ä')", 'aZ09-_.*%7E%21%27%28%29%2B%2F%C3%A4', 'STRING'],
    ["URL_ENCODE_PARAM('')", ''],
    ['URL_ENCODE_PARAM(NULL)', null],
  ],
  URL_DECODE_PARAM: [
    ["URL_DECODE_PARAM('a%20b+%C3%A4%2B')", 'a b ä+', 'STRING'],
    ["URL_DECODE_PARAM('%zz')", fails(/bad percent codes/)],
    ['URL_DECODE_PARAM(NULL)', null],
  ],
}

checkCalls(table)
checkComplete(urlFunctions, table)

test('long hosts and queries take linear time', () => {
  const long = 'a'.repeat(200_000)
  const start = performance.now()
  assert.equal(evaluateSql(`URL_EXTRACT_HOST('http://${long}_/')`), null)
  assert.equal(evaluateSql(`URL_EXTRACT_PARAMETER('http://a.b?${long}', 'x')`), null)
  assert.ok(performance.now() - start < 2000)
})
