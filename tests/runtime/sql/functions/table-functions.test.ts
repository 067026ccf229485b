// SQL functions of which each element of the result makes a row.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tableFunctions } from '../../../../src/runtime/sql/functions/table-functions.ts'
import { checkCalls, checkComplete, fails, type Case } from './check-calls.ts'

const table: Readonly<Record<string, readonly Case[]>> = {
  EXPLODE: [
    ['EXPLODE(ARRAY[1, 2, 1])', [1, 2, 1], 'ARRAY<INTEGER>'],
    ['EXPLODE(ARRAY[NULL])', [null]],
    ['EXPLODE(ARRAY[])', []],
    ['EXPLODE(NULL)', []],
  ],
  CUBE_EXPLODE: [
    [
      'CUBE_EXPLODE(ARRAY[1, NULL, 3])',
      [
        [null, null, null],
        [null, null, 3],
        [1, null, null],
        [1, null, 3],
      ],
      'ARRAY<ARRAY<INTEGER>>',
    ],
    ['CUBE_EXPLODE(ARRAY[NULL])', [[null]]],
    ['CUBE_EXPLODE(ARRAY[])', [[]]],
    ['CUBE_EXPLODE(NULL)', []],
    ['CUBE_EXPLODE(GENERATE_SERIES(1, 40))', fails(/at most 20 columns/)],
  ],
}

checkCalls(table)
checkComplete(tableFunctions, table)

test('they are marked, so that the analysis knows where they may stand', () => {
  assert.deepEqual(
    tableFunctions.map(({ isTableFunction }) => isTableFunction),
    [true, true],
  )
})
