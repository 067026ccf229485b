// DDSketch (Masson, Rim, Lee: "DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees", VLDB
// 2019): values are counted in buckets whose bounds grow by a constant factor, so that the middle of a bucket is within
// 1 % of everything in it. What a sketch says depends on the values alone, not on their order or on how parts were merged.
// No buckets are collapsed: a factor of ten between values costs 115 buckets, for each sign.

import { decrementBucket, incrementBucket, type BucketCounts } from './bucket-counts.ts'

const accuracy = 0.01
const logGrowth = Math.log((1 + accuracy) / (1 - accuracy))

// Smaller than the least normal double: counted as zero, since its logarithm has too few digits.
const leastMagnitude = 2 ** -1022

// Buckets are signed so that their order is that of the values: 0 is for zero, positive values lie above, negative below.
// The logarithms of normal doubles divided by logGrowth lie within ±35,500.
const firstBucket = 40_000

/** Adds a finite number in place. */
export const addToSketch = (sketch: BucketCounts, value: number): void => {
  incrementBucket(sketch, bucketOf(value))
}

/** Takes back a number in place; false if there is none like it. */
export const subtractFromSketch = (sketch: BucketCounts, value: number): boolean =>
  decrementBucket(sketch, bucketOf(value))

/**
 * The values at two ranks (0 is the smallest) within 1 % of the true ones.
 * @param lower at most `upper`, which is below the number of values.
 */
export const sketchValues = ({ buckets, counts }: BucketCounts, lower: number, upper: number): [number, number] => {
  let seen = 0
  let lowerValue: number | undefined
  for (let i = 0; i < buckets.length; i++) {
    seen += counts[i] as number
    if (lowerValue === undefined && seen > lower) lowerValue = middleOf(buckets[i] as number)
    if (lowerValue !== undefined && seen > upper) return [lowerValue, middleOf(buckets[i] as number)]
  }
  throw new RangeError(`no value has rank ${upper}`)
}

const bucketOf = (value: number): number => {
  const magnitude = Math.abs(value)
  if (magnitude < leastMagnitude) return 0
  const bucket = Math.ceil(Math.log(magnitude) / logGrowth) + firstBucket
  return value > 0 ? bucket : -bucket
}

/** The value with the same relative distance from both bounds of a bucket. */
const middleOf = (bucket: number): number => {
  if (bucket === 0) return 0
  const magnitude = Math.exp((Math.abs(bucket) - firstBucket) * logGrowth) * (1 - accuracy)
  // The bound of the last bucket is beyond the largest double.
  return Math.sign(bucket) * Math.min(magnitude, Number.MAX_VALUE)
}
