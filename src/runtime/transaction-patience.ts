// How long tasks may try to commit in vain: a task whose transaction may have been decided either way starts over, but not for
// ever.

import type { TransactionUncertain } from './kafka/producer/producer-errors.ts'
import { KsError } from './model/errors.ts'

export class TransactionPatience {
  private readonly patienceMs: number
  private readonly elapsed: () => number
  private readonly sinceMs = new Map<string, number>()

  /** @param patienceMs task.timeout.ms. @param elapsed monotonic ms. */
  constructor(patienceMs: number, elapsed: () => number) {
    this.patienceMs = patienceMs
    this.elapsed = elapsed
  }

  committed(taskId: string): void {
    this.sinceMs.delete(taskId)
  }

  /** Throws a KsError if no transaction of the task has been committed for task.timeout.ms since the first uncertain one. */
  uncertain(taskId: string, problem: TransactionUncertain): void {
    const nowMs = this.elapsed()
    const sinceMs = this.sinceMs.get(taskId) ?? nowMs
    this.sinceMs.set(taskId, sinceMs)
    if (nowMs - sinceMs < this.patienceMs) return
    throw new KsError(
      'broker',
      `task ${taskId} could not commit for ${String(this.patienceMs)} ms: ${problem.message}`,
      {
        hint: 'see whether all partitions that it writes have leaders; task.timeout.ms says how long to try',
        cause: problem,
      },
    )
  }
}
