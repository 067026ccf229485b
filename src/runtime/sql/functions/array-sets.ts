// Arrays as sets: results have each value once, null too, in the order in which the values come first.

import { checkArrayLength } from '../../expression/limits.ts'
import { identityOf } from '../value-order.ts'
import { arrayOf, defineSqlFunction, variable, type SqlFunction } from './define-sql-function.ts'

const family = 'Arrays'

type Values = readonly unknown[]

const array = arrayOf(variable('T'))

/** Those values that no earlier one is equal to. */
const distinct = (values: Values): Values => {
  const seen = new Set<unknown>()
  return values.filter((value) => {
    const { size } = seen
    return seen.add(identityOf(value)).size > size
  })
}

const setOf = (values: Values): ReadonlySet<unknown> => new Set(values.map(identityOf))

const arrayDistinct = defineSqlFunction({
  name: 'ARRAY_DISTINCT',
  family,
  summary: 'The different elements.',
  signatures: [{ parameters: { array }, returns: array, implementation: (_call, values: Values) => distinct(values) }],
  examples: [{ sql: "ARRAY_DISTINCT(ARRAY['b', 'a', 'b'])", result: ['b', 'a'] }],
})

const ofTwoArrays = (
  name: string,
  summary: string,
  combine: (left: Values, right: Values) => Values,
  result: Values,
): SqlFunction =>
  defineSqlFunction({
    name,
    family,
    summary,
    signatures: [
      {
        parameters: { left: array, right: array },
        returns: array,
        implementation: (_call, left: Values, right: Values) => combine(left, right),
      },
    ],
    examples: [{ sql: `${name}(ARRAY[3, 1, 2, 1], ARRAY[4, 2, 3])`, result }],
  })

const arrayUnion = ofTwoArrays(
  'ARRAY_UNION',
  'The different elements of both arrays.',
  (left, right) => {
    checkArrayLength(left.length + right.length, 'ARRAY_UNION()')
    return distinct([...left, ...right])
  },
  [3, 1, 2, 4],
)

const arrayIntersect = ofTwoArrays(
  'ARRAY_INTERSECT',
  'The different elements that both arrays have.',
  (left, right) => {
    const others = setOf(right)
    return distinct(left).filter((value) => others.has(identityOf(value)))
  },
  [3, 2],
)

const arrayExcept = ofTwoArrays(
  'ARRAY_EXCEPT',
  'The different elements of the first array that the second has not.',
  (left, right) => {
    const others = setOf(right)
    return distinct(left).filter((value) => !others.has(identityOf(value)))
  },
  [1],
)

/** The functions of arrays as sets, in the order of help. */
export const arraySetFunctions = [arrayDistinct, arrayUnion, arrayIntersect, arrayExcept]
