// Counts of numbered buckets, few of which are in use: two parallel arrays, sorted by bucket, so that walking them in order
// costs nothing and merging is one pass. No bucket with count 0 is kept: equal contents are equal arrays.

import { damagedState, decodeNumbers } from './encoded-state.ts'

/** `counts[i]` is what `buckets[i]` holds. */
export interface BucketCounts {
  buckets: number[]
  counts: number[]
}

/** No bucket in use. */
export const noBuckets = (): BucketCounts => ({ buckets: [], counts: [] })

/** Adds one to the count of a bucket. */
export const incrementBucket = (state: BucketCounts, bucket: number): void => {
  const { buckets, counts } = state
  const at = placeOf(buckets, bucket)
  if (buckets[at] === bucket) counts[at] = (counts[at] ?? 0) + 1
  else {
    buckets.splice(at, 0, bucket)
    counts.splice(at, 0, 1)
  }
}

/** Takes one from the count of a bucket; false if nothing is in it. */
export const decrementBucket = (state: BucketCounts, bucket: number): boolean => {
  const { buckets, counts } = state
  const at = placeOf(buckets, bucket)
  const count = counts[at]
  if (buckets[at] !== bucket || count === undefined) return false
  if (count > 1) counts[at] = count - 1
  else {
    buckets.splice(at, 1)
    counts.splice(at, 1)
  }
  return true
}

/** Adds the counts of `right` to those of `left`, in place. */
export const mergeBuckets = (left: BucketCounts, right: BucketCounts): void => {
  const buckets: number[] = []
  const counts: number[] = []
  let l = 0
  let r = 0
  while (l < left.buckets.length || r < right.buckets.length) {
    const leftBucket = left.buckets[l] ?? Infinity
    const rightBucket = right.buckets[r] ?? Infinity
    buckets.push(Math.min(leftBucket, rightBucket))
    let count = 0
    if (leftBucket <= rightBucket) count += left.counts[l++] ?? 0
    if (rightBucket <= leftBucket) count += right.counts[r++] ?? 0
    counts.push(count)
  }
  left.buckets = buckets
  left.counts = counts
}

/** A copy that shares nothing. */
export const copyBuckets = ({ buckets, counts }: BucketCounts): BucketCounts => ({
  buckets: [...buckets],
  counts: [...counts],
})

/** `[buckets, counts]` */
export const encodeBuckets = ({ buckets, counts }: BucketCounts): [number[], number[]] => [[...buckets], [...counts]]

/** What `encodeBuckets` made. */
export const decodeBuckets = ([buckets, counts]: readonly unknown[]): BucketCounts => {
  const decoded = { buckets: decodeNumbers(buckets), counts: decodeNumbers(counts) }
  if (decoded.buckets.length !== decoded.counts.length) throw damagedState('a count for every bucket')
  return decoded
}

/** Index of the first bucket that is not below the one asked for. */
const placeOf = (buckets: readonly number[], bucket: number): number => {
  let from = 0
  let to = buckets.length
  while (from < to) {
    const middle = (from + to) >>> 1
    if ((buckets[middle] as number) < bucket) from = middle + 1
    else to = middle
  }
  return from
}
