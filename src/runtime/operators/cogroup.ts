// KGroupedStream.cogroup (KIP-150): several grouped streams share one store and one aggregate, and each has an aggregator of its
// own. One node aggregates for all of them, and is told which stream a record comes from; the record path is synchronous, so a
// number that is set before the record is passed on is enough.

import type { StreamRecord } from '../model/stream-record.ts'
import type { AggregateStep } from './aggregate-step.ts'
import type { ProcessorSupplier } from './processor.ts'

/** Which of the streams the record that is being processed comes from, by position. */
export interface CogroupInput {
  current: number
}

/** What is shared by all streams of a cogroup: all of the step but how records are added. */
export type CogroupStep<S> = Omit<AggregateStep<S>, 'add' | 'subtract' | 'fields'>

/** How the records of one stream are added to the shared aggregate. */
export type CogroupAdder<S> = (state: S, record: StreamRecord) => S

/** Passes on the records of the stream at this position. */
export const cogroupInput =
  (input: CogroupInput, position: number): ProcessorSupplier =>
  (context) => ({
    process: (record) => {
      input.current = position
      context.forward(record)
    },
  })

/** The step of the node behind all inputs. @param adders by position of the streams. */
export const cogroupStep = <S>(
  step: CogroupStep<S>,
  adders: readonly CogroupAdder<S>[],
  input: CogroupInput,
): AggregateStep<S> => ({
  ...step,
  subtract: undefined,
  add: (state, record) => {
    const add = adders[input.current]
    if (add === undefined) throw new Error('a cogroup got a record of no stream')
    return add(state, record)
  },
})
