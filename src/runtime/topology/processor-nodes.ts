// Processors that users write, and their stores.

import { KsError } from '../model/errors.ts'
import type { ProcessorModule } from '../processors/load-module.ts'
import { defaultRetentionMs, processorNode } from '../processors/processor.ts'
import type { StoreSpec } from '../processors/state-stores.ts'
import { plainCodec } from '../stores/store-row.ts'
import { valueView } from '../stores/store-view.ts'
import type { KStream } from './streams-builder.ts'
import type { TopologyBuilder } from './topology-builder.ts'

const kinds = { 'key-value': 'key-value', window: 'timeline', session: 'session' } as const

/** Adds a store. KsError config if there is one of that name. */
export const addStateStore = (
  builder: TopologyBuilder,
  name: string,
  { type, ranges, retentionMs }: StoreSpec,
): void => {
  if (builder.hasStore(name)) {
    throw new KsError('config', `two stores have the name ${name}`, { hint: 'give one of them another name' })
  }
  const kept = type === 'key-value' ? {} : { retentionMs: retentionMs ?? defaultRetentionMs }
  builder.addStore('', kinds[type], plainCodec, name, {
    loadAll: ranges === true,
    ...kept,
    view: valueView,
  })
}

/**
 * The stream behind a processor. If it has stores, equal keys are brought together first.
 * @param subject what messages call the processor.
 */
export const processWith = (
  builder: TopologyBuilder,
  stream: KStream,
  { make, stores }: ProcessorModule,
  subject: string,
  appConfigs: ReadonlyMap<string, unknown>,
): KStream => {
  const names = Object.keys(stores)
  for (const [name, spec] of Object.entries(stores)) addStateStore(builder, name, spec)
  const options = { stores, appConfigs: Object.fromEntries(appConfigs), subject, changesKeys: true }
  const [first] = names
  return (first === undefined ? stream : stream.together(first)).process(processorNode(make, options), names)
}
