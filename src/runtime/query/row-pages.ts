// Many rows, page by page, so that nobody holds all of them at once.

import type { RowPage, StoreQuery } from './store-query.ts'

/** Rows that are read at a time: few at first, in case no more are wanted, then more. */
const firstRows = 1000
/** Every page of a store in memory looks at all of its rows, so there must not be many pages. */
const mostRows = 64_000

/** Pages from the first row to the last one that is wanted. What `ask` throws ends them. */
export async function* rowPages<P extends { readonly page: RowPage }>(
  query: StoreQuery,
  ask: (query: StoreQuery) => Promise<P>,
): AsyncGenerator<P, void> {
  let { limit } = query
  let rowsAtOnce = firstRows
  for (let next: StoreQuery = { ...query, limit: Math.min(limit, rowsAtOnce) }; ;) {
    const answer = await ask(next)
    yield answer
    const { rows, more } = answer.page
    limit -= rows.length
    const last = rows.at(-1)
    if (!more || limit <= 0 || last === undefined) return
    const { key, start, end } = last
    const after = { key, ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) }
    rowsAtOnce = Math.min(mostRows, 2 * rowsAtOnce)
    next = { ...next, limit: Math.min(limit, rowsAtOnce), after }
  }
}
