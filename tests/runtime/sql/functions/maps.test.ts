// SQL functions of maps.

import { Decimal } from '../../../../src/runtime/model/decimal.ts'
import { mapFunctions } from '../../../../src/runtime/sql/functions/maps.ts'
import { checkCalls, checkComplete, type Case } from './check-calls.ts'

const table: Readonly<Record<string, readonly Case[]>> = {
  AS_MAP: [
    ["AS_MAP(ARRAY['a', 'b', 'c'], ARRAY[1.5, 2.5])", { a: 1.5, b: 2.5 }, 'MAP<STRING, DECIMAL(2, 1)>'],
    ["AS_MAP(ARRAY['a', 'a'], ARRAY[1, NULL])", { a: null }],
    ["AS_MAP(ARRAY['__proto__'], ARRAY[1])", JSON.parse('{"__proto__":1}')],
    ["AS_MAP(ARRAY['a'], NULL)", null],
    ['AS_MAP(NULL, ARRAY[1])', null],
  ],
  ENTRIES: [
    ["ENTRIES(MAP('a' := 1), FALSE)", [{ K: 'a', V: 1 }], 'ARRAY<STRUCT<K STRING, V INTEGER>>'],
    [
      "ENTRIES(MAP('b' := TRUE, 'a' := NULL), FALSE)",
      [
        { K: 'b', V: true },
        { K: 'a', V: null },
      ],
    ],
    [
      'ENTRIES(MAP(10 := 1, 9 := 2), TRUE)',
      [
        { K: 9, V: 2 },
        { K: 10, V: 1 },
      ],
      'ARRAY<STRUCT<K INTEGER, V INTEGER>>',
    ],
    ['ENTRIES(NULL, TRUE)', null],
    ["ENTRIES(MAP('a' := 1), NULL)", null],
  ],
  MAP_KEYS: [
    ["MAP_KEYS(MAP('b' := 1, 'a' := 2))", ['b', 'a'], 'ARRAY<STRING>'],
    ['MAP_KEYS(MAP(1 := TRUE))', [1], 'ARRAY<INTEGER>'],
    ['MAP_KEYS(JSON \'{"x":1}\')', ['x']],
    ['MAP_KEYS(NULL)', null],
  ],
  MAP_VALUES: [
    ["MAP_VALUES(MAP('b' := 1, 'a' := NULL))", [1, null], 'ARRAY<INTEGER>'],
    ['MAP_VALUES(NULL)', null],
  ],
  MAP_UNION: [
    ["MAP_UNION(MAP('a' := 1), MAP('a' := NULL))", { a: null }, 'MAP<STRING, INTEGER>'],
    ["MAP_UNION(MAP('a' := 1), MAP('b' := 2.5))", { a: Decimal.parse('1.0'), b: 2.5 }, 'MAP<STRING, DECIMAL(11, 1)>'],
    ["MAP_UNION(NULL, MAP('b' := 2))", { b: 2 }],
    ["MAP_UNION(MAP('b' := 2), NULL)", { b: 2 }],
    ['MAP_UNION(NULL, NULL)', null],
  ],
}

checkCalls(table)
checkComplete(mapFunctions, table)
