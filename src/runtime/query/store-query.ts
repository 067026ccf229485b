// What is asked of a store, and what comes back. One shape for all kinds of stores, so that the answers of several tasks can be put
// together.

import { compareText } from '../model/text-order.ts'

/** A question. Bounds of keys are texts of keys, bounds of time are ms; all of them are included. */
export interface StoreQuery {
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
  /** Its end, ms; not there for windows whose size is not known, as those that a processor keeps. */
  readonly end?: number | undefined
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

/** One more than is wanted says whether there are more. */
export const pageOf = (rows: readonly QueryRow[], { limit }: StoreQuery): RowPage => ({
  rows: rows.slice(0, limit),
  more: rows.length > limit,
})

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
