// What an aggregation of a chain cannot be.

import { KsError } from '../model/errors.ts'
import type { AggregateStep } from '../operators/aggregate-step.ts'
import type { AnyWindows } from '../windows/any-windows.ts'

/** What an aggregation was asked to be. */
export interface WantedAggregate<S> {
  /** It aggregates the rows of a table. */
  readonly isOverTable: boolean
  readonly windows: AnyWindows | undefined
  /** `--ttl`, ms. */
  readonly ttlMs: number | undefined
  readonly step: Pick<AggregateStep<S>, 'subtract' | 'merge'>
}

/** @throws KsError usage for an aggregation that cannot be. @param verb what messages call it. */
export const checkAggregate = <S>(verb: string, { isOverTable, windows, ttlMs, step }: WantedAggregate<S>): void => {
  if (isOverTable && windows !== undefined) {
    throw new KsError('usage', `${verb} cannot put a window over a table`, {
      hint: `say which updates it should see: … then stream then ${verb} --window …`,
    })
  }
  if (isOverTable && ttlMs !== undefined) {
    throw new KsError('usage', `${verb} --ttl: what is made of a table goes when the rows of the table go`, {
      hint: `give it to the table, or count its updates: … then stream then ${verb} --ttl …`,
    })
  }
  if (windows !== undefined && ttlMs !== undefined) {
    throw new KsError('usage', `${verb} --ttl: the rows of a window go when it closes`, {
      hint: 'leave out --ttl, or the window',
    })
  }
  if (isOverTable && step.subtract === undefined) {
    throw new KsError(
      'usage',
      `${verb} after a table must be able to take rows back, which not all of its functions can`,
      {
        hint: `aggregate the updates instead: … then stream then ${verb} …`,
      },
    )
  }
  if (windows !== undefined && 'gapMs' in windows && step.merge === undefined) {
    throw new KsError('usage', `${verb} cannot have sessions: the results of two that become one cannot be merged`, {
      hint: 'agg has functions that can: collect, sum, first, last, …',
    })
  }
}
