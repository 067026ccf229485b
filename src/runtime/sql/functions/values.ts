// Values of any type: the first that is not null, null for one value, a copy of a key.

import { equalSqlValues } from '../value-order.ts'
import { defineSqlFunction, variable } from './define-sql-function.ts'

const family = 'Values'

const firstPresent = (_call: unknown, ...values: unknown[]): unknown => values.find((value) => value !== null) ?? null

const coalesce = defineSqlFunction({
  name: 'COALESCE',
  family,
  summary: 'The first of the values that is not null; those behind it are not evaluated.',
  isLazy: 'first',
  signatures: [
    {
      parameters: { first: variable('T') },
      rest: { others: variable('T') },
      returns: variable('T'),
      acceptsNull: true,
      implementation: firstPresent,
    },
  ],
  examples: [{ sql: 'COALESCE(NULL, 2, 3)', result: 2 }],
})

const ifNull = defineSqlFunction({
  name: 'IFNULL',
  family,
  summary: 'The value, or another one if it is null.',
  isLazy: 'first',
  signatures: [
    {
      parameters: { expression: variable('T'), altValue: variable('T') },
      returns: variable('T'),
      acceptsNull: true,
      implementation: firstPresent,
    },
  ],
  examples: [{ sql: "IFNULL(NULL, 'none')", result: 'none' }],
})

const nullIf = defineSqlFunction({
  name: 'NULLIF',
  family,
  summary: 'The value, or null if it is equal to another one.',
  signatures: [
    {
      parameters: { expression1: variable('T'), expression2: variable('T') },
      returns: variable('T'),
      acceptsNull: [false, true],
      implementation: (_call, value: unknown, other: unknown) => (equalSqlValues(value, other) ? null : value),
    },
  ],
  examples: [
    { sql: "NULLIF('n/a', 'n/a')", result: null },
    { sql: "NULLIF('7', 'n/a')", result: '7' },
  ],
})

const asValue = defineSqlFunction({
  name: 'AS_VALUE',
  family,
  summary: 'The value as it is; in a projection it copies a key column into the value.',
  signatures: [
    {
      parameters: { keyColumn: variable('T') },
      returns: variable('T'),
      implementation: (_call, value: unknown) => value,
    },
  ],
  examples: [{ sql: 'AS_VALUE(7)', result: 7 }],
})

/** The functions of this family, in the order of help. */
export const valueFunctions = [coalesce, ifNull, nullIf, asValue]
