// The rows of a stage, wherever they are: with the processes that run it, or on disk if nobody does. What cannot be had at the
// moment, because a run begins or ends or its tasks move, is asked for again for a while.

import { setTimeout as delay } from 'node:timers/promises'
import { askSocket, type SocketAnswer, type SocketRefusal } from './ask-socket.ts'
import type { CliContext } from './cli/context.ts'
import type { DormantStores } from './dormant-stores.ts'
import { KsError } from './model/errors.ts'
import { parsePlacedRow, type PlacedRow } from './query/row-text.ts'
import { comparePlaces, type StoreQuery } from './query/store-query.ts'
import type { StoreCount } from './query/store-question.ts'
import { elsewhereHeader } from './server/store-routes.ts'
import { socketsOfStage } from './stores/query-socket.ts'
import type { StageDirectory } from './stores/state-directory.ts'
import { stageHolders, stageIsBusy } from './stores/state-lock.ts'

/** How long is asked again, and how often, ms. */
const patienceMs = 5_000
const pauseMs = 100

/** Rows that were asked for. */
export interface StageRows {
  readonly rows: AsyncIterable<PlacedRow>
  /** Tasks whose rows are missing: instances on other machines have them. */
  readonly elsewhere: readonly string[]
  close(): Promise<void>
}

/** Opens the stores of a stage that nobody runs; undefined if somebody does. */
export type OpenFiles = (stage: StageDirectory) => Promise<DormantStores | undefined>

/** Rows of a range of keys. @throws KsError busy if it does not get them in time; usage for what the store cannot be asked. */
export const readRange = (
  stage: StageDirectory,
  store: string,
  query: StoreQuery,
  context: CliContext,
  open: OpenFiles,
): Promise<StageRows> =>
  untilAvailable(stage, context, {
    target: `/stores/${encodeURIComponent(store)}?${parametersOf(query)}`,
    ofRuns: (answers) => ({
      rows: firstOf(merged(answers.map(rowsOf), query.reverse), query.limit),
      elsewhere: missingEverywhere(answers),
      close: nothingToClose,
    }),
    ofFiles: async () => {
      const files = await open(stage)
      return files && { rows: files.range(store, query), elsewhere: [], close: () => files.close() }
    },
  })

/** Rows of one key; none if it is not there. @param typed the key as it was typed. @throws KsError as `readRange`. */
export const readRow = (
  stage: StageDirectory,
  store: string,
  typed: string,
  query: Pick<StoreQuery, 'start' | 'end' | 'asOf' | 'reverse' | 'limit'>,
  context: CliContext,
  open: OpenFiles,
): Promise<StageRows> => {
  const { reverse, limit, ...windows } = query
  const inOrder = (rows: AsyncIterable<PlacedRow>[]): AsyncIterable<PlacedRow> => firstOf(merged(rows, reverse), limit)
  // The one key that the path of a row cannot have.
  const isReserved = typed === 'changes'
  const range = isReserved ? { from: typed, to: typed } : {}
  const parameters = parametersOf({ ...windows, ...range, reverse: false, limit: Infinity })
  const path = isReserved ? '' : `/${encodeURIComponent(typed)}`
  return untilAvailable(stage, context, {
    target: `/stores/${encodeURIComponent(store)}${path}?${parameters}`,
    ofRuns: async (answers, misses) => {
      // One that has the task of the key and not the key is enough to know that it is not there.
      const [miss] = misses
      if (answers.length === 0 && miss !== undefined && misses.every(({ code }) => code === 'elsewhere'))
        throw errorOf(miss)
      const rows = await Promise.all(answers.map((answer) => collected(rowsOf(answer))))
      return { rows: inOrder(rows.map((list) => each(sorted(list, reverse)))), elsewhere: [], close: nothingToClose }
    },
    ofFiles: async () => {
      const files = await open(stage)
      if (files === undefined) return undefined
      try {
        const rows = await files.row(store, typed, windows)
        return { rows: inOrder([each(sorted(rows, reverse))]), elsewhere: [], close: () => files.close() }
      } catch (error) {
        await files.close()
        throw error
      }
    },
  })
}

/** About how many rows each store has. @throws KsError as `readRange`. */
export const countStores = async (
  stage: StageDirectory,
  context: CliContext,
  open: OpenFiles,
): Promise<readonly StoreCount[]> =>
  untilAvailable(stage, context, {
    target: '/stores',
    ofRuns: async (answers) => {
      const lists = await Promise.all(answers.map((answer) => answer.json()))
      // What `storeRoutes` has written.
      return (lists as { name: string; approximate_count: number }[][])
        .flat()
        .map(({ name, approximate_count: rows }) => ({ store: name, rows }))
    },
    ofFiles: async () => {
      const files = await open(stage)
      try {
        return await files?.counts()
      } finally {
        await files?.close()
      }
    },
  })

interface Ways<T> {
  /** Path and query for the processes that run the stage. */
  readonly target: string
  /** What comes of their answers. @param misses of those that do not have the key. */
  ofRuns(answers: readonly SocketAnswer[], misses: readonly SocketRefusal[]): T | Promise<T>
  /** undefined if somebody runs the stage. */
  ofFiles(): Promise<T | undefined>
}

const untilAvailable = async <T>(
  stage: StageDirectory,
  { elapsed, signal }: CliContext,
  { target, ofRuns, ofFiles }: Ways<T>,
): Promise<T> => {
  const deadline = elapsed() + patienceMs
  for (;;) {
    signal.throwIfAborted()
    const sockets = await socketsOfStage(stage)
    const said = (await Promise.all(sockets.map((socket) => askSocket(socket, target)))).flatMap((each) => each ?? [])
    const answers = said.filter((each) => 'lines' in each)
    const refusals = said.filter((each) => 'code' in each)
    const problem = refusals.find(({ code }) => code !== 'no_row' && code !== 'elsewhere')
    if (said.length === 0) {
      const result = await ofFiles()
      if (result !== undefined) return result
    } else if (problem === undefined) return await ofRuns(answers, refusals)
    for (const answer of answers) answer.discard()
    if (problem !== undefined && problem.status !== 503) throw errorOf(problem)
    if (elapsed() >= deadline) {
      throw problem === undefined ? stageIsBusy(stage, (await stageHolders(stage))[0]) : errorOf(problem)
    }
    await delay(pauseMs)
  }
}

const errorOf = ({ status, error, hint }: SocketRefusal): KsError => {
  const kind = status === 503 || status === 421 ? 'busy' : status < 500 ? 'usage' : 'failed'
  return new KsError(kind, error, hint === undefined ? {} : { hint })
}

const nothingToClose = (): Promise<void> => Promise.resolve()

const parametersOf = ({ from, to, prefix, start, end, asOf, reverse, limit }: StoreQuery): string => {
  const parameters = new URLSearchParams({ places: 'true' })
  const given = { from, to, prefix, window_from: start, window_to: end, as_of: asOf }
  for (const [name, value] of Object.entries(given)) if (value !== undefined) parameters.set(name, String(value))
  if (reverse) parameters.set('reverse', 'true')
  if (limit !== Infinity) parameters.set('limit', String(limit))
  return parameters.toString()
}

async function* rowsOf(answer: SocketAnswer): AsyncGenerator<PlacedRow, void> {
  for await (const line of answer.lines()) yield parsePlacedRow(line)
}

/** Tasks that none of the processes has. */
const missingEverywhere = (answers: readonly SocketAnswer[]): readonly string[] => {
  const [first, ...others] = answers.map((answer) => (answer.header(elsewhereHeader) ?? '').split(' '))
  return (first ?? []).filter((task) => task !== '' && others.every((tasks) => tasks.includes(task)))
}

const collected = async (rows: AsyncIterable<PlacedRow>): Promise<readonly PlacedRow[]> => {
  const list: PlacedRow[] = []
  for await (const row of rows) list.push(row)
  return list
}

const sorted = (rows: readonly PlacedRow[], reverse: boolean): readonly PlacedRow[] =>
  [...rows].sort((a, b) => (reverse ? -1 : 1) * comparePlaces(a.place, b.place))

// eslint-disable-next-line @typescript-eslint/require-await -- what is merged comes in time
async function* each(rows: readonly PlacedRow[]): AsyncGenerator<PlacedRow, void> {
  yield* rows
}

/** Rows of several, each of which has them in order. */
async function* merged(parts: readonly AsyncIterable<PlacedRow>[], reverse: boolean): AsyncGenerator<PlacedRow, void> {
  const sign = reverse ? -1 : 1
  const heads: { row: PlacedRow; rest: AsyncIterator<PlacedRow> }[] = []
  const advance = async (rest: AsyncIterator<PlacedRow>): Promise<void> => {
    const next = await rest.next()
    if (next.done !== true) heads.push({ row: next.value, rest })
  }
  try {
    for (const part of parts) await advance(part[Symbol.asyncIterator]())
    for (;;) {
      heads.sort((a, b) => sign * comparePlaces(a.row.place, b.row.place))
      const [first] = heads
      if (first === undefined) return
      yield first.row
      heads.shift()
      await advance(first.rest)
    }
  } finally {
    // Those of which nobody wants the rest.
    for (const { rest } of heads) await rest.return?.()
  }
}

async function* firstOf(rows: AsyncIterable<PlacedRow>, limit: number): AsyncGenerator<PlacedRow, void> {
  let count = 0
  for await (const row of rows) {
    yield row
    if (++count >= limit) return
  }
}
