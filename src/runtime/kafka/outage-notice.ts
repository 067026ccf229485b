// Says that a part of the cluster is waited for: once per outage, and only after some seconds, because leaders that move and
// brokers that start again are nothing that a user has to know.

import { toKsError } from './kafka-errors.ts'

/** Hears what becomes of attempts that are repeated until they succeed. */
export interface AttemptListener {
  /** @param what was tried, as in "cannot WHAT": `read t-0`. */
  failed(what: string, error: unknown): void
  passed(what: string): void
}

/** So long an outage may last before anything is said about it. */
const silentMs = 5_000
/** What has not been tried for so long is tried no more: it is with others, or its time is over. */
const forgottenMs = 60_000

interface Trouble {
  readonly sinceMs: number
  lastMs: number
}

export class OutageNotice implements AttemptListener {
  private readonly elapsed: () => number
  private readonly tell: (message: string) => void
  private readonly troubles = new Map<string, Trouble>()
  private isTold = false

  /** @param elapsed monotonic ms. @param tell takes one line. */
  constructor(elapsed: () => number, tell: (message: string) => void) {
    this.elapsed = elapsed
    this.tell = tell
  }

  failed(what: string, error: unknown): void {
    const nowMs = this.elapsed()
    const trouble = this.troubles.get(what) ?? { sinceMs: nowMs, lastMs: nowMs }
    trouble.lastMs = nowMs
    this.troubles.set(what, trouble)
    for (const [other, { lastMs }] of this.troubles) if (nowMs - lastMs > forgottenMs) this.troubles.delete(other)
    if (this.troubles.size === 1 && trouble.sinceMs === nowMs) this.isTold = false
    if (this.isTold || nowMs - trouble.sinceMs < silentMs) return
    this.isTold = true
    this.tell(`waiting for the cluster: ${toKsError(error, what).message}`)
  }

  passed(what: string): void {
    if (this.troubles.size === 0) return
    this.troubles.delete(what)
    if (this.troubles.size === 0) this.isTold = false
  }
}
