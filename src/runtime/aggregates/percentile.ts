// percentile, median and p75 … p99. Up to 1,000 numbers are kept and the answer is exact: linear interpolation between the
// neighbouring ranks, as percentile_cont in SQL and PERCENTILE.INC in spreadsheets. Beyond, a sketch that is within 1 %.

import { defineAggregate, oneValue, type AggregateFunction, type Aggregator } from './aggregate-function.ts'
import { finiteNumber, isDouble, isMissing, numberConstant } from './argument-kinds.ts'
import {
  copyBuckets,
  decodeBuckets,
  encodeBuckets,
  mergeBuckets,
  noBuckets,
  type BucketCounts,
} from './bucket-counts.ts'
import { damagedState, decodeArray, decodeNumber, decodeNumbers } from './encoded-state.ts'
import { addToSketch, sketchValues, subtractFromSketch } from './quantile-sketch.ts'

const exactLimit = 1000

interface Quantiles {
  /** How many numbers there are. */
  count: number
  /** The numbers in order; empty once there is a sketch. */
  values: number[]
  sketch: BucketCounts | undefined
}

const add = (state: Quantiles, value: number): void => {
  if (state.sketch === undefined && state.count === exactLimit) sketchOf(state)
  if (state.sketch !== undefined) addToSketch(state.sketch, value)
  else insertSorted(state.values, value)
  state.count++
}

const subtract = (state: Quantiles, value: number): void => {
  if (state.sketch !== undefined) {
    if (subtractFromSketch(state.sketch, value)) state.count--
    return
  }
  const at = state.values.indexOf(value)
  if (at < 0) return
  state.values.splice(at, 1)
  state.count--
}

/** The sketch of a state, which from now on has one. */
const sketchOf = (state: Quantiles): BucketCounts => {
  if (state.sketch !== undefined) return state.sketch
  const sketch = noBuckets()
  for (const value of state.values) addToSketch(sketch, value)
  state.sketch = sketch
  state.values = []
  return sketch
}

const merge = (left: Quantiles, right: Quantiles): Quantiles => {
  if (right.sketch === undefined) {
    for (const value of right.values) add(left, value)
    return left
  }
  mergeBuckets(sketchOf(left), right.sketch)
  left.count += right.count
  return left
}

const valueAt = ({ count, values, sketch }: Quantiles, percent: number): number | null => {
  if (count === 0) return null
  const rank = (percent * (count - 1)) / 100
  const lowerRank = Math.floor(rank)
  const upperRank = Math.ceil(rank)
  const [lower, upper] =
    sketch === undefined
      ? [values[lowerRank] as number, values[upperRank] as number]
      : sketchValues(sketch, lowerRank, upperRank)
  const share = rank - lowerRank
  const distance = upper - lower
  // The distance of two doubles may be beyond the range of doubles.
  return Number.isFinite(distance) ? lower + distance * share : lower * (1 - share) + upper * share
}

const insertSorted = (values: number[], value: number): void => {
  let at = values.length
  values.push(value)
  for (; at > 0 && (values[at - 1] as number) > value; at--) values[at] = values[at - 1] as number
  values[at] = value
}

const quantiles = (name: string, percent: number): Aggregator<Quantiles> => ({
  initial: () => ({ count: 0, values: [], sketch: undefined }),
  add: (state, value) => {
    if (!isMissing(value)) add(state, finiteNumber(name, value))
    return state
  },
  subtract: (state, value) => {
    if (isDouble(value)) subtract(state, Number(value))
    return state
  },
  merge,
  result: (state) => valueAt(state, percent),
  // A list of numbers, or the count and the sketch, whose parts are lists.
  encode: ({ count, values, sketch }) => (sketch === undefined ? [...values] : [count, ...encodeBuckets(sketch)]),
  decode: (json) => {
    const parts = decodeArray(json)
    if (!Array.isArray(parts[1])) {
      const values = decodeNumbers(parts)
      return { count: values.length, values, sketch: undefined }
    }
    const [count, ...buckets] = parts
    const state = { count: decodeNumber(count), values: [], sketch: decodeBuckets(buckets) }
    const total = state.sketch.counts.reduce((sum, part) => sum + part, 0)
    if (total !== state.count) throw damagedState('counts that add up')
    return state
  },
  copy: ({ count, values, sketch }) => ({
    count,
    values: [...values],
    sketch: sketch === undefined ? undefined : copyBuckets(sketch),
  }),
})

const memory = 'up to 1,000 numbers, then about 115 counters for each factor of ten between them'

/** percentile(value, p) */
export const percentile = defineAggregate<Quantiles>({
  name: 'percentile',
  parameters: [...oneValue, { name: 'p', constant: true }],
  summary: 'Value below which p percent of the numbers lie; exact up to 1,000 numbers, then within 1 %',
  memory,
  example: { values: [10, 20, null, 30, 40, 50], constants: [90], result: 46 },
  create: ([constant]) =>
    quantiles(
      'percentile',
      numberConstant('percentile', 'p', 'a number from 0 to 100', constant, (p) => p >= 0 && p <= 100),
    ),
})

const fixed = (name: string, percent: number, aliases: readonly string[], result: number): AggregateFunction =>
  defineAggregate<Quantiles>({
    name,
    aliases,
    parameters: oneValue,
    summary: `The ${percent}th percentile of the numbers; exact up to 1,000 numbers, then within 1 %`,
    memory,
    example: { values: [10, 20, null, 30, 40, 50], result },
    create: () => quantiles(name, percent),
  })

/** median(value), p75(value), p90(value), p95(value), p99(value) */
export const fixedPercentiles: readonly AggregateFunction[] = [
  fixed('median', 50, ['p50'], 30),
  fixed('p75', 75, [], 40),
  fixed('p90', 90, [], 46),
  fixed('p95', 95, [], 48),
  fixed('p99', 99, [], 49.6),
]
