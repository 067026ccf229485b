// The number of different values: exact when small, an estimate when large. All inputs are fixed, so the results are too.

import fc from 'fast-check'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { approxDistinct } from '../../../src/runtime/aggregates/approx-distinct.ts'
import { addAll, inSequence, testLaws } from './laws.ts'

const aggregator = approxDistinct.create([])

/** How far the estimate for so many values is off, relative to their number. */
const errorFor = (size: number, valueAt: (index: number) => unknown): number => {
  let state = aggregator.initial()
  for (let i = 0; i < size; i++) state = aggregator.add(state, valueAt(i), 0)
  return (aggregator.result(state) as number) / size - 1
}

test('is exact up to 256 values, however often each comes', () => {
  let state = aggregator.initial()
  for (let i = 0; i < 1024; i++) state = aggregator.add(state, `user-${i % 256}`, 0)
  assert.equal(aggregator.result(state), 256)
  assert.ok(Array.isArray(aggregator.encode(state)))
  state = aggregator.add(state, 'one more', 0)
  assert.ok(typeof aggregator.encode(state) === 'string')
})

test('is within 3 % at every size', () => {
  for (const size of [257, 300, 1000, 5000, 20_000, 40_000, 60_000, 100_000, 250_000]) {
    const error = errorFor(size, (i) => `user-${i}`)
    assert.ok(Math.abs(error) < 0.03, `${error} at ${size}`)
  }
})

test('the kind of value does not matter', () => {
  const kinds: Readonly<Record<string, (index: number) => unknown>> = {
    integers: (i) => i,
    'large steps': (i) => i * 2 ** 20,
    bigint: (i) => 2n ** 64n + BigInt(i),
    objects: (i) => ({ user: i, tags: ['a'] }),
    'long strings': (i) => `${'x'.repeat(50)}${i}`,
    'text beyond ASCII': (i) => String.fromCodePoint(0x10000 + i),
  }
  for (const [kind, valueAt] of Object.entries(kinds)) {
    const error = errorFor(100_000, valueAt)
    assert.ok(Math.abs(error) < 0.03, `${error} for ${kind}`)
  }
})

test('the standard error is about 0.8 %', () => {
  const errors = Array.from({ length: 30 }, (_, run) => errorFor(10_000, (i) => `${run}/${i}`))
  const root = Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length)
  assert.ok(root < 0.0105, String(root))
  const bias = errors.reduce((sum, error) => sum + error, 0) / errors.length
  assert.ok(Math.abs(bias) < 0.005, String(bias))
})

test('1 and "1" are two values, 1 and 1.0 one', () => {
  const state = addAll(aggregator, inSequence([1, '1', 1.0, [1], '[1]', '"1"', 1n]))
  assert.equal(aggregator.result(state), 5)
})

test('a sketch is 16 KiB of text whatever is in it', () => {
  const state = addAll(aggregator, inSequence(Array.from({ length: 50_000 }, (_, i) => i)))
  const encoded = aggregator.encode(state)
  assert.ok(typeof encoded === 'string')
  assert.equal(JSON.stringify(encoded).length, 2 ** 14 + 2)
})

testLaws('approx_distinct of more than 256 values', {
  entry: approxDistinct,
  constants: fc.constant([]),
  values: fc.array(fc.integer(), { minLength: 150, maxLength: 400, size: 'max' }),
  orderFree: true,
  large: true,
})
