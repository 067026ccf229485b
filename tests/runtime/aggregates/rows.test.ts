// lag, moving_sum, moving_avg and rank over rows in any order, beside what they are by definition.

import fc from 'fast-check'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findAggregate } from '../../../src/runtime/aggregates/all.ts'
import type { Aggregator } from '../../../src/runtime/aggregates/aggregate-function.ts'
import { addAll, inSequence } from './laws.ts'

const create = (name: string, constants: readonly unknown[] = []): Aggregator<unknown> => {
  const entry = findAggregate(name)
  assert.ok(entry)
  return entry.create(constants)
}

const resultOf = (name: string, constants: readonly unknown[], inputs: Parameters<typeof addAll>[1]): unknown => {
  const aggregator = create(name, constants)
  return aggregator.result(addAll(aggregator, inputs))
}

const rows = fc.array(
  fc.record({ value: fc.integer({ min: -9, max: 9 }), timestamp: fc.integer({ min: 0, max: 20 }) }),
  {
    maxLength: 30,
  },
)
const few = fc.integer({ min: 1, max: 5 })

test('after each row: lag, the moving sum and the moving average are those of the rows in the order of their times', () => {
  fc.assert(
    fc.property(rows, few, (inputs, n) => {
      const lag = create('lag', [n, 'none'])
      const sum = create('moving_sum', [n])
      const average = create('moving_avg', [n])
      let states: readonly [unknown, unknown, unknown] = [lag.initial(), sum.initial(), average.initial()]
      for (const [index, { value, timestamp }] of inputs.entries()) {
        states = [
          lag.add(states[0], value, timestamp),
          sum.add(states[1], value, timestamp),
          average.add(states[2], value, timestamp),
        ]
        // A stable sort: what came later stands behind its equals.
        const inOrder = inputs.slice(0, index + 1).sort((a, b) => a.timestamp - b.timestamp)
        const recent = inOrder.slice(-n).map((row) => row.value)
        const total = recent.reduce((a, b) => a + b, 0)
        assert.equal(lag.result(states[0]), inOrder.at(-1 - n)?.value ?? 'none')
        assert.equal(Number(sum.result(states[1])), total)
        assert.equal(average.result(states[2]), total / recent.length)
      }
    }),
  )
})

test('after each row: rank is one more than the number of higher values, up to place k', () => {
  fc.assert(
    fc.property(rows, few, (inputs, k) => {
      const rank = create('rank', [k])
      let state = rank.initial()
      for (const [index, { value, timestamp }] of inputs.entries()) {
        state = rank.add(state, value, timestamp)
        const soFar = inputs.slice(0, index + 1)
        const latest = soFar.toSorted((a, b) => a.timestamp - b.timestamp).at(-1)
        assert.ok(latest)
        const place = soFar.filter((row) => row.value > latest.value).length + 1
        assert.equal(rank.result(state), place <= k ? place : null)
      }
    }),
  )
})

test('a state is bounded, however many rows there were', () => {
  const many = inSequence(Array.from({ length: 5000 }, (_, i) => i))
  const sizeOf = (name: string, constants: readonly unknown[]): number => {
    const aggregator = create(name, constants)
    return (aggregator.encode(addAll(aggregator, many)) as unknown[]).length
  }
  assert.equal(sizeOf('lag', [3]), 4)
  assert.equal(sizeOf('moving_avg', [10]), 10)
  // With the time and the value of the latest row.
  assert.equal(sizeOf('rank', [10]), 12)
  assert.equal(sizeOf('rank', []), 1002)
})

test('rows of values that are no numbers', () => {
  assert.deepEqual(resultOf('lag', [], inSequence([{ a: 1 }, ['x'], true])), ['x'])
  assert.equal(resultOf('rank', [], inSequence(['b', 'c', 'a'])), 3)
  assert.throws(() => resultOf('rank', [], inSequence(['b', 1])), { name: 'RecordError', message: /cannot compare/ })
})

test('integers beyond 2^53 are exact', () => {
  assert.equal(resultOf('moving_sum', [2], inSequence([5, 2n ** 60n, 1])), 2n ** 60n + 1n)
})
