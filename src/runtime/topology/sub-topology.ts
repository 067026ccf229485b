// A topology as it runs on topics: cut at its repartitions, each part with tasks of its own. What one part writes to a
// repartition topic is what the next one reads.

import { KsError } from '../model/errors.ts'
import { subTopologies, type RecordForm, type Repartition, type Topology, type TopologyNode } from './topology.ts'

/** A topic that a part of the topology reads. */
export interface SourceTopic {
  /** The source node that its records go to. */
  readonly node: string
  readonly topic: string
  /** Set if ks makes the topic itself. */
  readonly repartition: Repartition | undefined
  readonly form: RecordForm | undefined
  /** See TopologyNode. */
  readonly isFirst: boolean
}

/** One part: nodes that run in one task. */
export interface SubTopology {
  readonly index: number
  /** Its nodes, with a source or a sink in place of each repartition. */
  readonly topology: Topology
  readonly sources: readonly SourceTopic[]
  /** Repartition topics that it writes. */
  readonly repartitions: readonly string[]
  /** By repartition topic: the topics whose records lead to those that this part writes there. */
  readonly feeders: ReadonlyMap<string, readonly string[]>
  /** Groups of topics whose partitions must be equal in number, because equal keys meet. */
  readonly copartitioned: readonly (readonly string[])[]
}

/** The repartition that stands behind a sink or source that `splitTopology` made. */
export const repartitionOf = ({ endpoint }: TopologyNode): Repartition | undefined =>
  endpoint?.options?.['repartition'] as Repartition | undefined

/** `<prefix>-<name>-repartition`, as Kafka Streams calls it; the topics of foreign-key joins have no such end. */
export const repartitionTopic = (prefix: string, { name, form }: Repartition): string =>
  form === undefined ? `${prefix}-${name}-repartition` : `${prefix}-${name}`

/** `<prefix>-<store>-changelog`, as Kafka Streams calls it. */
export const changelogTopic = (prefix: string, storeName: string): string => `${prefix}-${storeName}-changelog`

/** Cuts a topology. @param prefix of its internal topics: the application id and the stage. */
export const splitTopology = (topology: Topology, prefix: string): readonly SubTopology[] =>
  subTopologies(topology).map((nodes, index) => {
    const own = new Set(nodes.map(({ name }) => name))
    const inside: TopologyNode[] = nodes.map((node) => (node.kind === 'repartition' ? sourceOf(node, prefix) : node))
    for (const node of topology.nodes) {
      if (node.kind !== 'repartition') continue
      const parents = node.parents.filter((parent) => own.has(parent))
      if (parents.length > 0) inside.push(sinkOf(node, parents, prefix))
    }
    const storeNames = new Set(nodes.flatMap(({ stores }) => stores))
    const sources = inside.filter(({ kind }) => kind === 'source').map(sourceTopicOf)
    const writers = inside.filter((node) => node.kind === 'sink' && repartitionOf(node) !== undefined)
    return {
      index,
      topology: { nodes: inside, stores: topology.stores.filter(({ name }) => storeNames.has(name)), globals: [] },
      sources,
      repartitions: writers.map(({ endpoint }) => endpoint?.name ?? ''),
      feeders: new Map(writers.map((node) => [node.endpoint?.name ?? '', sourcesAbove([node.name], inside, sources)])),
      copartitioned: inside
        .filter(({ copartitioned }) => copartitioned)
        .map((node) => copartitionedTopics(node, inside, sources)),
    }
  })

const sourceOf = (node: TopologyNode, prefix: string): TopologyNode => ({
  ...node,
  kind: 'source',
  parents: [],
  endpoint: endpointOf(node, prefix),
})

const sinkOf = (node: TopologyNode, parents: readonly string[], prefix: string): TopologyNode => ({
  name: `${node.name}-SINK`,
  kind: 'sink',
  parents,
  supplier: undefined,
  stores: [],
  endpoint: endpointOf(node, prefix),
})

const endpointOf = ({ repartition }: TopologyNode, prefix: string): NonNullable<TopologyNode['endpoint']> => {
  if (repartition === undefined) throw new Error('a repartition node without a name')
  return { kind: 'topic', name: repartitionTopic(prefix, repartition), options: { repartition } }
}

const sourceTopicOf = (node: TopologyNode): SourceTopic => {
  const { endpoint } = node
  if (endpoint?.kind !== 'topic') {
    throw new KsError('usage', 'files and topics cannot be read side by side under an application id', {
      hint: 'write the file to a topic first: ks write TOPIC FILE',
    })
  }
  const { name: topic, form } = endpoint
  return { node: node.name, topic, repartition: repartitionOf(node), form, isFirst: node.isFirst === true }
}

/** The topics from which records come to a node, or rows to its stores. */
const copartitionedTopics = (
  node: TopologyNode,
  nodes: readonly TopologyNode[],
  sources: readonly SourceTopic[],
): readonly string[] => {
  const others = nodes.filter(({ stores }) => stores.some((store) => node.stores.includes(store)))
  return sourcesAbove([node.name, ...others.map(({ name }) => name)], nodes, sources)
}

/** The topics from which records come to some nodes. */
const sourcesAbove = (
  names: readonly string[],
  nodes: readonly TopologyNode[],
  sources: readonly SourceTopic[],
): readonly string[] => {
  const reached = new Set<string>()
  const visit = (name: string): void => {
    if (reached.has(name)) return
    reached.add(name)
    for (const parent of nodes.find((candidate) => candidate.name === name)?.parents ?? []) visit(parent)
  }
  for (const name of names) visit(name)
  return sources.filter((source) => reached.has(source.node)).map(({ topic }) => topic)
}

/** Finds out how many partitions a topic has; undefined if there is no such topic. */
export type PartitionCount = (topic: string) => number | undefined

/**
 * The number of partitions of every topic that is read. Repartition topics get what they are declared with, what the topics
 * have that they must meet, or the most of what is upstream (Kafka Streams' rules).
 * @throws KsError config if a source topic is missing or co-partitioned topics differ.
 */
export const resolvePartitions = (
  parts: readonly SubTopology[],
  countOf: PartitionCount,
): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const { topic, repartition } of parts.flatMap(({ sources }) => sources)) {
    if (repartition !== undefined) {
      if (repartition.partitions !== undefined) counts.set(topic, repartition.partitions)
      continue
    }
    const count = countOf(topic)
    if (count === undefined) {
      throw new KsError('config', `there is no topic ${topic}`, { hint: 'ks topics lists them' })
    }
    counts.set(topic, count)
  }
  const groups = parts.flatMap(({ copartitioned }) => copartitioned)
  const given = new Set(counts.keys())
  // Upstream parts come before those that read from them, but chains of repartitions need several rounds.
  for (let round = 0; round < parts.length + 1; round++) {
    for (const group of groups) agree(group, given, counts)
    for (const { sources, repartitions } of parts) {
      const known = sources.flatMap(({ topic }) => counts.get(topic) ?? [])
      if (known.length === 0) continue
      for (const topic of repartitions) if (!counts.has(topic)) counts.set(topic, Math.max(...known))
    }
  }
  for (const group of groups) agree(group, given, counts)
  for (const group of groups) assertEqual(group, counts)
  return counts
}

/** Repartition topics take the number of the topics that they meet; if there are only such, the largest of what they would have. */
const agree = (group: readonly string[], given: ReadonlySet<string>, counts: Map<string, number>): void => {
  const fixed = group.filter((topic) => given.has(topic))
  const known = (fixed.length > 0 ? fixed : group).flatMap((topic) => counts.get(topic) ?? [])
  if (known.length === 0 || (fixed.length === 0 && known.length < group.length)) return
  for (const topic of group) if (!given.has(topic)) counts.set(topic, Math.max(...known))
}

const assertEqual = (group: readonly string[], counts: ReadonlyMap<string, number>): void => {
  const numbers = new Set(group.map((topic) => counts.get(topic)))
  if (numbers.size <= 1) return
  const list = group.map((topic) => `${topic} has ${String(counts.get(topic))}`).join(', ')
  throw new KsError('config', `the topics of a join must have the same number of partitions: ${list}`, {
    hint: 'join by an expression (--on .field): ks repartitions the stream then; or repartition one topic',
  })
}
