// Time, so that tests own it: of the day, and since some moment.

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Monotonic milliseconds. They stand still while the machine sleeps, and do not step when somebody sets the time. */
  elapsed(): number
}

/** A moment on both clocks. */
export interface Moment {
  readonly nowMs: number
  readonly elapsedMs: number
}

export const momentOf = (clock: Clock): Moment => ({ nowMs: clock.now(), elapsedMs: clock.elapsed() })

/** How long ago it was, ms: what has passed by either clock, so that neither sleep nor a step back shortens it. */
export const sinceMoment = ({ nowMs, elapsedMs }: Moment, clock: Clock): number =>
  Math.max(clock.now() - nowMs, clock.elapsed() - elapsedMs)

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now(), elapsed: () => performance.now() }

/** A clock that moves only when told to. */
export class ManualClock implements Clock {
  private timeMs: number
  private elapsedMs = 0

  constructor(startMs = 0) {
    this.timeMs = startMs
  }

  now(): number {
    return this.timeMs
  }

  elapsed(): number {
    return this.elapsedMs
  }

  advance(durationMs: number): void {
    this.timeMs += durationMs
    this.elapsedMs += durationMs
  }

  /** Somebody sets the time. */
  step(byMs: number): void {
    this.timeMs += byMs
  }
}
