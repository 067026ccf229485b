// The DSL: KStream, KTable and what lies between them, in Kafka Streams' words. Every call adds nodes to one topology.

import type { AggregateStep } from '../operators/aggregate-step.ts'
import { aggregate, aggregateTable } from '../operators/aggregate.ts'
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
import { tableJoin, type LookupTable, type TableJoin } from '../operators/table-join.ts'
import { filterTable, groupTable, mapTable, toStream, toTable } from '../operators/table.ts'
import { top } from '../operators/top.ts'
import { observedTimeStore, windowAggregate } from '../operators/window-aggregate.ts'
import { plainCodec, type RowCodec } from '../stores/store-row.ts'
import type { StreamRecord } from '../model/stream-record.ts'
import type { TimeWindows } from '../windows/time-windows.ts'
import type { Endpoint, StoreDeclaration, Topology, TopologyNode } from './topology.ts'

/** Collects nodes; `build` returns the topology. */
export class StreamsBuilder {
  private readonly nodes: TopologyNode[] = []
  private readonly stores: StoreDeclaration[] = []
  private counter = 0

  /** A stream from a topic, a file or standard input. */
  stream(endpoint: Endpoint | string, name?: string): KStream {
    const source: Endpoint = typeof endpoint === 'string' ? { kind: 'topic', name: endpoint } : endpoint
    return new KStream(this, this.add('KSTREAM-SOURCE', 'source', [], passThrough, { name, endpoint: source }), false)
  }

  /** What has been described. */
  build(): Topology {
    return { nodes: [...this.nodes], stores: [...this.stores] }
  }

  /** Adds a node; `prefix` and a counter make its name unless it is given. For KStream and KTable. */
  add(
    prefix: string,
    kind: TopologyNode['kind'],
    parents: readonly string[],
    supplier: ProcessorSupplier | undefined,
    options: { name?: string | undefined; stores?: readonly string[]; endpoint?: Endpoint } = {},
  ): string {
    const generated = `${prefix}-${String(this.counter++).padStart(10, '0')}`
    const name = options.name ?? generated
    if (this.nodes.some((node) => node.name === name)) throw new Error(`the topology has two nodes named ${name}`)
    this.nodes.push({ name, kind, parents, supplier, stores: options.stores ?? [], endpoint: options.endpoint })
    return name
  }

  /** Adds a store; a name that is not given is generated as Kafka Streams does. Returns the name. */
  addStore(
    prefix: string,
    kind: StoreDeclaration['kind'],
    codec: RowCodec<unknown>,
    name: string | undefined,
    loadAll = false,
  ): string {
    const storeName = name ?? `${prefix}-STATE-STORE-${String(this.counter++).padStart(10, '0')}`
    if (this.stores.some((store) => store.name === storeName)) {
      throw new Error(`the topology has two stores named ${storeName}`)
    }
    this.stores.push({ name: storeName, kind, codec, loadAll: loadAll || kind === 'window' })
    return storeName
  }
}

/** Names of a node or store; generated if not given. */
export interface Named {
  readonly name?: string | undefined
}

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

  /** Any supplier as a node; it may use the stores named. */
  process(supplier: ProcessorSupplier, stores: readonly string[] = [], named: Named = {}): KStream {
    const node = this.builder.add('KSTREAM-PROCESSOR', 'processor', [this.node], supplier, { ...named, stores })
    return new KStream(this.builder, node, true)
  }

  groupByKey(): KGroupedStream {
    return new KGroupedStream(this.builder, this.repartitioned())
  }

  groupBy(select: ValueMapper): KGroupedStream {
    return this.selectKey(select).groupByKey()
  }

  /** The latest value per key. */
  toTable(emit: EmitMode = 'changes', store: Named = {}): KTable {
    const parent = this.repartitioned()
    const storeName = this.builder.addStore('KSTREAM-TOTABLE', 'key-value', plainCodec, store.name)
    const options: TableOptions = { emit, sendOldValues: false }
    const node = this.builder.add('KSTREAM-TOTABLE', 'processor', [parent], toTable(storeName, options), {
      stores: [storeName],
    })
    return new KTable(this.builder, node, [options])
  }

  /** The first record of each key, for ever or within a span of event time (ms). */
  dedupe(withinMs: number | undefined, store: Named = {}): KStream {
    const parent = this.repartitioned()
    const kind = withinMs === undefined ? 'key-value' : 'window'
    const storeName = this.builder.addStore('KSTREAM-DEDUPE', kind, plainCodec, store.name)
    const supplier = withinMs === undefined ? dedupe(storeName) : dedupeWithin(storeName, withinMs)
    const node = this.builder.add('KSTREAM-DEDUPE', 'processor', [parent], supplier, { stores: [storeName] })
    return new KStream(this.builder, node, false)
  }

  /** Joins with a table that is loaded before the first record. */
  joinTable(table: () => LookupTable, join: TableJoin, named: Named = {}): KStream {
    return this.next(join.left ? 'KSTREAM-LEFTJOIN' : 'KSTREAM-JOIN', tableJoin(table, join), named)
  }

  /** The records with the highest ranks. */
  top(count: number, rankOf: ValueMapper, store: Named = {}): KStream {
    return topNode(this.builder, this.node, count, rankOf, store)
  }

  to(endpoint: Endpoint | string, named: Named = {}): void {
    sink(this.builder, this.node, endpoint, named)
  }

  private next(prefix: string, supplier: ProcessorSupplier, named: Named, keyChanged = this.keyChanged): KStream {
    return new KStream(this.builder, this.builder.add(prefix, 'processor', [this.node], supplier, named), keyChanged)
  }

  private repartitioned(): string {
    return this.keyChanged ? repartition(this.builder, this.node) : this.node
  }
}

/** A stream grouped by its key. */
export class KGroupedStream {
  private readonly builder: StreamsBuilder
  private readonly node: string

  constructor(builder: StreamsBuilder, node: string) {
    this.builder = builder
    this.node = node
  }

  windowedBy(windows: TimeWindows): TimeWindowedKStream {
    return new TimeWindowedKStream(this.builder, this.node, windows)
  }

  aggregate<S>(step: AggregateStep<S>, emit: EmitMode = 'changes', store: Named = {}): KTable {
    const name = this.builder.addStore('KSTREAM-AGGREGATE', 'key-value', erased(step.codec), store.name)
    const options: TableOptions = { emit, sendOldValues: false }
    const node = this.builder.add('KSTREAM-AGGREGATE', 'processor', [this.node], aggregate(name, step, options), {
      stores: [name],
    })
    return new KTable(this.builder, node, [options])
  }

  /** As `aggregate`, unless the first record was marked by a `ks window` in another process: then by that window. */
  aggregateOrStamped<S>(
    step: AggregateStep<S>,
    graceMs: number,
    emit: { plain: EmitMode; windowed: EmitMode },
    store: Named,
  ): KTable {
    const codec = erased(step.codec)
    const name = this.builder.addStore('KSTREAM-AGGREGATE', 'key-value', codec, store.name)
    const windowName = this.builder.addStore('', 'window', codec, `${name}-windows`)
    const timeName = this.builder.addStore('', 'key-value', plainCodec, observedTimeStore(windowName))
    const options: TableOptions = { emit: emit.plain, sendOldValues: false }
    const windowOptions: TableOptions = { emit: emit.windowed, sendOldValues: false }
    const supplier = aggregateOrStamped(name, windowName, step, graceMs, options, windowOptions)
    const node = this.builder.add('KSTREAM-AGGREGATE', 'processor', [this.node], supplier, {
      stores: [name, windowName, timeName],
    })
    return new KTable(this.builder, node, [options, windowOptions])
  }
}

/** A grouped stream with windows. */
export class TimeWindowedKStream {
  private readonly builder: StreamsBuilder
  private readonly node: string
  private readonly windows: TimeWindows

  constructor(builder: StreamsBuilder, node: string, windows: TimeWindows) {
    this.builder = builder
    this.node = node
    this.windows = windows
  }

  aggregate<S>(step: AggregateStep<S>, emit: EmitMode = 'changes', store: Named = {}): KTable {
    const name = this.builder.addStore('KSTREAM-AGGREGATE', 'window', erased(step.codec), store.name)
    const timeName = this.builder.addStore('', 'key-value', plainCodec, observedTimeStore(name))
    const options: TableOptions = { emit, sendOldValues: false }
    const supplier = windowAggregate(name, step, this.windows, options)
    const node = this.builder.add('KSTREAM-AGGREGATE', 'processor', [this.node], supplier, { stores: [name, timeName] })
    return new KTable(this.builder, node, [options])
  }
}

/** A table: an upsert per key. */
export class KTable {
  readonly builder: StreamsBuilder
  readonly node: string
  private readonly origins: readonly TableOptions[]

  /** @param origins the tables that feed this one; they send old values if somebody here asks for them. */
  constructor(builder: StreamsBuilder, node: string, origins: readonly TableOptions[]) {
    this.builder = builder
    this.node = node
    this.origins = origins
  }

  filter(keep: Predicate, named: Named = {}): KTable {
    this.sendOldValues()
    return this.next('KTABLE-FILTER', filterTable(keep), named)
  }

  mapValues(map: ValueMapper, named: Named = {}): KTable {
    return this.next('KTABLE-MAPVALUES', mapTable(map), named)
  }

  groupBy(select: ValueMapper): KGroupedTable {
    this.sendOldValues()
    const node = this.builder.add('KTABLE-SELECT', 'processor', [this.node], groupTable(select))
    return new KGroupedTable(this.builder, repartition(this.builder, node))
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
    return topNode(this.builder, this.node, count, rankOf, store)
  }

  /** Writes changes; unlike `toStream().to` the sink knows a deleted row from a null. */
  to(endpoint: Endpoint | string, named: Named = {}): void {
    sink(this.builder, this.node, endpoint, named)
  }

  private sendOldValues(): void {
    for (const origin of this.origins) origin.sendOldValues = true
  }

  private next(prefix: string, supplier: ProcessorSupplier, named: Named): KTable {
    return new KTable(this.builder, this.builder.add(prefix, 'processor', [this.node], supplier, named), this.origins)
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
    const name = this.builder.addStore('KTABLE-AGGREGATE', 'key-value', erased(step.codec), store.name)
    const options: TableOptions = { emit, sendOldValues: false }
    const node = this.builder.add('KTABLE-AGGREGATE', 'processor', [this.node], aggregateTable(name, step, options), {
      stores: [name],
    })
    return new KTable(this.builder, node, [options])
  }
}

const repartition = (builder: StreamsBuilder, parent: string): string =>
  builder.add('KSTREAM-REPARTITION', 'repartition', [parent], passThrough)

const topNode = (
  builder: StreamsBuilder,
  parent: string,
  count: number,
  rankOf: ValueMapper,
  store: Named,
): KStream => {
  const name = builder.addStore('KTABLE-TOP', 'key-value', plainCodec, store.name, true)
  const node = builder.add('KTABLE-TOP', 'processor', [parent], top(name, count, rankOf), { stores: [name] })
  return new KStream(builder, node, true)
}

const sink = (builder: StreamsBuilder, parent: string, endpoint: Endpoint | string, named: Named): void => {
  const target: Endpoint = typeof endpoint === 'string' ? { kind: 'topic', name: endpoint } : endpoint
  builder.add('KSTREAM-SINK', 'sink', [parent], undefined, { ...named, endpoint: target })
}

// The topology keeps codecs of many state types in one list; a store is only ever used with the type it was declared with.
const erased = <S>(codec: RowCodec<S>): RowCodec<unknown> => codec
