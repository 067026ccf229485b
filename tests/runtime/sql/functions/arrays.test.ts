// SQL functions of arrays.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Decimal } from '../../../../src/runtime/model/decimal.ts'
import { arraySetFunctions } from '../../../../src/runtime/sql/functions/array-sets.ts'
import { arrayFunctions } from '../../../../src/runtime/sql/functions/arrays.ts'
import { checkCalls, checkComplete, fails, type Case } from './check-calls.ts'
import { evaluateTyped } from './evaluate-sql.ts'

const table: Readonly<Record<string, readonly Case[]>> = {
  ARRAY_LENGTH: [
    ['ARRAY_LENGTH(ARRAY[])', 0, 'INTEGER'],
    ['ARRAY_LENGTH(ARRAY[NULL])', 1],
    ['ARRAY_LENGTH(NULL)', null],
    ['ARRAY_LENGTH(JSON \'[1, "a"]\')', 2],
  ],
  ARRAY_CONTAINS: [
    ['ARRAY_CONTAINS(ARRAY[1, 2], 3)', false, 'BOOLEAN'],
    ['ARRAY_CONTAINS(ARRAY[1, 2], 2.0)', true],
    ['ARRAY_CONTAINS(ARRAY[1, NULL], NULL)', true],
    ['ARRAY_CONTAINS(ARRAY[1], NULL)', false],
    ['ARRAY_CONTAINS(NULL, 1)', false],
    ['ARRAY_CONTAINS(ARRAY[ARRAY[1], ARRAY[2]], ARRAY[2])', true],
    ['ARRAY_CONTAINS(ARRAY[STRUCT(a := 1)], STRUCT(a := 1))', true],
    ["ARRAY_CONTAINS(JSON '[\"a\"]', 'a')", true],
  ],
  ARRAY_CONCAT: [
    ['ARRAY_CONCAT(ARRAY[1], ARRAY[2.5])', [Decimal.parse('1.0'), 2.5], 'ARRAY<DECIMAL(11, 1)>'],
    ['ARRAY_CONCAT(ARRAY[1, NULL], ARRAY[1])', [1, null, 1], 'ARRAY<INTEGER>'],
    ['ARRAY_CONCAT(NULL, ARRAY[1])', [1]],
    ['ARRAY_CONCAT(ARRAY[1], NULL)', [1]],
    ['ARRAY_CONCAT(NULL, NULL)', null],
  ],
  ARRAY_REMOVE: [
    ['ARRAY_REMOVE(ARRAY[1, 2, NULL, 1], 1)', [2, null], 'ARRAY<INTEGER>'],
    ['ARRAY_REMOVE(ARRAY[1, NULL], NULL)', [1]],
    ['ARRAY_REMOVE(ARRAY[1], 5)', [1]],
    ['ARRAY_REMOVE(NULL, 1)', null],
  ],
  ARRAY_MAX: [
    ["ARRAY_MAX(ARRAY['10', '9', NULL])", '9', 'STRING'],
    ['ARRAY_MAX(ARRAY[-3, 3000000000])', 3_000_000_000, 'BIGINT'],
    ['ARRAY_MAX(ARRAY[FALSE, TRUE])', true, 'BOOLEAN'],
    ['CAST(ARRAY_MAX(ARRAY[1.25, 1.5]) AS STRING)', '1.50'],
    ['ARRAY_MAX(ARRAY[])', null],
    ['ARRAY_MAX(ARRAY[NULL])', null],
    ['ARRAY_MAX(NULL)', null],
  ],
  ARRAY_MIN: [
    ["ARRAY_MIN(ARRAY['10', '9', NULL])", '10', 'STRING'],
    ['ARRAY_MIN(ARRAY[FALSE, TRUE])', false],
    ['ARRAY_MIN(ARRAY[])', null],
    ['ARRAY_MIN(NULL)', null],
  ],
  ARRAY_SORT: [
    ['ARRAY_SORT(ARRAY[10, 9, NULL, 100])', [9, 10, 100, null], 'ARRAY<INTEGER>'],
    ["ARRAY_SORT(ARRAY[10, 9, NULL, 100], 'descending')", [100, 10, 9, null]],
    ["ARRAY_SORT(ARRAY['b', 'B', 'a'], 'asc')", ['B', 'a', 'b']],
    ["ARRAY_SORT(ARRAY[2, 1], CONCAT('side', 'ways'))", null],
    ['ARRAY_SORT(ARRAY[2, 1], NULL)', null],
    ['ARRAY_SORT(NULL)', null],
  ],
  ARRAY_JOIN: [
    ["ARRAY_JOIN(ARRAY['a', NULL, 'b'], '')", 'anullb', 'STRING'],
    ["ARRAY_JOIN(ARRAY[1.5E0, 2E0], '|')", '1.5|2.0'],
    ["ARRAY_JOIN(ARRAY[TRUE, FALSE], ';')", 'true;false'],
    ['ARRAY_JOIN(ARRAY[1, 2], NULL)', '12'],
    ['ARRAY_JOIN(ARRAY[])', ''],
    ['ARRAY_JOIN(NULL)', null],
    ['ARRAY_JOIN(ARRAY[ARRAY[1]])', fails(/cannot join elements that are ARRAY/)],
    ['ARRAY_JOIN(JSON \'[1, "a", true]\')', '1,a,true'],
  ],
  SLICE: [
    ['SLICE(ARRAY[1, 2, 3], 2, 2)', [2], 'ARRAY<INTEGER>'],
    ['SLICE(ARRAY[1, 2, 3], NULL, 2)', [1, 2]],
    ['SLICE(ARRAY[1, 2, 3], 2, NULL)', [2, 3]],
    ['SLICE(ARRAY[1, 2, 3], 0, 2)', null],
    ['SLICE(ARRAY[1, 2, 3], 4, 3)', []],
    ['SLICE(ARRAY[1, 2, 3], 3, 1)', fails(/position 3 is behind position 1/)],
    ['SLICE(NULL, 1, 2)', null],
  ],
  GENERATE_SERIES: [
    ['GENERATE_SERIES(3, 3)', [3], 'ARRAY<INTEGER>'],
    ['GENERATE_SERIES(2, -1)', [2, 1, 0, -1]],
    ['GENERATE_SERIES(0, 5, 2)', [0, 2, 4]],
    ['GENERATE_SERIES(3000000000, 3000000001)', [3_000_000_000, 3_000_000_001], 'ARRAY<BIGINT>'],
    ['GENERATE_SERIES(9223372036854775806, 9223372036854775807)', [9223372036854775806n, 9223372036854775807n]],
    ['GENERATE_SERIES(0, 5, 0)', fails(/must not be 0/)],
    ['GENERATE_SERIES(0, 5, -1)', fails(/leads away/)],
    ['GENERATE_SERIES(1, 1000001)', fails(/more than a million/)],
    ['GENERATE_SERIES(NULL, 5)', null],
  ],
  ARRAY_DISTINCT: [
    ['ARRAY_DISTINCT(ARRAY[2, 1, NULL, 2, NULL])', [2, 1, null], 'ARRAY<INTEGER>'],
    ['ARRAY_DISTINCT(ARRAY[ARRAY[1], ARRAY[1]])', [[1]]],
    ['ARRAY_DISTINCT(JSON \'[1, "1", 1.0]\')', [1, '1']],
    ['ARRAY_DISTINCT(ARRAY[])', []],
    ['ARRAY_DISTINCT(NULL)', null],
  ],
  ARRAY_UNION: [
    ['ARRAY_UNION(ARRAY[1, 1, NULL], ARRAY[NULL, 3000000000])', [1, null, 3_000_000_000], 'ARRAY<BIGINT>'],
    ['ARRAY_UNION(ARRAY[1], NULL)', null],
    ['ARRAY_UNION(NULL, ARRAY[1])', null],
  ],
  ARRAY_INTERSECT: [
    ['ARRAY_INTERSECT(ARRAY[1, NULL, 1], ARRAY[NULL, 1])', [1, null], 'ARRAY<INTEGER>'],
    ["ARRAY_INTERSECT(ARRAY['a'], ARRAY['b'])", []],
    ['ARRAY_INTERSECT(ARRAY[1], NULL)', null],
  ],
  ARRAY_EXCEPT: [
    ['ARRAY_EXCEPT(ARRAY[1, 2, NULL, 2], ARRAY[1])', [2, null], 'ARRAY<INTEGER>'],
    ['ARRAY_EXCEPT(ARRAY[1, NULL], ARRAY[NULL])', [1]],
    ['ARRAY_EXCEPT(ARRAY[1], NULL)', null],
    ['ARRAY_EXCEPT(NULL, ARRAY[1])', null],
  ],
}

checkCalls(table)
checkComplete([...arrayFunctions, ...arraySetFunctions], table)

test('an order that there is not and elements of other types are refused before any record', () => {
  assert.throws(() => evaluateTyped("ARRAY_SORT(ARRAY[1], 'up')"), /the order must be 'ASC' or 'DESC', not "up"/)
  assert.throws(() => evaluateTyped("ARRAY_CONTAINS(ARRAY[1], 'a')"), /does not accept parameters/)
})
