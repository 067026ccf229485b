// What every aggregate function promises, as properties: parts merge to the whole, what is taken back leaves no trace,
// stored states go on as if nothing had happened, and nothing handed out changes later.

import fc from 'fast-check'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AggregateFunction, Aggregator } from '../../../src/runtime/aggregates/aggregate-function.ts'
import { RecordError } from '../../../src/runtime/model/record-error.ts'
import { parseJsonText, stringifyJson } from '../../../src/runtime/serde/json-parse.ts'

/** A function with the inputs to try it on. */
export interface Subject {
  readonly entry: AggregateFunction
  readonly constants: fc.Arbitrary<readonly unknown[]>
  readonly values: fc.Arbitrary<readonly unknown[]>
  /** Relative and absolute difference of numbers that counts as rounding; 0 if not given. */
  readonly tolerance?: number
  /** The result depends on the values but not on their order. */
  readonly orderFree: boolean
  /** What of the result does not depend on the order, if only part of it does not. */
  readonly withoutOrder?: (result: unknown) => unknown
  /** A value of a kind that add refuses, if there is one. */
  readonly refused?: unknown
  /** The values are so many that there are few runs, and a failure is shown without looking for a smaller one. */
  readonly large?: boolean
}

interface Input {
  readonly value: unknown
  readonly timestamp: number
}

/** Adds the inputs in order. */
export const addAll = (
  aggregator: Aggregator<unknown>,
  inputs: readonly Input[],
  from: unknown = aggregator.initial(),
): unknown => inputs.reduce((state: unknown, { value, timestamp }) => aggregator.add(state, value, timestamp), from)

/** Values as inputs, each one millisecond after the one before. */
export const inSequence = (values: readonly unknown[]): readonly Input[] =>
  values.map((value, timestamp) => ({ value, timestamp }))

/** Registers a test for each law. */
export const testLaws = (title: string, subject: Subject): void => {
  const { entry, orderFree, tolerance = 0, withoutOrder, large = false } = subject
  const inputs = subject.values.chain((values) =>
    fc
      .array(fc.integer({ min: 0, max: 50 }), { minLength: values.length, maxLength: values.length, size: 'max' })
      .map((timestamps) => values.map((value, i): Input => ({ value, timestamp: timestamps[i] ?? 0 }))),
  )
  const law = <T>(
    name: string,
    argument: fc.Arbitrary<T>,
    check: (aggregator: Aggregator<unknown>, argument: T) => void,
  ): void => {
    test(`${title}: ${name}`, () => {
      const property = fc.property(subject.constants, argument, (constants, given) => {
        check(entry.create(constants), given)
      })
      fc.assert(property, large ? { numRuns: 10, endOnFailure: true } : {})
    })
  }
  const sameResult = (aggregator: Aggregator<unknown>, actual: unknown, expected: unknown): void => {
    assertClose(aggregator.result(actual), aggregator.result(expected), tolerance)
  }
  const stored = (aggregator: Aggregator<unknown>, state: unknown): string => stringifyJson(aggregator.encode(state))

  law('parts merge to the whole', fc.tuple(inputs, inputs), (aggregator, [left, right]) => {
    const rightState = addAll(aggregator, right)
    const before = stored(aggregator, rightState)
    const merged = aggregator.merge(addAll(aggregator, left), rightState)
    sameResult(aggregator, merged, addAll(aggregator, [...left, ...right]))
    assert.equal(stored(aggregator, rightState), before)
    const continued = addAll(aggregator, left, merged)
    sameResult(aggregator, continued, addAll(aggregator, [...left, ...right, ...left]))
    assert.equal(stored(aggregator, rightState), before, 'the merged state shares something with its right part')
  })

  law('a stored state goes on', fc.tuple(inputs, inputs), (aggregator, [before, after]) => {
    const state = addAll(aggregator, before)
    const text = stored(aggregator, state)
    const decoded = aggregator.decode(parseJsonText(text))
    assert.equal(stored(aggregator, decoded), text)
    assert.equal(
      stored(aggregator, addAll(aggregator, after, decoded)),
      stored(aggregator, addAll(aggregator, after, state)),
    )
  })

  law('what was handed out does not change', fc.tuple(inputs, inputs), (aggregator, [before, after]) => {
    const state = addAll(aggregator, before)
    const encoded = aggregator.encode(state)
    const result = aggregator.result(state)
    const copy = aggregator.copy(state)
    const texts = [stringifyJson(encoded), stringifyJson(result)]
    addAll(aggregator, [...after, ...before], state)
    assert.deepEqual([stringifyJson(encoded), stringifyJson(result)], texts)
    assert.deepEqual([stored(aggregator, copy), stringifyJson(aggregator.result(copy))], texts)
    // And the other way round: adding to a decoded state leaves the data alone.
    addAll(aggregator, after, aggregator.decode(encoded))
    assert.equal(stringifyJson(encoded), texts[0])
  })

  law('null is ignored', inputs, (aggregator, values) => {
    const before = stored(aggregator, addAll(aggregator, values))
    const state = addAll(aggregator, [...values, { value: null, timestamp: 99 }, { value: undefined, timestamp: -1 }])
    assert.equal(stored(aggregator, state), before)
    const taken = aggregator.subtract?.(state, null, 99) ?? state
    assert.equal(stored(aggregator, taken), before)
  })

  const { refused } = subject
  if (refused !== undefined) {
    law('a refused value leaves the state alone', inputs, (aggregator, values) => {
      const state = addAll(aggregator, values)
      const before = stored(aggregator, state)
      assert.throws(() => aggregator.add(state, refused, 0), RecordError)
      assert.equal(stored(aggregator, state), before)
      const taken = aggregator.subtract?.(state, refused, 0) ?? state
      assert.equal(stored(aggregator, taken), before)
    })
  }

  if (orderFree) {
    const withShuffled = inputs.chain((values) =>
      fc.tuple(fc.constant(values), fc.shuffledSubarray(values, { minLength: values.length })),
    )
    law('order does not matter', withShuffled, (aggregator, [values, shuffled]) => {
      sameResult(aggregator, addAll(aggregator, shuffled), addAll(aggregator, values))
    })
  }

  if (entry.create(fc.sample(subject.constants, 1)[0] ?? []).subtract !== undefined) {
    law('what was just added can be taken back', fc.tuple(inputs, inputs), (aggregator, [kept, undone]) => {
      let state = addAll(aggregator, [...kept, ...undone])
      for (const { value, timestamp } of undone.toReversed()) {
        state = aggregator.subtract?.(state, value, timestamp)
      }
      sameResult(aggregator, state, addAll(aggregator, kept))
    })

    if (!orderFree && withoutOrder === undefined) return
    const comparable = withoutOrder ?? ((result: unknown) => result)
    const withRemoved = inputs.chain((values) =>
      fc.tuple(fc.constant(values), fc.shuffledSubarray(Array.from(values.keys()))),
    )
    law('any values can be taken back', withRemoved, (aggregator, [values, removed]) => {
      let state = addAll(aggregator, values)
      for (const index of removed)
        state = aggregator.subtract?.(state, values[index]?.value, values[index]?.timestamp ?? 0)
      const kept = values.filter((_, index) => !removed.includes(index))
      const expected = aggregator.result(addAll(aggregator, kept))
      assertClose(comparable(aggregator.result(state)), comparable(expected), tolerance)
    })
  }
}

/** Deep equality of JSON data; with a tolerance, numbers may differ by rounding. */
export const assertClose = (actual: unknown, expected: unknown, tolerance: number): void => {
  const isNumeric = (value: unknown): boolean => typeof value === 'number' || typeof value === 'bigint'
  if (tolerance === 0 || !isNumeric(actual) || !isNumeric(expected)) {
    assert.equal(stringifyJson(actual), stringifyJson(expected))
    return
  }
  const scale = Math.max(1, Math.abs(Number(actual)), Math.abs(Number(expected)))
  const difference = Math.abs(Number(actual) - Number(expected))
  assert.ok(difference <= tolerance * scale, `${String(actual)} is not close to ${String(expected)}`)
}
