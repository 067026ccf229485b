// Edge cases of SQL functions of strings, patterns, bytes and numbers, of CAST, and of calls that fit nothing.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkCalls, fails } from './check-calls.ts'
import { evaluateTyped } from './evaluate-sql.ts'

checkCalls({
  SUBSTRING: [
    ["SUBSTRING('stream', 0)", 'stream'],
    ["SUBSTRING('stream', -3, 2)", 'ea'],
    ["SUBSTRING('stream', 9)", ''],
    ['SUBSTRING(NULL, 1)', null],
    ["FROM_BYTES(SUBSTRING(TO_BYTES('stream', 'utf8'), 2, 2), 'utf8')", 'tr'],
    ["SUBSTRING(JSON '12345', 2)", '2345', 'STRING'],
  ],
  INSTR: [
    ["INSTR('corporate floor', 'or', 3)", 5],
    ["INSTR('corporate floor', 'or', 3, 2)", 14],
    ["INSTR('corporate floor', 'or', -3)", 5],
    ["INSTR('corporate floor', 'xx')", 0],
    ["INSTR(NULL, 'a')", 0],
  ],
  LPAD: [
    ["LPAD('stream', 3, 'x')", 'str'],
    ["LPAD('a', 4, 'xy')", 'xyxa'],
    ["LPAD('a', 4, '')", null],
    ["LPAD('a', NULL, 'x')", null],
  ],
  CONCAT: [
    ["CONCAT('a', 'b', 'c')", 'abc', 'STRING'],
    ["CONCAT(NULL, 'b')", 'b'],
  ],
  MASK_LEFT: [
    ["MASK_LEFT('aB1', 9)", 'xXn'],
    ["MASK_LEFT('aB1', 2, NULL, '*', NULL, NULL)", '*B1'],
    ["MASK_LEFT('aB1', -1)", fails(/not negative/)],
    ['MASK_LEFT(NULL, 1)', null],
  ],
  REGEXP_EXTRACT: [
    ["REGEXP_EXTRACT('x', 'abc')", null],
    ["REGEXP_EXTRACT('(a)', 'abc', 5)", null],
    ["REGEXP_EXTRACT(NULL, 'abc')", null],
  ],
  REGEXP_REPLACE: [
    ["REGEXP_REPLACE('abc', 'b', '\\$1')", 'a$1c'],
    ["REGEXP_REPLACE('abc', '(b)', '$12')", 'ab2c'],
    ["REGEXP_REPLACE('abc', 'b', '$1')", fails(/no group 1/)],
    ["REGEXP_REPLACE('abc', NULL, 'x')", null],
  ],
  INT_FROM_BYTES: [
    ["INT_FROM_BYTES(TO_BYTES('02010000', 'hex'), 'LITTLE_ENDIAN')", 258],
    ["INT_FROM_BYTES(TO_BYTES('02', 'hex'))", fails(/4 bytes/)],
    ['INT_FROM_BYTES(NULL)', null],
  ],
  ROUND: [
    ['ROUND(2.5)', 3, 'DECIMAL(2, 0)'],
    ['CAST(ROUND(-1.55, 1) AS STRING)', '-1.50'],
    ['ROUND(9223372036854775807, -1)', -9223372036854775806n],
    ["ROUND(JSON '2.5')", 3, 'BIGINT'],
    ['ROUND(NULL)', null],
  ],
})

const cast = (sql: string, value: unknown): void => {
  test(sql, () => {
    assert.deepEqual(evaluateTyped(sql).value, value)
  })
}

cast("CAST(' yes' AS BOOLEAN)", true)
cast('CAST(1.5E0 AS STRING)', '1.5')
cast('CAST(1E7 AS STRING)', '1.0E7')
cast('CAST(-2.9E0 AS INTEGER)', -2)
cast("CAST('2025-11-03T13:24:05.1+01:00' AS TIMESTAMP)", 1_762_172_645_100)
cast('CAST(CAST(1762172645100 AS STRING) AS BIGINT)', 1_762_172_645_100)
cast('CAST(JSON \'{"a":"7"}\' AS STRUCT<A INT, B STRING>)', { A: 7, B: null })
cast('CAST(JSON \'{"a":7}\' AS STRING)', '{"a":7}')
cast('CAST(NULL AS INTEGER)', null)
cast('CAST(CAST(1.005E0 AS DECIMAL(3, 2)) AS STRING)', '1.01')

test('a call that fits no overload lists what there is', () => {
  assert.throws(
    () => evaluateTyped('MD5(TRUE)'),
    /Function 'MD5' does not accept parameters \(BOOLEAN\)\. Valid alternatives are: MD5\(s STRING\)/,
  )
  assert.throws(() => evaluateTyped("REGEXP_EXTRACT('(', 'a')"), /bad pattern/)
  assert.throws(() => evaluateTyped("ENCODE('a', 'utf9', 'hex')"), /no encoding/)
})
