// The words for nodes and stores. Kafka Streams' names of nodes say what kind of step they are.

import { repartitionOf } from './sub-topology.ts'
import type { Endpoint, StoreDeclaration, StoreKind, Topology, TopologyNode } from './topology.ts'
import { noEndMs } from '../windows/unlimited-windows.ts'

const wordsByKind: Readonly<Record<string, string>> = {
  'KSTREAM-FILTER': 'keep the records for which the condition is true',
  'KSTREAM-MAPVALUES': 'change the value',
  'KSTREAM-FLATMAPVALUES': 'make any number of values of each',
  'KSTREAM-KEY-SELECT': 'set the key',
  'KSTREAM-PEEK': 'show on standard error',
  'KSTREAM-TIMESTAMP': 'set the time',
  'KSTREAM-HEAD': 'pass the first records',
  'KSTREAM-BRANCH': 'find the first condition that is true',
  'KSTREAM-MERGE': 'merge, lowest time first',
  'KSTREAM-PROCESSOR': 'process',
  'KSTREAM-AGGREGATE': 'aggregate',
  'COGROUPKSTREAM-MERGE': 'tell which of the streams it comes from',
  'COGROUPKSTREAM-AGGREGATE': 'aggregate, each stream in its own way',
  'KSTREAM-TOTABLE': 'keep the latest record of each key',
  'KSTREAM-DEDUPE': 'pass the first record of each key',
  'KSTREAM-LEAD': 'wait for what comes behind it',
  'KSTREAM-JOIN': 'join with the row of the same key',
  'KSTREAM-LEFTJOIN': 'join with the row of the same key, if there is one',
  'KSTREAM-JOINTHIS': 'join with the other stream',
  'KSTREAM-JOINOTHER': 'join with the first stream',
  'KTABLE-JOINTHIS': 'join with the row of the other table',
  'KTABLE-JOINOTHER': 'join with the row of the first table',
  'KTABLE-FK-JOIN-SUBSCRIPTION-REGISTRATION': 'ask for the row that the foreign key names',
  'KTABLE-FK-JOIN-SUBSCRIPTION-PROCESSOR': 'note who asks for a row, and answer',
  'KTABLE-FK-JOIN-FOREIGN': 'tell those who have asked for the row',
  'KTABLE-FK-JOIN-SUBSCRIPTION-RESPONSE-RESOLVER-PROCESSOR': 'join with the answer, if the row is still the same',
  'KTABLE-FK-JOIN-OUTPUT': 'keep the results',
  'KTABLE-SUPPRESS': 'hold updates back',
  'KTABLE-CACHE': 'hold updates until the next flush, and pass the last one',
  'KTABLE-LEFTJOIN': 'join with the row of the same key, if there is one',
  'KTABLE-JOIN': 'join with the row of the same key',
  'KTABLE-MERGE': 'merge the results of both sides',
  'KTABLE-SOURCE': 'take updates into the table',
  'KTABLE-AGGREGATE': 'aggregate rows, take back what they were',
  'KTABLE-FILTER': 'keep the rows for which the condition is true',
  'KTABLE-MAPVALUES': 'change the rows',
  'KTABLE-SELECT': 'set the key of rows, old and new',
  'KTABLE-TOSTREAM': 'make a stream of the updates',
  'KTABLE-TOP': 'rank',
}

/** `topic clicks`, `standard input`: only what needs a word gets one. */
export const placeText = ({ kind, name }: Pick<Endpoint, 'kind' | 'name'>): string => {
  if (kind === 'stdin' || (kind === 'file' && name === '-')) return 'standard input'
  if (kind === 'stdout') return 'standard output'
  return kind === 'file' ? `file ${name}` : name
}

/** What a node does. */
export const nodeWords = (node: TopologyNode, topology: Topology): string => {
  const { name, kind, endpoint, global } = node
  if (kind === 'source' || kind === 'sink') {
    const place = placeText(endpoint ?? { kind: 'stdin', name: '' })
    const isTopic = endpoint?.kind === 'topic' && repartitionOf(node) === undefined
    return `${kind === 'source' ? 'read' : 'write'} ${isTopic ? `topic ${place}` : place}`
  }
  if (kind === 'repartition') return 'bring together what has the same key (in this process)'
  const child = /^KSTREAM-BRANCH-\d{10}-(\d+)$/.exec(name)?.[1]
  if (child !== undefined) return branchWords(Number(child), node, topology)
  const prefix = name.replace(/-\d{10}$/, '')
  const words = wordsByKind[prefix] ?? prefix.replace(/^K(STREAM|TABLE)-/, '').toLowerCase()
  if (global !== undefined) return `${words} in ${placeText(global)}`
  if (prefix === 'KSTREAM-AGGREGATE')
    return isWindowed(node, topology) ? 'aggregate by key and window' : 'aggregate by key'
  return words
}

const branchWords = (child: number, { parents }: TopologyNode, { nodes }: Topology): string => {
  const siblings = nodes.filter((other) => other.parents[0] === parents[0])
  return child === siblings.length ? 'the rest' : `condition ${String(child)} is true`
}

const isWindowed = ({ stores }: TopologyNode, topology: Topology): boolean =>
  topology.stores.some(({ name, kind }) => stores.includes(name) && kind !== 'key-value' && !isForStamped(name, stores))

/** A store of one number or two: how far time has come for the windows beside it. */
const isStreamTime = ({ log }: StoreDeclaration): boolean => log === 'metadata'

/** The window store beside a plain one: for records that a `ks window` in another process has marked. */
const isForStamped = (name: string, ofNode: readonly string[]): boolean =>
  name.endsWith('-windows') && ofNode.includes(name.slice(0, -'-windows'.length))

/** True for a store that only helps another one. */
export const isMinor = (store: StoreDeclaration, node: TopologyNode | undefined): boolean =>
  isStreamTime(store) || isForStamped(store.name, node?.stores ?? [])

const rowsByKind = {
  'key-value': 'a row per key',
  window: 'a row per key and window',
  session: 'a row per key and session',
  timeline: 'a row per key and window',
  'timeline-duplicates': 'the records of one side, by key and time',
  unmatched: 'the records without a match so far, in order of time',
} as const satisfies Record<StoreKind, string>

const memoryByKind = {
  window: 'bounded by the keys of open windows',
  session: 'bounded by the open sessions',
  timeline: 'bounded by the records within the retention',
  'timeline-duplicates': 'bounded by the records within the retention',
  unmatched: 'bounded by the records within their window and grace',
} as const satisfies Record<Exclude<StoreKind, 'key-value'>, string>

const isSuppress = (node: TopologyNode | undefined): boolean => node?.name.startsWith('KTABLE-SUPPRESS') === true

const isWaitingRecords = ({ name }: StoreDeclaration, node: TopologyNode | undefined): boolean =>
  /^KSTREAM-(?:LEFT)?JOIN-/.test(node?.name ?? '') && name.endsWith('-buffer')

const isLead = (node: TopologyNode | undefined): boolean => node?.name.startsWith('KSTREAM-LEAD') === true

const isSubscriptions = ({ name }: StoreDeclaration, node: TopologyNode | undefined): boolean =>
  /^KTABLE-FK-JOIN-(?:SUBSCRIPTION-PROCESSOR|FOREIGN)-/.test(node?.name ?? '') && name === node?.stores[0]

/** What a row of a store is. */
export const rowsOf = (store: StoreDeclaration, node: TopologyNode | undefined): string => {
  if (isStreamTime(store)) return 'how far time has come: a few numbers'
  if (typeof store.log === 'object') return `the latest record of each key of ${store.log.sourceTopic}`
  if (isForStamped(store.name, node?.stores ?? []))
    return 'a row per key and window, if the input comes from `ks window`'
  const isDedupe = node?.name.startsWith('KSTREAM-DEDUPE') === true
  if (isDedupe) return store.kind === 'key-value' ? 'the keys that have been seen' : 'the keys that were seen lately'
  if (store.kind === 'key-value' && store.retentionMs !== undefined) return 'a row per key, and what it was before'
  if (isSubscriptions(store, node)) return 'who has asked for the row of which key'
  if (isSuppress(node)) return 'the updates that are held back'
  if (isWaitingRecords(store, node)) return 'the records that wait for rows'
  if (isLead(node)) return 'the records that wait for others'
  return rowsByKind[store.kind]
}

/** What the memory of a store grows with. */
export const memoryOf = (
  store: StoreDeclaration,
  node: TopologyNode | undefined,
  topology: Topology,
  durable: boolean,
): string => {
  if (isStreamTime(store)) return 'constant'
  if (isSuppress(node)) return 'bounded by the rows that are held back'
  if (isWaitingRecords(store, node)) return 'bounded by the records within the grace period'
  if (isLead(node)) return 'bounded by the records within the wait'
  if (node?.name.startsWith('KTABLE-TOP') === true) {
    const ranksTable = node.parents.some((parent) => {
      const above = topology.nodes.find(({ name }) => name === parent)
      return above !== undefined && (above.repartition ?? repartitionOf(above))?.changes === true
    })
    return ranksTable ? 'grows with the rows of the table' : 'constant, only the highest are kept'
  }
  if (node?.name.startsWith('KSTREAM-DEDUPE') === true && store.kind !== 'key-value') {
    return 'bounded by the keys within the retention'
  }
  if (store.ttlMs !== undefined) {
    return durable ? 'grows with the keys of that time; rows are on disk' : 'grows with the rows of that time'
  }
  if (store.kind === 'key-value') {
    return durable ? 'bounded, only the latest rows; the disk grows with the keys' : 'grows with the keys'
  }
  return store.retentionMs === noEndMs ? 'grows with the keys' : memoryByKind[store.kind]
}
