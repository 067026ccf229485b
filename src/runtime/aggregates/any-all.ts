// any and all: whether a condition holds for one, or for every, record. The state counts the values that decide, so that
// they can be taken back.

import { defineAggregate, oneValue, type AggregateFunction } from './aggregate-function.ts'
import { isMissing, truthValue } from './argument-kinds.ts'
import { decodeNumber } from './encoded-state.ts'

const truth = (
  name: string,
  summary: string,
  example: AggregateFunction['example'],
  decisive: boolean,
): AggregateFunction =>
  defineAggregate<number>({
    name,
    parameters: oneValue,
    summary,
    memory: 'constant',
    example,
    create: () => ({
      initial: () => 0,
      add: (state, value) => (!isMissing(value) && truthValue(name, value) === decisive ? state + 1 : state),
      subtract: (state, value) => (value === decisive ? state - 1 : state),
      merge: (left, right) => left + right,
      result: (state) => state > 0 === decisive,
      encode: (state) => state,
      decode: decodeNumber,
      copy: (state) => state,
    }),
  })

/** any(value) */
export const any = truth(
  'any',
  'True if a value is true; false if there are none',
  { values: [false, true, null], result: true },
  true,
)

/** all(value) */
export const all = truth(
  'all',
  'True if no value is false; true if there are none',
  { values: [false, true, null], result: false },
  false,
)
