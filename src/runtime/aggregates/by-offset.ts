// The values that came first or last, whatever the times say: by the order in which records are read (ksqlDB's
// EARLIEST_BY_OFFSET and LATEST_BY_OFFSET).

import { KsError } from '../model/errors.ts'
import type { Aggregator } from './aggregate-function.ts'
import { decodeArray } from './encoded-state.ts'

/** The position among all values ever added, and the value. */
interface Arrival {
  at: number
  value: unknown
}

/** Larger than the position of any value in any state of this process. */
let arrivals = 0

const copied = (all: readonly Arrival[]): Arrival[] => all.map(({ at, value }) => ({ at, value }))

/**
 * The state has what is kept in the order of arrival.
 * @param end which ones are kept
 * @param count how many; undefined for one, which is then the result and no list
 * @param ignoresNulls whether null is no value
 */
const byArrival = (end: 'first' | 'last', count: number | undefined, ignoresNulls: boolean): Aggregator<Arrival[]> => {
  const most = count ?? 1
  return {
    initial: () => [],
    add: (state, value = null) => {
      if (value === null && ignoresNulls) return state
      const at = ++arrivals
      if (state.length < most) state.push({ at, value })
      else if (end === 'last') {
        const oldest = state.shift() as Arrival
        oldest.at = at
        oldest.value = value
        state.push(oldest)
      }
      return state
    },
    merge: (left, right) => {
      const all = [...left, ...copied(right)].sort((a, b) => a.at - b.at)
      return end === 'first' ? all.slice(0, most) : all.slice(-most)
    },
    result: (state) => (count === undefined ? (state[0]?.value ?? null) : state.map(({ value }) => value)),
    encode: copied,
    decode: (json) => {
      const state = copied(decodeArray(json) as Arrival[])
      // What comes now came later than what an earlier run has seen.
      for (const { at } of state) arrivals = Math.max(arrivals, at)
      return state
    },
    copy: copied,
  }
}

/** The constants are the number of values and whether nulls are left out, each of which may be missing. */
const withConstants =
  (name: string, end: 'first' | 'last') =>
  (constants: readonly unknown[]): Aggregator<unknown> => {
    const [first, ...others] = constants
    const [count, ignoresNulls = true, ...more] = typeof first === 'boolean' ? [undefined, first, ...others] : constants
    const isCount = count === undefined || (typeof count === 'number' && Number.isSafeInteger(count) && count >= 1)
    if (!isCount) throw new KsError('compile', `${name}: the number of values must be a whole number from 1`)
    if (typeof ignoresNulls !== 'boolean' || more.length > 0) {
      throw new KsError('compile', `${name}: whether nulls are left out must be true or false`)
    }
    return byArrival(end, count, ignoresNulls) as Aggregator<unknown>
  }

export const earliestByOffset = withConstants('EARLIEST_BY_OFFSET', 'first')
export const latestByOffset = withConstants('LATEST_BY_OFFSET', 'last')
