// The aggregate of `ks cogroup`: columns from several streams in one row per group.

import { extendObject } from '../expression/extend-object.ts'
import type { AggregateStep } from '../operators/aggregate-step.ts'
import type { CogroupAdder, CogroupStep } from '../operators/cogroup.ts'

/** What several aggregations share, and how the records of each stream are added. */
export interface CogroupedColumns {
  readonly shared: CogroupStep<unknown[]>
  readonly adders: readonly CogroupAdder<unknown[]>[]
}

/** The state of a row is a list with the state of each step; a stream that has no record yet has its initial one. */
export const cogroupColumns = (steps: readonly AggregateStep<unknown>[]): CogroupedColumns => {
  const each = (map: (step: AggregateStep<unknown>, index: number) => unknown): unknown[] => steps.map(map)
  return {
    shared: {
      initial: () => each((step) => step.initial()),
      merge: (earlier, later) => each((step, index) => step.merge?.(earlier[index], later[index])),
      copy: (states) => each((step, index) => step.copy?.(states[index])),
      result: (key, states, window) =>
        steps.reduce<object>(
          // Each has the fields of the group, which are the same.
          (row, step, index) => extendObject(row, step.result(key, states[index], window) as object),
          {},
        ),
      codec: {
        encode: (states) => each(({ codec }, index) => codec.encode(states[index])),
        decode: (json) => each(({ codec }, index) => codec.decode((json as unknown[])[index])),
      },
    },
    adders: steps.map((step, index) => (states, record) => {
      states[index] = step.add(states[index], record)
      return states
    }),
  }
}
