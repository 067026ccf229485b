// The node and the stores of a table with history.

import type { TableOptions } from '../operators/emit.ts'
import { versionedCodec } from '../operators/versioned-rows.ts'
import { versionedSource } from '../operators/versioned-table.ts'
import { addTimeStore, erased } from './common-nodes.ts'
import type { TopologyBuilder } from './topology-builder.ts'

/** Adds the table behind a source node; returns its node and its store. */
export const addVersionedTable = (
  builder: TopologyBuilder,
  source: string,
  storeName: string,
  historyMs: number,
  table: TableOptions,
): { readonly node: string; readonly store: string } => {
  const store = builder.addStore('KTABLE-SOURCE', 'key-value', erased(versionedCodec), storeName, {
    retentionMs: historyMs,
    view: { keys: 'plain', historyMs },
  })
  const stores = [store, addTimeStore(builder, store)]
  const supplier = versionedSource(store, historyMs, table)
  return { node: builder.add('KTABLE-SOURCE', 'processor', [source], supplier, { stores }), store }
}
