// first and last go by event time, so that they are right for input out of order. Among equal times first keeps what came
// first and last what came last.

import { defineAggregate, oneValue, type AggregateFunction } from './aggregate-function.ts'
import { isMissing } from './argument-kinds.ts'
import { decodeArray, decodeNumber } from './encoded-state.ts'

/** A value and its event time; a null value stands for none yet. */
interface Stamped {
  value: unknown
  timestamp: number
}

const byTime = (
  name: string,
  summary: string,
  example: AggregateFunction['example'],
  replaces: (timestamp: number, kept: number) => boolean,
): AggregateFunction => {
  const add = (state: Stamped, value: unknown, timestamp: number): Stamped => {
    if (isMissing(value) || (state.value !== null && !replaces(timestamp, state.timestamp))) return state
    state.value = value
    state.timestamp = timestamp
    return state
  }
  return defineAggregate<Stamped>({
    name,
    parameters: oneValue,
    summary,
    memory: 'one value',
    example,
    create: () => ({
      initial: () => ({ value: null, timestamp: 0 }),
      add,
      merge: (left, right) => add(left, right.value, right.timestamp),
      result: ({ value }) => value,
      encode: ({ value, timestamp }) => (value === null ? null : [timestamp, value]),
      decode: (json) => {
        if (json === null) return { value: null, timestamp: 0 }
        const [timestamp, value = null] = decodeArray(json)
        return { value, timestamp: decodeNumber(timestamp) }
      },
      copy: (state) => ({ ...state }),
    }),
  })
}

/** first(value) */
export const first = byTime(
  'first',
  'Value of the earliest record by event time',
  { values: [null, 'start', 'middle', 'end'], result: 'start' },
  (timestamp, kept) => timestamp < kept,
)

/** last(value) */
export const last = byTime(
  'last',
  'Value of the latest record by event time',
  { values: ['start', 'middle', 'end', null], result: 'end' },
  (timestamp, kept) => timestamp >= kept,
)
