// Nodes that several operators of the DSL need.

import { top } from '../operators/top.ts'
import { passThrough, type ValueMapper } from '../operators/stateless.ts'
import { observedTimeStore } from '../operators/stream-time.ts'
import { plainCodec, type RowCodec } from '../stores/store-row.ts'
import type { TopologyBuilder } from './topology-builder.ts'
import type { Endpoint, Repartition } from './topology.ts'

/** A repartition behind a node. */
export const repartition = (builder: TopologyBuilder, parent: string, how: Repartition): string =>
  builder.add('KSTREAM-REPARTITION', 'repartition', [parent], passThrough, { repartition: how })

/** The node behind a repartition for the store `name`, if the key has changed; the node itself otherwise. */
export const repartitionIf = (keyChanged: boolean, builder: TopologyBuilder, node: string, name: string): string =>
  keyChanged ? repartition(builder, node, { name, partitions: undefined, keys: 'typed', changes: false }) : node

/** The store of the stream time of a store of windows. */
export const addTimeStore = (builder: TopologyBuilder, windowStore: string): string =>
  builder.addStore('', 'key-value', plainCodec, observedTimeStore(windowStore), { log: 'metadata' })

/** The node that ranks the records behind a node; `changes` if they are rows of a table. */
export const addTop = (
  builder: TopologyBuilder,
  parent: string,
  count: number,
  rankOf: ValueMapper,
  store: string | undefined,
  changes: boolean,
  closesAfterMs = 0,
): string => {
  const name = builder.addStore('KTABLE-TOP', 'key-value', plainCodec, store, { loadAll: true })
  // One list of all rows: whatever partition they are in, they meet in one.
  const all = repartition(builder, parent, { name, partitions: 1, keys: 'typed', changes })
  return builder.add('KTABLE-TOP', 'processor', [all], top(name, count, rankOf, closesAfterMs), { stores: [name] })
}

/** A sink behind a node. */
export const addSink = (
  builder: TopologyBuilder,
  parent: string,
  endpoint: Endpoint | string,
  name: string | undefined,
): void => {
  const target: Endpoint = typeof endpoint === 'string' ? { kind: 'topic', name: endpoint } : endpoint
  builder.add('KSTREAM-SINK', 'sink', [parent], undefined, { name, endpoint: target })
}

/** The topology keeps codecs of many state types in one list; a store is only ever used with the type it was declared with. */
export const erased = <S>(codec: RowCodec<S>): RowCodec<unknown> => codec
