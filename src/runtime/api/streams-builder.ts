// The DSL for programs in JavaScript and TypeScript: Kafka Streams' words over the DSL that verbs use. Functions get records
// with plain data; a function that throws makes the record a bad one.

import type { EmitMode } from '../operators/emit.ts'
import type { StreamJoin } from '../operators/stream-join.ts'
import type { BufferBound } from '../operators/suppress.ts'
import { processorNode, type Processor, type ProcessorSupplier } from '../processors/processor.ts'
import type { ProcessorRecord } from '../processors/processor-record.ts'
import type { StoreSpec } from '../processors/state-stores.ts'
import type { StreamRecord } from '../model/stream-record.ts'
import type { GlobalTable } from '../topology/global-table.ts'
import { addStateStore } from '../topology/processor-nodes.ts'
import * as dsl from '../topology/streams-builder.ts'
import type { Topology } from '../topology/topology.ts'
import type { AnyWindows } from '../windows/any-windows.ts'
import {
  aggregateStepOf,
  countStep,
  ofStream,
  ofTable,
  ofValues,
  type AggregateFunctions,
  type Aggregator,
  type Mapper,
  type ValueJoiner,
} from './callbacks.ts'
import { toMs, type Duration, type JoinWindows } from './windows.ts'

/** How a topology is described. */
export interface BuilderOptions {
  /**
   * `flush` (the default): of several updates of a row between two commits only the last one goes on, as with the record cache of
   * Kafka Streams. `changes`: every update goes on (statestore.cache.max.bytes=0).
   */
  readonly emit?: 'flush' | 'changes'
  /** What processors find in `appConfigs`. */
  readonly appConfigs?: Readonly<Record<string, unknown>>
}

/** Names of a store, for the ones that outlive changes of a topology. */
export interface Named {
  /** Of the store and its changelog; generated if not given. */
  readonly store?: string
}

/** A table whose rows may go. */
export interface TableOptions extends Named {
  /** Rows that have not been updated for so long of stream time are deleted; records as old as that are late. */
  readonly ttl?: Duration
}

/** A table from a topic. */
export interface TableSource extends Named {
  /** The table is versioned: it knows its rows as they were back to so long ago, and streams meet them as they were (KIP-889). */
  readonly history?: Duration
}

/** How a stream and a table meet. */
export interface JoinedOptions {
  /**
   * Records wait for so long, in the time of the stream, for rows that come late, and meet those of their time; for tables with a
   * history that is at least as long (KIP-923).
   */
  readonly gracePeriod?: Duration
}

/** What `suppress` may hold back (Suppressed.BufferConfig): everything if nothing is said. */
export interface SuppressOptions extends Named {
  readonly maxRecords?: number
  /** By Kafka Streams' estimate: keys, values and headers, and some 30 bytes for each row. */
  readonly maxBytes?: number
  /**
   * `emit-early` lets the oldest rows through, `shut-down` ends the run with an error. Default: `emit-early`; for windows that are
   * to close `shut-down`, which is all that they can.
   */
  readonly whenFull?: 'emit-early' | 'shut-down'
}

type Step<A> = Parameters<dsl.KGroupedStream['aggregate']>[0] & { initial(): A }

/** What all parts of one topology share. */
interface Scope {
  readonly builder: dsl.StreamsBuilder
  readonly emit: EmitMode
  readonly appConfigs: Readonly<Record<string, unknown>>
  readonly stores: Map<string, StoreSpec>
}

/** Describes a topology; `build` returns it. */
export class StreamsBuilder {
  private readonly scope: Scope

  constructor({ emit = 'flush', appConfigs = {} }: BuilderOptions = {}) {
    this.scope = { builder: new dsl.StreamsBuilder(), emit, appConfigs, stores: new Map() }
  }

  /** A stream from one or several topics. */
  stream<K = unknown, V = unknown>(topics: string | readonly string[]): KStream<K, V> {
    const names: readonly unknown[] = Array.isArray(topics) ? topics : [topics]
    if (!names.every((name) => typeof name === 'string')) {
      throw new TypeError('stream(topic) takes the name of a topic, or a list of names')
    }
    const [first, ...others] = names.map((topic) => this.scope.builder.stream(topic))
    if (first === undefined) throw new RangeError('a stream needs a topic')
    return new KStream(this.scope, others.length === 0 ? first : first.merge(others))
  }

  /** A table from a topic, which is its changelog too unless it has a history. Its keys are texts. */
  table<V = unknown>(topic: string, { store = `${topic}-table`, history }: TableSource = {}): KTable<string, V> {
    const options = history === undefined ? {} : { historyMs: toMs(history) }
    return new KTable(this.scope, this.scope.builder.table(topic, store, options))
  }

  /** A table of which every instance has all rows, read before the first record. Its keys are texts. */
  globalTable<V = unknown>(topic: string): GlobalKTable<V> {
    return new GlobalKTable(this.scope.builder.globalTable(topic))
  }

  /** A store for processors, which name it when they are added. */
  addStateStore(name: string, spec: StoreSpec): this {
    addStateStore(this.scope.builder, name, spec)
    this.scope.stores.set(name, spec)
    return this
  }

  build(): Topology {
    return this.scope.builder.build()
  }
}

/** A table of which every instance has all rows; streams are joined with it by any key. */
export class GlobalKTable<V = unknown> {
  /** For the runtime. */
  readonly table: GlobalTable
  /** Only a type: what its rows are. */
  declare readonly row: V

  constructor(table: GlobalTable) {
    this.table = table
  }
}

/** A stream of independent facts. */
export class KStream<K = unknown, V = unknown> {
  private readonly scope: Scope
  private readonly stream: dsl.KStream

  /** For the runtime: streams come from a builder. */
  constructor(scope: Scope, stream: dsl.KStream) {
    this.scope = scope
    this.stream = stream
  }

  filter(keep: Mapper<K, V, boolean>): KStream<K, V> {
    return this.next(this.stream.filter(ofStream(keep)))
  }

  filterNot(drop: Mapper<K, V, boolean>): KStream<K, V> {
    return this.filter((record) => !drop(record))
  }

  /** Another key and value. */
  map<K2, V2>(map: Mapper<K, V, { readonly key: K2; readonly value: V2 }>): KStream<K2, V2> {
    return this.flatMap((record) => [map(record)])
  }

  mapValues<V2>(map: Mapper<K, V, V2>): KStream<K, V2> {
    return this.next(this.stream.mapValues(ofStream(map)))
  }

  /** Any number of records for each. */
  flatMap<K2, V2>(map: Mapper<K, V, Iterable<{ readonly key: K2; readonly value: V2 }>>): KStream<K2, V2> {
    const mapped = ofStream(map)
    const supplier: Parameters<dsl.KStream['process']>[0] = (context) => ({
      process: (record) => {
        for (const { key, value } of mapped(record)) context.forward(record.withKey(key).withValue(value))
      },
    })
    return this.next(this.stream.process(supplier))
  }

  flatMapValues<V2>(map: Mapper<K, V, Iterable<V2>>): KStream<K, V2> {
    return this.next(this.stream.flatMapValues(ofStream(map)))
  }

  selectKey<K2>(select: Mapper<K, V, K2>): KStream<K2, V> {
    return this.next(this.stream.selectKey(ofStream(select)))
  }

  peek(look: Mapper<K, V, void>): KStream<K, V> {
    return this.next(this.stream.peek(ofStream(look)))
  }

  foreach(action: Mapper<K, V, void>): void {
    this.stream.peek(ofStream(action))
  }

  merge(...others: readonly KStream<K, V>[]): KStream<K, V> {
    return this.next(this.stream.merge(others.map(({ stream }) => stream)))
  }

  /** A stream for each condition, by its name, of the records for which it is the first that holds; `rest` has the others. */
  split<N extends string>(conditions: Readonly<Record<N, Mapper<K, V, boolean>>>): Record<N | 'rest', KStream<K, V>> {
    const entries = Object.entries<Mapper<K, V, boolean>>(conditions)
    const branches = this.stream.split(entries.map(([, condition]) => ofStream(condition)))
    const named = [...entries.map(([name]) => name), 'rest']
    return Object.fromEntries(branches.map((branch, index) => [named[index] ?? '', this.next<K, V>(branch)])) as Record<
      N | 'rest',
      KStream<K, V>
    >
  }

  /** Brings equal keys into one partition, through a topic of its own if the key has changed. */
  repartition(name: string): KStream<K, V> {
    return this.next(this.stream.together(name))
  }

  to(topic: string): void {
    this.stream.to(topic)
  }

  toTable(options: TableOptions = {}): KTable<K, V> {
    return new KTable(this.scope, this.stream.toTable(this.scope.emit, storeOf(options)))
  }

  groupByKey(): KGroupedStream<K, V> {
    return new KGroupedStream(this.scope, this.stream.groupByKey())
  }

  groupBy<K2>(select: Mapper<K, V, K2>): KGroupedStream<K2, V> {
    return new KGroupedStream(this.scope, this.stream.groupBy(ofStream(select)))
  }

  /** With the records of another stream that are near in time. */
  join<W, R>(other: KStream<K, W>, joiner: ValueJoiner<V, W, R>, windows: JoinWindows): KStream<K, R>
  /** With the row of the same key, as it is when the record comes; of a table with history, as it was at the time of the record. */
  join<W, R>(table: KTable<K, W>, joiner: ValueJoiner<V, W, R>, options?: JoinedOptions): KStream<K, R>
  /** With the row that the function names. */
  join<W, R>(table: GlobalKTable<W>, keyOf: Mapper<K, V, string | null>, joiner: ValueJoiner<V, W, R>): KStream<K, R>
  join(other: unknown, first: unknown, second?: unknown): unknown {
    return this.joinWith('inner', other, first, second)
  }

  leftJoin<W, R>(other: KStream<K, W>, joiner: ValueJoiner<V, W | null, R>, windows: JoinWindows): KStream<K, R>
  leftJoin<W, R>(table: KTable<K, W>, joiner: ValueJoiner<V, W | null, R>, options?: JoinedOptions): KStream<K, R>
  leftJoin<W, R>(
    table: GlobalKTable<W>,
    keyOf: Mapper<K, V, string | null>,
    joiner: ValueJoiner<V, W | null, R>,
  ): KStream<K, R>
  leftJoin(other: unknown, first: unknown, second?: unknown): unknown {
    return this.joinWith('left', other, first, second)
  }

  outerJoin<W, R>(
    other: KStream<K, W>,
    joiner: ValueJoiner<V | null, W | null, R>,
    windows: JoinWindows,
  ): KStream<K, R> {
    return this.joinWith('outer', other, joiner, windows) as KStream<K, R>
  }

  /** Any processor; it may use the stores named, and those that its supplier declares. */
  process<K2 = unknown, V2 = unknown>(
    supplier: ProcessorSupplier | (() => Processor),
    ...storeNames: readonly string[]
  ): KStream<K2, V2> {
    return this.processed(supplier, storeNames, true)
  }

  /** As `process`; the keys stay as they are. */
  processValues<V2 = unknown>(
    supplier: ProcessorSupplier | (() => Processor),
    ...storeNames: readonly string[]
  ): KStream<K, V2> {
    return this.processed(supplier, storeNames, false)
  }

  private processed<K2, V2>(
    supplier: ProcessorSupplier | (() => Processor),
    storeNames: readonly string[],
    changesKeys: boolean,
  ): KStream<K2, V2> {
    const { builder, appConfigs, stores } = this.scope
    const declared = typeof supplier === 'function' ? {} : (supplier.stores?.() ?? {})
    for (const [name, spec] of Object.entries(declared)) {
      if (!builder.hasStore(name)) addStateStore(builder, name, spec)
      stores.set(name, spec)
    }
    const names = [...new Set([...Object.keys(declared), ...storeNames])]
    const specs = Object.fromEntries(
      names.map((name) => {
        const spec = stores.get(name)
        if (spec === undefined) throw new RangeError(`there is no store ${name}: addStateStore adds one`)
        return [name, spec]
      }),
    )
    const make = typeof supplier === 'function' ? supplier : (): Processor => supplier.get()
    const node = processorNode(make, { stores: specs, appConfigs, subject: 'processor', changesKeys })
    return this.next(changesKeys ? this.stream.process(node, names) : this.stream.processValues(node, names))
  }

  private joinWith(kind: StreamJoin['kind'], other: unknown, first: unknown, second: unknown): unknown {
    const left = kind !== 'inner'
    if (other instanceof KStream) {
      const methods = { inner: 'join', left: 'leftJoin', outer: 'outerJoin' } as const
      const joiner = ofValues(first as ValueJoiner<unknown, unknown, unknown>)
      return this.next(this.stream[methods[kind]](other.stream, joiner, second as JoinWindows))
    }
    const joiner = ofValues((other instanceof GlobalKTable ? second : first) as ValueJoiner<unknown, unknown, unknown>)
    const join = (record: { readonly value: unknown }, row: unknown): unknown => joiner(record.value, row)
    if (other instanceof GlobalKTable) {
      const keyOf = ofStream(first as Mapper<unknown, unknown, string | null>)
      return this.next(this.stream.joinGlobal(other.table, { keyOf, join, left }))
    }
    if (!(other instanceof KTable)) throw new TypeError('a stream joins a KStream, a KTable or a GlobalKTable')
    const name = this.scope.builder.uniqueName('KSTREAM-JOIN')
    return this.next(this.stream.joinKTable(other.table, { join, left }, name, graceOf(other, second as JoinedOptions)))
  }

  private next<K2, V2>(stream: dsl.KStream): KStream<K2, V2> {
    return new KStream(this.scope, stream)
  }
}

/** ms; undefined if none is given. @throws RangeError for a table that does not know its rows for so long. */
const graceOf = ({ table }: KTable, { gracePeriod }: JoinedOptions = {}): number | undefined => {
  if (gracePeriod === undefined) return undefined
  const graceMs = toMs(gracePeriod)
  if (graceMs < 0) throw new RangeError(`gracePeriod is negative: ${String(graceMs)} ms`)
  if (table.store === undefined || table.historyMs === undefined) {
    throw new RangeError('a grace period takes a table from a topic with a history')
  }
  if (table.historyMs < graceMs)
    throw new RangeError('the history of a table must be at least as long as the grace period')
  return graceMs
}

/** The functions of an aggregation, and the name of its store. */
export interface AggregateOptions<A> extends Named {
  /** For sessions, two of which may become one. */
  readonly merger?: (earlier: A, later: A) => A
}

/** A stream grouped by its key. */
export class KGroupedStream<K = unknown, V = unknown> {
  private readonly scope: Scope
  private readonly grouped: dsl.KGroupedStream

  /** For the runtime. */
  constructor(scope: Scope, grouped: dsl.KGroupedStream) {
    this.scope = scope
    this.grouped = grouped
  }

  count(options: TableOptions = {}): KTable<K, number> {
    return this.made(countStep as Step<number>, options)
  }

  /** The first value becomes the aggregate; `reducer` makes one of it and the next. */
  reduce(reducer: (aggregate: V, value: V) => V, options: TableOptions = {}): KTable<K, V> {
    return this.made(aggregateStepOf(reducing(reducer)) as Step<V>, options)
  }

  aggregate<A>(initializer: () => A, aggregator: Aggregator<K, V, A>, options: TableOptions = {}): KTable<K, A> {
    return this.made(aggregateStepOf({ initializer, aggregator }) as Step<A>, options)
  }

  windowedBy(windows: AnyWindows): WindowedKStream<K, V> {
    return new WindowedKStream(this.scope, this.grouped.windowedBy(windows))
  }

  /** Begins an aggregate that other grouped streams add to as well, each in its own way (KIP-150). */
  cogroup<A>(aggregator: Aggregator<K, V, A>): CogroupedKStream<K, A> {
    return new CogroupedKStream(this.scope, [{ grouped: this.grouped, add: adderOf(aggregator) }])
  }

  /** For the runtime: this stream as one of a cogroup. */
  cogrouped<A>(aggregator: Aggregator<K, V, A>): Cogrouped {
    return { grouped: this.grouped, add: adderOf(aggregator) }
  }

  private made<A>(step: Step<A>, options: TableOptions): KTable<K, A> {
    return new KTable(this.scope, this.grouped.aggregate(step, this.scope.emit, storeOf(options)))
  }
}

const storeOf = ({ store, ttl }: TableOptions): dsl.TableStore => {
  const ttlMs = ttl === undefined ? undefined : toMs(ttl)
  if (ttlMs !== undefined && ttlMs <= 0) throw new RangeError(`ttl must be more than 0, not ${String(ttlMs)} ms`)
  return { name: store, ttlMs }
}

/** One stream of a cogroup. */
interface Cogrouped {
  readonly grouped: dsl.KGroupedStream
  readonly add: (state: unknown, record: StreamRecord) => unknown
}

const adderOf = <K, V, A>(aggregator: Aggregator<K, V, A>): Cogrouped['add'] =>
  aggregateStepOf({ initializer: () => undefined as A, aggregator }).add as Cogrouped['add']

/** Several grouped streams with one aggregate. */
export class CogroupedKStream<K = unknown, A = unknown> {
  private readonly scope: Scope
  private readonly streams: readonly Cogrouped[]
  private readonly windows: AnyWindows | undefined

  /** For the runtime. */
  constructor(scope: Scope, streams: readonly Cogrouped[], windows?: AnyWindows) {
    this.scope = scope
    this.streams = streams
    this.windows = windows
  }

  cogroup<V>(other: KGroupedStream<K, V>, aggregator: Aggregator<K, V, A>): CogroupedKStream<K, A> {
    return new CogroupedKStream(this.scope, [...this.streams, other.cogrouped(aggregator)], this.windows)
  }

  windowedBy(windows: AnyWindows): CogroupedKStream<K, A> {
    return new CogroupedKStream(this.scope, this.streams, windows)
  }

  aggregate(initializer: () => A, { store, merger }: AggregateOptions<A> = {}): KTable<K, A> {
    const [first, ...others] = this.streams
    if (first === undefined) throw new Error('a cogroup without a stream')
    const begun = first.grouped.cogroup(first.add)
    const all = others.reduce((joined, { grouped, add }) => joined.cogroup(grouped, add), begun)
    const windowed = this.windows === undefined ? all : all.windowedBy(this.windows)
    // The aggregators are those of the streams.
    const step = aggregateStepOf<K, unknown, A>({ initializer, merger, aggregator: (_record, aggregate) => aggregate })
    const emit = this.scope.emit === 'final' ? 'flush' : this.scope.emit
    return new KTable(this.scope, windowed.aggregate(step as Step<unknown>, emit, { name: store }))
  }
}

/** When results of windows go on: with updates, or once, when the window closes. */
export type EmitStrategy = 'on-window-update' | 'on-window-close'

/** A grouped stream with windows. Keys of results have a `window`. */
export class WindowedKStream<K = unknown, V = unknown> {
  private readonly scope: Scope
  private readonly windowed: dsl.WindowedKStream
  private readonly strategy: EmitStrategy

  /** For the runtime. */
  constructor(scope: Scope, windowed: dsl.WindowedKStream, strategy: EmitStrategy = 'on-window-update') {
    this.scope = scope
    this.windowed = windowed
    this.strategy = strategy
  }

  /** @throws RangeError for unlimited windows, which do not close. */
  emitStrategy(strategy: EmitStrategy): WindowedKStream<K, V> {
    if (strategy === 'on-window-close' && this.windowed.isUnlimited) {
      throw new RangeError('unlimited windows never close: on-window-close would emit nothing')
    }
    return new WindowedKStream(this.scope, this.windowed, strategy)
  }

  count(named: Named = {}): KTable<K, number> {
    return this.made(countStep as Step<number>, named)
  }

  reduce(reducer: (aggregate: V, value: V) => V, named: Named = {}): KTable<K, V> {
    return this.made(aggregateStepOf(reducing(reducer)) as Step<V>, named)
  }

  aggregate<A>(initializer: () => A, aggregator: Aggregator<K, V, A>, options: AggregateOptions<A> = {}): KTable<K, A> {
    const { merger } = options
    return this.made(aggregateStepOf({ initializer, aggregator, merger }) as Step<A>, options)
  }

  private made<A>(step: Step<A>, { store }: Named): KTable<K, A> {
    const emit = this.strategy === 'on-window-close' ? 'final' : this.scope.emit
    return new KTable(this.scope, this.windowed.aggregate(step, emit, { name: store }))
  }
}

const reducing = <K, V>(reducer: (aggregate: V, value: V) => V): AggregateFunctions<K, V, V | undefined> => ({
  // No value yet: the first one becomes the aggregate.
  initializer: () => undefined,
  aggregator: ({ value }, aggregate) => (aggregate === undefined ? value : reducer(aggregate, value)),
  merger: (earlier, later) => (earlier === undefined ? later : later === undefined ? earlier : reducer(earlier, later)),
})

/** A table: an upsert per key. */
export class KTable<K = unknown, V = unknown> {
  private readonly scope: Scope
  /** For the runtime. */
  readonly table: dsl.KTable

  /** For the runtime: tables come from a builder. */
  constructor(scope: Scope, table: dsl.KTable) {
    this.scope = scope
    this.table = table
  }

  filter(keep: Mapper<K, V, boolean>): KTable<K, V> {
    return this.next(this.table.filter(ofTable(keep)))
  }

  filterNot(drop: Mapper<K, V, boolean>): KTable<K, V> {
    return this.filter((record: ProcessorRecord<K, V>) => !drop(record))
  }

  mapValues<V2>(map: Mapper<K, V, V2>): KTable<K, V2> {
    return this.next(this.table.mapValues(ofTable(map)))
  }

  groupBy<K2>(select: Mapper<K, V, K2>): KGroupedTable<K2, V> {
    return new KGroupedTable(this.scope, this.table.groupBy(ofTable(select)))
  }

  join<W, R>(other: KTable<K, W>, joiner: ValueJoiner<V, W, R>): KTable<K, R> {
    return this.next(this.table.join(other.table, ofValues(joiner)))
  }

  leftJoin<W, R>(other: KTable<K, W>, joiner: ValueJoiner<V, W | null, R>): KTable<K, R> {
    return this.next(this.table.leftJoin(other.table, ofValues(joiner)))
  }

  outerJoin<W, R>(other: KTable<K, W>, joiner: ValueJoiner<V | null, W | null, R>): KTable<K, R> {
    return this.next(this.table.outerJoin(other.table, ofValues(joiner)))
  }

  /** With the row of another table that each row names; updates of both change the results (KIP-213). */
  joinForeignKey<W, R>(
    other: KTable<string, W>,
    foreignKeyOf: Mapper<K, V, string | null>,
    joiner: ValueJoiner<V, W, R>,
  ): KTable<K, R> {
    return this.next(this.table.joinForeignKey(other.table, ofTable(foreignKeyOf), ofValues(joiner)))
  }

  leftJoinForeignKey<W, R>(
    other: KTable<string, W>,
    foreignKeyOf: Mapper<K, V, string | null>,
    joiner: ValueJoiner<V, W | null, R>,
  ): KTable<K, R> {
    return this.next(this.table.leftJoinForeignKey(other.table, ofTable(foreignKeyOf), ofValues(joiner)))
  }

  /**
   * Holds updates back until their window closes (`window-close`), or for so long; see KTable.suppress.
   * @throws RangeError for windows that are to close and to be emitted early.
   */
  suppress(
    until: 'window-close' | { readonly untilTimeLimit: Duration },
    { store, maxRecords, maxBytes, whenFull }: SuppressOptions = {},
  ): KTable<K, V> {
    const isClose = until === 'window-close'
    if (isClose && whenFull === 'emit-early') throw new RangeError('a window comes out once, when it closes')
    for (const [name, bound] of Object.entries({ maxRecords, maxBytes })) {
      if (bound !== undefined && !(bound >= 0)) throw new RangeError(`${name} is ${String(bound)}`)
    }
    const isBounded = maxRecords !== undefined || maxBytes !== undefined
    const shutsDown = (whenFull ?? (isClose ? 'shut-down' : 'emit-early')) === 'shut-down'
    const most: BufferBound = { rows: maxRecords, bytes: maxBytes, whenFull: shutsDown ? 'fail' : 'emit' }
    const held = isClose ? ({ until: 'close' } as const) : { untilMs: toMs(until.untilTimeLimit) }
    return this.next(this.table.suppress(held, { name: store, most: isBounded ? most : undefined }))
  }

  toStream(): KStream<K, V | null> {
    return new KStream(this.scope, this.table.toStream())
  }

  private next<V2>(table: dsl.KTable): KTable<K, V2> {
    return new KTable(this.scope, table)
  }
}

/** A table grouped by another key: rows that change or go are taken back. */
export class KGroupedTable<K = unknown, V = unknown> {
  private readonly scope: Scope
  private readonly grouped: dsl.KGroupedTable

  /** For the runtime. */
  constructor(scope: Scope, grouped: dsl.KGroupedTable) {
    this.scope = scope
    this.grouped = grouped
  }

  count(named: Named = {}): KTable<K, number> {
    return this.made(countStep as Step<number>, named)
  }

  aggregate<A>(
    initializer: () => A,
    adder: Aggregator<K, V, A>,
    subtractor: Aggregator<K, V, A>,
    named: Named = {},
  ): KTable<K, A> {
    return this.made(aggregateStepOf({ initializer, aggregator: adder, subtractor }) as Step<A>, named)
  }

  private made<A>(step: Step<A>, { store }: Named): KTable<K, A> {
    return new KTable(this.scope, this.grouped.aggregate(step, this.scope.emit, { name: store }))
  }
}
