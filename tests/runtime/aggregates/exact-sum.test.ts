// Sums: exact integers of any size, compensated fractions.

import fc from 'fast-check'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addSums, addToSum, emptySum, subtractFromSum, totalOf } from '../../../src/runtime/aggregates/exact-sum.ts'
import { findAggregate } from '../../../src/runtime/aggregates/all.ts'
import { RecordError } from '../../../src/runtime/model/record-error.ts'

const sumOf = (values: readonly (number | bigint)[]): number | bigint => {
  const sum = emptySum()
  for (const value of values) addToSum(sum, value)
  return totalOf(sum)
}

test('ten times 0.1 is 1', () => {
  const values = Array<number>(10).fill(0.1)
  assert.notEqual(
    values.reduce((a, b) => a + b),
    1,
    'plain addition would do',
  )
  assert.equal(sumOf(values), 1)
})

test('the case that Kahan summation fails', () => {
  assert.equal(sumOf([1.5, 1e100, 0.5, -1e100]), 2)
})

test('a million cents are ten thousand', () => {
  assert.equal(sumOf(Array<number>(1_000_000).fill(0.01)), 10_000)
})

test('parts are compensated too', () => {
  const halves = [emptySum(), emptySum()] as const
  for (let i = 0; i < 5; i++) for (const half of halves) addToSum(half, 0.1)
  addSums(halves[0], halves[1])
  assert.equal(totalOf(halves[0]), 1)
  // All that is left of this one is what rounding has taken.
  const remainder = emptySum()
  for (const value of [1e100, 0.5, -1e100]) addToSum(remainder, value)
  addSums(halves[0], remainder)
  assert.equal(totalOf(halves[0]), 1.5)
})

test('prices that come and go leave exactly nothing', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -10_000_000, max: 10_000_000 })), (cents) => {
      const sum = emptySum()
      for (const cent of cents) addToSum(sum, cent / 100)
      for (const cent of cents) subtractFromSum(sum, cent / 100)
      assert.equal(totalOf(sum), 0)
    }),
  )
})

test('integers are exact and bigint only where a number is not', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.maxSafeInteger(), fc.bigInt(), fc.integer())), (values) => {
      const expected = values.reduce((total: bigint, value) => total + BigInt(value), 0n)
      const actual = sumOf(values)
      assert.equal(BigInt(actual), expected)
      assert.equal(typeof actual, Number.isSafeInteger(Number(expected)) ? 'number' : 'bigint')
    }),
  )
  assert.equal(sumOf([Number.MAX_SAFE_INTEGER, 1]), 9007199254740992n)
  assert.equal(sumOf([9007199254740993n, -9007199254740990n]), 3)
})

test('a sum of integers and fractions is a number', () => {
  assert.equal(sumOf([2n ** 60n, 0.5]), 2 ** 60)
  assert.equal(sumOf([3, 0.25, 4n]), 7.25)
  assert.equal(sumOf([0.5, 3, -0.5]), 3)
})

test('a sum beyond the range of doubles is refused and leaves the sum alone', () => {
  const sum = emptySum()
  addToSum(sum, 1.7e308)
  addToSum(sum, 0.5)
  const before = { ...sum }
  assert.throws(() => {
    addToSum(sum, 1.7e308)
  }, RecordError)
  assert.deepEqual(sum, before)
})

test('an average of big integers', () => {
  const average = findAggregate('avg')?.create([])
  assert.ok(average)
  let state = average.initial()
  for (const value of [2n ** 60n, 2n ** 60n + 2n, 1]) state = average.add(state, value, 0)
  assert.equal(average.result(state), Number((2n ** 61n + 3n) / 3n))
})
