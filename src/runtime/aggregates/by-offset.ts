// The value that came first or last, whatever the times say: by the order in which records are read (ksqlDB's
// EARLIEST_BY_OFFSET and LATEST_BY_OFFSET). Nulls do not count.

import type { Aggregator } from './aggregate-function.ts'

/** The position among all values ever added, and the value. */
interface Arrival {
  readonly at: number
  readonly value: unknown
}

/** Larger than the position of any value in any state of this process. */
let arrivals = 0

/** @param isBetter the first one replaces the second one */
const byArrival = (isBetter: (candidate: number, current: number) => boolean): Aggregator<unknown> => {
  const better = (state: Arrival | null, candidate: Arrival | null): Arrival | null =>
    state === null || (candidate !== null && isBetter(candidate.at, state.at)) ? candidate : state
  return {
    initial: () => null,
    add: (state, value) =>
      value === null || value === undefined ? state : better(state as Arrival | null, { at: ++arrivals, value }),
    merge: (left, right) => better(left as Arrival | null, right as Arrival | null),
    result: (state) => (state as Arrival | null)?.value ?? null,
    encode: (state) => state,
    decode: (json) => {
      // What comes now came later than what an earlier run has seen.
      const state = json as Arrival | null
      if (state !== null) arrivals = Math.max(arrivals, state.at)
      return state
    },
    copy: (state) => state,
  }
}

export const earliestByOffset = byArrival((candidate, current) => candidate < current)
export const latestByOffset = byArrival((candidate, current) => candidate > current)
