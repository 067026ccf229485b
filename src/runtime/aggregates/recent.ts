// Functions over the latest rows of a group: lag, moving_sum and moving_avg. The rows are in the order of their event time, so
// that input out of order gives what input in order gives; among equal times that of arrival. What has left the latest n for
// good is forgotten, so nothing can be taken back.

import { RecordError } from '../model/record-error.ts'
import { lastPlace } from '../model/sorted-list.ts'
import {
  defineAggregate,
  type AggregateFunction,
  type AggregateParameter,
  type Aggregator,
} from './aggregate-function.ts'
import { countConstant, exactNumber, isMissing } from './argument-kinds.ts'
import { decodeArray, decodeExactNumber, decodeNumber } from './encoded-state.ts'
import { addToSum, emptySum, totalOf } from './exact-sum.ts'

/** A value and its event time, ms. */
interface Row<V> {
  readonly value: V
  readonly timestamp: number
}

/** Keeps the latest `most` rows, oldest first. */
const keepRecent = <V>(
  most: number,
  read: (value: unknown) => V,
  decode: (json: unknown) => V,
  result: (rows: readonly Row<V>[]) => unknown,
): Aggregator<Row<V>[]> => {
  const insert = (rows: Row<V>[], row: Row<V>): void => {
    const place = lastPlace(rows, ({ timestamp }) => timestamp > row.timestamp)
    if (rows.length < most) {
      rows.splice(place, 0, row)
      return
    }
    if (place === 0) return
    // One step to the left for those before it: the oldest goes.
    rows.copyWithin(0, 1, place)
    rows[place - 1] = row
  }
  return {
    initial: () => [],
    add: (rows, value, timestamp) => {
      if (!isMissing(value)) insert(rows, { value: read(value), timestamp })
      return rows
    },
    merge: (left, right) => {
      for (const row of right) insert(left, row)
      return left
    },
    result,
    encode: (rows) => rows.map(({ value, timestamp }) => [timestamp, value]),
    decode: (json) =>
      decodeArray(json).map((row) => {
        const [timestamp, value = null] = decodeArray(row)
        return { timestamp: decodeNumber(timestamp), value: decode(value) }
      }),
    copy: (rows) => [...rows],
  }
}

const asItIs = (value: unknown): unknown => value

/** lag(value, [n], [default]) */
export const lag = defineAggregate<Row<unknown>[]>({
  name: 'lag',
  parameters: [
    { name: 'value', constant: false },
    { name: 'n', constant: true, optional: true },
    { name: 'default', constant: true, optional: true },
  ],
  summary: 'Value n records (1) before the latest one by event time, or the default (null)',
  memory: 'n + 1 values',
  example: { values: [7, 8, null, 9], constants: [2, 0], result: 7 },
  create: ([n, fallback = null]) => {
    const count = n === undefined ? 1 : countConstant('lag', 'n', n)
    return keepRecent(count + 1, asItIs, asItIs, (rows) => (rows.length > count ? rows[0]?.value : fallback))
  },
})

const rowsOfNumbers: readonly AggregateParameter[] = [
  { name: 'value', constant: false },
  { name: 'n', constant: true },
]

const moving = (
  name: string,
  summary: string,
  example: AggregateFunction['example'],
  finish: (total: number | bigint, count: number) => unknown,
): AggregateFunction =>
  defineAggregate<Row<number | bigint>[]>({
    name,
    parameters: rowsOfNumbers,
    summary,
    memory: 'n numbers',
    example,
    create: ([constant]) => {
      const n = countConstant(name, 'n', constant)
      // So that no sum of n of them is beyond the range of a double.
      const limit = Number.MAX_VALUE / n
      const read = (value: unknown): number | bigint => {
        const number = exactNumber(name, value)
        if (Math.abs(Number(number)) <= limit) return number
        throw new RecordError(`${name} cannot use a number beyond ${String(limit)}`)
      }
      return keepRecent(n, read, decodeExactNumber, (rows) => {
        const sum = emptySum()
        for (const { value } of rows) addToSum(sum, value)
        return finish(totalOf(sum), rows.length)
      })
    },
  })

/** moving_sum(value, n) */
export const movingSum = moving(
  'moving_sum',
  'Sum of the numbers of the latest n records by event time, 0 if there are none',
  { values: [1, 2, null, 3, 4], constants: [3], result: 9 },
  (total) => total,
)

/** moving_avg(value, n) */
export const movingAverage = moving(
  'moving_avg',
  'Average of the numbers of the latest n records by event time, null if there are none',
  { values: [1, 2, null, 3, 4], constants: [3], result: 3 },
  (total, count) => (count === 0 ? null : Number(total) / count),
)
