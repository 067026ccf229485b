// Histograms: a number lies within the bounds that are printed, and the bounds print as people write them.

import fc from 'fast-check'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { histogram } from '../../../src/runtime/aggregates/histogram.ts'
import { RecordError } from '../../../src/runtime/model/record-error.ts'
import { addAll, inSequence } from './laws.ts'

interface Interval {
  readonly from: number
  readonly to: number
  readonly count: number
}

const histogramOf = (values: readonly unknown[], width: number): readonly Interval[] => {
  const aggregator = histogram.create([width])
  return aggregator.result(addAll(aggregator, inSequence(values))) as readonly Interval[]
}

test('bounds are decimal', () => {
  assert.deepEqual(histogramOf([0.3, 0.35, 0.7, 1.1, -0.1], 0.1), [
    { from: -0.1, to: 0, count: 1 },
    { from: 0.3, to: 0.4, count: 2 },
    { from: 0.7, to: 0.8, count: 1 },
    { from: 1.1, to: 1.2, count: 1 },
  ])
  assert.deepEqual(histogramOf([0.57, 1e-2], 0.01), [
    { from: 0.01, to: 0.02, count: 1 },
    { from: 0.57, to: 0.58, count: 1 },
  ])
  assert.deepEqual(histogramOf([-0, 3n, 2.5], 2.5), [
    { from: 0, to: 2.5, count: 1 },
    { from: 2.5, to: 5, count: 2 },
  ])
  assert.deepEqual(histogramOf([3e18], 1e18), [{ from: 3e18, to: 4e18, count: 1 }])
})

test('every number lies within its bounds', () => {
  const widths = fc.oneof(
    fc.constantFrom(0.1, 0.3, 0.01, 1 / 3, 7, 1e-9),
    fc.double({ min: 1e-5, max: 1e12, noNaN: true }),
  )
  fc.assert(
    fc.property(widths, fc.double({ min: -1e5, max: 1e5, noNaN: true }), (width, value) => {
      const [interval, ...others] = histogramOf([value], width)
      assert.ok(interval)
      assert.deepEqual([others.length, interval.count], [0, 1])
      assert.ok(interval.from <= value && value < interval.to, `${value} in ${interval.from} to ${interval.to}`)
    }),
    { numRuns: 1000 },
  )
})

test('multiples of the width begin an interval', () => {
  fc.assert(
    fc.property(fc.constantFrom(0.1, 0.01, 0.3, 0.25, 10), fc.integer({ min: -1e6, max: 1e6 }), (width, n) => {
      const decimals = width.toString().split('.')[1]?.length ?? 0
      const value = Number((n * width).toFixed(decimals))
      assert.equal(histogramOf([value], width)[0]?.from, value)
    }),
    { numRuns: 1000 },
  )
})

test('a number whose neighbours cannot be told apart is refused', () => {
  assert.throws(() => histogramOf([1e300], 0.1), RecordError)
  assert.throws(() => histogramOf([-1e300], 0.1), RecordError)
})
