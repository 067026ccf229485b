// A figure over the last minute or so, as Kafka's SampledStat keeps it: a few windows one after another, of which the oldest is
// forgotten when a new one begins (metrics.num.samples, metrics.sample.window.ms).

/** How long figures look back. */
export interface Sampling {
  /** metrics.sample.window.ms */
  readonly windowMs: number
  /** metrics.num.samples */
  readonly windows: number
}

interface Window {
  readonly startMs: number
  count: number
  sum: number
  max: number
  min: number
}

export class SampledStat {
  private readonly sampling: Sampling
  private windows: Window[] = []
  private readonly createdMs: number

  /** @param nowMs monotonic, as in all other calls. */
  constructor(sampling: Sampling, nowMs: number) {
    this.sampling = sampling
    this.createdMs = nowMs
  }

  /**
   * Takes a value that stands for `count` events.
   * @param value of each of them; `highest` and `lowest` are the same if not given.
   */
  record(value: number, count: number, nowMs: number, highest = value, lowest = value): void {
    const window = this.current(nowMs)
    window.count += count
    window.sum += value * count
    if (highest > window.max) window.max = highest
    if (lowest < window.min) window.min = lowest
  }

  /** NaN if there was nothing, as in Kafka. */
  average(nowMs: number): number {
    let count = 0
    let sum = 0
    for (const window of this.recent(nowMs)) {
      count += window.count
      sum += window.sum
    }
    return count === 0 ? NaN : sum / count
  }

  /** NaN if there was nothing. */
  max(nowMs: number): number {
    const highest = Math.max(...this.recent(nowMs).map(({ max }) => max))
    return Number.isFinite(highest) ? highest : NaN
  }

  /** NaN if there was nothing. */
  min(nowMs: number): number {
    const lowest = Math.min(...this.recent(nowMs).map(({ min }) => min))
    return Number.isFinite(lowest) ? lowest : NaN
  }

  /** The sum of all values for each ms that it looks back: of durations, the part of the time that they took. */
  perMs(nowMs: number): number {
    const recent = this.recent(nowMs)
    const sinceMs = Math.max(this.createdMs, nowMs - this.sampling.windowMs * this.sampling.windows)
    const sum = recent.reduce((total, window) => total + window.sum, 0)
    return nowMs > sinceMs ? sum / (nowMs - sinceMs) : 0
  }

  private current(nowMs: number): Window {
    const last = this.windows.at(-1)
    if (last !== undefined && nowMs - last.startMs < this.sampling.windowMs) return last
    const window = { startMs: nowMs, count: 0, sum: 0, max: -Infinity, min: Infinity }
    // Begun at least a window apart, not more than there may be are left.
    this.windows = [...this.recent(nowMs), window]
    return window
  }

  /** Windows of which some part is not too old. */
  private recent(nowMs: number): readonly Window[] {
    const { windowMs, windows } = this.sampling
    return this.windows.filter(({ startMs }) => nowMs - startMs < windowMs * windows)
  }
}
