// Answers of one thread about the stores of its tasks. An answer is given only if the tasks are those of this thread from the first
// row to the last one.

import { KsError } from '../model/errors.ts'
import { KeyValueStore } from '../stores/key-value-store.ts'
import type { TypedStore } from '../stores/typed-store.ts'
import type { StoreDeclaration } from '../topology/topology.ts'
import { readKey, readStore } from './read-store.ts'
import { mergePages, type QueryRow, type RowPage } from './store-query.ts'
import type { StoreCount, StoreQuestion, ThreadAnswer } from './store-question.ts'
import { readableStore, type ReadableStore } from './text-row.ts'

/** A task whose stores are open. */
export interface StoreTask {
  readonly id: string
  readonly task: { store(name: string): TypedStore | undefined }
}

/** Who has the tasks of a thread. */
export interface StoreOwner {
  /** Those that run now. */
  tasks(): Iterable<StoreTask>
  /** Why nothing can be said of any task now; undefined if it can. */
  whyNotOwner(): string | undefined
  /** Why there may be further tasks that do not run yet; undefined if there are none. */
  whyNotAll(): string | undefined
}

/** @param declarations of the stores that can be asked. */
export const answerQuestion = async (
  question: StoreQuestion,
  owner: StoreOwner,
  declarations: readonly StoreDeclaration[],
): Promise<ThreadAnswer> => {
  try {
    if (question.kind === 'state') return stateOf(owner)
    if (question.kind === 'keys') return answerKeys(question, owner, declarations)
    return await answerAll(question, owner, declarations)
  } catch (error) {
    if (error instanceof KsError && error.kind === 'usage') return { kind: 'refused', message: error.message }
    throw error
  }
}

const stateOf = (owner: StoreOwner): ThreadAnswer => {
  const reason = owner.whyNotOwner() ?? owner.whyNotAll()
  if (reason !== undefined) return { kind: 'unavailable', reason }
  return { kind: 'answer', page: nothing, counts: [], tasks: [...owner.tasks()].map(({ id }) => id) }
}

interface OpenPart {
  readonly id: string
  readonly readable: ReadableStore
}

const partsOf = (store: string, owner: StoreOwner, declarations: readonly StoreDeclaration[]): readonly OpenPart[] => {
  const view = declarations.find(({ name }) => name === store)?.view
  if (view === undefined) return []
  return [...owner.tasks()].flatMap(({ id, task }) => {
    const open = task.store(store)
    return open === undefined ? [] : [{ id, readable: readableStore(task, open, view) }]
  })
}

const nothing: RowPage = { rows: [], more: false }

const answerKeys = (
  { store, keys, query, task }: StoreQuestion & { kind: 'keys' },
  owner: StoreOwner,
  declarations: readonly StoreDeclaration[],
): ThreadAnswer => {
  const parts = partsOf(store, owner, declarations).filter(({ id }) => task === undefined || id === task)
  const reason = owner.whyNotOwner() ?? (task === undefined || parts.length === 0 ? owner.whyNotAll() : undefined)
  if (reason !== undefined) return { kind: 'unavailable', reason }
  const rows = parts.flatMap(({ readable }) =>
    keys.flatMap((key): readonly QueryRow[] => readKey(readable, key, query)),
  )
  return { kind: 'answer', page: { rows, more: false }, counts: [], tasks: parts.map(({ id }) => id) }
}

const answerAll = async (
  question: StoreQuestion & { kind: 'range' | 'counts' },
  owner: StoreOwner,
  declarations: readonly StoreDeclaration[],
): Promise<ThreadAnswer> => {
  const names = question.kind === 'range' ? [question.store] : declarations.map(({ name }) => name)
  const partsNow = (): readonly OpenPart[] => names.flatMap((name) => partsOf(name, owner, declarations))
  const parts = partsNow()
  const whyNot = (): string | undefined => {
    const now = partsNow()
    const isSame =
      now.length === parts.length && now.every(({ readable }, at) => readable.store === parts[at]?.readable.store)
    return owner.whyNotOwner() ?? owner.whyNotAll() ?? (isSame ? undefined : 'tasks have come or gone')
  }
  const before = whyNot()
  if (before !== undefined) return { kind: 'unavailable', reason: before }
  const outcomes = await Promise.allSettled(
    parts.map(async ({ readable }) =>
      question.kind === 'range'
        ? { page: await readStore(readable, question.query), count: undefined }
        : { page: nothing, count: { store: readable.store.name, rows: await countRows(readable.store) } },
    ),
  )
  // A store that has been given away is closed, which is no news to be told as an error of it.
  const after = whyNot()
  if (after !== undefined) return { kind: 'unavailable', reason: after }
  const answers = outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason
    return outcome.value
  })
  return {
    kind: 'answer',
    page:
      question.kind === 'range'
        ? mergePages(
            answers.map(({ page }) => page),
            question.query,
          )
        : nothing,
    counts: answers.flatMap(({ count }): readonly StoreCount[] => (count === undefined ? [] : [count])),
    tasks: [...new Set(parts.map(({ id }) => id))],
  }
}

/** Roughly, see `approximateRows`. */
const countRows = async (store: TypedStore): Promise<number> =>
  store instanceof KeyValueStore ? store.approximateRows() : store.rowsInMemory
