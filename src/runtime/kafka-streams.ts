// KafkaStreams: runs a topology inside a program, with the runtime that `ks … -t … -a` has, and answers questions about its state.

import { createStyle } from './cli/terminal/colour.ts'
import type { CliContext } from './cli/context.ts'
import { exitStatus, KsError } from './model/errors.ts'
import { keyText } from './model/record-key.ts'
import type * as RunChain from './run-chain.ts'
import { readKey, readStore } from './query/read-store.ts'
import { mergePages, type QueryRow, type RowPage, type StoreQuery } from './query/store-query.ts'
import { readableStore, type ReadableStore } from './query/text-row.ts'
import { parseJsonText, stringifyJson } from './serde/json-parse.ts'
import { plainKeyText } from './serde/key-text.ts'
import { defaultShared, type SharedValues } from './shared-options.ts'
import { KeyValueStore } from './stores/key-value-store.ts'
import type { StoreView } from './stores/store-view.ts'
import { systemClock } from './tasks/clock.ts'
import { planOf, programOf } from './topology-module.ts'
import type { RunningTask } from './topic-tasks.ts'
import type { Topology } from './topology/topology.ts'

/** Rows that a range reads at a time. */
const pageRows = 1000

/** The states of a client, as Kafka Streams has them. */
export type StreamsState =
  'CREATED' | 'REBALANCING' | 'RUNNING' | 'PENDING_SHUTDOWN' | 'NOT_RUNNING' | 'PENDING_ERROR' | 'ERROR'

/** Properties by Kafka's names; `application.id` and `bootstrap.servers` are needed. */
export type StreamsConfig = Readonly<Record<string, string | number | boolean>>

/** Hears of every change of state, and in the state ERROR why. */
export type StateListener = (newState: StreamsState, oldState: StreamsState, cause: Error | undefined) => void

/** A row with its window, ms. */
export interface StoredWindow<V = unknown> {
  readonly start: number
  /** Of a session the time of its last record; undefined in a store of a processor, which does not know how long its windows are. */
  readonly end: number | undefined
  readonly value: V
}

/** A row of a range; `start` and `end` are those of its window or session, as in `StoredWindow`, undefined without. */
export interface StoredRow<K = unknown, V = unknown> {
  readonly key: K
  readonly value: V
  readonly start: number | undefined
  readonly end: number | undefined
}

/**
 * What can be asked of a store: the rows that tasks of this instance have, with what is not committed yet. Values are copies.
 * Every question throws an Error if the stores are not open (see `state`) or the store is of a kind that has no answer.
 */
export interface QueryableStore<K = unknown, V = unknown> {
  /**
   * The row of a key in a store without windows; null if no task here has one.
   * @param asOf of a versioned table: the row as it was at this time, ms; null, too, if its history does not go back so far.
   */
  get(key: K, asOf?: number): V | null
  /** The rows of a key in a store of windows or sessions that begin in a range of time, in order; both ends included, ms. */
  fetch(key: K, from?: number, to?: number): readonly StoredWindow<V>[]
  /**
   * Rows from one key to another, both included, in the order of the keys' texts (and of their windows); undefined is open. They
   * are read in portions while the tasks go on; it throws an Error if tasks come or go meanwhile.
   */
  range(from: K | undefined, to: K | undefined): AsyncIterable<StoredRow<K, V>>
  /** As `range`, from the last row to the first one. */
  reverseRange(from: K | undefined, to: K | undefined): AsyncIterable<StoredRow<K, V>>
  /** Rows whose keys' texts begin so. */
  prefixScan(prefix: string): AsyncIterable<StoredRow<K, V>>
  all(): AsyncIterable<StoredRow<K, V>>
  reverseAll(): AsyncIterable<StoredRow<K, V>>
}

export class KafkaStreams {
  private readonly topology: Topology
  private readonly config: StreamsConfig
  private readonly listeners: StateListener[] = []
  private readonly controller = new AbortController()
  private tasks: () => Iterable<RunningTask> = () => []
  private current: StreamsState = 'CREATED'
  private failure: Error | undefined
  private ended: Promise<void> | undefined

  /** Opens nothing yet. */
  constructor(topology: Topology, config: StreamsConfig) {
    this.topology = topology
    this.config = config
  }

  get state(): StreamsState {
    return this.current
  }

  /** Why the state is ERROR. */
  get error(): Error | undefined {
    return this.failure
  }

  onStateChange(listener: StateListener): this {
    this.listeners.push(listener)
    return this
  }

  /**
   * Connects, joins the group, processes until `close`. Resolves when its tasks run for the first time.
   * @throws KsError (rejects) if it cannot start; what ends it later makes the state ERROR.
   */
  async start(): Promise<void> {
    if (this.current !== 'CREATED') throw new Error(`cannot start: the state is ${this.current}`)
    this.become('REBALANCING')
    let running: () => void = () => undefined
    const isRunning = new Promise<void>((resolve) => {
      running = resolve
    })
    this.ended = this.run(running)
    await Promise.race([isRunning, this.ended])
    if (this.failure !== undefined) throw this.failure
  }

  /** Commits, leaves the group and lets go of everything. */
  async close(): Promise<void> {
    if (this.current === 'CREATED') this.become('NOT_RUNNING')
    if (this.ended === undefined) return
    if (this.current === 'REBALANCING' || this.current === 'RUNNING') this.become('PENDING_SHUTDOWN')
    this.controller.abort(exitStatus.terminated)
    await this.ended
  }

  /** A store of this instance. @throws Error if the topology has none of this name, or nothing runs. */
  store<K = unknown, V = unknown>(name: string): QueryableStore<K, V> {
    const view = this.topology.stores.find((store) => store.name === name)?.view
    if (view === undefined) {
      const names = this.topology.stores.flatMap((store) => (store.view === undefined ? [] : [store.name]))
      throw new Error(`there is no store ${name}, only ${names.join(', ')}`)
    }
    const textOf = (key: unknown): string =>
      (view.keys === 'plain' ? plainKeyText(key) : keyText(key, stringifyJson)) ?? ''
    const bounds = (from: unknown, to: unknown): Pick<StoreQuery, 'from' | 'to'> => ({
      ...(from === undefined ? {} : { from: textOf(from) }),
      ...(to === undefined ? {} : { to: textOf(to) }),
    })
    const rows = (query: Omit<StoreQuery, 'limit'>): AsyncIterable<StoredRow<K, V>> =>
      this.rows<K, V>(name, view, query)
    return {
      get: (key, asOf) => {
        for (const readable of this.open(name, view)) {
          if (!(readable.store instanceof KeyValueStore)) {
            throw new Error(`${name} has windows: ask fetch(key, from, to)`)
          }
          const [row] = readKey(readable, textOf(key), asOf === undefined ? {} : { asOf })
          if (row !== undefined) return valueOf(row) as V
        }
        return null
      },
      fetch: (key, start = 0, end = Infinity) =>
        this.open(name, view).flatMap((readable) => {
          if (readable.store instanceof KeyValueStore) throw new Error(`${name} has no windows: ask get(key)`)
          return readKey(readable, textOf(key), { start, end }).map(storedWindow) as StoredWindow<V>[]
        }),
      range: (from, to) => rows({ ...bounds(from, to), reverse: false }),
      reverseRange: (from, to) => rows({ ...bounds(from, to), reverse: true }),
      prefixScan: (prefix) => rows({ prefix, reverse: false }),
      all: () => rows({ reverse: false }),
      reverseAll: () => rows({ reverse: true }),
    }
  }

  /** The rows of all tasks of this instance, page by page. */
  private async *rows<K, V>(
    name: string,
    view: StoreView,
    asked: Omit<StoreQuery, 'limit'>,
  ): AsyncGenerator<StoredRow<K, V>> {
    const parts = this.open(name, view)
    const checkParts = (): void => {
      const now = this.open(name, view)
      if (now.length === parts.length && now.every(({ store }, index) => store === parts[index]?.store)) return
      throw new Error(`${name} has got or lost tasks of this instance meanwhile: ask again`)
    }
    for (let query: StoreQuery = { ...asked, limit: pageRows }; ;) {
      const pages = await Promise.allSettled(parts.map((part) => readStore(part, query)))
      // A store that has been given away is closed, which is no news to be told as an error of it.
      checkParts()
      const { rows, more } = mergePages(pages.map(pageOrThrow), query)
      for (const row of rows) {
        yield { key: parseJsonText(row.keyJson) as K, ...(storedWindow(row) as StoredWindow<V>) }
      }
      const last = rows.at(-1)
      if (!more || last === undefined) return
      checkParts()
      query = { ...query, after: last }
    }
  }

  /** The store in each task of this instance. */
  private open(name: string, view: StoreView): readonly ReadableStore[] {
    if (this.current !== 'RUNNING' && this.current !== 'REBALANCING') {
      throw new Error(`the stores are not open: the state is ${this.current}`)
    }
    return [...this.tasks()].flatMap(({ task }) => {
      const store = task.store(name)
      return store === undefined ? [] : [readableStore(task, store, view)]
    })
  }

  private async run(running: () => void): Promise<void> {
    try {
      const { prepareProgram } = await import('./run-chain.ts')
      const { runChain } = await import('./app.ts')
      const context = this.context()
      const prepared = await this.prepare(prepareProgram, context)
      await runChain(prepared.plan, prepared.settings, context, {
        started: (tasks) => {
          this.tasks = tasks
        },
        changed: (isRunning) => {
          if (this.current !== 'REBALANCING' && this.current !== 'RUNNING') return
          this.become(isRunning ? 'RUNNING' : 'REBALANCING')
          if (isRunning) running()
        },
      })
      this.tasks = () => []
      if (this.current !== 'PENDING_SHUTDOWN') this.become('PENDING_SHUTDOWN')
      this.become('NOT_RUNNING')
    } catch (error) {
      this.tasks = () => []
      this.failure = error instanceof Error ? error : new Error(String(error))
      this.become('PENDING_ERROR')
      this.become('ERROR')
    }
  }

  private prepare(
    prepareProgram: typeof RunChain.prepareProgram,
    context: CliContext,
  ): Promise<RunChain.PreparedChain> {
    const { 'application.id': applicationId, ...properties } = this.config
    if (typeof applicationId !== 'string' || applicationId === '' || !('bootstrap.servers' in properties)) {
      throw new KsError('config', 'KafkaStreams needs application.id and bootstrap.servers')
    }
    if (Number(properties['num.stream.threads'] ?? 1) !== 1) {
      throw new KsError('config', 'num.stream.threads: KafkaStreams in a program has one', {
        hint: 'start several processes, or ks run',
      })
    }
    const shared: SharedValues = {
      ...defaultShared(),
      app: applicationId,
      quiet: true,
      property: Object.entries(properties).map(([name, value]) => [name, String(value)] as const),
    }
    const build = () => planOf(this.topology)
    return prepareProgram(
      programOf(build, { file: 'streams', shared, commandLine: 'KafkaStreams', recipe: undefined }),
      context,
    )
  }

  /** A world without a terminal, an environment and a configuration of the user. */
  private context(): CliContext {
    const style = () => createStyle(false)
    return {
      environment: {},
      currentDirectory: process.cwd(),
      now: () => systemClock.now(),
      elapsed: () => performance.now(),
      print: () => Promise.resolve(),
      tell: () => undefined,
      warn: () => undefined,
      askSecret: () => Promise.resolve(undefined),
      outputTerminal: undefined,
      errorTerminal: undefined,
      onResize: () => () => undefined,
      signal: this.controller.signal,
      style,
      errorStyle: style,
      // A thread reads no configuration files of the user and starts no others.
      thread: { number: 1, commandLine: 'KafkaStreams', files: [], report: () => undefined, answer: () => undefined },
      startThread: () => {
        throw new Error('a program has one thread')
      },
    }
  }

  private become(state: StreamsState): void {
    const old = this.current
    if (old === state) return
    this.current = state
    for (const listener of this.listeners) listener(state, old, this.failure)
  }
}

const valueOf = ({ valueJson }: QueryRow): unknown => parseJsonText(valueJson)

const storedWindow = (row: QueryRow): Omit<StoredRow, 'key'> => ({
  start: row.start,
  end: row.end,
  value: valueOf(row),
})

const pageOrThrow = (page: PromiseSettledResult<RowPage>): RowPage => {
  if (page.status === 'fulfilled') return page.value
  throw page.reason
}
