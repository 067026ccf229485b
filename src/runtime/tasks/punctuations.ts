// Scheduled callbacks, with Kafka Streams' alignment: stream time is aligned to 0 and so fires at the first record; wall-clock
// time counts from the registration. Missed intervals are skipped, not made up for.

import type { Cancellable, PunctuationType } from '../operators/processor.ts'

interface Punctuation {
  readonly intervalMs: number
  readonly callback: (timestamp: number) => void
  nextMs: number
}

export class Punctuations {
  private readonly byStreamTime = new Set<Punctuation>()
  private readonly byWallClock = new Set<Punctuation>()
  /** Stream time at which something is due; Infinity if nothing is scheduled. */
  streamTimeDue = Infinity

  schedule(
    intervalMs: number,
    type: PunctuationType,
    callback: (timestamp: number) => void,
    nowMs: number,
  ): Cancellable {
    const punctuations = type === 'stream-time' ? this.byStreamTime : this.byWallClock
    const punctuation = { intervalMs, callback, nextMs: type === 'stream-time' ? 0 : nowMs + intervalMs }
    punctuations.add(punctuation)
    this.updateDue()
    return {
      cancel: () => {
        punctuations.delete(punctuation)
        this.updateDue()
      },
    }
  }

  /** Wall-clock time at which something is due; Infinity if nothing is scheduled. */
  get wallClockDue(): number {
    let due = Infinity
    for (const { nextMs } of this.byWallClock) if (nextMs < due) due = nextMs
    return due
  }

  fireStreamTime(streamTime: number): void {
    fire(this.byStreamTime, streamTime)
    this.updateDue()
  }

  fireWallClock(nowMs: number): void {
    fire(this.byWallClock, nowMs)
  }

  private updateDue(): void {
    this.streamTimeDue = Math.min(Infinity, ...[...this.byStreamTime].map(({ nextMs }) => nextMs))
  }
}

const fire = (punctuations: ReadonlySet<Punctuation>, timestamp: number): void => {
  for (const punctuation of punctuations) {
    if (punctuation.nextMs > timestamp) continue
    const { intervalMs, nextMs } = punctuation
    punctuation.nextMs = nextMs + (Math.floor((timestamp - nextMs) / intervalMs) + 1) * intervalMs
    punctuation.callback(timestamp)
  }
}
