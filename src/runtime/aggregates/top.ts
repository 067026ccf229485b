// topk and bottomk: the k largest or smallest values with repetitions, and topk_distinct without, best first. A value that was
// pushed out is not kept, so nothing can be taken back.

import { defineAggregate, type AggregateFunction } from './aggregate-function.ts'
import { countConstant, isBelow, isMissing, orderedValue, type Ordered } from './argument-kinds.ts'
import { decodeArray } from './encoded-state.ts'

const ranking = (
  name: string,
  summary: string,
  example: AggregateFunction['example'],
  isBetter: (a: Ordered, b: Ordered) => boolean,
  isDistinct = false,
): AggregateFunction =>
  defineAggregate<Ordered[]>({
    name,
    parameters: [
      { name: 'value', constant: false },
      { name: 'k', constant: true },
    ],
    summary,
    memory: 'k values',
    example,
    create: ([constant]) => {
      const k = countConstant(name, 'k', constant)
      /** @param before the last value that `value` is not better than */
      const isRepeated = (before: Ordered | undefined, value: Ordered): boolean =>
        isDistinct && before !== undefined && !isBetter(before, value)
      const insert = (state: Ordered[], value: Ordered): void => {
        const worst = state[state.length - 1]
        if (worst === undefined || !isBetter(value, worst)) {
          if (state.length < k && !isRepeated(worst, value)) state.push(value)
          return
        }
        // The first place whose value is worse; equal values stay in order of arrival.
        let from = 0
        let to = state.length - 1
        while (from < to) {
          const middle = (from + to) >>> 1
          if (isBetter(value, state[middle] as Ordered)) to = middle
          else from = middle + 1
        }
        if (isRepeated(state[from - 1], value)) return
        if (state.length === k) state.pop()
        state.splice(from, 0, value)
      }
      return {
        initial: () => [],
        add: (state, value) => {
          if (!isMissing(value)) insert(state, orderedValue(name, value))
          return state
        },
        merge: (left, right) => {
          for (const value of right) insert(left, value)
          return left
        },
        result: (state) => [...state],
        encode: (state) => [...state],
        decode: (json) => decodeArray(json).map((value) => orderedValue(name, value)),
        copy: (state) => [...state],
      }
    },
  })

/** topk(value, k) */
export const topk = ranking(
  'topk',
  'The k largest numbers or strings, largest first',
  { values: [3, 9, null, 1, 7], constants: [2], result: [9, 7] },
  (a, b) => isBelow('topk', b, a),
)

/** topk_distinct(value, k) */
export const topkDistinct = ranking(
  'topk_distinct',
  'The k largest different numbers or strings, largest first',
  { values: [3, 9, null, 9, 1, 7], constants: [2], result: [9, 7] },
  (a, b) => isBelow('topk_distinct', b, a),
  true,
)

/** bottomk(value, k) */
export const bottomk = ranking(
  'bottomk',
  'The k smallest numbers or strings, smallest first',
  { values: [3, 9, null, 1, 7], constants: [2], result: [1, 3] },
  (a, b) => isBelow('bottomk', a, b),
)
