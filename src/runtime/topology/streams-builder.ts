// The DSL: KStream, KTable and what lies between them, in Kafka Streams' words. Every call adds nodes to one topology.

import type { AggregateStep } from '../operators/aggregate-step.ts'
import { aggregate, aggregateTable } from '../operators/aggregate.ts'
import type { CogroupAdder, CogroupStep } from '../operators/cogroup.ts'
import { dedupe, dedupeWithin } from '../operators/dedupe.ts'
import type { EmitMode, TableOptions } from '../operators/emit.ts'
import { aggregateOrStamped } from '../operators/stamped-aggregate.ts'
import type { ProcessorSupplier } from '../operators/processor.ts'
import {
  branch,
  extractTimestamp,
  filter,
  flatMapValues,
  head,
  mapValues,
  passThrough,
  peek,
  selectKey,
  type Predicate,
  type ValueMapper,
} from '../operators/stateless.ts'
import type { ForeignKeyJoin, ForeignKeyOf } from '../operators/foreign-key-join.ts'
import { keyTextOf } from '../operators/grouping.ts'
import { getterRows, latestRows, tableSource, type KTableJoin } from '../operators/ktable-join.ts'
import { lead, type Lead } from '../operators/lead.ts'
import type { StreamJoin, StreamJoiner } from '../operators/stream-join.ts'
import { filteredGetter, mappedGetter, storeGetter, type TableGetter } from '../operators/table-getter.ts'
import { tableJoin, type TableJoin } from '../operators/table-join.ts'
import { joinedGetter, sameKeys, type TableJoiner, type TableTableJoin } from '../operators/table-table-join.ts'
import { heldCodec, suppress, suppressedGetter, type BufferBound, type Suppression } from '../operators/suppress.ts'
import { cacheTable } from '../operators/table-cache.ts'
import { filterTable, groupTable, mapTable, toStream, toTable } from '../operators/table.ts'
import { observedTimeStore } from '../operators/stream-time.ts'
import { versionedGetter } from '../operators/versioned-rows.ts'
import { rowsAsOf } from '../operators/versioned-table.ts'
import { waitingCodec } from '../operators/waiting-records.ts'
import { plainCodec, tableRowCodec } from '../stores/store-row.ts'
import { recordView, valueView, type StoreView } from '../stores/store-view.ts'
import type { StreamRecord } from '../model/stream-record.ts'
import type { AnyWindows } from '../windows/any-windows.ts'
import type { JoinWindows } from '../windows/join-windows.ts'
import { aggregateView } from './aggregate-view.ts'
import { addCogroup, type CogroupedInput } from './cogroup.ts'
import { addSink, addTimeStore, addTop, erased, repartition, repartitionIf } from './common-nodes.ts'
import { addForeignKeyJoin } from './foreign-key-nodes.ts'
import { GlobalTable, type GlobalTableOptions } from './global-table.ts'
import { addStreamJoin, addTableJoin, addTableLookup, addWindowsJoin, type TableLookup } from './join-nodes.ts'
import { TopologyBuilder, type NodeOptions } from './topology-builder.ts'
import type { Endpoint, Repartition } from './topology.ts'
import { addVersionedTable } from './versioned-nodes.ts'
import { windowedAggregate } from './windowed-aggregate.ts'

/** How long the changelog of stamped windows keeps them, beyond grace: 7 days. */
const stampedRetentionMs = 604_800_000

/** Describes a topology; `build` returns it. */
export class StreamsBuilder extends TopologyBuilder {
  /** A stream from a topic, a file or standard input. */
  stream(endpoint: Endpoint | string, name?: string): KStream {
    const source: Endpoint = typeof endpoint === 'string' ? { kind: 'topic', name: endpoint } : endpoint
    return new KStream(this, this.add('KSTREAM-SOURCE', 'source', [], passThrough, { name, endpoint: source }), false)
  }

  /** A table from a topic, which is its changelog too. Keys are the text of the record keys. */
  table(topic: string, storeName: string, { isFirst = false, historyMs }: SourceTableOptions = {}): KTable {
    const endpoint: Endpoint = { kind: 'topic', name: topic }
    const source = this.add('KSTREAM-SOURCE', 'source', [], passThrough, {
      endpoint,
      ...(isFirst ? { isFirst } : {}),
    })
    const table: TableOptions = { emit: 'changes', sendOldValues: false }
    if (historyMs !== undefined) {
      const { node, store } = addVersionedTable(this, source, storeName, historyMs, table)
      return new KTable(this, node, [table], { store, historyMs, getter: versionedGetter(store, historyMs) })
    }
    const store = this.addStore('KTABLE-SOURCE', 'key-value', tableRowCodec, storeName, {
      log: { sourceTopic: topic },
      view: sourceTableView,
    })
    const node = this.add('KTABLE-SOURCE', 'processor', [source], tableSource(store, table), { stores: [store] })
    return new KTable(this, node, [table], { store, getter: storeGetter(store, ({ value }) => value) })
  }

  /** A table of which every instance has all rows, read before the first record. */
  globalTable(endpoint: Endpoint | string, options?: GlobalTableOptions): GlobalTable {
    const table = new GlobalTable(typeof endpoint === 'string' ? { kind: 'topic', name: endpoint } : endpoint, options)
    this.addGlobal(table)
    return table
  }
}

/** Tables of topics keep the keys of their topics. */
const sourceTableView: StoreView = { keys: 'plain' }

/** What the table of a topic may be besides. */
export interface SourceTableOptions {
  /** What the topic has at the start is taken in before any record of a stream. */
  readonly isFirst?: boolean | undefined
  /**
   * The table knows its rows as they were back to so long ago, in ms of event time (a versioned store, KIP-889): late updates go
   * into the history, and joins of streams find the row as it was at the time of their record. It has a changelog of its own.
   */
  readonly historyMs?: number | undefined
}

/** Names of a node or store; generated if not given. */
export interface Named {
  readonly name?: string | undefined
}

/** The store of a table. */
export interface TableStore extends Named {
  /** Rows that have not been updated for so long go, in ms of stream time; records as old as that are late. */
  readonly ttlMs?: number | undefined
}

/** What a join of streams may have besides its windows. */
export type StreamJoinOptions = Named & Pick<StreamJoin, 'isPair'>

/** A stream of independent facts. */
export class KStream {
  readonly builder: StreamsBuilder
  readonly node: string
  private readonly keyChanged: boolean

  /** @param keyChanged a stateful operator that follows needs a repartition first. */
  constructor(builder: StreamsBuilder, node: string, keyChanged: boolean) {
    this.builder = builder
    this.node = node
    this.keyChanged = keyChanged
  }

  filter(keep: Predicate, named: Named = {}): KStream {
    return this.next('KSTREAM-FILTER', filter(keep), named)
  }

  mapValues(map: ValueMapper, named: Named = {}): KStream {
    return this.next('KSTREAM-MAPVALUES', mapValues(map), named)
  }

  flatMapValues(map: (record: StreamRecord) => Iterable<unknown>, named: Named = {}): KStream {
    return this.next('KSTREAM-FLATMAPVALUES', flatMapValues(map), named)
  }

  selectKey(select: ValueMapper, named: Named = {}): KStream {
    return this.next('KSTREAM-KEY-SELECT', selectKey(select), named, true)
  }

  peek(look: (record: StreamRecord) => void, named: Named = {}): KStream {
    return this.next('KSTREAM-PEEK', peek(look), named)
  }

  /** Replaces the timestamps; records for which there is none are dropped. */
  withTimestamps(timestampOf: (record: StreamRecord) => number | undefined, named: Named = {}): KStream {
    return this.next('KSTREAM-TIMESTAMP', extractTimestamp(timestampOf), named)
  }

  /** The first records, of each key if `keyOf` is given. */
  head(count: number, keyOf: ((record: StreamRecord) => string) | undefined, named: Named = {}): KStream {
    return this.next('KSTREAM-HEAD', head(count, keyOf), named)
  }

  /** One stream per predicate, and one for the rest as the last. */
  split(predicates: readonly Predicate[], named: Named = {}): KStream[] {
    const node = this.builder.add('KSTREAM-BRANCH', 'processor', [this.node], branch(predicates), named)
    return [...predicates.keys(), predicates.length].map(
      (index) =>
        new KStream(
          this.builder,
          this.builder.add('KSTREAM-BRANCHCHILD', 'processor', [node], passThrough, {
            name: `${node}-${String(index + 1)}`,
          }),
          this.keyChanged,
        ),
    )
  }

  merge(others: readonly KStream[], named: Named = {}): KStream {
    const parents = [this.node, ...others.map((other) => other.node)]
    const node = this.builder.add('KSTREAM-MERGE', 'processor', parents, passThrough, named)
    return new KStream(this.builder, node, this.keyChanged || others.some((other) => other.keyChanged))
  }

  /** Any supplier as a node; it may use the stores named. Its results may have other keys. */
  process(supplier: ProcessorSupplier, stores: readonly string[] = [], named: Named = {}): KStream {
    return this.processed(supplier, stores, named, true)
  }

  /** As `process`, for suppliers that leave the keys as they are. */
  processValues(supplier: ProcessorSupplier, stores: readonly string[] = [], named: Named = {}): KStream {
    return this.processed(supplier, stores, named, this.keyChanged)
  }

  /** The stream with equal keys in one partition, behind a repartition of that name if its key has changed. */
  together(name: string): KStream {
    return new KStream(this.builder, repartitionIf(this.keyChanged, this.builder, this.node, name), false)
  }

  groupByKey(): KGroupedStream {
    return new KGroupedStream(this.builder, this.node, this.keyChanged)
  }

  groupBy(select: ValueMapper): KGroupedStream {
    return this.selectKey(select).groupByKey()
  }

  /** The latest value per key. */
  toTable(emit: EmitMode = 'changes', { name: given, ttlMs }: TableStore = {}): KTable {
    const kept = { ttlMs, view: recordView }
    const storeName = this.builder.addStore('KSTREAM-TOTABLE', 'key-value', plainCodec, given, kept)
    const parent = repartitionIf(this.keyChanged, this.builder, this.node, storeName)
    const options: TableOptions = { emit, sendOldValues: false }
    const node = this.builder.add('KSTREAM-TOTABLE', 'processor', [parent], toTable(storeName, options, ttlMs), {
      stores: withTime(this.builder, storeName, ttlMs),
    })
    return new KTable(this.builder, node, [options], { getter: storeGetter(storeName, ({ value }) => value) })
  }

  /** The first record of each key, for ever or within a span of event time (ms). */
  dedupe(withinMs: number | undefined, store: Named = {}): KStream {
    const kind = withinMs === undefined ? 'key-value' : 'window'
    const retention = withinMs === undefined ? {} : { retentionMs: 3 * withinMs }
    const options = { ...retention, view: valueView }
    const storeName = this.builder.addStore('KSTREAM-DEDUPE', kind, plainCodec, store.name, options)
    const parent = repartitionIf(this.keyChanged, this.builder, this.node, storeName)
    const supplier = withinMs === undefined ? dedupe(storeName) : dedupeWithin(storeName, withinMs)
    const node = this.builder.add('KSTREAM-DEDUPE', 'processor', [parent], supplier, { stores: [storeName] })
    return new KStream(this.builder, node, false)
  }

  /** Gives each record values of one that comes behind it, and holds it back until then. */
  lead(wanted: Lead, store: Named = {}): KStream {
    const storeName = this.builder.addStore('KSTREAM-LEAD', 'key-value', waitingCodec, store.name, { loadAll: true })
    const parent = repartitionIf(this.keyChanged, this.builder, this.node, storeName)
    const stores = [storeName, addTimeStore(this.builder, storeName)]
    return new KStream(
      this.builder,
      this.builder.add('KSTREAM-LEAD', 'processor', [parent], lead(storeName, wanted), { stores }),
      false,
    )
  }

  /** Joins with the rows of a global table by any key; the records stay where they are. */
  joinGlobal(table: GlobalTable, join: TableJoin, named: Named = {}): KStream {
    const prefix = join.left ? 'KSTREAM-LEFTJOIN' : 'KSTREAM-JOIN'
    const options = { ...named, global: table.endpoint }
    const node = this.builder.add(prefix, 'processor', [this.node], tableJoin(table.rows, join), options)
    return new KStream(this.builder, node, this.keyChanged)
  }

  /**
   * Joins with a table of the same keys. A record meets the row as it is when it comes (KStreamKTableJoin), or, if the table has
   * a history, as it was at the time of the record. If the key has
   * changed, the records are repartitioned first under the name `name`: by the text of their key, as it stands in the topic of the
   * table, or as the keys of a table are that ks has made.
   * @param graceMs how long in stream time a record waits for rows that come late, which takes a table from a topic whose history
   * goes as far back; undefined joins at once.
   */
  joinKTable(table: KTable, join: KTableJoin, name: string, graceMs?: number): KStream {
    const { parent, ...side } = this.joinSide(table, join, name)
    const node = addTableLookup(this.builder, name, parent, side, graceMs)
    return new KStream(this.builder, node, false)
  }

  /** Joins with the records of another stream that are near in time; those without a match are dropped. */
  join(other: KStream, joiner: StreamJoiner, windows: JoinWindows, options: StreamJoinOptions = {}): KStream {
    return this.joinWith(other, { joiner, windows, kind: 'inner' }, options)
  }

  /** As `join`; records of this stream without a match go on, joined with null. */
  leftJoin(other: KStream, joiner: StreamJoiner, windows: JoinWindows, options: StreamJoinOptions = {}): KStream {
    return this.joinWith(other, { joiner, windows, kind: 'left' }, options)
  }

  /** As `join`; records of both streams without a match go on, joined with null. */
  outerJoin(other: KStream, joiner: StreamJoiner, windows: JoinWindows, options: StreamJoinOptions = {}): KStream {
    return this.joinWith(other, { joiner, windows, kind: 'outer' }, options)
  }

  /** This stream behind a repartition of that name, if its key has changed; keys are the text of the record keys. */
  copartitioned(name: string): string {
    return this.keyChanged
      ? repartition(this.builder, this.node, { name, partitions: undefined, keys: 'text', changes: false })
      : this.node
  }

  /** The records with the highest ranks. */
  top(count: number, rankOf: ValueMapper, store: Named = {}): KStream {
    return new KStream(this.builder, addTop(this.builder, this.node, count, rankOf, store.name, false), true)
  }

  to(endpoint: Endpoint | string, named: Named = {}): void {
    addSink(this.builder, this.node, endpoint, named.name)
  }

  private joinSide(table: KTable, join: KTableJoin, name: string): TableLookup & { readonly parent: string } {
    const { store, historyMs, getter } = table
    if (store === undefined) {
      if (getter === undefined) throw new Error('rows of windows are not joined')
      const { node } = this.together(name)
      return { parent: node, rows: getterRows(getter), join: { ...join, keyOf: keyTextOf }, stores: getter.stores }
    }
    const parent = this.copartitioned(name)
    if (historyMs === undefined) return { parent, rows: latestRows(store), join, stores: [store] }
    return { parent, rows: rowsAsOf(store, historyMs), join, stores: [store, observedTimeStore(store)], historyMs }
  }

  private joinWith(
    other: KStream,
    join: Pick<StreamJoin, 'windows' | 'joiner' | 'kind'>,
    { name: given, isPair }: StreamJoinOptions,
  ): KStream {
    const name = given ?? this.builder.uniqueName('KSTREAM-JOIN')
    const parents = { left: this.copartitioned(`${name}-left`), right: other.copartitioned(`${name}-right`) }
    return new KStream(this.builder, addStreamJoin(this.builder, name, parents, { ...join, isPair }), false)
  }

  private processed(
    supplier: ProcessorSupplier,
    stores: readonly string[],
    named: Named,
    keyChanged: boolean,
  ): KStream {
    const node = this.builder.add('KSTREAM-PROCESSOR', 'processor', [this.node], supplier, { ...named, stores })
    return new KStream(this.builder, node, keyChanged)
  }

  private next(prefix: string, supplier: ProcessorSupplier, named: Named, keyChanged = this.keyChanged): KStream {
    return new KStream(this.builder, this.builder.add(prefix, 'processor', [this.node], supplier, named), keyChanged)
  }
}

/** A stream grouped by its key. */
export class KGroupedStream {
  private readonly builder: StreamsBuilder
  private readonly node: string
  private readonly keyChanged: boolean

  constructor(builder: StreamsBuilder, node: string, keyChanged: boolean) {
    this.builder = builder
    this.node = node
    this.keyChanged = keyChanged
  }

  /** Begins a cogroup with this stream; others join it. @param named the repartition of this stream, if it needs one. */
  cogroup<S>(add: CogroupAdder<S>, named: Named = {}): CogroupedKStream<S> {
    return new CogroupedKStream(this.builder, [this.cogrouped(add, named)])
  }

  /** This stream as one of a cogroup. */
  cogrouped<S>(add: CogroupAdder<S>, { name }: Named): CogroupedInput<S> {
    return { node: this.node, keyChanged: this.keyChanged, add, name }
  }

  windowedBy(windows: AnyWindows): WindowedKStream {
    return new WindowedKStream(this.builder, this.node, this.keyChanged, windows)
  }

  aggregate<S>(step: AggregateStep<S>, emit: EmitMode = 'changes', { name: given, ttlMs }: TableStore = {}): KTable {
    const kept = { ttlMs, view: aggregateView(step) }
    const name = this.builder.addStore('KSTREAM-AGGREGATE', 'key-value', erased(step.codec), given, kept)
    const options: TableOptions = { emit, sendOldValues: false }
    const parent = repartitionIf(this.keyChanged, this.builder, this.node, name)
    const node = this.builder.add('KSTREAM-AGGREGATE', 'processor', [parent], aggregate(name, step, options, ttlMs), {
      stores: withTime(this.builder, name, ttlMs),
    })
    return new KTable(this.builder, node, [options], { getter: resultGetter(name, step) })
  }

  /** As `aggregate`, unless the first record was marked by a `ks window` in another process: then by that window. */
  aggregateOrStamped<S>(
    step: AggregateStep<S>,
    graceMs: number,
    emit: { plain: EmitMode; windowed: EmitMode },
    store: Named,
  ): KTable {
    const codec = erased(step.codec)
    const view = aggregateView(step)
    const name = this.builder.addStore('KSTREAM-AGGREGATE', 'key-value', codec, store.name, { view })
    // The size of stamped windows shows when they come.
    const retentionMs = stampedRetentionMs + graceMs
    const windowName = this.builder.addStore('', 'window', codec, `${name}-windows`, { retentionMs, view })
    const timeName = addTimeStore(this.builder, windowName)
    const options: TableOptions = { emit: emit.plain, sendOldValues: false }
    const windowOptions: TableOptions = { emit: emit.windowed, sendOldValues: false }
    const supplier = aggregateOrStamped(name, windowName, step, graceMs, options, windowOptions)
    const parent = repartitionIf(this.keyChanged, this.builder, this.node, name)
    const node = this.builder.add('KSTREAM-AGGREGATE', 'processor', [parent], supplier, {
      stores: [name, windowName, timeName],
    })
    // Rows of windows are not looked up.
    return new KTable(this.builder, node, [options, windowOptions], { getter: resultGetter(name, step) })
  }
}

/**
 * Several grouped streams with one aggregate per key, and an aggregator for each (CogroupedKStream, KIP-150). A result comes at
 * once, for every record.
 */
export class CogroupedKStream<S> {
  private readonly builder: StreamsBuilder
  private readonly inputs: readonly CogroupedInput<S>[]
  private readonly windows: AnyWindows | undefined

  constructor(builder: StreamsBuilder, inputs: readonly CogroupedInput<S>[], windows?: AnyWindows) {
    this.builder = builder
    this.inputs = inputs
    this.windows = windows
  }

  /** Adds another grouped stream. @param named as in `KGroupedStream.cogroup`. */
  cogroup(other: KGroupedStream, add: CogroupAdder<S>, named: Named = {}): CogroupedKStream<S> {
    return new CogroupedKStream(this.builder, [...this.inputs, other.cogrouped(add, named)], this.windows)
  }

  /** An aggregate per key and window; each stream has a stream time of its own, by which its records are late. */
  windowedBy(windows: AnyWindows): CogroupedKStream<S> {
    return new CogroupedKStream(this.builder, this.inputs, windows)
  }

  /** For sessions the step must be able to merge and copy, for sliding windows to copy. */
  aggregate(step: CogroupStep<S>, emit: Exclude<EmitMode, 'final'> = 'changes', named: Named = {}): KTable {
    const { builder, inputs, windows } = this
    const options: TableOptions = { emit, sendOldValues: false }
    const { node, store } = addCogroup(builder, inputs, step, windows, options, named.name)
    if (windows !== undefined) return new KTable(builder, node, [options], { closesAfterMs: closesAfter(windows) })
    return new KTable(builder, node, [options], { getter: resultGetter(store, step) })
  }
}

/** A grouped stream with windows (Kafka Streams' TimeWindowedKStream and SessionWindowedKStream). */
export class WindowedKStream {
  private readonly builder: StreamsBuilder
  private readonly node: string
  private readonly keyChanged: boolean
  private readonly windows: AnyWindows

  constructor(builder: StreamsBuilder, node: string, keyChanged: boolean, windows: AnyWindows) {
    this.builder = builder
    this.node = node
    this.keyChanged = keyChanged
    this.windows = windows
  }

  /** Its windows never close. */
  get isUnlimited(): boolean {
    return 'startMs' in this.windows
  }

  /** For sessions the step must be able to merge and copy, for sliding windows to copy. */
  aggregate<S>(step: AggregateStep<S>, emit: EmitMode = 'changes', store: Named = {}): KTable {
    const { windows } = this
    const options: TableOptions = { emit, sendOldValues: false }
    const { kind, retentionMs, view, supplier } = windowedAggregate(windows, step, options)
    const name = this.builder.addStore('KSTREAM-AGGREGATE', kind, erased(step.codec), store.name, { retentionMs, view })
    const timeName = addTimeStore(this.builder, name)
    const parent = repartitionIf(this.keyChanged, this.builder, this.node, name)
    const node = this.builder.add('KSTREAM-AGGREGATE', 'processor', [parent], supplier(name), {
      stores: [name, timeName],
    })
    return new KTable(this.builder, node, [options], { closesAfterMs: closesAfter(windows) })
  }
}

/** What a table is besides its node. */
interface TableTraits {
  readonly store?: string | undefined
  readonly historyMs?: number | undefined
  readonly getter?: TableGetter | undefined
  readonly closesAfterMs?: number | undefined
}

/** A table: an upsert per key. */
export class KTable {
  readonly builder: StreamsBuilder
  readonly node: string
  /** The store of its topic, if it is a source. */
  readonly store: string | undefined
  /** How far back it knows its rows, ms; undefined if it knows only the latest. */
  readonly historyMs: number | undefined
  /** How others look up its rows; undefined for windows. */
  readonly getter: TableGetter | undefined
  private readonly origins: readonly TableOptions[]
  /** How long after their ends its windows are closed, ms (for sessions with the gap); undefined without windows. */
  private readonly closesAfterMs: number | undefined

  /** @param origins the tables that feed this one; they send old values if somebody here asks for them. */
  constructor(
    builder: StreamsBuilder,
    node: string,
    origins: readonly TableOptions[],
    { store, historyMs, getter, closesAfterMs }: TableTraits = {},
  ) {
    this.builder = builder
    this.node = node
    this.origins = origins
    this.store = store
    this.historyMs = historyMs
    this.getter = getter
    this.closesAfterMs = closesAfterMs
  }

  filter(keep: Predicate, named: Named = {}): KTable {
    this.sendOldValues()
    const supplier = filterTable(keep, this.historyMs !== undefined)
    return this.next('KTABLE-FILTER', supplier, named, this.getter && filteredGetter(this.getter, keep))
  }

  mapValues(map: ValueMapper, named: Named = {}): KTable {
    return this.next('KTABLE-MAPVALUES', mapTable(map), named, this.getter && mappedGetter(this.getter, map))
  }

  groupBy(select: ValueMapper): KGroupedTable {
    this.sendOldValues()
    const node = this.builder.add('KTABLE-SELECT', 'processor', [this.node], groupTable(select))
    return new KGroupedTable(this.builder, node)
  }

  /**
   * Holds updates back: `until: 'close'` until their window has closed, `untilMs` until stream time is so much past the first
   * update of the row. Only the last update of a row comes out.
   * @param most a bound of what is held; windows that are to close may not be let through early.
   */
  suppress(
    until: { readonly until: 'close' } | { readonly untilMs: number },
    store: Named & { readonly most?: BufferBound | undefined } = {},
  ): KTable {
    if (this.historyMs !== undefined) throw new Error('updates of a table with history are not held back')
    const graceMs = this.closesAfterMs
    const { most } = store
    const suppression: Suppression | undefined =
      'untilMs' in until
        ? { until: 'time', limitMs: until.untilMs, most }
        : graceMs === undefined
          ? undefined
          : { until: 'close', graceMs, most }
    if (suppression === undefined) throw new Error('only windows close')
    if (suppression.until === 'close' && most?.whenFull === 'emit') throw new Error('a window closes once')
    this.sendOldValues()
    const name = this.builder.addStore('KTABLE-SUPPRESS', 'key-value', erased(heldCodec), store.name, { loadAll: true })
    const node = this.builder.add('KTABLE-SUPPRESS', 'processor', [this.node], suppress(name, suppression), {
      stores: [name, addTimeStore(this.builder, name)],
    })
    const getter = this.getter && suppressedGetter(name, this.getter)
    return new KTable(this.builder, node, this.origins, { getter, closesAfterMs: graceMs })
  }

  /** Joins with the rows of a global table that does not change, by any key; without `left` rows without a match go. */
  joinGlobal(table: GlobalTable, { keyOf, join, left }: TableJoin): KTable {
    if (table.isFollowed) throw new Error('rows that change unheard cannot be part of a table')
    const rowOf = (record: StreamRecord): unknown => {
      const key = keyOf(record)
      return (key === null ? undefined : table.rows.get(key)) ?? null
    }
    const named = { global: table.endpoint }
    const joined = (record: StreamRecord): unknown => join(record, rowOf(record))
    if (left)
      return this.next('KTABLE-LEFTJOIN', mapTable(joined), named, this.getter && mappedGetter(this.getter, joined))
    const found = this.filter((record) => rowOf(record) !== null)
    return found.next('KTABLE-JOIN', mapTable(joined), named, found.getter && mappedGetter(found.getter, joined))
  }

  /** Joins with the row of the same key in another table; updates of both sides change the result. */
  join(other: KTable, joiner: TableJoiner, keys: TableTableJoin['keys'] = sameKeys): KTable {
    return this.joinWith(other, { joiner, kind: 'inner', keys })
  }

  /** As `join`; rows of this table without one in the other are joined with null. */
  leftJoin(other: KTable, joiner: TableJoiner, keys: TableTableJoin['keys'] = sameKeys): KTable {
    return this.joinWith(other, { joiner, kind: 'left', keys })
  }

  /** As `join`; rows of both tables without one in the other are joined with null. */
  outerJoin(other: KTable, joiner: TableJoiner, keys: TableTableJoin['keys'] = sameKeys): KTable {
    return this.joinWith(other, { joiner, kind: 'outer', keys })
  }

  /**
   * Joins with the row of another table that `foreignKeyOf` names (KTable.join with a foreign key, KIP-213); updates of both
   * sides change the result, whose keys are those of this table. Rows without one in the other table are left out.
   * @param foreignKeyOf the text of the other row's key; null if there is none.
   */
  joinForeignKey(other: KTable, foreignKeyOf: ForeignKeyOf, joiner: TableJoiner, named: Named = {}): KTable {
    return this.joinByForeignKey(other, { foreignKeyOf, joiner, isLeft: false }, named)
  }

  /** As `joinForeignKey`; rows of this table without one in the other are joined with null. */
  leftJoinForeignKey(other: KTable, foreignKeyOf: ForeignKeyOf, joiner: TableJoiner, named: Named = {}): KTable {
    return this.joinByForeignKey(other, { foreignKeyOf, joiner, isLeft: true }, named)
  }

  /**
   * Joins the rows of windows with the row of the same key in a table without windows; updates of both sides change the result,
   * which keeps the windows. Kafka Streams has no such join.
   */
  joinWindows(other: KTable, joiner: TableJoiner, { isLeft, name }: Named & { readonly isLeft: boolean }): KTable {
    const { closesAfterMs } = this
    if (closesAfterMs === undefined || other.getter === undefined) throw new Error('windows are joined with rows')
    other.sendOldValues()
    const node = addWindowsJoin(
      this.builder,
      { left: this.node, right: other.node },
      { joiner, isLeft, closesAfterMs, right: other.getter },
      name,
    )
    return new KTable(this.builder, node, [...this.origins, ...other.origins], { closesAfterMs })
  }

  /** What follows sees every update, whatever was asked for before. */
  emitChanges(): void {
    for (const origin of this.origins) origin.emit = 'changes'
  }

  /** Its rows have windows, which close. */
  get hasWindows(): boolean {
    return this.closesAfterMs !== undefined
  }

  /** Its rows can be found by their keys: it has no windows. */
  get isJoinable(): boolean {
    return this.getter !== undefined
  }

  /** Of several updates of a row between two flushes only the last one goes on (the record cache of a materialised table). */
  cached(): KTable {
    return this.next('KTABLE-CACHE', cacheTable, {}, this.getter)
  }

  toStream(named: Named = {}): KStream {
    return new KStream(
      this.builder,
      this.builder.add('KTABLE-TOSTREAM', 'processor', [this.node], toStream, named),
      false,
    )
  }

  /** The rows with the highest ranks, as a stream of lists' rows. */
  top(count: number, rankOf: ValueMapper, store: Named = {}): KStream {
    const node = addTop(this.builder, this.node, count, rankOf, store.name, true, this.closesAfterMs)
    return new KStream(this.builder, node, true)
  }

  /** Writes changes; unlike `toStream().to` the sink knows a deleted row from a null. */
  to(endpoint: Endpoint | string, named: Named = {}): void {
    addSink(this.builder, this.node, endpoint, named.name)
  }

  private joinWith(other: KTable, { joiner, kind, keys }: Pick<TableTableJoin, 'joiner' | 'kind' | 'keys'>): KTable {
    // Whether a row was there decides whether its end is news.
    if (kind !== 'inner') this.sendOldValues()
    if (kind === 'outer') other.sendOldValues()
    const [left, right] = [this.getter, other.getter]
    if (left === undefined || right === undefined) throw new Error('rows of windows are not joined')
    const table: TableOptions = { emit: 'changes', sendOldValues: false }
    const join: TableTableJoin = { joiner, kind, left, right, keys, table }
    const node = addTableJoin(this.builder, { left: this.node, right: other.node }, join)
    return new KTable(this.builder, node, [...this.origins, ...other.origins, table], { getter: joinedGetter(join) })
  }

  private joinByForeignKey(
    other: KTable,
    join: Pick<ForeignKeyJoin, 'foreignKeyOf' | 'joiner' | 'isLeft'>,
    { name }: Named,
  ): KTable {
    // Where a row was subscribed, its old value says.
    this.sendOldValues()
    const [left, right] = [this.getter, other.getter]
    if (left === undefined || right === undefined) throw new Error('rows of windows are not joined')
    const table: TableOptions = { emit: 'changes', sendOldValues: false }
    const parents = { left: this.node, right: other.node }
    const { node, store } = addForeignKeyJoin(this.builder, parents, { ...join, left, right }, table, name)
    return new KTable(this.builder, node, [table], { getter: storeGetter(store, ({ value }) => value) })
  }

  private sendOldValues(): void {
    for (const origin of this.origins) origin.sendOldValues = true
  }

  private next(
    prefix: string,
    supplier: ProcessorSupplier,
    named: NodeOptions,
    getter: TableGetter | undefined,
  ): KTable {
    const node = this.builder.add(prefix, 'processor', [this.node], supplier, named)
    const { historyMs, closesAfterMs } = this
    return new KTable(this.builder, node, this.origins, { historyMs, getter, closesAfterMs })
  }
}

/** A table grouped by another key. */
export class KGroupedTable {
  private readonly builder: StreamsBuilder
  private readonly node: string

  constructor(builder: StreamsBuilder, node: string) {
    this.builder = builder
    this.node = node
  }

  /** The step must be able to subtract. */
  aggregate<S>(step: AggregateStep<S>, emit: EmitMode = 'changes', store: Named = {}): KTable {
    const view = aggregateView(step)
    const name = this.builder.addStore('KTABLE-AGGREGATE', 'key-value', erased(step.codec), store.name, { view })
    const options: TableOptions = { emit, sendOldValues: false }
    const how: Repartition = { name, partitions: undefined, keys: 'typed', changes: true }
    const parent = repartition(this.builder, this.node, how)
    const node = this.builder.add('KTABLE-AGGREGATE', 'processor', [parent], aggregateTable(name, step, options), {
      stores: [name],
    })
    return new KTable(this.builder, node, [options], { getter: resultGetter(name, step) })
  }
}

/** A store, and that of its stream time if its rows go. */
const withTime = (builder: StreamsBuilder, store: string, ttlMs: number | undefined): readonly string[] =>
  ttlMs === undefined ? [store] : [store, addTimeStore(builder, store)]

/** How long after its end a window is closed, ms. */
const closesAfter = (windows: AnyWindows): number => windows.graceMs + ('gapMs' in windows ? windows.gapMs : 0)

const resultGetter = <S>(storeName: string, step: Pick<AggregateStep<S>, 'result'>): TableGetter =>
  storeGetter<S>(storeName, ({ key, value }) => step.result(key, value, undefined))
