// approx_distinct: the number of different values in constant space. Up to 256 hashes are kept as they are, which is exact
// but for two values with the same 53-bit hash; then a HyperLogLog takes over.

import { defineAggregate, oneValue } from './aggregate-function.ts'
import { isMissing } from './argument-kinds.ts'
import { damagedState, decodeNumbers } from './encoded-state.ts'
import {
  addHash,
  copySketch,
  decodeSketch,
  emptySketch,
  encodeSketch,
  estimate,
  mergeSketches,
  type HyperLogLog,
} from './hyper-log-log.ts'
import { murmur3 } from './murmur3.ts'
import { valueText } from './value-text.ts'

const exactLimit = 256

type Cardinality = Set<number> | HyperLogLog

// Any two different seeds; part of the format of stored sketches.
const upperSeed = 0x9747b28c
const lowerSeed = 0x3c6ef372

/** 53 bits: 21 of one hash above the 32 of another. */
const hashOf = (value: unknown): number => {
  const text = valueText(value)
  return (murmur3(text, upperSeed) >>> 11) * 2 ** 32 + murmur3(text, lowerSeed)
}

const addTo = (state: Cardinality, hash: number): Cardinality => {
  if (!(state instanceof Set)) {
    addHash(state, hash)
    return state
  }
  state.add(hash)
  return state.size <= exactLimit ? state : sketchOf(state)
}

const sketchOf = (hashes: ReadonlySet<number>): HyperLogLog => {
  const sketch = emptySketch()
  for (const hash of hashes) addHash(sketch, hash)
  return sketch
}

/** approx_distinct(value) */
export const approxDistinct = defineAggregate<Cardinality>({
  name: 'approx_distinct',
  parameters: oneValue,
  summary: 'Number of different values; exact up to 256, then with a standard error of 0.8 %',
  memory: 'constant: up to 256 numbers, then 16 KiB',
  example: { values: ['u1', 'u2', 'u1', null], result: 2 },
  create: () => ({
    initial: () => new Set<number>(),
    add: (state, value) => (isMissing(value) ? state : addTo(state, hashOf(value))),
    merge: (left, right) => {
      if (right instanceof Set) {
        let merged = left
        for (const hash of right) merged = addTo(merged, hash)
        return merged
      }
      const sketch = left instanceof Set ? sketchOf(left) : left
      mergeSketches(sketch, right)
      return sketch
    },
    result: (state) => (state instanceof Set ? state.size : Math.round(estimate(state))),
    encode: (state) => (state instanceof Set ? [...state] : encodeSketch(state)),
    decode: (json) => {
      if (typeof json !== 'string') return new Set(decodeNumbers(json))
      const sketch = decodeSketch(json)
      if (sketch === undefined) throw damagedState('the registers of a HyperLogLog')
      return sketch
    },
    copy: (state) => (state instanceof Set ? new Set(state) : copySketch(state)),
  }),
})
