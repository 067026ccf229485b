// Many rows, page by page, so that nobody holds all of them at once.

import type { RowPage, StoreQuery } from './store-query.ts'

/** Rows that are read at a time. */
const pageRows = 1000

/** Pages from the first row to the last one that is wanted. What `ask` throws ends them. */
export async function* rowPages<P extends { readonly page: RowPage }>(
  query: StoreQuery,
  ask: (query: StoreQuery) => Promise<P>,
): AsyncGenerator<P, void> {
  let { limit } = query
  for (let next: StoreQuery = { ...query, limit: Math.min(limit, pageRows) }; ;) {
    const answer = await ask(next)
    yield answer
    const { rows, more } = answer.page
    limit -= rows.length
    const last = rows.at(-1)
    if (!more || limit <= 0 || last === undefined) return
    const { key, start, end } = last
    const after = { key, ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) }
    next = { ...next, limit: Math.min(limit, pageRows), after }
  }
}
