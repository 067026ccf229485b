// histogram: how many numbers lie in each interval [from, to) of a given width. The bounds are multiples of the width as it
// is written (0.3, not its double, times 0.1), and a number always lies within the bounds that are printed.

import { KsError } from '../model/errors.ts'
import { RecordError } from '../model/record-error.ts'
import { defineAggregate } from './aggregate-function.ts'
import { finiteNumber, isDouble, isMissing, numberConstant } from './argument-kinds.ts'
import {
  copyBuckets,
  decodeBuckets,
  decrementBucket,
  encodeBuckets,
  incrementBucket,
  mergeBuckets,
  noBuckets,
  type BucketCounts,
} from './bucket-counts.ts'
import { decodeArray } from './encoded-state.ts'

/** histogram(value, width) */
export const histogram = defineAggregate<BucketCounts>({
  name: 'histogram',
  parameters: [
    { name: 'value', constant: false },
    { name: 'width', constant: true },
  ],
  summary: 'Counts of the numbers in intervals of the given width, those that are not empty, in order',
  memory: 'grows with the intervals in use',
  example: {
    values: [1, 4, 12, 19, null, 31],
    constants: [10],
    result: [
      { from: 0, to: 10, count: 2 },
      { from: 10, to: 20, count: 2 },
      { from: 30, to: 40, count: 1 },
    ],
  },
  create: ([constant]) => {
    const boundOf = boundsOf(numberConstant('histogram', 'width', 'a number above 0', constant, (width) => width > 0))
    const width = boundOf(1)
    const holds = (bucket: number, value: number): boolean => boundOf(bucket) <= value && value < boundOf(bucket + 1)
    /** undefined if doubles of that size cannot tell the bounds apart. */
    const bucketOf = (value: number): number | undefined => {
      // The quotient is rounded; the bounds decide.
      const bucket = Math.floor(value / width) + 0 // no -0
      return holds(bucket, value) ? bucket : [bucket - 1, bucket + 1].find((neighbour) => holds(neighbour, value))
    }
    return {
      initial: noBuckets,
      add: (state, value) => {
        if (isMissing(value)) return state
        const bucket = bucketOf(finiteNumber('histogram', value))
        if (bucket === undefined) {
          throw new RecordError(`histogram: ${Number(value)} is too large for intervals of width ${width}`)
        }
        incrementBucket(state, bucket)
        return state
      },
      subtract: (state, value) => {
        const bucket = isDouble(value) ? bucketOf(Number(value)) : undefined
        if (bucket !== undefined) decrementBucket(state, bucket)
        return state
      },
      merge: (left, right) => {
        mergeBuckets(left, right)
        return left
      },
      result: ({ buckets, counts }) =>
        buckets.map((bucket, i) => ({ from: boundOf(bucket), to: boundOf(bucket + 1), count: counts[i] })),
      encode: encodeBuckets,
      decode: (json) => decodeBuckets(decodeArray(json)),
      copy: copyBuckets,
    }
  },
})

// Powers of ten up to this one are exact doubles.
const mostDecimals = 22

/** The lower bound of a numbered interval, computed in units of the last decimal place of the width. */
const boundsOf = (width: number): ((bucket: number) => number) => {
  const [mantissa = '', exponent = '0'] = width.toExponential().split('e')
  const decimals = Math.max(0, mantissa.replace(/^\d\.?/, '').length - Number(exponent))
  if (decimals > mostDecimals) {
    throw new KsError('compile', `histogram: width must have at most ${mostDecimals} decimal places, not ${width}`)
  }
  const unitsPerOne = 10 ** decimals
  const widthInUnits = Math.round(width * unitsPerOne)
  return (bucket) => (bucket * widthInUnits) / unitsPerOne
}
