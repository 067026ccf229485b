// Percentiles: exact by interpolation up to 1,000 numbers, by a sketch within 1 % beyond.

import fc from 'fast-check'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findAggregate } from '../../../src/runtime/aggregates/all.ts'
import { percentile } from '../../../src/runtime/aggregates/percentile.ts'
import { addAll, inSequence, testLaws } from './laws.ts'

const percentileOf = (values: readonly (number | bigint)[], percent: number): unknown => {
  const aggregator = percentile.create([percent])
  return aggregator.result(addAll(aggregator, inSequence(values)))
}

/** The neighbours of a rank and the value interpolated between them. */
const exactly = (values: readonly number[], percent: number): { lower: number; upper: number; value: number } => {
  const ascending = Float64Array.from(values).sort()
  const rank = (percent * (ascending.length - 1)) / 100
  const lower = ascending[Math.floor(rank)] ?? NaN
  const upper = ascending[Math.ceil(rank)] ?? NaN
  return { lower, upper, value: lower + (upper - lower) * (rank - Math.floor(rank)) }
}

const rounding = 1e-12
const percents = [0, 1, 25, 50, 75, 90, 95, 99, 99.9, 100]

const manyOf = (value: fc.Arbitrary<number>, minLength = 1001, maxLength = 3000): fc.Arbitrary<number[]> =>
  fc.array(value, { minLength, maxLength, size: 'max' })
const durations = fc.double({ min: -5, max: 9, noNaN: true }).map((exponent) => 10 ** exponent)

test('interpolates as spreadsheets do', () => {
  const values = [15, 20, 35, 40, 50]
  assert.deepEqual(
    [0, 5, 30, 40, 50, 90, 100].map((percent) => percentileOf(values, percent)),
    [15, 16, 23, 29, 35, 46, 50],
  )
  assert.equal(percentileOf([7], 99), 7)
  assert.equal(percentileOf([1n, 2], 50), 1.5)
  assert.equal(percentileOf([-1.7e308, 1.7e308], 50), 0)
})

test('is exact for 1,000 numbers in any order', () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray(
        Array.from({ length: 1000 }, (_, i) => i + 1),
        { minLength: 1000 },
      ),
      (values) => {
        assert.equal(percentileOf(values, 50), 500.5)
        assert.equal(percentileOf(values, 100), 1000)
      },
    ),
    { numRuns: 5, endOnFailure: true },
  )
})

test('is within 1 % for more numbers', () => {
  fc.assert(
    fc.property(manyOf(durations), (values) => {
      for (const percent of percents) {
        const { value } = exactly(values, percent)
        const actual = percentileOf(values, percent)
        assert.ok(typeof actual === 'number')
        assert.ok(Math.abs(actual - value) <= value * (0.01 + rounding), `p${percent}: ${actual} for ${value}`)
      }
    }),
    { numRuns: 20, endOnFailure: true },
  )
})

test('is within 1 % of the neighbouring numbers if signs are mixed', () => {
  const mixed = fc.oneof(
    durations,
    durations.map((value) => -value),
    fc.constant(0),
  )
  fc.assert(
    fc.property(manyOf(mixed), (values) => {
      for (const percent of percents) {
        const { lower, upper, value } = exactly(values, percent)
        const actual = percentileOf(values, percent)
        assert.ok(typeof actual === 'number')
        const bound = Math.max(Math.abs(lower), Math.abs(upper)) * (0.01 + rounding)
        assert.ok(Math.abs(actual - value) <= bound, `p${percent}: ${actual} for ${value}`)
      }
    }),
    { numRuns: 20, endOnFailure: true },
  )
})

test('every normal double is within 1 % of what the sketch makes of it', () => {
  const magnitudes = fc.double({ min: 2 ** -1022, max: Number.MAX_VALUE, noNaN: true })
  const check = (value: number): void => {
    const actual = percentileOf(Array<number>(1001).fill(value), 50)
    assert.ok(typeof actual === 'number' && Number.isFinite(actual))
    assert.ok(Math.abs(actual / value - 1) <= 0.01 + 1e-9, `${actual} for ${value}`)
  }
  for (const value of [Number.MAX_VALUE, -Number.MAX_VALUE, 2 ** -1022, -(2 ** -1022), 1, -1]) check(value)
  fc.assert(fc.property(magnitudes, check), { numRuns: 50 })
  assert.equal(percentileOf(Array<number>(1001).fill(Number.MIN_VALUE), 50), 0)
})

test('a sketch that has lost values goes on as a sketch', () => {
  const aggregator = percentile.create([50])
  const values = Array.from({ length: 2000 }, (_, i) => i - 1000)
  let state = addAll(aggregator, inSequence(values))
  for (const value of values.slice(3)) state = aggregator.subtract?.(state, value, 0)
  const median = aggregator.result(state)
  assert.ok(typeof median === 'number' && Math.abs(median + 999) <= 10)
  for (const value of values.slice(0, 3)) state = aggregator.subtract?.(state, value, 0)
  assert.equal(aggregator.result(state), null)
  state = aggregator.subtract?.(state, 5, 0)
  assert.equal(aggregator.result(state), null)
})

test('the short names are percentiles', () => {
  const values = Array.from({ length: 300 }, (_, i) => (i * 7919) % 1000)
  const short: Readonly<Record<string, number>> = { median: 50, p50: 50, p75: 75, p90: 90, p95: 95, p99: 99 }
  for (const [name, percent] of Object.entries(short)) {
    const aggregator = findAggregate(name)?.create([])
    assert.equal(aggregator?.result(addAll(aggregator, inSequence(values))), percentileOf(values, percent))
  }
})

testLaws('percentile of more than 1,000 numbers', {
  entry: percentile,
  constants: fc.constantFrom([50], [95]),
  values: manyOf(fc.oneof(durations, fc.constantFrom(-3, 0, 7)), 990, 1300),
  orderFree: true,
  // After values were taken back one side may still be a sketch where the other is exact.
  tolerance: 0.03,
  refused: {},
  large: true,
})

test('states of more than 1,000 numbers are equal however they were made', () => {
  fc.assert(
    fc.property(manyOf(durations), fc.integer({ min: 0, max: 1000 }), (values, cut) => {
      const aggregator = percentile.create([50])
      const whole = aggregator.encode(addAll(aggregator, inSequence(values)))
      const left = addAll(aggregator, inSequence(values.slice(0, cut)))
      const right = addAll(aggregator, inSequence(values.slice(cut)))
      assert.deepEqual(aggregator.encode(aggregator.merge(left, right)), whole)
    }),
    { numRuns: 10, endOnFailure: true },
  )
})
