// rank: which place the latest value has among all of its group, as RANK() of SQL: 1 is the highest, equal values share a
// place. The k highest values are all that it takes to tell the places up to k; beyond that the place is not known. A value
// that was pushed out is not kept, so nothing can be taken back.

import { firstIndex } from '../model/sorted-list.ts'
import { defineAggregate } from './aggregate-function.ts'
import { countConstant, isBelow, isMissing, orderedValue, type Ordered } from './argument-kinds.ts'
import { damagedState, decodeArray, decodeNumber } from './encoded-state.ts'

const defaultPlaces = 1000

interface Ranking {
  /** Highest first. */
  readonly highest: Ordered[]
  latest: Ordered | undefined
  /** Event time of the latest value, ms. */
  timestamp: number
}

/** rank(value, [k]) */
export const rank = defineAggregate<Ranking>({
  name: 'rank',
  parameters: [
    { name: 'value', constant: false },
    { name: 'k', constant: true, optional: true },
  ],
  summary: 'Place of the latest value by event time, highest first; null beyond place k (1,000)',
  memory: 'k values',
  example: { values: [5, 9, null, 9, 7], constants: [10], result: 3 },
  create: ([constant]) => {
    const k = constant === undefined ? defaultPlaces : countConstant('rank', 'k', constant)
    const placeOf = (highest: readonly Ordered[], value: Ordered): number =>
      firstIndex(highest, (other) => isBelow('rank', value, other))
    const insert = ({ highest }: Ranking, value: Ordered): void => {
      const place = placeOf(highest, value)
      if (place >= k) return
      if (highest.length === k) highest.pop()
      highest.splice(place, 0, value)
    }
    const setLatest = (state: Ranking, value: Ordered, timestamp: number): void => {
      if (state.latest !== undefined && timestamp < state.timestamp) return
      state.latest = value
      state.timestamp = timestamp
    }
    return {
      initial: () => ({ highest: [], latest: undefined, timestamp: 0 }),
      add: (state, value, timestamp) => {
        if (isMissing(value)) return state
        const ordered = orderedValue('rank', value)
        insert(state, ordered)
        setLatest(state, ordered, timestamp)
        return state
      },
      merge: (left, right) => {
        for (const value of right.highest) insert(left, value)
        if (right.latest !== undefined) setLatest(left, right.latest, right.timestamp)
        return left
      },
      result: ({ highest, latest }) => {
        if (latest === undefined) return null
        const place = placeOf(highest, latest)
        return place < k ? place + 1 : null
      },
      encode: ({ highest, latest, timestamp }) => (latest === undefined ? null : [timestamp, latest, ...highest]),
      decode: (json) => {
        if (json === null) return { highest: [], latest: undefined, timestamp: 0 }
        const [timestamp, ...values] = decodeArray(json)
        const [latest, ...highest] = values.map((value) => orderedValue('rank', value))
        if (latest === undefined) throw damagedState('a ranking')
        return { highest, latest, timestamp: decodeNumber(timestamp) }
      },
      copy: (state) => ({ ...state, highest: [...state.highest] }),
    }
  },
})
