// count: the records of a group, or those in which the argument has a value.

import { defineAggregate } from './aggregate-function.ts'
import { isMissing } from './argument-kinds.ts'
import { decodeNumber } from './encoded-state.ts'

/** count(), count(value) */
export const count = defineAggregate<number>({
  name: 'count',
  parameters: [{ name: 'value', constant: false, optional: true }],
  summary: 'Number of records, or of values that are not null',
  memory: 'constant',
  example: { values: ['a', null, 'b'], result: 2 },
  create: () => ({
    initial: () => 0,
    add: (state, value) => (isMissing(value) ? state : state + 1),
    subtract: (state, value) => (isMissing(value) ? state : state - 1),
    merge: (left, right) => left + right,
    result: (state) => state,
    encode: (state) => state,
    decode: decodeNumber,
    copy: (state) => state,
  }),
})
