// A topology: nodes, edges, stores. A description; nothing is open. The task instantiates it, `describe` prints it.

import type { Expression } from '../expression/compile.ts'
import type { ProcessorSupplier } from '../operators/processor.ts'
import type { SerdeName } from '../serde/primitive-serde.ts'
import type { RowCodec } from '../stores/store-row.ts'
import type { StoreView } from '../stores/store-view.ts'

/** How the records of one topic or file look, where it is not for the options of the run to say. */
export interface RecordForm {
  /** undefined guesses: JSON if the bytes are, a string otherwise. */
  readonly key: SerdeName | undefined
  readonly value: SerdeName
  /** Of a source: what the time of a record is made of, instead of `--ts`. */
  readonly timestamps?: Expression | undefined
  /** Of a source: its records may be without a time, whatever the others need. */
  readonly isTimeless?: boolean
}

/** Where a source node reads or a sink node writes. */
export interface Endpoint {
  readonly kind: 'topic' | 'file' | 'stdin' | 'stdout'
  /** Topic or path; empty for standard input and output. */
  readonly name: string
  readonly options?: Readonly<Record<string, unknown>>
  readonly form?: RecordForm
}

/**
 * `window`: rows by window, then key; `timeline`: rows by key, then time, with several for one time if it says so; `unmatched`:
 * records of a join of streams that wait for others.
 */
export type StoreKind = 'key-value' | 'window' | 'session' | 'timeline' | 'timeline-duplicates' | 'unmatched'

/** A state store of a topology. */
export interface StoreDeclaration {
  readonly name: string
  readonly kind: StoreKind
  readonly codec: RowCodec<unknown>
  /** All rows are read into memory before the first record. */
  readonly loadAll: boolean
  /** What brings its rows back where the local ones are missing. */
  readonly log: StoreLog
  /**
   * Of all but key-value stores: for how long after its time (the start of its window) a row may be wanted, ms. Of a key-value
   * store: how far back its table knows the rows.
   */
  readonly retentionMs?: number
  /** How its rows look to those who ask for them; without it they are no business of anybody but its operator. */
  readonly view?: StoreView
  /** Of a key-value store: rows that have not been updated for so long go, ms of stream time. */
  readonly ttlMs?: number
}

/**
 * `changelog`: a topic of its own. `metadata`: its rows are few numbers, which travel in the metadata of committed offsets.
 * Otherwise the topic that the table is read from is its changelog (topology.optimization=reuse.ktable.source.topics).
 */
export type StoreLog = 'changelog' | 'metadata' | { readonly sourceTopic: string }

/** How records pass through a repartition topic. */
export interface Repartition {
  /** Its topic is `<application id>-<stage>-<name>-repartition`. */
  readonly name: string
  /** Fixed number of partitions; undefined takes that of the topics that it has to meet, or of those upstream. */
  readonly partitions: number | undefined
  /** `typed` keys read back as what they were (200 and "200" are two keys); `text` keys equal those of other topics. */
  readonly keys: 'typed' | 'text'
  /** Its values are changes of a table: old and new in one record. */
  readonly changes: boolean
  /** Its values are messages of a foreign-key join; answers go to the partition that they name. */
  readonly form?: 'subscription' | 'response' | undefined
}

/** One node. A repartition node stands where Kafka Streams would write through a repartition topic. */
export interface TopologyNode {
  readonly name: string
  readonly kind: 'source' | 'processor' | 'repartition' | 'sink'
  readonly parents: readonly string[]
  readonly supplier: ProcessorSupplier | undefined
  readonly stores: readonly string[]
  readonly endpoint: Endpoint | undefined
  /** Of a repartition node only. */
  readonly repartition?: Repartition
  /** Partitions of equal number must have equal keys in all topics that lead here. */
  readonly copartitioned?: true
  /** Of a source: what its topic has at the start is processed before any record of another one. */
  readonly isFirst?: true
  /** Where the table comes from that it looks into, if that is a global one. */
  readonly global?: Endpoint
}

/** Nodes in an order in which parents come before children. */
export interface Topology {
  readonly nodes: readonly TopologyNode[]
  readonly stores: readonly StoreDeclaration[]
  /** What has to be read completely before the first record. */
  readonly globals: readonly GlobalSource[]
}

/** Where the rows of a table come from that every instance has completely. */
export interface GlobalSource {
  readonly endpoint: Endpoint
  /** A run that goes on takes in what comes to the topic later. */
  readonly isFollowed: boolean
  /** Takes its records in order; files have no keys, a null value deletes. The value may be valid only during the call. */
  add(key: unknown, value: unknown): void
}

/** Nodes that are connected without a repartition between them, or through a shared store. */
export const subTopologies = (topology: Topology): readonly (readonly TopologyNode[])[] => {
  const groupOf = new Map<string, number>()
  const groupOfStore = new Map<string, number>()
  const merge = (from: number, to: number): void => {
    for (const groups of [groupOf, groupOfStore]) {
      for (const [name, group] of groups) if (group === from) groups.set(name, to)
    }
  }
  const kinds = new Map(topology.nodes.map((node) => [node.name, node.kind]))
  topology.nodes.forEach((node, index) => {
    groupOf.set(node.name, index)
    // A repartition node belongs to the sub-topology that reads from it; its parent writes to the topic.
    if (node.kind !== 'repartition') {
      for (const parent of node.parents) {
        const group = groupOf.get(parent)
        const own = groupOf.get(node.name)
        if (group !== undefined && own !== undefined && kinds.has(parent)) merge(own, group)
      }
    }
    for (const store of node.stores) {
      const other = groupOfStore.get(store)
      const own = groupOf.get(node.name) ?? index
      if (other === undefined) groupOfStore.set(store, own)
      else merge(own, other)
    }
  })
  const groups = new Map<number, TopologyNode[]>()
  for (const node of topology.nodes) {
    const group = groupOf.get(node.name) ?? -1
    groups.set(group, [...(groups.get(group) ?? []), node])
  }
  return [...groups.values()]
}

/** The topology as text, in the manner of Kafka Streams' Topology.describe(). */
export const describe = (topology: Topology): string => {
  const lines = ['Topologies:']
  const childrenOf = (name: string): string =>
    topology.nodes.flatMap((node) => (node.parents.includes(name) ? [node.name] : [])).join(', ') || 'none'
  subTopologies(topology).forEach((nodes, index) => {
    lines.push(`   Sub-topology: ${String(index)}`)
    for (const node of nodes) {
      if (node.kind === 'source') lines.push(`    Source: ${node.name} (${endpointText(node.endpoint)})`)
      else if (node.kind === 'sink') lines.push(`    Sink: ${node.name} (${endpointText(node.endpoint)})`)
      else if (node.kind === 'repartition') lines.push(`    Source: ${node.name} (repartition)`)
      else lines.push(`    Processor: ${node.name} (stores: [${node.stores.join(', ')}])`)
      if (node.kind !== 'sink') lines.push(`      --> ${childrenOf(node.name)}`)
      if (node.kind !== 'source') lines.push(`      <-- ${node.parents.join(', ')}`)
    }
  })
  return `${lines.join('\n')}\n`
}

const endpointText = (endpoint: Endpoint | undefined): string =>
  endpoint === undefined ? '' : endpoint.name === '' ? endpoint.kind : `${endpoint.kind}: ${endpoint.name}`
