// Spans of time as written: 5 MINUTES.

import type { Duration } from './ast.ts'
import { timeUnit, timeUnits, timeUnitWords } from './keywords.ts'
import type { TokenCursor } from './token-cursor.ts'

/** The span of time at the current token; `what` says which, after "expected". */
export const parseDuration = (cursor: TokenCursor, what: string): Duration => {
  const { start } = cursor.token
  const count = cursor.wholeNumber(`${what}, such as 5 MINUTES`)
  const { token } = cursor
  const unit = timeUnit(token.upper)
  const units = `the units are ${timeUnits.join(', ')}`
  if (unit === undefined) {
    for (const known of timeUnitWords) cursor.isWord(known)
    throw cursor.unexpected('a unit of time', { hint: units })
  }
  const { end } = cursor.advance()
  const ms = count * unit.ms
  if (!Number.isSafeInteger(ms)) throw cursor.error({ start, end }, 'this time is too long')
  return { ms, start, end }
}
