// SQL functions of JSON in strings.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonFunctions } from '../../../../src/runtime/sql/functions/json.ts'
import { checkCalls, checkComplete, fails, type Case } from './check-calls.ts'
import { evaluateTyped } from './evaluate-sql.ts'

const deep = `'${'['.repeat(100_000)}'`
const deepArray = `'${'['.repeat(100_000)}${']'.repeat(100_000)}'`
const nested = `'{"a": {"b c": [{"d": 1}, "x"], "e.f": true, "5": "five"}, "n": null, "big": 12345678901234567890}'`

const table: Readonly<Record<string, readonly Case[]>> = {
  EXTRACTJSONFIELD: [
    [`EXTRACTJSONFIELD(${nested}, '$.a["b c"][0].d')`, '1', 'STRING'],
    [`EXTRACTJSONFIELD(${nested}, '$.a["b c"][1]')`, 'x'],
    [`EXTRACTJSONFIELD(${nested}, '$["a"]["e.f"]')`, 'true'],
    [`EXTRACTJSONFIELD(${nested}, '$.a.5')`, 'five'],
    [`EXTRACTJSONFIELD(${nested}, '$.a[5]')`, 'five'],
    [`EXTRACTJSONFIELD(${nested}, '$.big')`, '12345678901234567890'],
    [`EXTRACTJSONFIELD(${nested}, '$.n')`, 'null'],
    [`EXTRACTJSONFIELD(${nested}, '$.a["b c"][2]')`, null],
    [`EXTRACTJSONFIELD(${nested}, '$.a["b c"][-1]')`, null],
    [`EXTRACTJSONFIELD(${nested}, '$.a["b c"].d')`, null],
    [`EXTRACTJSONFIELD(${nested}, '$.no.where')`, null],
    [`EXTRACTJSONFIELD(${nested}, '$.constructor')`, null],
    [`EXTRACTJSONFIELD(${nested}, '$.n.x')`, null],
    ["EXTRACTJSONFIELD('[1, [2]]', '$[1][0]')", '2'],
    ["EXTRACTJSONFIELD('[ 1 ]', '$')", '[1]'],
    ["EXTRACTJSONFIELD('{', '$.a')", fails(/is not JSON/)],
    [`EXTRACTJSONFIELD(${deepArray}, '$[0]')`, fails(/nested too deep/)],
    ["EXTRACTJSONFIELD('', '$.a')", fails(/is not JSON/)],
    ["EXTRACTJSONFIELD('{}', CONCAT('a', '.b'))", fails(/"a\.b" is no JSON path/)],
    ["EXTRACTJSONFIELD(NULL, '$.a')", null],
    ["EXTRACTJSONFIELD('{}', NULL)", null],
  ],
  IS_JSON_STRING: [
    ["IS_JSON_STRING('')", false, 'BOOLEAN'],
    ["IS_JSON_STRING('null')", true],
    ["IS_JSON_STRING('abc')", false],
    [`IS_JSON_STRING(${deep})`, false],
    ['IS_JSON_STRING(NULL)', false],
  ],
  JSON_ARRAY_CONTAINS: [
    ["JSON_ARRAY_CONTAINS('[\"a\", 1, true, null]', 'a')", true, 'BOOLEAN'],
    ['JSON_ARRAY_CONTAINS(\'["a", 1, true, null]\', 2)', false],
    ['JSON_ARRAY_CONTAINS(\'["1"]\', 1)', false],
    ["JSON_ARRAY_CONTAINS('[true]', TRUE)", true],
    ["JSON_ARRAY_CONTAINS('[1.5]', 1.5)", true],
    ["JSON_ARRAY_CONTAINS('[[1]]', 1)", false],
    ["JSON_ARRAY_CONTAINS('[null]', NULL)", true],
    ["JSON_ARRAY_CONTAINS('[1]', NULL)", false],
    ["JSON_ARRAY_CONTAINS('{}', 1)", false],
    ["JSON_ARRAY_CONTAINS('[', 1)", false],
    ['JSON_ARRAY_CONTAINS(NULL, 1)', false],
  ],
  JSON_ARRAY_LENGTH: [
    ["JSON_ARRAY_LENGTH('[]')", 0, 'INTEGER'],
    ["JSON_ARRAY_LENGTH('{}')", null],
    ["JSON_ARRAY_LENGTH('null')", null],
    ["JSON_ARRAY_LENGTH('[')", fails(/is not JSON/)],
    ['JSON_ARRAY_LENGTH(NULL)', null],
  ],
  JSON_CONCAT: [
    ['JSON_CONCAT(\'{"a":{"x":1}}\', \'{"a":{"y":2}}\')', '{"a":{"y":2}}', 'STRING'],
    ["JSON_CONCAT('{\"a\":1}', '2')", '[{"a":1},2]'],
    ["JSON_CONCAT('[1]', '{\"a\":1}')", '[1,{"a":1}]'],
    ["JSON_CONCAT('1', 'null')", '[1,null]'],
    ["JSON_CONCAT('[1]')", '[1]'],
    ['JSON_CONCAT(\'{"__proto__":1}\', \'{"b":2}\')', '{"__proto__":1,"b":2}'],
    ["JSON_CONCAT('1', 'x')", null],
    ["JSON_CONCAT('x', '1')", null],
    ["JSON_CONCAT('1', NULL)", null],
    ['JSON_CONCAT()', null],
  ],
  JSON_ITEMS: [
    ['JSON_ITEMS(\'["a", null, 12345678901234567890]\')', ['"a"', 'null', '12345678901234567890'], 'ARRAY<STRING>'],
    ["JSON_ITEMS('{}')", null],
    ["JSON_ITEMS('[')", fails(/is not JSON/)],
    ['JSON_ITEMS(NULL)', null],
  ],
  JSON_KEYS: [
    ["JSON_KEYS('{}')", [], 'ARRAY<STRING>'],
    ["JSON_KEYS('[1]')", null],
    ["JSON_KEYS('{')", fails(/is not JSON/)],
    ['JSON_KEYS(NULL)', null],
  ],
  JSON_RECORDS: [
    ['JSON_RECORDS(\'{"a":1,"b":null}\')', { a: '1', b: 'null' }, 'MAP<STRING, STRING>'],
    ["JSON_RECORDS('[1]')", null],
    ["JSON_RECORDS('{')", fails(/is not JSON/)],
    ['JSON_RECORDS(NULL)', null],
  ],
  TO_JSON_STRING: [
    ["TO_JSON_STRING('a\"b')", '"a\\"b"', 'STRING'],
    ['TO_JSON_STRING(1.50)', '1.50'],
    ["TO_JSON_STRING(MAP('a' := 1, 'b' := NULL))", '{"a":1,"b":null}'],
    ["TO_JSON_STRING(TO_BYTES('KS', 'utf8'))", '"S1M="'],
    ['TO_JSON_STRING(JSON \'{"x":[1]}\')', '{"x":[1]}'],
    ['TO_JSON_STRING(NULL)', 'null'],
  ],
}

checkCalls(table)
checkComplete(jsonFunctions, table)

test('a path in the text that is none is refused before any record', () => {
  for (const path of ['a.b', '$.', '$.a[', '$a', '$.a b', '$.a[*]', '$..a', '']) {
    assert.throws(() => evaluateTyped(`EXTRACTJSONFIELD('{}', '${path}')`), /is no JSON path/, path)
  }
})
