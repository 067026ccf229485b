// What a chain would do, as data: its parts, what each node does in plain words, what is read, kept and written. Nothing is
// opened. explain-text.ts and explain-graph.ts show it.

import { isMinor, memoryOf, nodeWords, rowsOf } from './explain-words.ts'
import { changelogTopic, repartitionOf, splitTopology, type SubTopology } from './sub-topology.ts'
import type { Endpoint, StoreDeclaration, Topology, TopologyNode } from './topology.ts'
import { noEndMs } from '../windows/unlimited-windows.ts'

/** A topic, a file or a stream of the process. */
export interface Place {
  readonly kind: Endpoint['kind']
  readonly name: string
  /** A topic that ks makes itself. */
  readonly internal: boolean
}

/** A node, as people see it. */
export interface ExplainedNode {
  /** As Kafka Streams names it. */
  readonly name: string
  /** What it does. */
  readonly words: string
  /** The stage of the chain that it belongs to; undefined for its input and output. */
  readonly stage: Stage | undefined
  /** Nodes of the same part. */
  readonly parents: readonly string[]
  /** Names of stores. */
  readonly stores: readonly string[]
  readonly reads: Place | undefined
  readonly writes: Place | undefined
}

/** A store, as people see it. */
export interface ExplainedStore {
  readonly name: string
  readonly kind: StoreDeclaration['kind']
  /** What a row is. */
  readonly rows: string
  /** Windows and how long rows are kept; undefined if it keeps them for ever. */
  readonly time: string | undefined
  /** Where its rows are, and what brings them back. */
  readonly kept: string
  /** The changelog topic, if it has one. */
  readonly changelog: string | undefined
  /** What the memory that it takes grows with. */
  readonly memory: string
  /** It only helps another store: the rest goes without saying. */
  readonly minor: boolean
}

/** Nodes that run in one task. */
export interface ExplainedPart {
  /** `Sub-topology 0`, or `One task` where nothing runs apart. */
  readonly title: string
  /** Which tasks there are; empty for one. */
  readonly tasks: string
  readonly nodes: readonly ExplainedNode[]
  readonly stores: readonly ExplainedStore[]
  /** Groups of topics that must have equal numbers of partitions. */
  readonly copartitioned: readonly (readonly string[])[]
}

/** A chain, explained. */
export interface Explanation {
  readonly commandLine: string
  readonly parts: readonly ExplainedPart[]
  /** What follows for the run: a term and its meaning. */
  readonly run: readonly (readonly [string, string])[]
}

/** A stage of the chain. */
export interface Stage {
  readonly text: string
  /** The windows of its aggregation, as typed. */
  readonly window: string | undefined
}

/** What the topology does not say itself. */
export interface ExplainOptions {
  readonly commandLine: string
  /** `<application id>-<stage>` if partitions are processed apart and state has changelogs. */
  readonly prefix: string | undefined
  /** State outlives the run. */
  readonly durable: boolean
  readonly graceMs: number
  /** `windowstore.changelog.additional.retention.ms` */
  readonly additionalRetentionMs: number
  /** The stage of each node, by the node's name. */
  readonly stages: ReadonlyMap<string, Stage>
  readonly run: Explanation['run']
}

interface Part {
  readonly title: string
  readonly tasks: string
  readonly topology: Topology
  readonly copartitioned: readonly (readonly string[])[]
}

/** Explains a chain. Throws KsError usage for what cannot run under an application id. */
export const explain = (topology: Topology, options: ExplainOptions): Explanation => {
  const parts = partsOf(topology, options).map((part): ExplainedPart => {
    const nodes = inOrder(part.topology.nodes).map((node): ExplainedNode => {
      const reads = node.global ?? (node.kind === 'source' ? node.endpoint : undefined)
      const writes = node.kind === 'sink' ? node.endpoint : undefined
      return {
        name: node.name,
        words: trims(node, options) ?? nodeWords(node, part.topology),
        stage: options.stages.get(node.name.replace(/-SINK$/, '')),
        parents: node.parents,
        stores: node.stores,
        reads: placeOf(reads, node),
        writes: placeOf(writes, node),
      }
    })
    const stores = part.topology.stores.map((store) => explainStore(store, part.topology, options))
    return { title: part.title, tasks: part.tasks, nodes, stores, copartitioned: part.copartitioned }
  })
  return { commandLine: options.commandLine, parts, run: options.run }
}

// Without an application id (or without topics) one task has it all, and a repartition is only a call.
const partsOf = (topology: Topology, { prefix }: ExplainOptions): readonly Part[] => {
  if (prefix === undefined) return [{ title: 'One task', tasks: '', topology, copartitioned: [] }]
  return splitTopology(topology, prefix).map((part) => ({
    title: `Sub-topology ${String(part.index)}`,
    tasks: tasksOf(part),
    topology: part.topology,
    copartitioned: part.copartitioned.filter((group) => group.length > 1),
  }))
}

/** A sink stands behind its parent's other children, not at the end: a repartition is where its stage is. */
const inOrder = (nodes: readonly TopologyNode[]): readonly TopologyNode[] => {
  const numberOf = ({ name }: TopologyNode): number => Number(/\d{10}/.exec(name)?.[0] ?? Infinity)
  return [...nodes].sort((left, right) => numberOf(left) - numberOf(right))
}

const placeOf = (endpoint: Endpoint | undefined, node: TopologyNode): Place | undefined =>
  endpoint && { kind: endpoint.kind, name: endpoint.name, internal: repartitionOf(node) !== undefined }

const tasksOf = ({ index, sources }: SubTopology): string => {
  const name = `${String(index)}_0`
  if (sources.every(({ repartition }) => repartition?.partitions === 1)) return `task ${name}`
  const topics = [...new Set(sources.map(({ topic }) => topic))]
  return `tasks ${name}, ${String(index)}_1, …, one per partition of ${topics.join(' and ')}`
}

/** What an aggregation does before it repartitions: its own step behind the one that sets the key. */
const trims = ({ name, parents }: TopologyNode, { stages }: ExplainOptions): string | undefined => {
  const stage = stages.get(name)
  const isTrim =
    name.startsWith('KSTREAM-MAPVALUES') &&
    stage !== undefined &&
    parents.every((parent) => stages.get(parent) === stage)
  return isTrim ? 'keep only the fields that it needs' : undefined
}

const explainStore = (store: StoreDeclaration, topology: Topology, options: ExplainOptions): ExplainedStore => {
  const node = topology.nodes.find(({ stores }) => stores.includes(store.name))
  const stage = node && options.stages.get(node.name)
  const { prefix } = options
  const changelog = prefix !== undefined && store.log === 'changelog' ? changelogTopic(prefix, store.name) : undefined
  return {
    name: store.name,
    kind: store.kind,
    rows: rowsOf(store, node),
    time: timeOf(store, stage, options),
    kept: keptIn(store, options),
    changelog: typeof store.log === 'object' && prefix !== undefined ? store.log.sourceTopic : changelog,
    memory: memoryOf(store, node, topology, options.durable),
    minor: isMinor(store, node),
  }
}

const timeOf = (
  { kind, retentionMs, ttlMs }: StoreDeclaration,
  stage: Stage | undefined,
  { graceMs }: ExplainOptions,
): string | undefined => {
  if (ttlMs !== undefined) return `rows go ${durationText(ttlMs)} after their last update`
  if (kind === 'key-value') return undefined
  const forSoLong = retentionMs === noEndMs ? 'ever' : durationText(retentionMs ?? 0)
  const kept = retentionMs === undefined ? [] : [`rows kept for ${forSoLong}`]
  if (stage?.window === undefined) return kept[0]
  return [windowWords(stage.window), `grace ${durationText(graceMs)}`, ...kept].join(', ')
}

const windowWords = (text: string): string => {
  const [size = '', advance] = text.split('/')
  if (!/^\d/.test(size)) return `windows: ${text}`
  return advance === undefined ? `windows of ${size}` : `windows of ${size} every ${advance}`
}

const keptIn = (store: StoreDeclaration, options: ExplainOptions): string => {
  const { prefix, durable, additionalRetentionMs } = options
  if (!durable) return 'in memory, until the run ends'
  if (prefix === undefined) return 'in the state directory'
  if (store.log === 'metadata') return 'with the committed offsets'
  if (typeof store.log === 'object') return 'on disk; the topic itself is its changelog'
  if (store.kind === 'key-value') return 'on disk; changelog (compact):'
  const { retentionMs = 0 } = store
  if (retentionMs === noEndMs) return 'on disk; changelog (compact,delete, but never by age):'
  return `on disk; changelog (compact,delete after ${durationText(retentionMs + additionalRetentionMs)}):`
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const

/** A duration as it would be typed, exactly: `1d1m10s`. */
export const durationText = (durationMs: number): string => {
  let rest = durationMs
  let text = ''
  for (const [unit, unitMs] of units) {
    const count = Math.floor(rest / unitMs)
    if (count > 0) text += `${String(count)}${unit}`
    rest -= count * unitMs
  }
  return text === '' ? '0' : text
}
