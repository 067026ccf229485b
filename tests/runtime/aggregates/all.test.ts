// The table of functions: its examples, and the laws for each entry.

import fc from 'fast-check'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aggregateFunctions, findAggregate } from '../../../src/runtime/aggregates/all.ts'
import { KsError } from '../../../src/runtime/model/errors.ts'
import { stringifyJson } from '../../../src/runtime/serde/json-parse.ts'
import { addAll, inSequence, testLaws, type Subject } from './laws.ts'

const integers = fc.integer({ min: -1000, max: 1000 })
const decimals = fc.integer({ min: -10_000_000, max: 10_000_000 }).map((cents) => cents / 100)
const numbers = fc.oneof(integers, decimals, fc.maxSafeInteger(), fc.bigInt(-(2n ** 70n), 2n ** 70n))
const doubles = fc.double({ noNaN: true, noDefaultInfinity: true })
const strings = fc.oneof(
  fc.constantFrom('a', 'b', '1', '"', '__proto__', ''),
  fc.string({ unit: 'binary', maxLength: 3 }),
)
const json = fc.oneof(
  strings,
  numbers,
  fc.boolean(),
  fc.constantFrom(1, '1', [1], ['1'], { a: 1 }, JSON.parse('{"__proto__":1}') as unknown),
  fc.array(integers, { maxLength: 2 }),
)
const listOf = (value: fc.Arbitrary<unknown>): fc.Arbitrary<readonly unknown[]> =>
  fc.array(fc.oneof({ arbitrary: value, weight: 9 }, fc.constant(null)), { maxLength: 40 })
const comparableLists: fc.Arbitrary<readonly (number | bigint | string)[]> = fc.oneof(
  fc.array(fc.oneof(numbers, doubles)),
  fc.array(strings),
)

const none = fc.constant([])
const atMostFour = fc.integer({ min: 1, max: 4 }).map((k) => [k])

/** Any order, given that the elements are comparable as text. */
const sorted = (result: unknown): unknown => (result as unknown[]).map(stringifyJson).sort()

const sortedFields = (result: unknown): unknown => sorted(Object.entries(result as object))

const subjects: Readonly<Record<string, Omit<Subject, 'entry'>>> = {
  count: { constants: none, values: listOf(json), orderFree: true },
  sum: { constants: none, values: listOf(numbers), tolerance: 1e-9, orderFree: true, refused: '12' },
  sum_list: {
    constants: none,
    values: listOf(fc.array(fc.oneof(numbers, fc.constant(null)), { maxLength: 4 })),
    tolerance: 1e-9,
    orderFree: true,
    refused: [1, '2'],
  },
  avg: { constants: none, values: listOf(numbers), tolerance: 1e-9, orderFree: true, refused: true },
  min: { constants: none, values: listOf(fc.oneof(numbers, doubles)), orderFree: true, refused: [1] },
  max: { constants: none, values: listOf(strings), orderFree: true, refused: {} },
  first: { constants: none, values: listOf(json), orderFree: false },
  last: { constants: none, values: listOf(json), orderFree: false },
  lag: {
    constants: fc.oneof(none, fc.tuple(fc.integer({ min: 1, max: 4 })), fc.tuple(fc.integer({ min: 1, max: 4 }), json)),
    values: listOf(json),
    orderFree: false,
  },
  moving_sum: { constants: atMostFour, values: listOf(numbers), orderFree: false, refused: '1' },
  moving_avg: { constants: atMostFour, values: listOf(numbers), orderFree: false, refused: true },
  rank: {
    constants: fc.oneof(none, atMostFour),
    values: listOf(fc.oneof(numbers, doubles)),
    orderFree: false,
    refused: {},
  },
  distinct: { constants: none, values: listOf(json), orderFree: true },
  approx_distinct: { constants: none, values: listOf(json), orderFree: true },
  collect: { constants: none, values: listOf(json), orderFree: false, withoutOrder: sorted },
  collect_set: { constants: none, values: listOf(json), orderFree: false, withoutOrder: sorted },
  mode: { constants: none, values: listOf(json), orderFree: false },
  counts: { constants: none, values: listOf(json), orderFree: false, withoutOrder: sortedFields },
  topk_distinct: {
    constants: atMostFour,
    values: listOf(fc.oneof(fc.integer({ min: -5, max: 5 }), doubles)),
    orderFree: true,
    refused: {},
  },
  topk: { constants: atMostFour, values: listOf(fc.oneof(numbers, doubles)), orderFree: true, refused: false },
  bottomk: { constants: atMostFour, values: listOf(strings), orderFree: true, refused: [] },
  percentile: {
    constants: fc.double({ min: 0, max: 100, noNaN: true }).map((p) => [p]),
    values: listOf(fc.oneof(doubles, integers)),
    orderFree: true,
    refused: 'fast',
  },
  stddev: { constants: none, values: listOf(integers), tolerance: 1e-3, orderFree: true, refused: '1' },
  variance: { constants: none, values: listOf(integers), tolerance: 1e-6, orderFree: true, refused: '1' },
  correlation: {
    constants: none,
    values: listOf(fc.tuple(fc.oneof(integers, fc.constant(null)), integers)),
    tolerance: 1e-3,
    orderFree: true,
    refused: [1],
  },
  histogram: {
    constants: fc.constantFrom([10], [0.1], [2.5], [0.3], [1e-7], [1000n]),
    values: listOf(fc.oneof(integers, decimals)),
    orderFree: true,
    refused: 1e300,
  },
  any: { constants: none, values: listOf(fc.boolean()), orderFree: true, refused: 1 },
  all: { constants: none, values: listOf(fc.boolean()), orderFree: true, refused: 'true' },
}

const fixedPercentile: Omit<Subject, 'entry'> = {
  constants: none,
  values: listOf(integers),
  orderFree: true,
  refused: 'slow',
}

for (const entry of aggregateFunctions) {
  const { name, example } = entry

  test(`${name}: example`, () => {
    const aggregator = entry.create(example.constants ?? [])
    assert.deepEqual(aggregator.result(addAll(aggregator, inSequence(example.values))), example.result)
  })

  test(`${name}: declaration`, () => {
    assert.match(name, /^[a-z][a-z0-9_]*$/)
    assert.match(entry.summary, /^[A-Z].{5,90}[^.]$/)
    assert.ok(entry.parameters.filter(({ constant }) => !constant).length === 1, 'one argument per record')
    assert.equal(entry.parameters.filter(({ constant }) => constant).length, example.constants?.length ?? 0)
    assert.ok(example.values.includes(null), 'the example shows that null is ignored')
  })

  const subject = subjects[name] ?? (/^(p\d\d|median)$/.test(name) ? fixedPercentile : undefined)
  assert.ok(subject, `no inputs to try ${name} on`)
  testLaws(name, { entry, ...subject })
}

test('every function is found by its name and its aliases, and no name is used twice', () => {
  const names = aggregateFunctions.flatMap(({ name, aliases = [] }) => [name, ...aliases])
  assert.equal(new Set(names).size, names.length)
  for (const entry of aggregateFunctions) {
    for (const name of [entry.name, ...(entry.aliases ?? [])]) assert.equal(findAggregate(name), entry)
  }
  for (const name of ['p50', 'p90', 'p95', 'p99']) assert.ok(findAggregate(name))
  for (const name of ['', 'SUM', 'constructor', '__proto__']) assert.equal(findAggregate(name), undefined)
})

test('results of nothing', () => {
  const results = aggregateFunctions.map((entry) => {
    const aggregator = entry.create(entry.example.constants ?? [])
    return [entry.name, aggregator.result(aggregator.initial())]
  })
  assert.deepEqual(Object.fromEntries(results), {
    count: 0,
    sum: 0,
    sum_list: 0,
    avg: null,
    min: null,
    max: null,
    first: null,
    last: null,
    lag: 0,
    moving_sum: 0,
    moving_avg: null,
    rank: null,
    distinct: 0,
    approx_distinct: 0,
    collect: [],
    collect_set: [],
    mode: null,
    counts: {},
    topk: [],
    topk_distinct: [],
    bottomk: [],
    median: null,
    p75: null,
    p90: null,
    p95: null,
    p99: null,
    percentile: null,
    stddev: null,
    variance: null,
    correlation: null,
    histogram: [],
    any: false,
    all: true,
  })
})

test('functions that can be taken back', () => {
  const names = aggregateFunctions
    .filter((entry) => entry.create(entry.example.constants ?? []).subtract === undefined)
    .map(({ name }) => name)
  assert.deepEqual(names, [
    'min',
    'max',
    'first',
    'last',
    'lag',
    'moving_sum',
    'moving_avg',
    'rank',
    'approx_distinct',
    'topk',
    'topk_distinct',
    'bottomk',
  ])
})

test('wrong constants do not compile', () => {
  const wrong: readonly (readonly [string, readonly unknown[], RegExp])[] = [
    ['topk', [], /^topk needs k, a whole number from 1$/],
    ['topk', [0], /^topk: k must be a whole number from 1, not 0$/],
    ['bottomk', [1.5], /not 1\.5$/],
    ['topk', ['3'], /not the string "3"$/],
    ['lag', [0], /^lag: n must be a whole number from 1, not 0$/],
    ['moving_avg', [], /^moving_avg needs n, a whole number from 1$/],
    ['rank', ['x'], /^rank: k must be a whole number from 1, not the string "x"$/],
    ['percentile', [101], /^percentile: p must be a number from 0 to 100, not 101$/],
    ['percentile', [NaN], /not NaN$/],
    ['percentile', [null], /not null$/],
    ['histogram', [0], /^histogram: width must be a number above 0, not 0$/],
    ['histogram', [1e-300], /at most 22 decimal places/],
  ]
  for (const [name, constants, message] of wrong) {
    assert.throws(
      () => findAggregate(name)?.create(constants),
      (error) => error instanceof KsError && error.kind === 'compile' && message.test(error.message),
      `${name}(${stringifyJson(constants)})`,
    )
  }
})

test('damaged states are not decoded', () => {
  const damaged: readonly (readonly [string, unknown])[] = [
    ['count', 'x'],
    ['sum', 'x'],
    ['avg', 3],
    ['min', {}],
    ['first', 3],
    ['lag', [1]],
    ['moving_sum', [[1, 'x']]],
    ['rank', [1]],
    ['distinct', [['a'], []]],
    ['approx_distinct', '000'],
    ['approx_distinct', 'Z'.repeat(16_384)],
    ['collect', null],
    ['topk', 'x'],
    ['median', [3, [40_000], [1]]],
    ['median', [1, [40_000], []]],
    ['histogram', [[1, 2], [1]]],
    ['variance', [1, 'x', 2]],
    ['correlation', [1, 'x']],
    ['counts', [['a'], []]],
  ]
  for (const [name, json] of damaged) {
    const entry = findAggregate(name)
    assert.ok(entry)
    assert.throws(
      () => entry.create(entry.example.constants ?? []).decode(json),
      (error) => error instanceof KsError && error.kind === 'io',
      `${name} ${stringifyJson(json).slice(0, 40)}`,
    )
  }
})

test('min and max of numbers and strings agree with sorting', () => {
  fc.assert(
    fc.property(
      comparableLists.filter(({ length }) => length > 0),
      (values) => {
        const ascending = values.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
        const results = ['min', 'max'].map((name) => {
          const aggregator = findAggregate(name)?.create([])
          return aggregator?.result(addAll(aggregator, inSequence(values)))
        })
        assert.equal(stringifyJson(results), stringifyJson([ascending[0], ascending.at(-1)]))
      },
    ),
  )
})

test('topk and bottomk agree with sorting', () => {
  fc.assert(
    fc.property(comparableLists, fc.integer({ min: 1, max: 10 }), (values, k) => {
      const ascending = values.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
      const results = ['bottomk', 'topk'].map((name) => {
        const aggregator = findAggregate(name)?.create([k])
        return aggregator?.result(addAll(aggregator, inSequence(values)))
      })
      assert.equal(stringifyJson(results), stringifyJson([ascending.slice(0, k), ascending.toReversed().slice(0, k)]))
    }),
  )
})

test('numbers and strings have no common order', () => {
  for (const name of ['min', 'max', 'topk', 'bottomk']) {
    const aggregator = findAggregate(name)?.create([3])
    assert.ok(aggregator)
    const numbers = aggregator.add(aggregator.initial(), 1, 0)
    assert.throws(() => aggregator.add(numbers, 'a', 0), { name: 'RecordError', message: /cannot compare/ })
    const strings = aggregator.add(aggregator.initial(), 'a', 0)
    assert.throws(() => aggregator.merge(numbers, strings), { name: 'RecordError' })
  }
})

test('a refused value is named, shortened if need be', () => {
  const messageOf = (name: string, value: unknown): string => {
    const aggregator = findAggregate(name)?.create([])
    try {
      aggregator?.add(aggregator.initial(), value, 0)
    } catch (error) {
      if (error instanceof Error) return error.message
    }
    return ''
  }
  assert.equal(messageOf('sum', '12'), 'sum expects a number, got the string "12"')
  assert.equal(messageOf('median', { a: [1n] }), 'median expects a number, got the object {"a":[1]}')
  assert.equal(messageOf('avg', Infinity), 'avg expects a number, got Infinity')
  assert.equal(messageOf('min', true), 'min expects numbers or strings, got true')
  assert.equal(messageOf('any', 1), 'any expects true or false, got 1')
  assert.equal(messageOf('sum', 'x'.repeat(100)), `sum expects a number, got the string "${'x'.repeat(39)}…`)
  assert.equal(messageOf('p99', 10n ** 400n), 'p99 cannot use a number beyond the range of a double')
})

test('the mode is among the most frequent values that are left', () => {
  const letters = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1 })
  fc.assert(
    fc.property(letters, letters, (kept, removed) => {
      const aggregator = findAggregate('mode')?.create([])
      assert.ok(aggregator)
      let state = addAll(aggregator, inSequence([...removed, ...kept]))
      for (const letter of removed) state = aggregator.subtract?.(state, letter, 0)
      const frequency = (letter: unknown): number => kept.filter((other) => other === letter).length
      assert.equal(frequency(aggregator.result(state)), Math.max(...kept.map(frequency)))
    }),
  )
})

test('first and last of records with different times do not depend on the order of arrival', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer(), { minLength: 1 }), (timestamps) => {
      const results = ['first', 'last'].map((name) => {
        const aggregator = findAggregate(name)?.create([])
        return aggregator?.result(
          addAll(
            aggregator,
            timestamps.map((timestamp) => ({ value: `at ${timestamp}`, timestamp })),
          ),
        )
      })
      assert.deepEqual(results, [`at ${Math.min(...timestamps)}`, `at ${Math.max(...timestamps)}`])
    }),
  )
})

test('first and last go by event time, and by arrival among equal times', () => {
  const inputs = [
    { value: 'c', timestamp: 30 },
    { value: 'a', timestamp: 10 },
    { value: 'd', timestamp: 30 },
    { value: 'b', timestamp: 10 },
  ]
  const results = ['first', 'last'].map((name) => {
    const aggregator = findAggregate(name)?.create([])
    return aggregator?.result(addAll(aggregator, inputs))
  })
  assert.deepEqual(results, ['a', 'd'])
})
