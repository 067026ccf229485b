// The simplest aggregate, for tests of operators: counts records per key.

import type { StreamRecord } from '../../src/runtime/model/stream-record.ts'
import type { AggregateStep } from '../../src/runtime/operators/aggregate-step.ts'

/** Counts; the row is the count itself. */
export const counting: AggregateStep<number> = {
  initial: () => 0,
  add: (count) => count + 1,
  subtract: (count) => count - 1,
  merge: (earlier, later) => earlier + later,
  copy: (count) => count,
  result: (_key, count) => count,
  codec: { encode: (count) => count, decode: (json) => Number(json) },
}

/** The key that test records bring. */
export const ownKey = (record: StreamRecord): unknown => record.key
