// Changes on their way to somebody who takes them at his own pace.

import type { ChangeEvent } from './store-changes.ts'

/** Events that wait at most; who is further behind has to begin anew. */
const mostWaiting = 100_000

export class ChangeFeed {
  private waiting: ChangeEvent[] = []
  private isLost = false
  private wake: (() => void) | undefined

  push(events: readonly ChangeEvent[]): void {
    if (this.waiting.length + events.length > mostWaiting) {
      this.isLost = true
      this.waiting = []
    } else for (const event of events) this.waiting.push(event)
    this.wake?.()
  }

  /** Nothing that comes now can be complete. */
  lose(): void {
    this.isLost = true
    this.wake?.()
  }

  /**
   * What has come since the last call; waits for `waitMs`, or until the signal aborts, if that is nothing.
   * @returns undefined if something has been lost.
   */
  async take(waitMs: number, signal?: AbortSignal): Promise<readonly ChangeEvent[] | undefined> {
    if (this.waiting.length === 0 && !this.isLost && signal?.aborted !== true) await this.news(waitMs, signal)
    if (this.isLost) return undefined
    const taken = this.waiting
    this.waiting = []
    return taken
  }

  private async news(waitMs: number, signal: AbortSignal | undefined): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    let stop: () => void = () => undefined
    await new Promise<void>((resolve) => {
      stop = resolve
      this.wake = resolve
      if (waitMs !== Infinity) timer = setTimeout(resolve, waitMs)
      signal?.addEventListener('abort', stop)
    })
    this.wake = undefined
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
  }
}
