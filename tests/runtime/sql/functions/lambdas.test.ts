// SQL functions that take lambdas.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lambdaFunctions } from '../../../../src/runtime/sql/functions/lambdas.ts'
import { checkCalls, checkComplete, fails, type Case } from './check-calls.ts'
import { evaluateTyped } from './evaluate-sql.ts'

const table: Readonly<Record<string, readonly Case[]>> = {
  FILTER: [
    ['FILTER(ARRAY[1, NULL, 3], x => x > 1)', [3], 'ARRAY<INTEGER>'],
    ["FILTER(MAP('a' := 1, 'b' := 2), (k, v) => v > 1)", { b: 2 }, 'MAP<STRING, INTEGER>'],
    ['FILTER(MAP(1 := 5, 2 := 6), (k, v) => k + v > 6)', { 2: 6 }, 'MAP<INTEGER, INTEGER>'],
    ["FILTER(JSON '[1, 5]', x => x > 3)", [5]],
    ['FILTER(ARRAY[ARRAY[1], ARRAY[2, 3]], a => ARRAY_LENGTH(FILTER(a, x => x > 1)) > 1)', [[2, 3]]],
    ['FILTER(ARRAY[], x => TRUE)', []],
    ['FILTER(NULL, x => TRUE)', null],
  ],
  REDUCE: [
    ['REDUCE(ARRAY[1, 2], 0, (s, x) => s * 10 + x)', 12, 'INTEGER'],
    ['REDUCE(ARRAY[3000000000], 1, (s, x) => s + x)', 3_000_000_001, 'BIGINT'],
    ["REDUCE(MAP('a' := 1, 'b' := 2), 0, (s, k, v) => s + v)", 3, 'INTEGER'],
    ['REDUCE(ARRAY[], 5, (s, x) => s + x)', 5],
    ['REDUCE(NULL, 5, (s, x) => s + x)', 5],
    ['REDUCE(ARRAY[1], NULL, (s, x) => s + x)', null],
    ['REDUCE(ARRAY[1, NULL], 0, (s, x) => s + x)', null],
  ],
  TRANSFORM: [
    ["TRANSFORM(ARRAY['a', 'b'], x => LEN(x))", [1, 1], 'ARRAY<INTEGER>'],
    ['TRANSFORM(ARRAY[1, NULL], x => COALESCE(x, 0))', [1, 0]],
    ["TRANSFORM(MAP('a' := 1), (k, v) => k || 'x', (k, v) => v > 0)", { ax: true }, 'MAP<STRING, BOOLEAN>'],
    ["TRANSFORM(MAP('a' := 1), (k, v) => v, (k, v) => k)", { 1: 'a' }, 'MAP<INTEGER, STRING>'],
    ["TRANSFORM(MAP('a' := 1, 'b' := 2), (k, v) => 'x', (k, v) => v)", fails(/two entries would have the key "x"/)],
    ['TRANSFORM(ARRAY[1, 2], x => REDUCE(ARRAY[x, 10], 0, (s, y) => s + y))', [11, 12]],
    ['TRANSFORM(NULL, x => x)', null],
  ],
}

checkCalls(table)
checkComplete(lambdaFunctions, table)

test('lambdas of the wrong shape are refused', () => {
  assert.throws(() => evaluateTyped('FILTER(ARRAY[1], (k, v) => TRUE)'), /Function 'FILTER' does not accept parameters/)
  assert.throws(() => evaluateTyped('FILTER(ARRAY[1], x => x + 1)'), /the lambda gives INTEGER where BOOLEAN is needed/)
  assert.throws(() => evaluateTyped("REDUCE(ARRAY[1], 0, (s, x) => 'a')"), /the lambda gives STRING where INTEGER/)
})
