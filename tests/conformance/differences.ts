// Where ks does not do what Kafka Streams does, on purpose, and why. The generator leaves such topologies out.
//
// Three more are dealt with where java/Oracle.java builds the topology, because the rest can be compared then:
// - An aggregate's first result has no old value. In Kafka Streams that is what the initializer returned, so that a regrouped
//   count is one too low for as long as the key exists.
// - A filter of a table knows whether a row had passed before. In Kafka Streams only if an operator behind it needs old values;
//   else it sends deletions of rows that nobody has seen.
// - Windows that are emitted when they close are never lost. In Kafka Streams they are if the record that closes them comes later
//   than the retention of the store, by default a window's size and grace.

import type { Op } from './cases.ts'
import { Graph } from './graph.ts'

interface Difference {
  readonly why: string
  readonly appliesTo: (op: Op, graph: Graph) => boolean
}

// prettier-ignore
const differences: readonly Difference[] = [
  { why: 'the driver of Kafka Streams puts repartitioned records behind all others of the same input record; ks has no such order, as no broker has', appliesTo: (op, graph) => graph.isRace(op) },
  { why: 'in the driver of Kafka Streams the answers of a foreign-key join come when the left table has changed again, and are dropped as stale; in ks they come at once, on a broker either may happen', appliesTo: (op, graph) => graph.asksTooOften(op) },
  { why: 'an estimate of bytes has the name of the topic in it, and those that Kafka Streams makes are called otherwise', appliesTo: (op, graph) => op.op === 'suppress' && op.bytes !== undefined && graph.isRepartitioned(op) },
]

/** Why a topology cannot be compared; undefined if it can. */
export const differenceOf = (topology: readonly Op[]): string | undefined => {
  const graph = new Graph(topology)
  return differences.find(({ appliesTo }) => topology.some((op) => appliesTo(op, graph)))?.why
}
