// The rows of an aggregate as those see them who ask for them: as they are emitted.

import type { AggregateStep } from '../operators/aggregate-step.ts'
import { noOrigin, StreamRecord } from '../model/stream-record.ts'
import type { StoreView } from '../stores/store-view.ts'

/** @param windowMs size of its windows; undefined if it has none, or no fixed one. */
export const aggregateView = <S>(
  { result, shown }: Pick<AggregateStep<S>, 'result' | 'shown'>,
  windowMs?: number,
): StoreView => ({
  keys: 'typed',
  // The store is declared with the codec of the step, so its values are states of the step.
  row: (key, state, window, timestamp) => {
    const row = result(key, state as S, window)
    return shown === undefined ? row : shown(new StreamRecord(key, row, timestamp, noOrigin, [], window))
  },
  ...(windowMs === undefined ? {} : { windowMs }),
})
