// variance and stddev of a sample (divided by n − 1) by Welford's method, merged as Chan, Golub and LeVeque do. Taking a
// value back undoes a step; each step rounds, so long histories of a table agree with a fresh computation to about 1e-9.

import { RecordError } from '../model/record-error.ts'
import { defineAggregate, oneValue, type AggregateFunction } from './aggregate-function.ts'
import { finiteNumber, isDouble, isMissing } from './argument-kinds.ts'
import { decodeNumbers } from './encoded-state.ts'

interface Moments {
  count: number
  mean: number
  /** Sum of the squared differences from the mean. */
  squares: number
}

const set = (name: string, state: Moments, count: number, mean: number, squares: number): Moments => {
  if (!Number.isFinite(mean) || !Number.isFinite(squares)) {
    throw new RecordError(`${name}: the squares of the differences are beyond the range of a double`)
  }
  state.count = count
  state.mean = mean
  state.squares = Math.max(0, squares)
  return state
}

const spread = (
  name: string,
  aliases: readonly string[],
  summary: string,
  example: AggregateFunction['example'],
  fromVariance: (variance: number) => number,
): AggregateFunction =>
  defineAggregate<Moments>({
    name,
    aliases,
    parameters: oneValue,
    summary,
    memory: 'constant',
    example,
    create: () => ({
      initial: () => ({ count: 0, mean: 0, squares: 0 }),
      add: (state, value) => {
        if (isMissing(value)) return state
        const number = finiteNumber(name, value)
        const count = state.count + 1
        const difference = number - state.mean
        const mean = state.mean + difference / count
        return set(name, state, count, mean, state.squares + difference * (number - mean))
      },
      subtract: (state, value) => {
        if (!isDouble(value)) return state
        const number = Number(value)
        const count = state.count - 1
        if (count <= 0) return set(name, state, 0, 0, 0)
        const difference = number - state.mean
        const mean = state.mean - difference / count
        // One value has no spread, whatever rounding has left.
        return set(name, state, count, mean, count === 1 ? 0 : state.squares - difference * (number - mean))
      },
      merge: (left, right) => {
        if (right.count === 0) return left
        const count = left.count + right.count
        const difference = right.mean - left.mean
        const share = right.count / count
        const squares = left.squares + right.squares + difference * difference * left.count * share
        return set(name, left, count, left.mean + difference * share, squares)
      },
      result: ({ count, squares }) => (count < 2 ? null : fromVariance(squares / (count - 1))),
      encode: ({ count, mean, squares }) => [count, mean, squares],
      decode: (json) => {
        const [count = 0, mean = 0, squares = 0] = decodeNumbers(json)
        return { count, mean, squares }
      },
      copy: (state) => ({ ...state }),
    }),
  })

/** variance(value) */
export const variance = spread(
  'variance',
  ['var_samp'],
  'Variance of the sample, null for fewer than two numbers',
  { values: [2, 4, 6, null], result: 4 },
  (value) => value,
)

/** stddev(value) */
export const standardDeviation = spread(
  'stddev',
  ['stddev_samp'],
  'Standard deviation of the sample, null for fewer than two numbers',
  { values: [2, 4, 6, null], result: 2 },
  Math.sqrt,
)
