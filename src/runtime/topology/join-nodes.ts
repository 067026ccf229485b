// The nodes and stores of joins of two streams, with the names that Kafka Streams gives them (StreamJoined.withName), of a stream
// and a table, and of two tables.

import { ktableJoin, ktableJoinAfterGrace, type KTableJoin, type RowLookup } from '../operators/ktable-join.ts'
import type { ProcessorContext } from '../operators/processor.ts'
import { waitingCodec } from '../operators/waiting-records.ts'
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

/** How a stream looks into a table. */
export interface TableLookup {
  readonly rows: (context: ProcessorContext) => RowLookup
  readonly join: KTableJoin
  readonly stores: readonly string[]
  /** How far back the table knows its rows as they were, ms; not there if records meet only the latest ones. */
  readonly historyMs?: number
}

/**
 * Adds a join of a stream with a table; returns the node of its results.
 * @param parent node whose records have the keys of the table.
 * @param graceMs how long records wait for rows; undefined joins at once.
 */
export const addTableLookup = (
  builder: TopologyBuilder,
  name: string,
  parent: string,
  { rows, join, stores, historyMs }: TableLookup,
  graceMs: number | undefined,
): string => {
  const prefix = join.left ? 'KSTREAM-LEFTJOIN' : 'KSTREAM-JOIN'
  if (graceMs === undefined) {
    return builder.add(prefix, 'processor', [parent], ktableJoin(rows, join), { stores, copartitioned: true })
  }
  if (historyMs === undefined || historyMs < graceMs) {
    throw new Error('a join with a grace period takes a table with a history that is at least as long')
  }
  const buffer = builder.addStore('', 'key-value', waitingCodec, `${name}-buffer`, { loadAll: true })
  return builder.add(prefix, 'processor', [parent], ktableJoinAfterGrace(rows, join, buffer, graceMs), {
    stores: [...stores, buffer, addTimeStore(builder, buffer)],
    copartitioned: true,
  })
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
