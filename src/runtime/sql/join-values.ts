// What joins make of two values, and the keys by which they meet.

import type { Expression } from '../expression/compile.ts'
import { noOrigin, plainValue, StreamRecord } from '../model/stream-record.ts'
import { plainKeyText } from '../serde/key-text.ts'
import { stringifyJson } from '../serde/json-parse.ts'
import type { JoinPlan } from './plan.ts'

/** How two values become one. */
export interface Pairing {
  /**
   * `{L, R}`; a side that does not satisfy the rest of the condition is null.
   * @param of the record that looks the other side up, whose time and place the condition may name.
   */
  pair(left: unknown, right: unknown, of?: StreamRecord): unknown
  /** False for rows that an inner join leaves out; undefined if it leaves none out. */
  readonly isResult: ((record: StreamRecord) => boolean) | undefined
}

/** The values as they are. */
export const pairOf = (left: unknown, right: unknown): { readonly L: unknown; readonly R: unknown } => ({
  L: plainValue(left),
  R: plainValue(right),
})

const nothing = new StreamRecord(null, null, -1, noOrigin)

/** @param holds the rest of the condition, of the joined value. */
export const pairing = (type: JoinPlan['type'], holds: Expression | undefined): Pairing => {
  if (holds === undefined) return { pair: pairOf, isResult: undefined }
  if (type === 'INNER') return { pair: pairOf, isResult: (record) => holds.test(record) }
  return {
    pair: (left, right, of = nothing) => {
      const joined = pairOf(left, right)
      if (joined.L === null || joined.R === null || holds.test(of.withValue(joined))) return joined
      return type === 'RIGHT' ? pairOf(null, right) : pairOf(left, null)
    },
    isResult: undefined,
  }
}

/** The key of a join as text, so that 7 and "7" meet; null if a part of it is. */
export const joinKeyOf = (parts: readonly Expression[]): ((record: StreamRecord) => string | null) => {
  const [only] = parts
  if (only !== undefined && parts.length === 1) return (record) => plainKeyText(only.evaluate(record))
  return (record) => {
    const texts = parts.map((expression) => plainKeyText(expression.evaluate(record)))
    return texts.includes(null) ? null : stringifyJson(texts)
  }
}
