// The nodes and stores of joins of two streams, with the names that Kafka Streams gives them (StreamJoined.withName), and of two
// tables.

import { passThrough } from '../operators/stateless.ts'
import { joinRetentionMs, streamJoinSide, type StreamJoin } from '../operators/stream-join.ts'
import { tableJoinSide, type TableTableJoin } from '../operators/table-table-join.ts'
import { rowsSide, windowsSide, type WindowsJoin } from '../operators/windows-join.ts'
import { plainCodec, tableRowCodec } from '../stores/store-row.ts'
import { addTimeStore } from './common-nodes.ts'
import type { TopologyBuilder } from './topology-builder.ts'

/** Adds a join; returns the node of its results. @param parents nodes whose records have the key that is joined by. */
export const addStreamJoin = (
  builder: TopologyBuilder,
  name: string,
  parents: { readonly left: string; readonly right: string },
  { windows, joiner, kind, isPair }: Pick<StreamJoin, 'windows' | 'joiner' | 'kind' | 'isPair'>,
): string => {
  const retentionMs = joinRetentionMs(windows)
  const storeOf = (side: string): string =>
    builder.addStore('', 'timeline-duplicates', tableRowCodec, `${name}-${side}-join-store`, { retentionMs })
  const leftStore = storeOf(kind === 'outer' ? 'outer-this' : 'this')
  const rightStore = storeOf(kind === 'inner' ? 'other' : 'outer-other')
  const sharedStore =
    kind === 'inner'
      ? undefined
      : builder.addStore('', 'unmatched', tableRowCodec, `${name}-${kind}-shared-join-store`, { retentionMs })
  const join: StreamJoin = { windows, joiner, kind, isPair, leftStore, rightStore, sharedStore }
  const shared = sharedStore === undefined ? [] : [sharedStore, addTimeStore(builder, sharedStore)]
  const stores = [leftStore, rightStore, ...shared]
  const left = builder.add('KSTREAM-JOINTHIS', 'processor', [parents.left], streamJoinSide(join, 'left'), { stores })
  const right = builder.add('KSTREAM-JOINOTHER', 'processor', [parents.right], streamJoinSide(join, 'right'), {
    stores,
  })
  return builder.add('KSTREAM-MERGE', 'processor', [left, right], passThrough, { copartitioned: true })
}

/** Adds a join of two tables; returns the node of its results. @param parents the nodes of both sides. */
export const addTableJoin = (
  builder: TopologyBuilder,
  parents: { readonly left: string; readonly right: string },
  join: TableTableJoin,
): string => {
  const { left, right } = join
  const nodes = [
    builder.add('KTABLE-JOINTHIS', 'processor', [parents.left], tableJoinSide(join, 'left'), { stores: right.stores }),
    builder.add('KTABLE-JOINOTHER', 'processor', [parents.right], tableJoinSide(join, 'right'), {
      stores: left.stores,
    }),
  ]
  return builder.add('KTABLE-MERGE', 'processor', nodes, passThrough, { copartitioned: true })
}

/** Adds a join of windows with rows; returns the node of its results. @param parents the nodes of both sides. */
export const addWindowsJoin = (
  builder: TopologyBuilder,
  parents: { readonly left: string; readonly right: string },
  join: Omit<WindowsJoin, 'store'>,
  name: string | undefined,
): string => {
  const store = builder.addStore('KTABLE-WINDOWSJOIN', 'key-value', plainCodec, name)
  const nodes = [
    builder.add('KTABLE-JOINTHIS', 'processor', [parents.left], windowsSide({ ...join, store }), {
      stores: [store, ...join.right.stores],
    }),
    builder.add('KTABLE-JOINOTHER', 'processor', [parents.right], rowsSide({ ...join, store }), { stores: [store] }),
  ]
  return builder.add('KTABLE-MERGE', 'processor', nodes, passThrough, { copartitioned: true })
}
