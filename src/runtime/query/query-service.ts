// Answers questions about the stores of an application, whoever has the tasks: this process, others that share its state directory
// (threads too), instances elsewhere. Only the owner of a task answers for it, and only while it is sure to be the owner; if one of
// the tasks that matter has none at the moment, there is no answer. A copy answers only if that was asked for.

import type { HostTasks } from '../tasks/member-data.ts'
import { KsError } from '../model/errors.ts'
import { observedTimeStore } from '../operators/stream-time.ts'
import { KeyValueStore } from '../stores/key-value-store.ts'
import type { StoreView } from '../stores/store-view.ts'
import type { TypedStore } from '../stores/typed-store.ts'
import { countRows, readStore } from './read-store.ts'
import { mergePages, type StoreQuery } from './store-query.ts'
import type { ReadableStore } from './text-row.ts'
import { notAvailable, type InstanceTasks, type Peer, type TaskAnswer, type TaskQuestion } from './task-question.ts'
import type { StoreDeclaration } from '../topology/topology.ts'

/** A store of the application, and the tasks that have a part of it. */
export interface QueriedStore {
  readonly declaration: StoreDeclaration
  /** All of them, by partition. */
  readonly tasks: readonly string[]
  /** The one that has a key; undefined if that does not follow from the key. */
  taskOf(key: string): string | undefined
}

/** A task that runs here. */
export interface LocalTask {
  readonly id: string
  readonly task: { store(name: string): TypedStore | undefined }
}

/** A copy of the stores of a task. */
export interface LocalCopy {
  /** Its rows as they are now. */
  open(store: StoreDeclaration): Promise<ReadableStore | undefined>
  /** Records of the changelog that it has still to read; undefined if that is not known. */
  lag(store: StoreDeclaration): Promise<number | undefined>
}

/** What a run offers to those who ask. */
export interface QueryHost {
  readonly group: string
  readonly stores: ReadonlyMap<string, QueriedStore>
  /** Where others reach this process (`application.server`); empty if they do not. */
  readonly address: string
  active(): Iterable<LocalTask>
  copies(): ReadonlyMap<string, LocalCopy>
  /** Why the tasks that run here may be somebody else's by now; undefined if they are not. */
  whyNotOwner(): string | undefined
  /** Why some tasks do not run yet. */
  whyNotReady(): string | undefined
  /** Who has which tasks, as the group was told last. */
  hosts(): readonly HostTasks[]
  /** Others that share the state directory. */
  neighbours(): Promise<readonly Peer[]>
  peer(host: string): Peer
}

/** Where a task is. */
export interface TaskPlace {
  readonly task: string
  readonly partition: number
  /** Where its owner can be reached; undefined if nobody has it, or only those who share the state directory can reach it. */
  readonly host: string | undefined
  readonly isHere: boolean
  readonly standbyHosts: readonly string[]
}

/** How a question is asked. */
export interface AskOptions {
  readonly stale: boolean
  readonly signal: AbortSignal
}

export class QueryService {
  readonly host: QueryHost

  constructor(host: QueryHost) {
    this.host = host
  }

  /** The tasks that a question is about. */
  tasksFor({ tasks, taskOf }: QueriedStore, { keys }: StoreQuery): readonly string[] {
    if (keys === undefined) return tasks
    const owners = keys.map(taskOf).filter((owner) => owner !== undefined)
    return owners.length === keys.length ? [...new Set(owners)] : tasks
  }

  /** Asks whoever has the tasks. KsError busy if one of them has no owner that can be reached, usage for a wrong question. */
  ask(store: QueriedStore, query: StoreQuery, { stale, signal }: AskOptions): Promise<TaskAnswer> {
    const { group } = this.host
    const tasks = this.tasksFor(store, query)
    return this.answer({ group, store: store.declaration.name, query, tasks, stale, scope: 'all' }, signal)
  }

  /**
   * Answers for tasks, which another instance takes to be here. KsError busy if one of them is not, or not for sure.
   * @param signal ends the asking of others.
   */
  async answer(question: TaskQuestion, signal: AbortSignal): Promise<TaskAnswer> {
    const { host } = this
    const declaration = host.stores.get(question.store)?.declaration
    if (question.group !== host.group || declaration === undefined) {
      throw notAvailable(`this is an instance of ${host.group}, which is not asked for ${question.store}`)
    }
    const collected = new Collected(question)
    await collected.add([...this.owned(question.tasks)].map(([id]) => [[id], () => this.fromOwner(id, question)]))
    const neighbours = collected.isComplete || question.scope === 'own' ? [] : await this.neighbours(signal)
    await collected.add(
      neighbours.map(({ peer, active }) => [
        active,
        (part) => peer.ask({ ...part, stale: false, scope: 'own' }, signal),
      ]),
    )
    const hosts = question.scope === 'all' ? host.hosts().filter((other) => this.isElsewhere(other)) : []
    await collected.add(
      hosts.map((other) => [
        other.active,
        (part) => host.peer(other.host).ask({ ...part, stale: false, scope: 'host' }, signal),
      ]),
    )
    if (question.stale && !collected.isComplete) {
      await collected.add([...host.copies()].map(([id, copy]) => [[id], (part) => this.fromCopy(id, copy, part)]))
      for (const { peer, standby } of neighbours) {
        await collected.add([[standby, (part) => peer.ask({ ...part, scope: 'own' }, signal)]])
      }
      for (const other of hosts) {
        await collected.add([[other.standby, (part) => host.peer(other.host).ask({ ...part, scope: 'host' }, signal)]])
      }
    }
    return collected.answer(() => host.whyNotReady())
  }

  /** The tasks of this process. */
  ownTasks(): InstanceTasks {
    const { host } = this
    const active = host.whyNotOwner() === undefined ? [...host.active()].map(({ id }) => id) : []
    return { group: host.group, active, standby: [...host.copies().keys()] }
  }

  /** How many rows there are in all tasks; about so many while they change. */
  async count(store: QueriedStore, options: AskOptions): Promise<number> {
    const own = this.owned(store.tasks)
    if (own.size === store.tasks.length) {
      const counts = [...own.keys()].map((id) => this.readOwned(id, store.declaration, countRows))
      return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
    }
    let count = 0
    for (let query: StoreQuery = { reverse: false, limit: countedRows }; ;) {
      const { rows, more } = await this.ask(store, query, options)
      count += rows.length
      const last = rows.at(-1)
      if (!more || last === undefined) return count
      query = { ...query, after: last }
    }
  }

  /** Where the tasks of a store are. */
  async places({ tasks }: QueriedStore, signal: AbortSignal): Promise<readonly TaskPlace[]> {
    const { host } = this
    const own = this.owned(tasks)
    const neighbours = own.size === tasks.length ? [] : await this.neighbours(signal)
    return tasks.map((task, partition) => {
      const isHere = own.has(task) || neighbours.some(({ active }) => active.includes(task))
      const assigned = host.hosts().find(({ active }) => active.includes(task))?.host
      return {
        task,
        partition,
        host: (isHere ? host.address : assigned) || undefined,
        isHere,
        standbyHosts: host.hosts().flatMap((other) => (other.standby.includes(task) ? [other.host] : [])),
      }
    })
  }

  private isElsewhere({ host }: HostTasks): boolean {
    return host !== '' && host !== this.host.address
  }

  private owned(wanted: readonly string[]): ReadonlyMap<string, LocalTask> {
    const owned = new Map<string, LocalTask>()
    if (this.host.whyNotOwner() !== undefined) return owned
    for (const task of this.host.active()) if (wanted.includes(task.id)) owned.set(task.id, task)
    return owned
  }

  /** Those that share the state directory and can be reached, with their tasks. */
  private async neighbours(
    signal: AbortSignal,
  ): Promise<
    readonly { readonly peer: Peer; readonly active: readonly string[]; readonly standby: readonly string[] }[]
  > {
    const peers = await this.host.neighbours()
    const found = await Promise.allSettled(peers.map(async (peer) => ({ peer, ...(await peer.tasks(signal)) })))
    return found.flatMap((outcome) =>
      outcome.status === 'fulfilled' && outcome.value.group === this.host.group ? [outcome.value] : [],
    )
  }

  private async fromOwner(id: string, { store, query }: TaskQuestion): Promise<TaskAnswer> {
    const declaration = this.host.stores.get(store)?.declaration
    if (declaration === undefined) throw notAvailable(`there is no store ${store}`)
    const page = await this.readOwned(id, declaration, (readable) => readStore(readable, query))
    return { ...page, stale: [] }
  }

  /** Reads a store of a task, unless it stops being the owner of it meanwhile. */
  private async readOwned<T>(
    id: string,
    { name, view }: StoreDeclaration,
    read: (readable: ReadableStore) => Promise<T>,
  ): Promise<T> {
    const task = this.owned([id]).get(id)?.task
    const store = task?.store(name)
    if (task === undefined || store === undefined || view === undefined) throw notAvailable(`task ${id} has gone`)
    const isStillHere = (): boolean => this.owned([id]).get(id)?.task === task
    try {
      const result = await read(readableStore(task, store, view))
      if (isStillHere()) return result
    } catch (error) {
      // Its database is closed when it is given away.
      if (isStillHere()) throw error
    }
    throw notAvailable(`task ${id} has just been given away`)
  }

  private async fromCopy(id: string, copy: LocalCopy, { store, query }: TaskQuestion): Promise<TaskAnswer> {
    const declaration = this.host.stores.get(store)?.declaration
    const readable = declaration && (await copy.open(declaration))
    if (declaration === undefined || readable === undefined) throw notAvailable(`there is no copy of ${store} here`)
    const lag = await copy.lag(declaration)
    return { ...(await readStore(readable, query)), stale: [{ task: id, lag }] }
  }
}

/** Rows that are counted at a time where tasks are elsewhere. */
const countedRows = 10_000

/** A store of a task as it can be read, with the numbers that are kept beside it. */
export const readableStore = (
  task: { store(name: string): TypedStore | undefined },
  store: TypedStore,
  view: StoreView,
): ReadableStore => {
  const numbers = task.store(observedTimeStore(store.name))
  return { store, view, numbers: numbers instanceof KeyValueStore ? (numbers as KeyValueStore<number>) : undefined }
}

/** Answers for the tasks of a question, until all of them have one. */
class Collected {
  private readonly question: TaskQuestion
  private readonly answers: TaskAnswer[] = []
  private missing: readonly string[]
  private failure: Error | undefined

  constructor(question: TaskQuestion) {
    this.question = question
    this.missing = question.tasks
  }

  get isComplete(): boolean {
    return this.missing.length === 0
  }

  /** Asks those that may answer for tasks that are missing, each for its own; that one of them cannot is no error yet. */
  async add(
    sources: readonly (readonly [tasks: readonly string[], ask: (part: TaskQuestion) => Promise<TaskAnswer>])[],
  ): Promise<void> {
    const asked: Promise<void>[] = []
    let free = this.missing
    for (const [tasks, ask] of sources) {
      const part = free.filter((id) => tasks.includes(id))
      if (part.length === 0) continue
      free = free.filter((id) => !part.includes(id))
      asked.push(this.collect(part, ask({ ...this.question, tasks: part })))
    }
    await Promise.all(asked)
  }

  private async collect(part: readonly string[], answer: Promise<TaskAnswer>): Promise<void> {
    try {
      this.answers.push(await answer)
      this.missing = this.missing.filter((id) => !part.includes(id))
    } catch (error) {
      if (!(error instanceof KsError) || error.kind !== 'busy') throw error
      this.failure ??= error
    }
  }

  /** All of them together. KsError busy if one is missing. @param why what is known about that. */
  answer(why: () => string | undefined): TaskAnswer {
    const [missing] = this.missing
    if (missing !== undefined) {
      throw this.failure ?? notAvailable(why() ?? `no instance that can be reached has task ${missing} now`)
    }
    const stale = this.answers.flatMap((answer) => answer.stale)
    return { ...mergePages(this.answers, this.question.query), stale }
  }
}
