// The stores of a stage that nobody runs, as its last commit has left them: read from a copy, so that a run may begin meanwhile.

import { rowPages } from './query/row-pages.ts'
import { rowJson, type PlacedRow } from './query/row-text.ts'
import { answerQuestion, type StoreOwner, type StoreTask } from './query/read-stores.ts'
import type { StoreQuery } from './query/store-query.ts'
import type { StoreCount, StoreQuestion, ThreadAnswer } from './query/store-question.ts'
import { keysOfTyped } from './query/typed-keys.ts'
import { KsError } from './model/errors.ts'
import { observedTimeStore } from './operators/stream-time.ts'
import type { BytesStore } from './stores/bytes-store.ts'
import { openLevelStore } from './stores/level-store.ts'
import type { StageDirectory } from './stores/state-directory.ts'
import { snapshotStage } from './stores/task-snapshot.ts'
import type { TypedStore } from './stores/typed-store.ts'
import { openStore } from './tasks/open-store.ts'
import type { StoreDeclaration, Topology } from './topology/topology.ts'

const memoryBytes = 4 * 1024 * 1024

/** Stores that are open for reading. */
export interface DormantStores {
  /** KsError usage if the store is of a kind that cannot be asked this. */
  range(store: string, query: StoreQuery): AsyncGenerator<PlacedRow, void>
  /** @param typed the key as it was typed. KsError as `range`. */
  row(store: string, typed: string, query: Pick<StoreQuery, 'start' | 'end' | 'asOf'>): Promise<readonly PlacedRow[]>
  counts(): Promise<readonly StoreCount[]>
  close(): Promise<void>
}

/**
 * Opens stores of a stage; undefined if somebody has it. KsError io.
 * @param wanted the stores that will be asked: only they are read into memory.
 */
export const openDormantStores = async (
  stage: StageDirectory,
  topology: Topology,
  wanted: readonly string[],
): Promise<DormantStores | undefined> => {
  const snapshot = await snapshotStage(stage)
  if (snapshot === undefined) return undefined
  const databases: BytesStore[] = []
  const close = async (): Promise<void> => {
    for (const database of databases) await database.close()
    await snapshot.remove()
  }
  try {
    const declarations = topology.stores.filter(({ name }) => wanted.includes(name))
    const tasks: StoreTask[] = []
    for (const [id, directory] of snapshot.tasks) {
      const database = await openLevelStore(directory, { cacheBytes: memoryBytes, writeBufferBytes: memoryBytes })
      databases.push(database)
      tasks.push({ id, task: await openStores(topology, declarations, database) })
    }
    return readersOf(tasks, declarations, close)
  } catch (error) {
    await close()
    throw error
  }
}

const openStores = async (
  topology: Topology,
  declarations: readonly StoreDeclaration[],
  database: BytesStore,
): Promise<StoreTask['task']> => {
  const stores = new Map<string, TypedStore>()
  const numbers = new Set(declarations.map(({ name }) => observedTimeStore(name)))
  for (const declaration of [...declarations, ...topology.stores.filter(({ name }) => numbers.has(name))]) {
    stores.set(declaration.name, await openStore(declaration, database))
  }
  return { store: (name) => stores.get(name) }
}

const readersOf = (
  tasks: readonly StoreTask[],
  declarations: readonly StoreDeclaration[],
  close: () => Promise<void>,
): DormantStores => {
  const owner: StoreOwner = { tasks: () => tasks, whyNotOwner: () => undefined, whyNotAll: () => undefined }
  const ask = async (question: StoreQuestion): Promise<Extract<ThreadAnswer, { kind: 'answer' }>> => {
    const answer = await answerQuestion(question, owner, declarations)
    if (answer.kind === 'answer') return answer
    throw new KsError('usage', answer.kind === 'refused' ? answer.message : answer.reason)
  }
  const viewOf = (store: string): NonNullable<StoreDeclaration['view']> => {
    const view = declarations.find(({ name }) => name === store)?.view
    if (view === undefined) throw new Error(`${store} is not open`)
    return view
  }
  return {
    range: async function* (store, query) {
      const view = viewOf(store)
      for await (const { page } of rowPages(query, (part) => ask({ kind: 'range', store, query: part }))) {
        for (const row of page.rows) yield { place: row, json: rowJson(row, view) }
      }
    },
    row: async (store, typed, query) => {
      const view = viewOf(store)
      const keys = keysOfTyped(typed, view)
      const { page } = await ask({ kind: 'keys', store, keys, query, task: undefined })
      return page.rows.map((row) => ({ place: row, json: rowJson(row, view) }))
    },
    counts: async () => (await ask({ kind: 'counts' })).counts,
    close,
  }
}
