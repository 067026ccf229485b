// What joins make of two values, and the keys by which they meet.

import type { Expression } from '../expression/compile.ts'
import { noOrigin, plainValue, StreamRecord } from '../model/stream-record.ts'
import { plainKeyText } from '../serde/key-text.ts'
import { stringifyJson } from '../serde/json-parse.ts'
import type { JoinPlan } from './plan.ts'

/** How two values become one. */
export interface Pairing {
  /** `{L, R}`; a side that does not satisfy the rest of the condition is null. */
  pair(left: unknown, right: unknown): unknown
  /** False for rows that an inner join leaves out. */
  isResult(record: StreamRecord): boolean
}

/** @param holds the rest of the condition, of the joined value. */
export const pairing = (type: JoinPlan['type'], holds: Expression | undefined): Pairing => {
  const both = (left: unknown, right: unknown): { L: unknown; R: unknown } => ({
    L: plainValue(left),
    R: plainValue(right),
  })
  if (holds === undefined) return { pair: both, isResult: () => true }
  return {
    pair: (left, right) => {
      const joined = both(left, right)
      if (type === 'INNER' || joined.L === null || joined.R === null) return joined
      if (holds.test(new StreamRecord(null, joined, -1, noOrigin))) return joined
      return type === 'RIGHT' ? both(null, right) : both(left, null)
    },
    isResult: (record) => type !== 'INNER' || holds.test(record),
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
