// KafkaStreams: runs a topology inside a program, with the runtime that `ks … -t … -a` has, and answers questions about its state.

import { createStyle } from './cli/terminal/colour.ts'
import type { CliContext } from './cli/context.ts'
import { exitStatus, KsError } from './model/errors.ts'
import { keyText } from './model/record-key.ts'
import { plainValue } from './model/stream-record.ts'
import type * as RunChain from './run-chain.ts'
import { stringifyJson } from './serde/json-parse.ts'
import { plainKeyText } from './serde/key-text.ts'
import { sharedOptions, type SharedValues } from './shared-options.ts'
import { KeyValueStore } from './stores/key-value-store.ts'
import { SessionStore } from './stores/session-store.ts'
import { TimelineStore } from './stores/timeline-store.ts'
import type { TypedStore } from './stores/typed-store.ts'
import { WindowStore } from './stores/window-store.ts'
import { systemClock } from './tasks/clock.ts'
import { planOf, programOf } from './topology-module.ts'
import type { RunningTask } from './topic-tasks.ts'
import type { Topology } from './topology/topology.ts'

/** The states of a client, as Kafka Streams has them. */
export type StreamsState =
  'CREATED' | 'REBALANCING' | 'RUNNING' | 'PENDING_SHUTDOWN' | 'NOT_RUNNING' | 'PENDING_ERROR' | 'ERROR'

/** Properties by Kafka's names; `application.id` and `bootstrap.servers` are needed. */
export type StreamsConfig = Readonly<Record<string, string | number | boolean>>

/** Hears of every change of state, and in the state ERROR why. */
export type StateListener = (newState: StreamsState, oldState: StreamsState, cause: Error | undefined) => void

/** A row with its window: `end` is that of a session, or undefined. ms. */
export interface StoredWindow<V = unknown> {
  readonly start: number
  readonly end: number | undefined
  readonly value: V
}

/** What can be asked of a store: the rows that tasks of this instance have. */
export interface QueryableStore<K = unknown, V = unknown> {
  /** The row of a key in a store without windows; null if no task here has one. */
  get(key: K): V | null
  /** The rows of a key in a store of windows or sessions that begin in a range of time, in order; both ends included, ms. */
  fetch(key: K, from?: number, to?: number): readonly StoredWindow<V>[]
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
    const declaration = this.topology.stores.find((store) => store.name === name)
    if (declaration === undefined) {
      const names = this.topology.stores.filter(({ log }) => log !== 'metadata').map((store) => store.name)
      throw new Error(`there is no store ${name}, only ${names.join(', ')}`)
    }
    const textOf = (key: unknown): string =>
      (typeof declaration.log === 'object' ? plainKeyText(key) : keyText(key, stringifyJson)) ?? ''
    return {
      get: (key) => {
        for (const rows of this.open(name)) {
          if (!(rows instanceof KeyValueStore)) throw new Error(`${name} has windows: ask fetch(key, from, to)`)
          const value: unknown = rows.peek(textOf(key))
          if (value !== undefined) return plainValue(value) as V
        }
        return null
      },
      fetch: (key, from = 0, to = Infinity) =>
        this.open(name).flatMap((rows) => windowsOf(rows, textOf(key), from, to) as StoredWindow<V>[]),
    }
  }

  /** The store in each task of this instance. */
  private open(name: string): readonly TypedStore[] {
    if (this.current !== 'RUNNING' && this.current !== 'REBALANCING') {
      throw new Error(`the stores are not open: the state is ${this.current}`)
    }
    return [...this.tasks()].flatMap(({ task }) => task.store(name) ?? [])
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
      ...defaults(),
      app: applicationId,
      quiet: true,
      property: Object.entries(properties).map(([name, value]) => [name, String(value)] as const),
    }
    const build = () => planOf(this.topology)
    return prepareProgram(programOf(build, { file: 'streams', shared, commandLine: 'KafkaStreams' }), context)
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

const windowsOf = (rows: TypedStore, key: string, from: number, to: number): StoredWindow[] => {
  if (rows instanceof SessionStore) {
    return rows
      .find(key, -Infinity, to)
      .flatMap(({ start, end, value }) => (start < from ? [] : [{ start, end, value: value as unknown }]))
  }
  if (rows instanceof TimelineStore) {
    return rows
      .range(key, from, to)
      .map(({ time, value }) => ({ start: time, end: undefined, value: value as unknown }))
  }
  if (!(rows instanceof WindowStore)) throw new Error(`${rows.name} has no windows: ask get(key)`)
  return rows.starts().flatMap((start) => {
    const value: unknown = start < from || start > to ? undefined : rows.peek(key, start)?.value
    return value === undefined ? [] : [{ start, end: undefined, value }]
  })
}

const defaults = (): SharedValues =>
  Object.fromEntries(Object.entries(sharedOptions).map(([name, option]) => [name, option.parse([])])) as SharedValues
