// Functions over the different values of a group: distinct, collect_set, mode, counts and SQL's ATTR. The state counts every
// value, so that values can be taken back; its order is that of first appearance.

import { setField } from '../serde/json-parse.ts'
import {
  defineAggregate,
  oneValue,
  type AggregateDeclaration,
  type AggregateFunction,
  type Aggregator,
} from './aggregate-function.ts'
import { isMissing } from './argument-kinds.ts'
import { damagedState, decodeArray, decodeNumbers } from './encoded-state.ts'
import { valueText } from './value-text.ts'

interface CountedValue {
  readonly value: unknown
  count: number
}

/** By the text of the value. */
type ValueCounts = Map<string, CountedValue>

const increment = (state: ValueCounts, text: string, value: unknown, count: number): void => {
  const counted = state.get(text)
  if (counted === undefined) state.set(text, { value, count })
  else counted.count += count
}

/** @param countsNull whether null is a value like others */
const valueCounting = (result: (state: ValueCounts) => unknown, countsNull: boolean): Aggregator<ValueCounts> => ({
  initial: () => new Map(),
  add: (state, value) => {
    if (!isMissing(value)) increment(state, valueText(value), value, 1)
    else if (countsNull) increment(state, valueText(null), null, 1)
    return state
  },
  subtract: (state, value) => {
    const text = valueText(value ?? null)
    const counted = state.get(text)
    if (counted === undefined) return state
    if (counted.count > 1) counted.count--
    else state.delete(text)
    return state
  },
  merge: (left, right) => {
    for (const [text, { value, count }] of right) increment(left, text, value, count)
    return left
  },
  result,
  encode: (state) => {
    const counted = [...state.values()]
    return [counted.map(({ value }) => value), counted.map(({ count }) => count)]
  },
  decode: (json) => {
    const parts = decodeArray(json)
    const values = decodeArray(parts[0])
    const counts = decodeNumbers(parts[1])
    return new Map(
      values.map((value, i) => {
        const count = counts[i]
        if (count === undefined) throw damagedState('a count for every value')
        return [valueText(value), { value, count }]
      }),
    )
  },
  copy: (state) => new Map(Array.from(state, ([text, counted]) => [text, { ...counted }])),
})

const overValues = (
  declaration: Pick<AggregateDeclaration<ValueCounts>, 'name' | 'aliases' | 'summary' | 'example'>,
  result: (state: ValueCounts) => unknown,
): AggregateFunction =>
  defineAggregate<ValueCounts>({
    ...declaration,
    parameters: oneValue,
    memory: 'grows with the different values of a key',
    create: () => valueCounting(result, false),
  })

/** distinct(value) */
export const distinct = overValues(
  {
    name: 'distinct',
    aliases: ['count_distinct'],
    summary: 'Number of different values, exact',
    example: { values: ['/home', '/cart', '/home', null], result: 2 },
  },
  (state) => state.size,
)

/** collect_set(value) */
export const collectSet = overValues(
  {
    name: 'collect_set',
    summary: 'The different values in order of first appearance',
    example: { values: ['/home', '/cart', '/home', null], result: ['/home', '/cart'] },
  },
  (state) => Array.from(state.values(), ({ value }) => value),
)

/** mode(value) */
export const mode = overValues(
  {
    name: 'mode',
    summary: 'The most frequent value, of equally frequent ones that which appeared first',
    example: { values: [200, 404, 200, null], result: 200 },
  },
  (state) => {
    let most: CountedValue | undefined
    for (const counted of state.values()) if (most === undefined || counted.count > most.count) most = counted
    return most?.value ?? null
  },
)

/** counts(value) */
export const counts = overValues(
  {
    name: 'counts',
    summary: 'How often each value appears, as an object; the names are the values as text',
    example: { values: ['GET', 'POST', 'GET', null], result: { GET: 2, POST: 1 } },
  },
  (state) => {
    const result = {}
    for (const [text, { value, count }] of state) setField(result, typeof value === 'string' ? value : text, count)
    return result
  },
)

/** SQL's ATTR: the value that all records have, null if there are several. Here null is a value like others. */
export const onlyValue: Aggregator<ValueCounts> = valueCounting((state) => {
  const [first] = state.values()
  return state.size === 1 ? first?.value : null
}, true)
