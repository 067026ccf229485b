// Counts what did not make it into the result, by reason, for the summary at the end.

import type { Loss } from './cli/terminal/summary.ts'
import type { DropReason } from './operators/processor.ts'

/** What the summary calls the reasons that operators give. */
const summaryReasons = {
  late: 'late',
  'bad record': 'bad record',
  'null key': 'null key',
  'null value': 'null value',
  'no timestamp': 'negative timestamp',
  unmatched: 'unmatched',
  unwindowed: 'unwindowed',
} as const satisfies Record<DropReason, Loss['reason']>

export class Losses {
  private readonly losses = new Map<DropReason, Loss & { count: number }>()
  private readonly others: Loss[] = []

  /**
   * @param place where it happened, for the first one.
   * @param keptIn the file that it was put into, if it was.
   */
  add(reason: DropReason, place: string, detail: string | undefined, keptIn: string | undefined): void {
    const known = this.losses.get(reason)
    if (known !== undefined) {
      known.count++
      return
    }
    this.losses.set(reason, {
      reason: summaryReasons[reason],
      count: 1,
      first: place,
      ...(detail === undefined ? {} : { detail }),
      ...(keptIn === undefined ? {} : { keptIn }),
    })
  }

  /** Those of other threads of this run. */
  addOthers(losses: readonly Loss[]): void {
    this.others.push(...losses)
  }

  /** The same reason may come several times, once per thread. */
  list(): readonly Loss[] {
    return [...this.losses.values(), ...this.others]
  }
}
