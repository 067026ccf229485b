// correlation: Pearson's coefficient of pairs, from means and moments that are updated as Welford does. Taking a pair back undoes a
// step; each step rounds.

import { RecordError } from '../model/record-error.ts'
import { defineAggregate, type AggregateParameter } from './aggregate-function.ts'
import { finiteNumber, isDouble, isMissing, listValue } from './argument-kinds.ts'
import { decodeNumbers } from './encoded-state.ts'

interface PairMoments {
  count: number
  meanX: number
  meanY: number
  /** Sums of the squared differences from the means, and of their products. */
  squaresX: number
  squaresY: number
  products: number
}

const none = (): PairMoments => ({ count: 0, meanX: 0, meanY: 0, squaresX: 0, squaresY: 0, products: 0 })

const onePair: readonly AggregateParameter[] = [{ name: 'pair', constant: false }]

/** The numbers of a pair; undefined if one is missing. */
const numbersOf = (value: unknown): readonly [number, number] | undefined => {
  const pair = listValue('correlation', value)
  if (pair.length !== 2) throw new RecordError(`correlation expects arrays of two numbers, got ${pair.length}`)
  const [x, y] = pair
  return isMissing(x) || isMissing(y) ? undefined : [finiteNumber('correlation', x), finiteNumber('correlation', y)]
}

/** Adds (`sign` 1) or takes back (-1) a pair. */
const changed = (state: PairMoments, [x, y]: readonly [number, number], sign: 1 | -1): PairMoments => {
  const count = state.count + sign
  if (count <= 0) return Object.assign(state, none())
  const differenceX = x - state.meanX
  const differenceY = y - state.meanY
  const meanX = state.meanX + (sign * differenceX) / count
  const meanY = state.meanY + (sign * differenceY) / count
  const next: PairMoments = {
    count,
    meanX,
    meanY,
    // One pair has no spread, whatever rounding has left.
    squaresX: count === 1 ? 0 : Math.max(0, state.squaresX + sign * differenceX * (x - meanX)),
    squaresY: count === 1 ? 0 : Math.max(0, state.squaresY + sign * differenceY * (y - meanY)),
    products: count === 1 ? 0 : state.products + sign * differenceX * (y - meanY),
  }
  return checked(state, next)
}

const checked = (state: PairMoments, next: PairMoments): PairMoments => {
  if (!Object.values(next).every(Number.isFinite)) {
    throw new RecordError('correlation: the squares of the differences are beyond the range of a double')
  }
  return Object.assign(state, next)
}

/** correlation(pair) */
export const correlation = defineAggregate<PairMoments>({
  name: 'correlation',
  parameters: onePair,
  summary: 'Correlation (Pearson) of the numbers in pairs [x, y], null if it is undefined',
  memory: 'constant',
  example: { values: [[1, 2], [2, 4], null, [3, 6]], result: 1 },
  create: () => ({
    initial: none,
    add: (state, value) => {
      const pair = isMissing(value) ? undefined : numbersOf(value)
      return pair === undefined ? state : changed(state, pair, 1)
    },
    subtract: (state, value) => {
      if (!Array.isArray(value) || value.length !== 2 || !value.every(isDouble)) return state
      return changed(state, [Number(value[0]), Number(value[1])], -1)
    },
    merge: (left, right) => {
      if (right.count === 0) return left
      const count = left.count + right.count
      const differenceX = right.meanX - left.meanX
      const differenceY = right.meanY - left.meanY
      const share = right.count / count
      const weight = left.count * share
      return checked(left, {
        count,
        meanX: left.meanX + differenceX * share,
        meanY: left.meanY + differenceY * share,
        squaresX: left.squaresX + right.squaresX + differenceX * differenceX * weight,
        squaresY: left.squaresY + right.squaresY + differenceY * differenceY * weight,
        products: left.products + right.products + differenceX * differenceY * weight,
      })
    },
    result: ({ squaresX, squaresY, products }) => {
      if (squaresX === 0 || squaresY === 0) return null
      const both = squaresX * squaresY
      const isInRange = both > 0 && Number.isFinite(both)
      const root = isInRange ? Math.sqrt(both) : Math.sqrt(squaresX) * Math.sqrt(squaresY)
      return Math.max(-1, Math.min(1, products / root))
    },
    encode: ({ count, meanX, meanY, squaresX, squaresY, products }) => [
      count,
      meanX,
      meanY,
      squaresX,
      squaresY,
      products,
    ],
    decode: (json) => {
      const [count = 0, meanX = 0, meanY = 0, squaresX = 0, squaresY = 0, products = 0] = decodeNumbers(json)
      return { count, meanX, meanY, squaresX, squaresY, products }
    },
    copy: (state) => ({ ...state }),
  }),
})
