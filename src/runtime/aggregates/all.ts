// The table of aggregate functions, in the order of help; the only list of them.

import type { AggregateFunction } from './aggregate-function.ts'
import { all, any } from './any-all.ts'
import { approxDistinct } from './approx-distinct.ts'
import { collect } from './collect.ts'
import { correlation } from './correlation.ts'
import { count } from './count.ts'
import { maximum, minimum } from './extremes.ts'
import { first, last } from './first-last.ts'
import { histogram } from './histogram.ts'
import { fixedPercentiles, percentile } from './percentile.ts'
import { rank } from './rank.ts'
import { lag, movingAverage, movingSum } from './recent.ts'
import { average, sum, sumList } from './sum.ts'
import { bottomk, topk, topkDistinct } from './top.ts'
import { collectSet, counts, distinct, mode } from './value-counts.ts'
import { standardDeviation, variance } from './variance.ts'

/** Every aggregate function. */
export const aggregateFunctions: readonly AggregateFunction[] = [
  count,
  sum,
  sumList,
  average,
  minimum,
  maximum,
  first,
  last,
  lag,
  movingSum,
  movingAverage,
  rank,
  distinct,
  approxDistinct,
  collect,
  collectSet,
  mode,
  counts,
  topk,
  topkDistinct,
  bottomk,
  ...fixedPercentiles,
  percentile,
  standardDeviation,
  variance,
  correlation,
  histogram,
  any,
  all,
]

const byName = new Map(
  aggregateFunctions.flatMap((entry) => [entry.name, ...(entry.aliases ?? [])].map((name) => [name, entry] as const)),
)

/** The function of a name or an alias, in lower case. */
export const findAggregate = (name: string): AggregateFunction | undefined => byName.get(name)
