// sum, sum_list and avg: exact for integers of any size, compensated for fractions.

import { defineAggregate, oneValue } from './aggregate-function.ts'
import { exactNumber, isExactNumber, isMissing, listValue } from './argument-kinds.ts'
import { decodeArray, decodeNumber } from './encoded-state.ts'
import {
  addSums,
  addToSum,
  decodeSum,
  emptySum,
  encodeSum,
  subtractFromSum,
  totalOf,
  type ExactSum,
} from './exact-sum.ts'

/** What functions have in common whose state is a sum. */
const oneSum = {
  initial: emptySum,
  merge: (left: ExactSum, right: ExactSum): ExactSum => {
    addSums(left, right)
    return left
  },
  result: totalOf,
  encode: encodeSum,
  decode: decodeSum,
  copy: (state: ExactSum): ExactSum => ({ ...state }),
}

/** sum(value) */
export const sum = defineAggregate<ExactSum>({
  name: 'sum',
  parameters: oneValue,
  summary: 'Sum of the numbers, 0 if there are none; integers are exact',
  memory: 'constant',
  example: { values: [0.1, 0.2, 0.7, 2, null], result: 3 },
  create: () => ({
    ...oneSum,
    add: (state, value) => {
      if (!isMissing(value)) addToSum(state, exactNumber('sum', value))
      return state
    },
    subtract: (state, value) => {
      if (isExactNumber(value)) subtractFromSum(state, value)
      return state
    },
  }),
})

/** sum_list(value) */
export const sumList = defineAggregate<ExactSum>({
  name: 'sum_list',
  parameters: oneValue,
  summary: 'Sum of the numbers in arrays; nulls in them do not count',
  memory: 'constant',
  example: { values: [[1, 2], null, [3, null], []], result: 6 },
  create: () => ({
    ...oneSum,
    add: (state, value) => {
      if (isMissing(value)) return state
      // All are looked at before one is added.
      const numbers = listValue('sum_list', value).filter((element) => !isMissing(element))
      for (const number of numbers.map((element) => exactNumber('sum_list', element))) addToSum(state, number)
      return state
    },
    subtract: (state, value) => {
      if (!Array.isArray(value)) return state
      const numbers = value.filter((element) => !isMissing(element))
      if (numbers.every(isExactNumber)) for (const number of numbers) subtractFromSum(state, number)
      return state
    },
  }),
})

interface Average {
  count: number
  readonly sum: ExactSum
}

/** avg(value) */
export const average = defineAggregate<Average>({
  name: 'avg',
  aliases: ['mean'],
  parameters: oneValue,
  summary: 'Average of the numbers, null if there are none',
  memory: 'constant',
  example: { values: [1, 2, 6, null], result: 3 },
  create: () => ({
    initial: () => ({ count: 0, sum: emptySum() }),
    add: (state, value) => {
      if (isMissing(value)) return state
      addToSum(state.sum, exactNumber('avg', value))
      state.count++
      return state
    },
    subtract: (state, value) => {
      if (!isExactNumber(value)) return state
      subtractFromSum(state.sum, value)
      state.count--
      return state
    },
    merge: (left, right) => {
      addSums(left.sum, right.sum)
      left.count += right.count
      return left
    },
    result: ({ count, sum }) => (count === 0 ? null : Number(totalOf(sum)) / count),
    encode: ({ count, sum }) => [count, encodeSum(sum)],
    decode: (json) => {
      const [count, sum] = decodeArray(json)
      return { count: decodeNumber(count), sum: decodeSum(sum) }
    },
    copy: ({ count, sum }) => ({ count, sum: { ...sum } }),
  }),
})
