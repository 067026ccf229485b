// Functions that run a lambda on the elements of an array or the entries of a map.

import { RecordError } from '../../model/record-error.ts'
import { setField } from '../../serde/json-parse.ts'
import { booleanType } from '../sql-type.ts'
import { arrayOf, defineSqlFunction, lambdaOf, mapOf, variable, type SqlLambda } from './define-sql-function.ts'
import { entriesOf, keyFunction } from './map-keys.ts'

const family = 'Lambdas'

type Values = readonly unknown[]

const element = variable('T')
const state = variable('S')
const key = variable('K')
const value = variable('V')
const array = arrayOf(element)
const map = mapOf(key, value)

const filter = defineSqlFunction({
  name: 'FILTER',
  family,
  summary: 'The elements of an array, or the entries of a map, for which the lambda is true.',
  signatures: [
    {
      parameters: { array, lambda: lambdaOf([element], booleanType) },
      returns: array,
      implementation: (_call, values: Values, condition: SqlLambda) =>
        values.filter((item) => condition(item) === true),
    },
    {
      parameters: { map, lambda: lambdaOf([key, value], booleanType) },
      returns: map,
      implementation: (call, given: object, condition: SqlLambda) => {
        const keyOf = keyFunction(call)
        const result = {}
        for (const [name, item] of entriesOf(given)) {
          if (condition(keyOf(name), item) === true) setField(result, name, item)
        }
        return result
      },
    },
  ],
  examples: [
    { sql: 'FILTER(ARRAY[1, 2, 3], x => x > 1)', result: [2, 3] },
    { sql: "FILTER(MAP('a' := 1, 'b' := 2), (k, v) => k = 'a')", result: { a: 1 } },
  ],
})

const reduce = defineSqlFunction({
  name: 'REDUCE',
  family,
  summary:
    'One value: the lambda gets what it made so far, at first the state, and the next element or entry. ' +
    'A null state gives null, a null array or map the state.',
  signatures: [
    {
      parameters: { array, state, lambda: lambdaOf([state, element], state) },
      returns: state,
      acceptsNull: [true, false, false],
      implementation: (_call, values: Values | null, initial: unknown, combine: SqlLambda) =>
        (values ?? []).reduce((accumulated: unknown, item) => combine(accumulated, item), initial),
    },
    {
      parameters: { map, state, lambda: lambdaOf([state, key, value], state) },
      returns: state,
      acceptsNull: [true, false, false],
      implementation: (call, given: object | null, initial: unknown, combine: SqlLambda) => {
        const keyOf = keyFunction(call)
        let accumulated = initial
        for (const [name, item] of entriesOf(given ?? {})) accumulated = combine(accumulated, keyOf(name), item)
        return accumulated
      },
    },
  ],
  examples: [
    { sql: 'REDUCE(ARRAY[1, 2, 3], 10, (s, x) => s + x)', result: 16 },
    { sql: "REDUCE(MAP('a' := 1, 'b' := 2), '', (s, k, v) => s || k)", result: 'ab' },
  ],
})

const transform = defineSqlFunction({
  name: 'TRANSFORM',
  family,
  summary: 'What the lambda makes of each element, or what two lambdas make of each key and each value.',
  signatures: [
    {
      parameters: { array, lambda: lambdaOf([element], variable('R')) },
      returns: arrayOf(variable('R')),
      implementation: (_call, values: Values, change: SqlLambda) => values.map((item) => change(item)),
    },
    {
      parameters: {
        map,
        keyLambda: lambdaOf([key, value], variable('R')),
        valueLambda: lambdaOf([key, value], variable('T')),
      },
      returns: mapOf(variable('R'), variable('T')),
      implementation: (call, given: object, changeKey: SqlLambda, changeValue: SqlLambda) => {
        const keyOf = keyFunction(call)
        const result = {}
        for (const [name, item] of entriesOf(given)) {
          const old = keyOf(name)
          const changed = String(changeKey(old, item))
          if (Object.hasOwn(result, changed)) {
            throw new RecordError(`${call.name}(): two entries would have the key ${JSON.stringify(changed)}`)
          }
          setField(result, changed, changeValue(old, item))
        }
        return result
      },
    },
  ],
  examples: [
    { sql: 'TRANSFORM(ARRAY[1, 2], x => x * 10)', result: [10, 20] },
    { sql: "TRANSFORM(MAP('a' := 1), (k, v) => UCASE(k), (k, v) => v + 1)", result: { A: 2 } },
  ],
})

/** The functions of this family, in the order of help. */
export const lambdaFunctions = [filter, reduce, transform]
