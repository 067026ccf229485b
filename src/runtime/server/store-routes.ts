// /stores: what the stores of a run have. Rows are those that the command prints, one per line; with `Accept: application/json`
// they are an array.

import { nearestNames } from '../model/nearest-name.ts'
import { rowPages } from '../query/row-pages.ts'
import { placedRowText, rowJson } from '../query/row-text.ts'
import { comparePlaces, type QueryRow, type StoreQuery } from '../query/store-query.ts'
import type { AskableStore, StoreAnswer, StoreOracle } from '../query/store-question.ts'
import { keysOfTyped } from '../query/typed-keys.ts'
import { HttpError } from './http-error.ts'
import { sendEvents } from './response-stream.ts'
import type { Answer, QueryParameter, Route, RouteRequest } from './route.ts'

const windowParameters = {
  window_from: { kind: 'time', summary: 'Only windows that begin at this time or later: ms or ISO 8601.' },
  window_to: { kind: 'time', summary: 'Only windows that begin at this time or earlier.' },
  as_of: { kind: 'time', summary: 'Of a versioned table: the rows as they were at this time.' },
  places: { kind: 'flag', summary: 'Each row with its place: {"text":KEY,"start":…,"end":…,"row":ROW}.' },
} as const satisfies Record<string, QueryParameter>

const rangeParameters = {
  from: { kind: 'text', summary: 'Only keys from this one on, in the order of their texts.' },
  to: { kind: 'text', summary: 'Only keys up to this one.' },
  prefix: { kind: 'text', summary: 'Only keys whose texts begin so.' },
  limit: { kind: 'integer', min: 1, summary: 'How many rows at most.' },
  reverse: { kind: 'flag', summary: 'From the last row to the first one.' },
  ...windowParameters,
} as const satisfies Record<string, QueryParameter>

/** Header with the tasks whose rows are not in the answer, because other instances have them. */
export const elsewhereHeader = 'ks-tasks-elsewhere'

const ndjson = 'application/x-ndjson'
const rowSchema = { type: 'object', description: 'A row as the command prints it.' }
const unavailable = { 503: { summary: 'Tasks are being moved or restored: ask again.' } }
const pathStore = { store: 'Name of the store.' }

/** @param find whoever can be asked now; throws an `HttpError` before that. */
export const storeRoutes = (find: () => StoreOracle): readonly Route[] => [
  {
    method: 'GET',
    path: '/stores',
    access: 'read',
    summary: 'The stores, and about how many rows they have.',
    answers: { 200: { summary: 'A list.', schema: { type: 'array', items: { type: 'object' } } }, ...unavailable },
    handle: async () => {
      const oracle = find()
      const { counts, elsewhere } = await oracle.ask({ kind: 'counts' })
      const list = oracle.stores.map(({ name, kind }) => {
        const own = counts.filter(({ store }) => store === name)
        return { name, kind, approximate_count: own.reduce((total, { rows }) => total + rows, 0) }
      })
      return { headers: headersOf(elsewhere), json: list }
    },
  },
  {
    method: 'GET',
    path: '/stores/{store}',
    access: 'read',
    summary: 'The rows of a store, in the order of their keys, then of their windows.',
    pathParameters: pathStore,
    query: rangeParameters,
    answers: {
      200: { summary: 'One row per line.', contentType: ndjson, schema: rowSchema },
      404: { summary: 'There is no such store.' },
      ...unavailable,
    },
    handle: async (request) => {
      const oracle = find()
      const store = storeOf(oracle, request)
      const pages = rowPages(rangeOf(request), (query) => oracle.ask({ kind: 'range', store: store.name, query }))
      const first = await pages.next()
      return first.done === true
        ? rowsAnswer(request, store, [], [], undefined)
        : rowsAnswer(request, store, first.value.elsewhere, first.value.page.rows, pages)
    },
  },
  {
    method: 'GET',
    path: '/stores/{store}/changes',
    access: 'read',
    summary:
      'What each commit changes from now on, as server-sent events: `update` with the row, `delete` with its key.',
    pathParameters: pathStore,
    answers: {
      200: { summary: 'Events.', contentType: 'text/event-stream' },
      400: { summary: 'The store cannot be watched.' },
      404: { summary: 'There is no such store.' },
    },
    handle: (request) => {
      const oracle = find()
      const { name } = storeOf(oracle, request)
      const over = new AbortController()
      // Nobody reads on after the head.
      if (request.method === 'HEAD') over.abort()
      const changes = oracle.changes(name, over.signal)
      return {
        contentType: 'text/event-stream',
        stream: async (out) => {
          out.signal.addEventListener('abort', () => {
            over.abort()
          })
          if (out.signal.aborted) over.abort()
          try {
            await sendEvents(out, async (events) => {
              for await (const list of changes) {
                for (const { event, data } of list) if (!(await events.send(event, data))) return
              }
            })
          } finally {
            over.abort()
          }
        },
      }
    },
  },
  {
    method: 'GET',
    path: '/stores/{store}/{key}',
    access: 'read',
    summary: 'The row of a key, or those of its windows.',
    pathParameters: { ...pathStore, key: 'Text of the key: a string as it is, anything else as JSON.' },
    query: windowParameters,
    answers: {
      200: { summary: 'The row; one per line if there are several.', contentType: ndjson, schema: rowSchema },
      404: { summary: 'There is no such row, or no such store.' },
      421: { summary: 'Another instance has the key.' },
      ...unavailable,
    },
    handle: async (request) => {
      const oracle = find()
      const store = storeOf(oracle, request)
      const { key = '' } = request.path
      const rows: QueryRow[] = []
      const elsewhere = new Set<string>()
      for (const text of keysOfTyped(key, store.view)) {
        const task = oracle.taskOf(store.name, text)
        const question = { kind: 'keys', store: store.name, keys: [text], query: windowsOf(request), task } as const
        const answer = await oracle.ask(question)
        rows.push(...answer.page.rows)
        for (const other of answer.elsewhere) elsewhere.add(other)
      }
      if (rows.length === 0 && elsewhere.size > 0) throw isElsewhere(store.name, key, [...elsewhere])
      if (rows.length === 0) throw new HttpError(404, 'no_row', `${store.name} has no row of ${key}`)
      return rowsAnswer(request, store, [...elsewhere], rows.sort(comparePlaces), undefined)
    },
  },
]

const isElsewhere = (store: string, key: string, tasks: readonly string[]): HttpError =>
  new HttpError(
    421,
    'elsewhere',
    `${key} of ${store} belongs to task ${tasks.join(', ')}, which is with another instance`,
    {
      hint: 'ask that one',
    },
  )

const storeOf = ({ stores }: StoreOracle, { path: { store: name = '' } }: RouteRequest): AskableStore => {
  const store = stores.find((each) => each.name === name)
  if (store !== undefined) return store
  const names = stores.map((each) => each.name)
  const near = nearestNames(name, names, 3)
  throw new HttpError(404, 'no_store', `there is no store ${name}`, {
    hint:
      near.length > 0
        ? `did you mean ${near.join(' or ')}?`
        : names.length === 0
          ? 'nothing here keeps any'
          : `there are ${names.join(', ')}`,
  })
}

/** A parameter under the name that questions have for it. */
const numberOf = (
  { query }: RouteRequest,
  parameter: keyof typeof rangeParameters,
  name: keyof StoreQuery,
): Partial<Record<keyof StoreQuery, number>> => {
  const value = query.get(parameter)
  return value === undefined ? {} : { [name]: Number(value) }
}

const windowsOf = (request: RouteRequest): Pick<StoreQuery, 'start' | 'end' | 'asOf'> => ({
  ...numberOf(request, 'window_from', 'start'),
  ...numberOf(request, 'window_to', 'end'),
  ...numberOf(request, 'as_of', 'asOf'),
})

const rangeOf = (request: RouteRequest): StoreQuery => {
  const { query } = request
  const texts = Object.fromEntries(
    (['from', 'to', 'prefix'] as const).flatMap((name) => {
      const value = query.get(name)
      return value === undefined ? [] : [[name, value]]
    }),
  )
  return {
    ...texts,
    ...windowsOf(request),
    reverse: query.get('reverse') === 'true',
    limit: query.has('limit') ? Number(query.get('limit')) : Infinity,
  }
}

const headersOf = (elsewhere: readonly string[]): Readonly<Record<string, string>> =>
  elsewhere.length === 0 ? {} : { [elsewhereHeader]: elsewhere.join(' ') }

/** Rows as they were asked for. @param others what comes behind the first ones. */
const rowsAnswer = (
  request: RouteRequest,
  { view }: AskableStore,
  elsewhere: readonly string[],
  first: readonly QueryRow[],
  others: AsyncGenerator<StoreAnswer, void> | undefined,
): Answer => {
  const isArray = (request.headers.accept ?? '').split(',').some((type) => type.trim().startsWith('application/json'))
  const placed = request.query.get('places') === 'true'
  const textOf = (row: QueryRow): string => (placed ? placedRowText(row, view) : rowJson(row, view))
  let isFirst = true
  const pageText = (rows: readonly QueryRow[]): string => {
    if (!isArray) return rows.map((row) => `${textOf(row)}\n`).join('')
    const text = rows.map(textOf).join(',\n')
    const lead = isFirst ? '[' : text === '' ? '' : ',\n'
    isFirst = false
    return lead + text
  }
  return {
    headers: headersOf(elsewhere),
    contentType: isArray ? 'application/json' : ndjson,
    stream: async (out) => {
      let goesOn = await out.write(pageText(first))
      if (others !== undefined) {
        for await (const { page } of others) {
          if (!goesOn) return
          goesOn = await out.write(pageText(page.rows))
        }
      }
      if (isArray) await out.write(']\n')
    },
  }
}
