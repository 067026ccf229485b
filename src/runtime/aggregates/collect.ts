// collect: every value in order of arrival.

import { defineAggregate, oneValue } from './aggregate-function.ts'
import { isMissing } from './argument-kinds.ts'
import { decodeArray } from './encoded-state.ts'
import { valueText } from './value-text.ts'

/** collect(value) */
export const collect = defineAggregate<unknown[]>({
  name: 'collect',
  parameters: oneValue,
  summary: 'All values in order of arrival',
  memory: 'grows with the values of a key',
  example: { values: ['b', 'a', null, 'b'], result: ['b', 'a', 'b'] },
  create: () => ({
    initial: () => [],
    add: (state, value) => {
      if (!isMissing(value)) state.push(value)
      return state
    },
    subtract: (state, value) => {
      const text = valueText(value)
      // The latest of equal values goes, so that taking back what was just added leaves the order as it was.
      for (let i = state.length - 1; i >= 0; i--) {
        if (valueText(state[i]) === text) {
          state.splice(i, 1)
          break
        }
      }
      return state
    },
    merge: (left, right) => {
      for (const value of right) left.push(value)
      return left
    },
    result: (state) => [...state],
    encode: (state) => [...state],
    decode: (json) => [...decodeArray(json)],
    copy: (state) => [...state],
  }),
})
