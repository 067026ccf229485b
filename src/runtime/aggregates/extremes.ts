// min and max: of numbers or of strings. What was the smallest cannot be taken back, since the next one is not kept.

import { defineAggregate, oneValue, type AggregateFunction } from './aggregate-function.ts'
import { isBelow, isMissing, orderedValue, type Ordered } from './argument-kinds.ts'
import { damagedState } from './encoded-state.ts'

type Extreme = Ordered | null

const extreme = (
  name: string,
  summary: string,
  example: AggregateFunction['example'],
  replaces: (candidate: Ordered, state: Ordered) => boolean,
): AggregateFunction =>
  defineAggregate<Extreme>({
    name,
    parameters: oneValue,
    summary,
    memory: 'constant',
    example,
    create: () => ({
      initial: () => null,
      add: (state, value) => {
        if (isMissing(value)) return state
        const candidate = orderedValue(name, value)
        return state === null || replaces(candidate, state) ? candidate : state
      },
      merge: (left, right) => (left === null || (right !== null && replaces(right, left)) ? right : left),
      result: (state) => state,
      encode: (state) => state,
      decode: (json) => {
        if (json === null || typeof json === 'string') return json
        if (typeof json === 'number' || typeof json === 'bigint') return json
        throw damagedState('a number, a string or null')
      },
      copy: (state) => state,
    }),
  })

/** min(value) */
export const minimum = extreme(
  'min',
  'Smallest number or string, null if there are none',
  { values: [3, 1, null, 2], result: 1 },
  (candidate, state) => isBelow('min', candidate, state),
)

/** max(value) */
export const maximum = extreme(
  'max',
  'Largest number or string, null if there are none',
  { values: ['b', 'c', null, 'a'], result: 'c' },
  (candidate, state) => isBelow('max', state, candidate),
)
