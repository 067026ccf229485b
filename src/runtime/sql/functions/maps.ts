// Maps: their keys and values, and how they are made of each other.

import { setField } from '../../serde/json-parse.ts'
import { compareSqlValues } from '../value-order.ts'
import { booleanType, nullType, stringType, type SqlType } from '../sql-type.ts'
import { arrayOf, defineSqlFunction, mapOf, variable } from './define-sql-function.ts'
import { entriesOf, keyFunction } from './map-keys.ts'

const family = 'Maps'

type Values = readonly unknown[]

const key = variable('K')
const value = variable('V')
const map = mapOf(key, value)

const asMap = defineSqlFunction({
  name: 'AS_MAP',
  family,
  summary: 'The map of an array of keys and one of values; what one of them has more is left out.',
  signatures: [
    {
      parameters: { keys: arrayOf(stringType), values: arrayOf(value) },
      returns: mapOf(stringType, value),
      implementation: (_call, keys: Values, values: Values) => {
        const result = {}
        const size = Math.min(keys.length, values.length)
        for (let index = 0; index < size; index++) setField(result, String(keys[index]), values[index])
        return result
      },
    },
  ],
  examples: [{ sql: "AS_MAP(ARRAY['a', 'b'], ARRAY[1, 2])", result: { a: 1, b: 2 } }],
})

/** The element of ENTRIES of a map. */
const entryType = ([type]: readonly (SqlType | undefined)[]): SqlType => ({
  kind: 'ARRAY',
  element: {
    kind: 'STRUCT',
    fields: [
      { name: 'K', type: type?.kind === 'MAP' ? type.key : stringType },
      { name: 'V', type: type?.kind === 'MAP' ? type.value : nullType },
    ],
  },
})

const entries = defineSqlFunction({
  name: 'ENTRIES',
  family,
  summary: 'The entries of a map as an array of structs with the fields K and V, by key if that is wanted.',
  signatures: [
    {
      parameters: { map, sorted: booleanType },
      returns: entryType,
      implementation: (call, given: object, isSorted: boolean) => {
        const keyOf = keyFunction(call)
        const result = entriesOf(given).map(([name, item]) => ({ K: keyOf(name), V: item }))
        return isSorted ? result.sort((a, b) => compareSqlValues(a.K, b.K)) : result
      },
    },
  ],
  examples: [
    {
      sql: "ENTRIES(MAP('b' := 1, 'a' := 2), TRUE)",
      result: [
        { K: 'a', V: 2 },
        { K: 'b', V: 1 },
      ],
    },
  ],
})

const mapKeys = defineSqlFunction({
  name: 'MAP_KEYS',
  family,
  summary: 'The keys of a map.',
  signatures: [
    {
      parameters: { map },
      returns: arrayOf(key),
      implementation: (call, given: object) => Object.keys(given).map(keyFunction(call)),
    },
  ],
  examples: [{ sql: "MAP_KEYS(MAP('a' := 1, 'b' := 2))", result: ['a', 'b'] }],
})

const mapValues = defineSqlFunction({
  name: 'MAP_VALUES',
  family,
  summary: 'The values of a map, in the order of its keys in MAP_KEYS.',
  signatures: [
    {
      parameters: { map },
      returns: arrayOf(value),
      implementation: (_call, given: object) => Object.values(given) as unknown[],
    },
  ],
  examples: [{ sql: "MAP_VALUES(MAP('a' := 1, 'b' := 2))", result: [1, 2] }],
})

const mapUnion = defineSqlFunction({
  name: 'MAP_UNION',
  family,
  summary:
    'The entries of both maps, of the second where both have the key; a null map counts as empty if the other is none.',
  signatures: [
    {
      parameters: { map1: map, map2: map },
      returns: map,
      acceptsNull: true,
      implementation: (_call, first: object | null, second: object | null) => {
        if (first === null || second === null) return first ?? second
        const result = {}
        for (const [name, item] of [...entriesOf(first), ...entriesOf(second)]) setField(result, name, item)
        return result
      },
    },
  ],
  examples: [{ sql: "MAP_UNION(MAP('a' := 1, 'b' := 1), MAP('b' := 2))", result: { a: 1, b: 2 } }],
})

/** The functions of this family, in the order of help. */
export const mapFunctions = [asMap, entries, mapKeys, mapValues, mapUnion]
