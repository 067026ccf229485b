// Variance and standard deviation of samples.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { standardDeviation, variance } from '../../../src/runtime/aggregates/variance.ts'
import { RecordError } from '../../../src/runtime/model/record-error.ts'
import { stringifyJson } from '../../../src/runtime/serde/json-parse.ts'
import { addAll, inSequence } from './laws.ts'

test('large numbers with a small spread', () => {
  const aggregator = variance.create([])
  const state = addAll(aggregator, inSequence([4, 7, 13, 16].map((value) => value + 1e9)))
  assert.equal(aggregator.result(state), 30)
})

test('one value has no spread, two have, also after others were taken back', () => {
  const aggregator = standardDeviation.create([])
  let state = addAll(aggregator, inSequence([0.1, 0.2, 0.4]))
  state = aggregator.subtract?.(state, 0.2, 0)
  assert.ok(Math.abs((aggregator.result(state) as number) - 0.3 / Math.SQRT2) < 1e-15)
  state = aggregator.subtract?.(state, 0.4, 0)
  assert.equal(aggregator.result(state), null)
  state = aggregator.subtract?.(state, 0.1, 0)
  assert.deepEqual(aggregator.encode(state), aggregator.encode(aggregator.initial()))
})

test('differences whose squares are beyond the range of doubles are refused', () => {
  const aggregator = variance.create([])
  const state = addAll(aggregator, inSequence([1, 2]))
  const before = stringifyJson(aggregator.encode(state))
  assert.throws(() => aggregator.add(state, 1e200, 0), RecordError)
  const far = addAll(aggregator, inSequence([1e200]))
  assert.throws(() => aggregator.merge(state, far), RecordError)
  assert.equal(stringifyJson(aggregator.encode(state)), before)
})

test('sessions merge to what one pass gives', () => {
  const aggregator = variance.create([])
  const values = Array.from({ length: 1000 }, (_, i) => Math.sin(i) * 1e6)
  const left = addAll(aggregator, inSequence(values.slice(0, 10)))
  const right = addAll(aggregator, inSequence(values.slice(10)))
  const merged = aggregator.result(aggregator.merge(left, right)) as number
  const onePass = aggregator.result(addAll(aggregator, inSequence(values))) as number
  assert.ok(Math.abs(merged / onePass - 1) < 1e-13)
})
