// The stores of a run, as those see them who ask: all tasks of all its threads together.

import type { CliContext, RunningThread } from './cli/context.ts'
import { KsError } from './model/errors.ts'
import { answerQuestion, type StoreOwner } from './query/read-stores.ts'
import { mergePages, type RowPage } from './query/store-query.ts'
import type { AskableStore, StoreAnswer, StoreOracle, StoreQuestion, ThreadAnswer } from './query/store-question.ts'
import type { ChangeEvent } from './query/store-changes.ts'
import { raceWithTimer } from './race-with-timer.ts'
import { runChanges, tellFirstThread } from './run-changes.ts'
import { notAvailable } from './server/http-error.ts'
import type { StorePlaces } from './store-places.ts'
import type { StoreWatches } from './tasks/store-watches.ts'
import type { StoreDeclaration, Topology } from './topology/topology.ts'

/** What the loop of a run tells of its tasks. */
export interface StoreSource extends StoreOwner {
  /** Of the tasks of this thread; undefined if they commit nothing. */
  readonly watches: StoreWatches | undefined
  /** The other threads. */
  threads(): readonly RunningThread[]
  /** undefined if this process has all tasks that there are. */
  places(): StorePlaces | undefined
}

/** The question to a thread. */
const question = 'stores'
/** A thread that says nothing for so long is taken to be unable to. */
const answerPatienceMs = 10_000

/** Makes a thread answer the first one. */
export const answerFirstThread = (topology: Topology, owner: StoreSource, context: CliContext): void => {
  const declarations = declared(topology)
  if (owner.watches !== undefined) tellFirstThread(declarations, owner.watches, context)
  context.thread?.answer(question, (asked) => answerQuestion(asked as StoreQuestion, owner, declarations))
}

type Answered = Extract<ThreadAnswer, { kind: 'answer' }>

export class RunStores implements StoreOracle {
  readonly stores: readonly AskableStore[]
  private readonly declarations: readonly StoreDeclaration[]
  private readonly source: StoreSource

  constructor(topology: Topology, source: StoreSource) {
    this.declarations = declared(topology)
    this.stores = this.declarations.flatMap(({ name, kind, view }) =>
      view === undefined ? [] : [{ name, kind, view }],
    )
    this.source = source
  }

  /** HttpError 503 if it cannot be answered now. */
  async ask(asked: StoreQuestion): Promise<StoreAnswer> {
    const answers = await this.askAll(asked)
    const refusal = answers.find((answer) => answer.kind === 'refused')
    if (refusal !== undefined) throw new KsError('usage', refusal.message)
    const answered = answers.filter((answer) => answer.kind === 'answer')
    const tasks = new Set(answered.flatMap((answer) => answer.tasks))
    const task = asked.kind === 'keys' ? asked.task : undefined
    const unavailable = answers.find((answer) => answer.kind === 'unavailable')
    // Whoever has the task of a key is enough.
    if (unavailable !== undefined && !(task !== undefined && tasks.has(task))) throw notAvailable(unavailable.reason)
    const wanted = task === undefined ? this.tasksOf(asked) : [task]
    return {
      page: pageOf(answered, asked),
      counts: answered.flatMap(({ counts }) => counts),
      elsewhere: wanted.filter((id) => !tasks.has(id)),
    }
  }

  taskOf(store: string, key: string): string | undefined {
    return this.source.places()?.taskOf(store, key)
  }

  changes(store: string, signal: AbortSignal): AsyncIterable<readonly ChangeEvent[]> {
    const declaration = this.declarations.find(({ name }) => name === store)
    const { watches } = this.source
    if (declaration === undefined) throw new Error(`there is no store ${store}`)
    if (watches === undefined) {
      throw new KsError('usage', 'changes are those of commits, and without -a nothing is committed')
    }
    return runChanges(declaration, watches, this.source.threads(), signal)
  }

  /** Why not all tasks of the process are at work; undefined if they are. */
  async whyNotReady(): Promise<string | undefined> {
    const answers = await this.askAll({ kind: 'state' })
    return answers.find((answer) => answer.kind === 'unavailable')?.reason
  }

  private async askAll(asked: StoreQuestion): Promise<readonly ThreadAnswer[]> {
    const { source, declarations } = this
    const own = answerQuestion(asked, source, declarations)
    const others = source.threads().map(async (thread): Promise<ThreadAnswer> => {
      const answer = await raceWithTimer(thread.ask(question, asked), answerPatienceMs)
      // What `answerFirstThread` gives.
      return (answer as ThreadAnswer | undefined) ?? { kind: 'unavailable', reason: 'a thread does not answer' }
    })
    return Promise.all([own, ...others])
  }

  private tasksOf(asked: StoreQuestion): readonly string[] {
    const places = this.source.places()
    if (places === undefined) return []
    const stores = 'store' in asked ? [asked.store] : this.stores.map(({ name }) => name)
    return [...new Set(stores.flatMap((store) => places.tasksOf(store)))]
  }
}

const declared = ({ stores }: Topology): readonly StoreDeclaration[] => stores.filter(({ view }) => view !== undefined)

const pageOf = (answers: readonly Answered[], asked: StoreQuestion): RowPage => {
  const query = asked.kind === 'range' ? asked.query : { limit: Infinity, reverse: false }
  return mergePages(
    answers.map(({ page }) => page),
    query,
  )
}
