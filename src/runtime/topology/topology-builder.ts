// Collects the nodes and stores of a topology under their names, which are given or generated as Kafka Streams does.

import type { ProcessorSupplier } from '../operators/processor.ts'
import type { RowCodec } from '../stores/store-row.ts'
import type { StoreView } from '../stores/store-view.ts'
import type {
  Endpoint,
  GlobalSource,
  Repartition,
  StoreDeclaration,
  StoreLog,
  Topology,
  TopologyNode,
} from './topology.ts'

/** What a store may have besides its codec. */
export interface StoreOptions {
  readonly loadAll?: boolean
  readonly log?: StoreLog
  readonly retentionMs?: number
  readonly view?: StoreView
  readonly ttlMs?: number | undefined
}

/** What a node may have besides its parents. */
export interface NodeOptions {
  readonly name?: string | undefined
  readonly stores?: readonly string[]
  readonly endpoint?: Endpoint
  readonly repartition?: Repartition
  readonly copartitioned?: true
  readonly global?: Endpoint
  readonly isFirst?: true
}

/** Collects nodes and stores; `build` returns the topology. */
export class TopologyBuilder {
  private readonly nodes: TopologyNode[] = []
  private readonly stores: StoreDeclaration[] = []
  private readonly globals: GlobalSource[] = []
  private counter = 0

  /** What has been described. */
  build(): Topology {
    return { nodes: [...this.nodes], stores: [...this.stores], globals: [...this.globals] }
  }

  /** Adds a table that is read before the first record. */
  addGlobal(table: GlobalSource): void {
    this.globals.push(table)
  }

  /** A name for what has several nodes or stores, as Kafka Streams generates them. */
  uniqueName(prefix: string): string {
    return `${prefix}-${String(this.counter++).padStart(10, '0')}`
  }

  /** Adds a node; `prefix` and a counter make its name unless it is given. For KStream and KTable. */
  add(
    prefix: string,
    kind: TopologyNode['kind'],
    parents: readonly string[],
    supplier: ProcessorSupplier | undefined,
    options: NodeOptions = {},
  ): string {
    const generated = this.uniqueName(prefix)
    const name = options.name ?? generated
    if (this.nodes.some((node) => node.name === name)) throw new Error(`the topology has two nodes named ${name}`)
    const { stores = [], endpoint, repartition, copartitioned, global, isFirst } = options
    this.nodes.push({
      name,
      kind,
      parents,
      supplier,
      stores,
      endpoint,
      ...(repartition === undefined ? {} : { repartition }),
      ...(copartitioned === undefined ? {} : { copartitioned }),
      ...(global === undefined ? {} : { global }),
      ...(isFirst === undefined ? {} : { isFirst }),
    })
    return name
  }

  hasStore(name: string): boolean {
    return this.stores.some((store) => store.name === name)
  }

  /** Adds a store; a name that is not given is generated as Kafka Streams does. Returns the name. */
  addStore(
    prefix: string,
    kind: StoreDeclaration['kind'],
    codec: RowCodec<unknown>,
    name: string | undefined,
    { loadAll = false, log = 'changelog', retentionMs, ttlMs, view }: StoreOptions = {},
  ): string {
    const storeName = name ?? this.uniqueName(`${prefix}-STATE-STORE`)
    if (this.hasStore(storeName)) {
      throw new Error(`the topology has two stores named ${storeName}`)
    }
    this.stores.push({
      name: storeName,
      kind,
      codec,
      loadAll: loadAll || kind !== 'key-value',
      log,
      ...(retentionMs === undefined ? {} : { retentionMs }),
      ...(view === undefined ? {} : { view }),
      ...(ttlMs === undefined ? {} : { ttlMs }),
    })
    return storeName
  }
}
