// The nodes, topics and stores of a foreign-key join, with the names that Kafka Streams gives them (KTableImpl).

import type { TableOptions } from '../operators/emit.ts'
import {
  answerSubscribers,
  foreignKeyResults,
  resolveResponses,
  sendSubscriptions,
  takeSubscriptions,
  type ForeignKeyJoin,
} from '../operators/foreign-key-join.ts'
import { passThrough } from '../operators/stateless.ts'
import { plainCodec } from '../stores/store-row.ts'
import { recordView } from '../stores/store-view.ts'
import type { TopologyBuilder } from './topology-builder.ts'
import type { Repartition } from './topology.ts'

/**
 * Adds a join by foreign key; returns the node of its results and their store.
 * @param parents the nodes of both tables.
 */
export const addForeignKeyJoin = (
  builder: TopologyBuilder,
  parents: { readonly left: string; readonly right: string },
  join: ForeignKeyJoin,
  table: TableOptions,
  name: string | undefined,
): { readonly node: string; readonly store: string } => {
  const part = (generated: string, given: string): string =>
    name === undefined ? builder.uniqueName(`KTABLE-FK-JOIN-${generated}`) : `${name}-${given}`
  const topic = (parent: readonly string[], topicName: string, form: Repartition['form']): string =>
    builder.add('KSTREAM-REPARTITION', 'repartition', parent, passThrough, {
      repartition: { name: topicName, partitions: undefined, keys: 'text', changes: false, form },
    })

  const registration = part('SUBSCRIPTION-REGISTRATION', 'subscription-registration')
  const response = part('SUBSCRIPTION-RESPONSE', 'subscription-response')
  const subscriptions = builder.addStore(
    'KTABLE-FK-JOIN-SUBSCRIPTION',
    'key-value',
    plainCodec,
    name === undefined ? undefined : `${name}-subscription-store`,
  )
  const sent = builder.add('', 'processor', [parents.left], sendSubscriptions(join), { name: registration })
  const registered = topic([sent], `${registration}-topic`, 'subscription')
  const taken = builder.add(
    'KTABLE-FK-JOIN-SUBSCRIPTION-PROCESSOR',
    'processor',
    [registered],
    takeSubscriptions(subscriptions, join),
    { stores: [subscriptions, ...join.right.stores], copartitioned: true },
  )
  const told = builder.add('KTABLE-FK-JOIN-FOREIGN', 'processor', [parents.right], answerSubscribers(subscriptions), {
    stores: [subscriptions],
  })
  const answered = topic([taken, told], `${response}-topic`, 'response')
  const resolved = builder.add(
    'KTABLE-FK-JOIN-SUBSCRIPTION-RESPONSE-RESOLVER-PROCESSOR',
    'processor',
    [answered],
    resolveResponses(join),
    { stores: join.left.stores, copartitioned: true },
  )
  const store = builder.addStore('KTABLE-FK-JOIN-OUTPUT', 'key-value', plainCodec, name, {
    view: recordView,
  })
  const node = builder.add('KTABLE-FK-JOIN-OUTPUT', 'processor', [resolved], foreignKeyResults(store, table), {
    stores: [store],
  })
  return { node, store }
}
