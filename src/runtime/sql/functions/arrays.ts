// Arrays: what is in them, their order, parts of them. Positions begin with 1.

import { checkArrayLength, checkTextLength } from '../../expression/limits.ts'
import { RecordError } from '../../model/record-error.ts'
import { bigintValue } from '../integers.ts'
import { bigintType, booleanType, integerType, nullType, stringType, type SqlType } from '../sql-type.ts'
import { compareSqlValues, equalSqlValues } from '../value-order.ts'
import { textFunction, type TextOf } from '../value-text.ts'
import { arrayOf, defineSqlFunction, remembered, variable, type SqlCallSite } from './define-sql-function.ts'

const family = 'Arrays'

type Values = readonly unknown[]
type BigintValue = number | bigint

const element = variable('T')
const array = arrayOf(element)

/** The type of the elements of an array that is the first argument. */
const elementType = (call: SqlCallSite): SqlType => {
  const [type] = call.argumentTypes
  return type?.kind === 'ARRAY' ? type.element : nullType
}

const arrayLength = defineSqlFunction({
  name: 'ARRAY_LENGTH',
  family,
  summary: 'How many elements there are.',
  signatures: [
    { parameters: { array }, returns: integerType, implementation: (_call, values: Values) => values.length },
  ],
  examples: [{ sql: 'ARRAY_LENGTH(ARRAY[1, NULL, 3])', result: 3 }],
})

const arrayContains = defineSqlFunction({
  name: 'ARRAY_CONTAINS',
  family,
  summary: 'True if a value is among the elements; false for a null array.',
  signatures: [
    {
      parameters: { array, val: element },
      returns: booleanType,
      acceptsNull: true,
      implementation: (_call, values: Values | null, value: unknown) =>
        values?.some((candidate) => equalSqlValues(candidate, value)) ?? false,
    },
  ],
  examples: [{ sql: 'ARRAY_CONTAINS(ARRAY[1, 2], 2)', result: true }],
})

const arrayConcat = defineSqlFunction({
  name: 'ARRAY_CONCAT',
  family,
  summary: 'The elements of one array and then of another; a null array counts as empty if the other is none.',
  signatures: [
    {
      parameters: { left: array, right: array },
      returns: array,
      acceptsNull: true,
      implementation: (call, left: Values | null, right: Values | null) => {
        if (left === null || right === null) return left ?? right
        checkArrayLength(left.length + right.length, `${call.name}()`)
        return [...left, ...right]
      },
    },
  ],
  examples: [{ sql: 'ARRAY_CONCAT(ARRAY[1, 2], ARRAY[2, 3])', result: [1, 2, 2, 3] }],
})

const arrayRemove = defineSqlFunction({
  name: 'ARRAY_REMOVE',
  family,
  summary: 'The array without the elements that are equal to a value, which may be null.',
  signatures: [
    {
      parameters: { array, element },
      returns: array,
      acceptsNull: [false, true],
      implementation: (_call, values: Values, value: unknown) =>
        values.filter((candidate) => !equalSqlValues(candidate, value)),
    },
  ],
  examples: [{ sql: 'ARRAY_REMOVE(ARRAY[1, 2, 1], 1)', result: [2] }],
})

const extreme = (name: string, summary: string, direction: 1 | -1, result: number) =>
  defineSqlFunction({
    name,
    family,
    summary,
    signatures: [
      {
        parameters: { array },
        returns: element,
        implementation: (_call, values: Values) => {
          let best: unknown = null
          for (const value of values) {
            if (value !== null && (best === null || compareSqlValues(value, best) * direction > 0)) best = value
          }
          return best
        },
      },
    ],
    examples: [{ sql: `${name}(ARRAY[3, NULL, 10])`, result }],
  })

const arrayMax = extreme('ARRAY_MAX', 'The largest element that is not null; null if there is none.', 1, 10)
const arrayMin = extreme('ARRAY_MIN', 'The smallest element that is not null; null if there is none.', -1, 3)

const directionOf = (text: string): 1 | -1 | undefined => {
  switch (text.toUpperCase()) {
    case 'ASC':
    case 'ASCENDING':
      return 1
    case 'DESC':
    case 'DESCENDING':
      return -1
    default:
      return undefined
  }
}

const sorted = (_call: SqlCallSite, values: Values, order = 'ASC'): Values | null => {
  const direction = directionOf(order)
  if (direction === undefined) return null
  return [...values].sort((a, b) =>
    a === null || b === null ? Number(a === null) - Number(b === null) : compareSqlValues(a, b) * direction,
  )
}

const arraySort = defineSqlFunction({
  name: 'ARRAY_SORT',
  family,
  summary: 'The elements in order, ASC or DESC, null at the end.',
  check: ([, order]) =>
    typeof order === 'string' && directionOf(order) === undefined
      ? `the order must be 'ASC' or 'DESC', not ${JSON.stringify(order)}`
      : undefined,
  signatures: [
    { parameters: { array }, returns: array },
    { parameters: { array, sortOrder: stringType }, returns: array },
  ],
  implementation: sorted,
  examples: [
    { sql: 'ARRAY_SORT(ARRAY[2, NULL, 10, 1])', result: [1, 2, 10, null] },
    { sql: "ARRAY_SORT(ARRAY['a', NULL, 'b'], 'DESC')", result: ['b', 'a', null] },
  ],
})

const elementText = (call: SqlCallSite): TextOf => {
  const type = elementType(call)
  const isNested = type.kind === 'ARRAY' || type.kind === 'MAP' || type.kind === 'STRUCT'
  const text = isNested ? undefined : textFunction(type)
  if (text === undefined) throw new RecordError(`${call.name}() cannot join elements that are ${type.kind}`)
  return text
}

const arrayJoin = defineSqlFunction({
  name: 'ARRAY_JOIN',
  family,
  summary: 'The texts of the elements with a delimiter between them, which is a comma if none is given.',
  signatures: [
    { parameters: { array }, returns: stringType },
    { parameters: { array, delimiter: stringType }, returns: stringType, acceptsNull: [false, true] },
  ],
  implementation: (call, values: Values, delimiter: string | null = ',') => {
    const texts = values.map(remembered(call, 'text', () => elementText(call)))
    const separator = delimiter ?? ''
    const length = texts.reduce((total, text) => total + text.length + separator.length, 0)
    checkTextLength(length, `${call.name}()`)
    return texts.join(separator)
  },
  examples: [
    { sql: 'ARRAY_JOIN(ARRAY[1, 2, 3])', result: '1,2,3' },
    { sql: "ARRAY_JOIN(ARRAY['a', NULL], ' - ')", result: 'a - null' },
  ],
})

const slice = defineSqlFunction({
  name: 'SLICE',
  family,
  summary: 'The elements from one position to another, both included; null stands for the first or the last.',
  signatures: [
    {
      parameters: { in: array, from: integerType, to: integerType },
      returns: array,
      acceptsNull: [false, true, true],
      implementation: (call, values: Values, from: number | null, to: number | null) => {
        const start = (from ?? 1) - 1
        const end = to ?? values.length
        if (start < 0 || end > values.length) return null
        if (start > end) throw new RecordError(`${call.name}(): position ${start + 1} is behind position ${end}`)
        return values.slice(start, end)
      },
    },
  ],
  examples: [
    { sql: "SLICE(ARRAY['a', 'b', 'c', 'd'], 2, 3)", result: ['b', 'c'] },
    { sql: 'SLICE(ARRAY[1, 2], 1, 3)', result: null },
  ],
})

/** The integers from start to end, both included. */
const series = (call: SqlCallSite, start: bigint, end: bigint, given: bigint | undefined): bigint[] => {
  const step = given ?? (start > end ? -1n : 1n)
  if (step === 0n) throw new RecordError(`${call.name}(): the step must not be 0`)
  if ((end > start && step < 0n) || (end < start && step > 0n)) {
    throw new RecordError(`${call.name}(): the step ${step} leads away from the end`)
  }
  const length = checkArrayLength(Number((end - start) / step) + 1, `${call.name}()`)
  return Array.from({ length }, (_, index) => start + BigInt(index) * step)
}

const generateSeries = defineSqlFunction({
  name: 'GENERATE_SERIES',
  family,
  summary: 'The integers from a start to an end, both included, in steps of 1 (or -1) or as given.',
  signatures: [
    { parameters: { start: integerType, end: integerType }, returns: arrayOf(integerType) },
    { parameters: { start: integerType, end: integerType, step: integerType }, returns: arrayOf(integerType) },
    { parameters: { start: bigintType, end: bigintType }, returns: arrayOf(bigintType) },
    { parameters: { start: bigintType, end: bigintType, step: integerType }, returns: arrayOf(bigintType) },
  ],
  implementation: (call, start: BigintValue, end: BigintValue, step?: number) =>
    series(call, BigInt(start), BigInt(end), step === undefined ? undefined : BigInt(step)).map(bigintValue),
  examples: [
    { sql: 'GENERATE_SERIES(1, 4)', result: [1, 2, 3, 4] },
    { sql: 'GENERATE_SERIES(5, 0, -2)', result: [5, 3, 1] },
  ],
})

/** The functions of this family, in the order of help; more are in array-sets.ts. */
export const arrayFunctions = [
  arrayLength,
  arrayContains,
  arrayConcat,
  arrayRemove,
  arrayMax,
  arrayMin,
  arraySort,
  arrayJoin,
  slice,
  generateSeries,
]
