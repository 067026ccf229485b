// Wall-clock time, so that tests own it.

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now() }

/** A clock that moves only when told to. */
export class ManualClock implements Clock {
  private timeMs: number

  constructor(startMs = 0) {
    this.timeMs = startMs
  }

  now(): number {
    return this.timeMs
  }

  advance(durationMs: number): void {
    this.timeMs += durationMs
  }
}
