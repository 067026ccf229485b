// SQL functions of values of any type.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Decimal } from '../../../../src/runtime/model/decimal.ts'
import { findSqlFunction } from '../../../../src/runtime/sql/functions/all.ts'
import { valueFunctions } from '../../../../src/runtime/sql/functions/values.ts'
import { checkCalls, checkComplete, type Case } from './check-calls.ts'
import { evaluateTyped } from './evaluate-sql.ts'

const table: Readonly<Record<string, readonly Case[]>> = {
  COALESCE: [
    ['COALESCE(1)', 1, 'INTEGER'],
    ['COALESCE(NULL, 1, 3000000000)', 1, 'BIGINT'],
    ["COALESCE(NULL, NULL, 'c')", 'c', 'STRING'],
    ['COALESCE(NULL, NULL)', null],
    ['COALESCE(FALSE, TRUE)', false, 'BOOLEAN'],
    ['COALESCE(NULL, ARRAY[1], ARRAY[2.5])', [Decimal.parse('1.0')], 'ARRAY<DECIMAL(11, 1)>'],
    ["COALESCE(JSON 'null', JSON '7')", 7, 'ANY'],
  ],
  IFNULL: [
    ["IFNULL('a', 'b')", 'a', 'STRING'],
    ["IFNULL(NULL, 'b')", 'b', 'STRING'],
    ['IFNULL(NULL, NULL)', null],
    ["IFNULL('', 'b')", ''],
    ['IFNULL(0, 1.5E0)', 0, 'DOUBLE'],
  ],
  NULLIF: [
    ['NULLIF(1, 1)', null],
    ['NULLIF(1, 2)', 1, 'INTEGER'],
    ['NULLIF(1, NULL)', 1],
    ['NULLIF(NULL, 1)', null],
    ['NULLIF(1, 1.0)', null],
    ['NULLIF(ARRAY[1, 2], ARRAY[1, 2])', null],
    ['NULLIF(ARRAY[1, 2], ARRAY[2, 1])', [1, 2]],
  ],
  AS_VALUE: [
    ['AS_VALUE(1)', 1, 'INTEGER'],
    ['AS_VALUE(ARRAY[1])', [1], 'ARRAY<INTEGER>'],
    ['AS_VALUE(NULL)', null],
  ],
}

checkCalls(table)
checkComplete(valueFunctions, table)

test('COALESCE and IFNULL evaluate no more than they need', () => {
  assert.equal(findSqlFunction('COALESCE')?.isLazy, 'first')
  assert.equal(findSqlFunction('IFNULL')?.isLazy, 'first')
})

test('values that have no type in common are refused', () => {
  assert.throws(() => evaluateTyped("COALESCE(1, 'a')"), /Function 'COALESCE' does not accept parameters/)
  assert.throws(() => evaluateTyped("NULLIF(1, 'a')"), /Function 'NULLIF' does not accept parameters/)
})
