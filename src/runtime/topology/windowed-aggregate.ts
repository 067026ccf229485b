// Which store and which operator each kind of windows has.

import type { AggregateStep } from '../operators/aggregate-step.ts'
import type { CogroupInput } from '../operators/cogroup.ts'
import type { TableOptions } from '../operators/emit.ts'
import type { ProcessorSupplier } from '../operators/processor.ts'
import { sessionAggregate } from '../operators/session-aggregate.ts'
import { slidingAggregate } from '../operators/sliding-aggregate.ts'
import { unlimitedAggregate, windowAggregate } from '../operators/window-aggregate.ts'
import type { StoreView } from '../stores/store-view.ts'
import type { AnyWindows } from '../windows/any-windows.ts'
import { noEndMs } from '../windows/unlimited-windows.ts'
import { aggregateView } from './aggregate-view.ts'
import type { StoreKind } from './topology.ts'

/**
 * How records are aggregated by each kind of windows; retention times are Kafka Streams' defaults.
 * @param input of a cogroup.
 */
export const windowedAggregate = <S>(
  windows: AnyWindows,
  step: AggregateStep<S>,
  table: TableOptions,
  input?: CogroupInput,
): { kind: StoreKind; retentionMs: number; view: StoreView; supplier(storeName: string): ProcessorSupplier } => {
  if ('gapMs' in windows) {
    const retentionMs = windows.gapMs + windows.graceMs
    const view = aggregateView(step)
    return {
      kind: 'session',
      retentionMs,
      view,
      supplier: (name) => sessionAggregate(name, step, windows, table, input),
    }
  }
  if ('differenceMs' in windows) {
    const retentionMs = 2 * windows.differenceMs + windows.graceMs
    const view = aggregateView(step, windows.differenceMs)
    return {
      kind: 'timeline',
      retentionMs,
      view,
      supplier: (name) => slidingAggregate(name, step, windows, table, input),
    }
  }
  if ('startMs' in windows) {
    const view = aggregateView(step, noEndMs - windows.startMs)
    return {
      kind: 'window',
      retentionMs: noEndMs,
      view,
      supplier: (name) => unlimitedAggregate(name, step, windows, table, input),
    }
  }
  const retentionMs = windows.sizeMs + windows.graceMs
  const view = aggregateView(step, windows.sizeMs)
  return { kind: 'window', retentionMs, view, supplier: (name) => windowAggregate(name, step, windows, table, input) }
}
