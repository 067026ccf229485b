// What is asked of a store, and what comes back. One shape for all kinds of stores, so that a question can be passed on to whoever
// has the rows, and answers of several tasks can be put together.

import { KsError } from '../model/errors.ts'
import { compareText } from '../model/text-order.ts'

/** A question. Bounds of keys are texts of keys, bounds of time are ms; all of them are included. */
export interface StoreQuery {
  /** The rows of one key only; of several texts that may stand for it the first one that has rows counts. */
  readonly keys?: readonly string[]
  readonly from?: string
  readonly to?: string
  /** Only keys whose text begins so. */
  readonly prefix?: string
  /** Windows and sessions that begin at this time or later. */
  readonly start?: number
  /** Windows and sessions that begin at this time or earlier. */
  readonly end?: number
  /** Of a table with history: the rows as they were at this time. */
  readonly asOf?: number
  /** From the last row to the first one. */
  readonly reverse: boolean
  /** How many rows at most. */
  readonly limit: number
  /** Only rows behind this one, in the order in which they are wanted. */
  readonly after?: RowPlace
}

/** Where a row stands among all rows of a store: by key, then by window. */
export interface RowPlace {
  readonly key: string
  /** Of a window or session, ms; not there without. */
  readonly start?: number
  readonly end?: number
}

/** A row, as JSON texts: what a store has may change as soon as somebody else has had a turn. */
export interface QueryRow extends RowPlace {
  readonly keyJson: string
  readonly valueJson: string
  /** Event time of the last update, ms. */
  readonly timestamp: number
}

/** Rows in the order that was asked for. */
export interface RowPage {
  readonly rows: readonly QueryRow[]
  /** There are further rows behind them. */
  readonly more: boolean
}

/** The order of rows: by the text of the key, then by window. */
export const comparePlaces = (a: RowPlace, b: RowPlace): number =>
  compareText(a.key, b.key) || (a.start ?? 0) - (b.start ?? 0) || (a.end ?? 0) - (b.end ?? 0)

/** A page out of pages of different tasks. */
export const mergePages = (pages: readonly RowPage[], { limit, reverse }: StoreQuery): RowPage => {
  const sign = reverse ? -1 : 1
  const rows = pages.flatMap((page) => page.rows).sort((a, b) => sign * comparePlaces(a, b))
  return { rows: rows.slice(0, limit), more: rows.length > limit || pages.some(({ more }) => more) }
}

/** True for a key that lies within the bounds. */
export const isWithin = ({ from, to, prefix }: StoreQuery, key: string): boolean =>
  (from === undefined || compareText(key, from) >= 0) &&
  (to === undefined || compareText(key, to) <= 0) &&
  (prefix === undefined || key.startsWith(prefix))

/** True for a row that comes behind the one that the question goes on after. */
export const isAfter = ({ after, reverse }: StoreQuery, place: RowPlace): boolean => {
  if (after === undefined) return true
  const order = comparePlaces(place, after)
  return reverse ? order < 0 : order > 0
}

/** Where the next page begins, as a text that means nothing to others. */
export const encodePlace = ({ key, start, end }: RowPlace): string =>
  Buffer.from(JSON.stringify([key, start, end].filter((part) => part !== undefined)), 'utf8').toString('base64url')

/** What `encodePlace` wrote. KsError usage for anything else. */
export const decodePlace = (text: string): RowPlace => {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    const [key, start, end] = Array.isArray(parts) ? (parts as unknown[]) : []
    if (typeof key === 'string' && start === undefined) return { key }
    if (typeof key === 'string' && typeof start === 'number' && typeof end === 'number') return { key, start, end }
  } catch {
    // Below.
  }
  throw new KsError('usage', 'after: not a place that an answer has named as the next one')
}
