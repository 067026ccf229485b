// SQL functions of places on the earth.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { geographicFunctions } from '../../../../src/runtime/sql/functions/geography.ts'
import { checkCalls, checkComplete, fails, type Case } from './check-calls.ts'
import { evaluateTyped } from './evaluate-sql.ts'

const table: Readonly<Record<string, readonly Case[]>> = {
  GEO_DISTANCE: [
    ['GEO_DISTANCE(10, 20, 10, 20)', 0, 'DOUBLE'],
    // Half the way round the earth, and a quarter of it.
    ['ROUND(GEO_DISTANCE(0, 0, 0, 180), 1)', 20_015.1],
    ["ROUND(GEO_DISTANCE(0, 0, 90, 0, 'miles'), 1)", 6218.8],
    ['ROUND(GEO_DISTANCE(-45, -90, 45, 90))', 20_015],
    ["GEO_DISTANCE(0, 0, 0, 0, CONCAT('inch', 'es'))", fails(/the unit must be 'KM' or 'MI', not "inches"/)],
    ['GEO_DISTANCE(91, 0, 0, 0)', fails(/no place at 91, 0/)],
    ['GEO_DISTANCE(0, 0, 0, -180.5)', fails(/no place at 0, -180\.5/)],
    ['GEO_DISTANCE(NULL, 0, 0, 0)', null],
    ['GEO_DISTANCE(0, 0, 0, 0, NULL)', null],
  ],
}

checkCalls(table)
checkComplete(geographicFunctions, table)

test('a unit in the text that there is not is refused before any record', () => {
  assert.throws(() => evaluateTyped("GEO_DISTANCE(0, 0, 0, 0, 'inches')"), /the unit must be 'KM' or 'MI'/)
})
