// The nodes and the store of a cogroup, with the names that Kafka Streams gives them (CogroupedStreamAggregateBuilder).

import { aggregate } from '../operators/aggregate.ts'
import {
  cogroupInput,
  cogroupStep,
  type CogroupAdder,
  type CogroupInput,
  type CogroupStep,
} from '../operators/cogroup.ts'
import type { TableOptions } from '../operators/emit.ts'
import type { AnyWindows } from '../windows/any-windows.ts'
import { aggregateView } from './aggregate-view.ts'
import { addTimeStore, erased, repartition } from './common-nodes.ts'
import type { TopologyBuilder } from './topology-builder.ts'
import { windowedAggregate } from './windowed-aggregate.ts'

/** One stream of a cogroup. */
export interface CogroupedInput<S> {
  /** The node of its records. */
  readonly node: string
  readonly keyChanged: boolean
  readonly add: CogroupAdder<S>
  /** Of its repartition, if it needs one. */
  readonly name: string | undefined
}

/**
 * Adds a cogroup; returns the node of its results and its store. A stream whose key has changed is repartitioned under its own
 * name, or under that of the store, with its position from the second one on (where Kafka Streams insists on a name).
 */
export const addCogroup = <S>(
  builder: TopologyBuilder,
  inputs: readonly CogroupedInput<S>[],
  shared: CogroupStep<S>,
  windows: AnyWindows | undefined,
  table: TableOptions,
  storeName: string | undefined,
): { readonly node: string; readonly store: string } => {
  const input: CogroupInput = { current: 0 }
  const step = cogroupStep(
    shared,
    inputs.map(({ add }) => add),
    input,
  )
  const prefix = 'COGROUPKSTREAM-AGGREGATE'
  const windowed = windows === undefined ? undefined : windowedAggregate(windows, step, table, input)
  const store =
    windowed === undefined
      ? builder.addStore(prefix, 'key-value', erased(step.codec), storeName, { view: aggregateView(step) })
      : builder.addStore(prefix, windowed.kind, erased(step.codec), storeName, {
          retentionMs: windowed.retentionMs,
          view: windowed.view,
        })
  const stores = windowed === undefined ? [store] : [store, addTimeStore(builder, store)]
  const taken = new Set<string>()
  const parents = inputs.map(({ node, keyChanged, name: given }, position) => {
    const name = given ?? (taken.has(store) ? `${store}-${String(position + 1)}` : store)
    if (keyChanged) taken.add(name)
    const parent = keyChanged
      ? repartition(builder, node, { name, partitions: undefined, keys: 'typed', changes: false })
      : node
    return builder.add('COGROUPKSTREAM-MERGE', 'processor', [parent], cogroupInput(input, position))
  })
  const supplier = windowed === undefined ? aggregate(store, step, table) : windowed.supplier(store)
  return { node: builder.add(prefix, 'processor', parents, supplier, { stores, copartitioned: true }), store }
}
