// Functions of arrays.

import { compareValues } from '../../model/compare-values.ts'
import { equal } from '../comparison.ts'
import { checkArrayLength } from '../limits.ts'
import { own, slice as sliceValue } from '../paths.ts'
import { codePointLength } from '../code-points.ts'
import { isTrue } from '../truth.ts'
import { defineFunction } from './define-function.ts'
import {
  any,
  argumentError,
  array,
  integer,
  lambda,
  optional,
  present,
  textOrArray,
  type Lambda,
} from './parameters.ts'

const length = defineFunction({
  name: 'length',
  parameters: [any('value')],
  summary: 'How many characters a string has, elements an array, fields an object; 0 for null.',
  example: '[length("añb"), length([1, 2]), length({a: 1}), length(null)]',
  result: [3, 2, 1, 0],
  implementation: (call, value) => {
    if (value === null) return 0
    if (typeof value === 'string') return codePointLength(value)
    if (Array.isArray(value)) return value.length
    if (typeof value === 'object') return Object.keys(value).length
    throw argumentError(call, 0, value, 'a string, an array or an object')
  },
})

const contains = defineFunction({
  name: 'contains',
  parameters: [present('container'), any('part')],
  summary:
    'True if a string has the part in it, an array the element (of an array: each of them), an object each of the fields.',
  example: '[contains("foobar", "oba"), contains(["a", "b"], "b"), contains({a: 1, b: 2}, {a: 1})]',
  result: [true, true, true],
  implementation: (call, container, part) => {
    if (typeof container === 'string') {
      if (part === null) return null
      if (typeof part !== 'string') throw argumentError(call, 1, part, 'a string')
      return container.includes(part)
    }
    if (Array.isArray(container)) {
      const parts: readonly unknown[] = Array.isArray(part) ? part : [part]
      return parts.every((item) => container.some((candidate) => equal(candidate, item)))
    }
    if (typeof container !== 'object') throw argumentError(call, 0, container, 'a string, an array or an object')
    if (part === null) return null
    if (typeof part !== 'object' || Array.isArray(part)) throw argumentError(call, 1, part, 'an object')
    return Object.entries(part).every(([name, value]) => equal(own(container, name), value))
  },
})

const first = defineFunction({
  name: 'first',
  parameters: [array('array')],
  summary: 'The first element, null if there is none.',
  example: 'first([3, 4])',
  result: 3,
  implementation: (_call, values) => values[0] ?? null,
})

const last = defineFunction({
  name: 'last',
  parameters: [array('array')],
  summary: 'The last element, null if there is none.',
  example: 'last([3, 4])',
  result: 4,
  implementation: (_call, values) => values.at(-1) ?? null,
})

const slice = defineFunction({
  name: 'slice',
  parameters: [textOrArray('text or array'), integer('from'), optional(integer('to'))],
  summary: 'The part from one position up to another, as value[from:to].',
  example: '[slice([1, 2, 3], 1), slice("abcd", -3, -1)]',
  result: [[2, 3], 'bc'],
  implementation: (call, value, from, to) => sliceValue(value, from, to, call.texts[0] ?? call.name),
})

const range = defineFunction({
  name: 'range',
  parameters: [integer('from'), optional(integer('to')), optional(integer('step'))],
  summary: 'The integers from 0, or a start, up to but not including an end, in steps of 1 or as given.',
  example: '[range(3), range(2, 4), range(10, 0, -4)]',
  result: [
    [0, 1, 2],
    [2, 3],
    [10, 6, 2],
  ],
  implementation: (call, from, to, step = 1) => {
    if (step === 0) throw argumentError(call, 2, step, 'a step that is not 0')
    const start = to === undefined ? 0 : from
    const count = Math.max(0, Math.ceil(((to ?? from) - start) / step))
    checkArrayLength(count, `${call.name}()`)
    return Array.from({ length: count }, (_, position) => start + position * step)
  },
})

const maximalDepth = 512

const flatten = defineFunction({
  name: 'flatten',
  parameters: [array('array'), optional(integer('depth'))],
  summary: 'The elements with those of inner arrays in their place, down to a depth or completely.',
  example: '[flatten([1, [2, [3]]]), flatten([1, [2, [3]]], 1)]',
  result: [
    [1, 2, 3],
    [1, 2, [3]],
  ],
  implementation: (call, values, depth = maximalDepth) => {
    const flat = values.flat(Math.min(depth, maximalDepth) as 1)
    checkArrayLength(flat.length, `${call.name}()`)
    return flat
  },
})

const sort = defineFunction({
  name: 'sort',
  parameters: [array('array')],
  summary: 'The elements in order: null, false, true, numbers, strings, arrays, objects.',
  example: 'sort([3, "a", null, 1])',
  result: [null, 1, 3, 'a'],
  implementation: (_call, values) => [...values].sort(compareValues),
})

const sortBy = defineFunction({
  name: 'sort_by',
  parameters: [array('array'), lambda('x -> key', 1)],
  summary: 'The elements in the order of what the lambda makes of each.',
  example: 'sort_by([{n: 2}, {n: 1}], x -> x.n)',
  result: [{ n: 1 }, { n: 2 }],
  implementation: (_call, values, keyOf) => withKeys(values, keyOf).map(({ value }) => value),
})

const groupBy = defineFunction({
  name: 'group_by',
  parameters: [array('array'), lambda('x -> key', 1)],
  summary: 'Arrays of the elements for which the lambda makes the same key, in the order of the keys.',
  example: 'group_by([{a: 2}, {a: 1}, {a: 2}], x -> x.a)',
  result: [[{ a: 1 }], [{ a: 2 }, { a: 2 }]],
  implementation: (_call, values, keyOf) => {
    const groups: { key: unknown; values: unknown[] }[] = []
    for (const { key, value } of withKeys(values, keyOf)) {
      const group = groups.at(-1)
      if (group !== undefined && compareValues(group.key, key) === 0) group.values.push(value)
      else groups.push({ key, values: [value] })
    }
    return groups.map((group) => group.values)
  },
})

const minBy = defineFunction({
  name: 'min_by',
  parameters: [array('array'), lambda('x -> key', 1)],
  summary: 'The element for which the lambda makes the smallest key.',
  example: 'min_by([{n: 2}, {n: 1}], x -> x.n)',
  result: { n: 1 },
  implementation: (_call, values, keyOf) => withKeys(values, keyOf)[0]?.value ?? null,
})

const maxBy = defineFunction({
  name: 'max_by',
  parameters: [array('array'), lambda('x -> key', 1)],
  summary: 'The element for which the lambda makes the largest key.',
  example: 'max_by([{n: 2}, {n: 1}], x -> x.n)',
  result: { n: 2 },
  implementation: (_call, values, keyOf) => withKeys(values, keyOf).at(-1)?.value ?? null,
})

/** The values with their keys, in the order of the keys; equal ones stay in their order. */
const withKeys = (values: readonly unknown[], keyOf: Lambda): readonly { key: unknown; value: unknown }[] =>
  values.map((value) => ({ key: keyOf(value), value })).sort((left, right) => compareValues(left.key, right.key))

const unique = defineFunction({
  name: 'unique',
  parameters: [array('array')],
  summary: 'The different elements in order.',
  example: 'unique([2, 1, 2])',
  result: [1, 2],
  implementation: (_call, values) => {
    const sorted = [...values].sort(compareValues)
    return sorted.filter((value, position) => position === 0 || compareValues(value, sorted[position - 1]) !== 0)
  },
})

const map = defineFunction({
  name: 'map',
  parameters: [array('array'), lambda('x -> value', 1)],
  summary: 'What the lambda makes of each element.',
  example: 'map([1, 2], x -> x * 10)',
  result: [10, 20],
  implementation: (_call, values, change) => values.map((value) => change(value)),
})

const filter = defineFunction({
  name: 'filter',
  parameters: [array('array'), lambda('x -> condition', 1)],
  summary: 'The elements for which the lambda is true.',
  example: 'filter([1, 2, 3], x -> x > 1)',
  result: [2, 3],
  implementation: (_call, values, condition) => values.filter((value) => isTrue(condition(value))),
})

const anyOf = defineFunction({
  name: 'any',
  parameters: [array('array'), optional(lambda('x -> condition', 1))],
  summary: 'True if the lambda is true for some element; without a lambda, if some element is true.',
  example: '[any([1, 5], x -> x > 3), any([false, null])]',
  result: [true, false],
  implementation: (_call, values, condition) => values.some((value) => isTrue(condition ? condition(value) : value)),
})

const all = defineFunction({
  name: 'all',
  parameters: [array('array'), optional(lambda('x -> condition', 1))],
  summary: 'True if the lambda is true for all elements; without a lambda, if all elements are true.',
  example: '[all([1, 5], x -> x > 3), all([])]',
  result: [false, true],
  implementation: (_call, values, condition) => values.every((value) => isTrue(condition ? condition(value) : value)),
})

const reduce = defineFunction({
  name: 'reduce',
  parameters: [array('array'), any('initial'), lambda('(acc, x) -> value', 2)],
  summary: 'One value: the lambda gets what it made so far (at first the initial value) and the next element.',
  example: 'reduce([1, 2, 3], 0, (acc, x) -> acc + x)',
  result: 6,
  implementation: (_call, values, initial, combine) =>
    values.reduce((accumulated: unknown, value) => combine(accumulated, value), initial),
})

const zip = defineFunction({
  name: 'zip',
  parameters: [array('array')],
  rest: array('array'),
  summary: 'Arrays of the elements that stand at the same place; shorter arrays are filled up with null.',
  example: 'zip(["a", "b"], [1])',
  result: [
    ['a', 1],
    ['b', null],
  ],
  implementation: (call, ...arrays) => {
    const count = Math.max(...arrays.map((values) => values.length))
    checkArrayLength(count * arrays.length, `${call.name}()`)
    return Array.from({ length: count }, (_, position) => arrays.map((values) => values[position] ?? null))
  },
})

/** The functions of this family, in the order of help. */
export const arrayFunctions = [
  length,
  contains,
  first,
  last,
  slice,
  range,
  flatten,
  sort,
  sortBy,
  groupBy,
  minBy,
  maxBy,
  unique,
  map,
  filter,
  anyOf,
  all,
  reduce,
  zip,
]
