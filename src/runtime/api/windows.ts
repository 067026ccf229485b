// Windows in Kafka Streams' words. Durations are ms, or texts like `5m`.

import { parseDuration } from '../model/duration.ts'
import type { JoinWindows as JoinBounds } from '../windows/join-windows.ts'
import type { SessionWindows as Sessions } from '../windows/session-windows.ts'
import type { SlidingWindows as Sliding } from '../windows/sliding-windows.ts'
import type { TimeWindows as TimeBounds } from '../windows/time-windows.ts'
import type { UnlimitedWindows as Unlimited } from '../windows/unlimited-windows.ts'

/** ms, or a text such as `500ms`, `90s`, `1h30m`. */
export type Duration = number | string

/** ms. @throws RangeError for what is no duration. */
export const toMs = (duration: Duration): number => {
  const durationMs = typeof duration === 'number' ? duration : parseDuration(duration)
  if (durationMs !== undefined && Number.isFinite(durationMs)) return durationMs
  throw new RangeError(`${String(duration)} is no duration: ms, or a text like 90s`)
}

const notNegative = (durationMs: number, name: string): number => {
  if (durationMs < 0) throw new RangeError(`${name} is negative: ${String(durationMs)} ms`)
  return durationMs
}

const positive = (durationMs: number, name: string): number => {
  if (durationMs <= 0) throw new RangeError(`${name} must be more than 0, not ${String(durationMs)} ms`)
  return durationMs
}

/** Tumbling windows, or hopping ones with `advanceBy`. */
export class TimeWindows implements TimeBounds {
  readonly sizeMs: number
  readonly advanceMs: number
  readonly graceMs: number

  private constructor(sizeMs: number, advanceMs: number, graceMs: number) {
    this.sizeMs = positive(sizeMs, 'the size of windows')
    this.advanceMs = positive(advanceMs, 'the advance')
    if (advanceMs > sizeMs) throw new RangeError('windows must not advance by more than their size')
    this.graceMs = notNegative(graceMs, 'grace')
  }

  static ofSizeWithNoGrace(size: Duration): TimeWindows {
    return TimeWindows.ofSizeAndGrace(size, 0)
  }

  static ofSizeAndGrace(size: Duration, grace: Duration): TimeWindows {
    return new TimeWindows(toMs(size), toMs(size), toMs(grace))
  }

  advanceBy(advance: Duration): TimeWindows {
    return new TimeWindows(this.sizeMs, toMs(advance), this.graceMs)
  }
}

/** Sessions: records no further apart than the gap are one. */
export class SessionWindows implements Sessions {
  readonly gapMs: number
  readonly graceMs: number

  private constructor(gapMs: number, graceMs: number) {
    this.gapMs = positive(gapMs, 'the gap')
    this.graceMs = notNegative(graceMs, 'grace')
  }

  static ofInactivityGapWithNoGrace(gap: Duration): SessionWindows {
    return SessionWindows.ofInactivityGapAndGrace(gap, 0)
  }

  static ofInactivityGapAndGrace(gap: Duration, grace: Duration): SessionWindows {
    return new SessionWindows(toMs(gap), toMs(grace))
  }
}

/** A window before each record, and one behind it. */
export class SlidingWindows implements Sliding {
  readonly differenceMs: number
  readonly graceMs: number

  private constructor(differenceMs: number, graceMs: number) {
    this.differenceMs = notNegative(differenceMs, 'the difference')
    this.graceMs = notNegative(graceMs, 'grace')
  }

  static ofTimeDifferenceWithNoGrace(difference: Duration): SlidingWindows {
    return SlidingWindows.ofTimeDifferenceAndGrace(difference, 0)
  }

  static ofTimeDifferenceAndGrace(difference: Duration, grace: Duration): SlidingWindows {
    return new SlidingWindows(toMs(difference), toMs(grace))
  }
}

/** One window without an end: that of its results is `Number.MAX_SAFE_INTEGER`. Records before its start are in none. */
export class UnlimitedWindows implements Unlimited {
  readonly startMs: number
  readonly graceMs = 0

  private constructor(startMs: number) {
    if (!Number.isSafeInteger(startMs)) throw new RangeError(`${String(startMs)} is no time in ms`)
    this.startMs = notNegative(startMs, 'the start')
  }

  static of(): UnlimitedWindows {
    return new UnlimitedWindows(0)
  }

  /** Begins at a time, ms since the epoch. */
  startOn(startMs: number): UnlimitedWindows {
    return new UnlimitedWindows(startMs)
  }
}

/** How far apart in time records of two streams may be. */
export class JoinWindows implements JoinBounds {
  readonly beforeMs: number
  readonly afterMs: number
  readonly graceMs: number

  private constructor(beforeMs: number, afterMs: number, graceMs: number) {
    if (beforeMs + afterMs < 0) throw new RangeError('the window of a join ends before it begins')
    this.beforeMs = beforeMs
    this.afterMs = afterMs
    this.graceMs = notNegative(graceMs, 'grace')
  }

  static ofTimeDifferenceWithNoGrace(difference: Duration): JoinWindows {
    return JoinWindows.ofTimeDifferenceAndGrace(difference, 0)
  }

  static ofTimeDifferenceAndGrace(difference: Duration, grace: Duration): JoinWindows {
    return new JoinWindows(toMs(difference), toMs(difference), toMs(grace))
  }

  /** How much earlier records of the other stream may be. */
  before(duration: Duration): JoinWindows {
    return new JoinWindows(toMs(duration), this.afterMs, this.graceMs)
  }

  /** How much later records of the other stream may be. */
  after(duration: Duration): JoinWindows {
    return new JoinWindows(this.beforeMs, toMs(duration), this.graceMs)
  }
}
