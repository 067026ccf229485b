// How fast counters grow: what they were at the beginning of each of the last windows (metrics.sample.window.ms) is kept.

import { metricTable, type Metric, type Sample } from './metric-table.ts'
import type { Sampling } from './sampled-stat.ts'

interface Snapshot {
  readonly atMs: number
  readonly totals: ReadonlyMap<string, number>
}

export class RateHistory {
  private readonly sampling: Sampling
  private snapshots: readonly Snapshot[]

  /** Everything was 0 at `nowMs` (monotonic). */
  constructor(sampling: Sampling, nowMs: number) {
    this.sampling = sampling
    this.snapshots = [{ atMs: nowMs, totals: new Map() }]
  }

  /** Remembers what counters are; for once in a window. */
  remember(samples: readonly Sample[], nowMs: number): void {
    const totals = new Map(samples.filter(isCounted).map((each) => [seriesOf(each), each.value]))
    this.snapshots = [...this.snapshots, { atMs: nowMs, totals }].slice(-this.sampling.windows)
  }

  /** The rates of counters, per second, since the oldest window that is remembered. */
  rates(samples: readonly Sample[], nowMs: number): readonly Sample[] {
    const [oldest] = this.snapshots
    if (oldest === undefined) return []
    const seconds = (nowMs - oldest.atMs) / 1000
    return samples.flatMap((each) => {
      const name = rateNames.get(`${each.group} ${each.name}`)
      if (name === undefined) return []
      const grown = each.value - (oldest.totals.get(seriesOf(each)) ?? 0)
      // A task that comes back begins anew.
      return [{ ...each, name, value: seconds > 0 ? Math.max(0, grown) / seconds : 0 }]
    })
  }
}

/** The name of the rate by group and name of its counter. */
const rateNames: ReadonlyMap<string, string> = new Map(
  Object.entries(metricTable).flatMap(([group, { metrics }]) =>
    Object.entries<Metric>(metrics).flatMap(([name, { rateOf }]) =>
      rateOf === undefined ? [] : [[`${group} ${rateOf}`, name] as const],
    ),
  ),
)

const isCounted = ({ group, name }: Sample): boolean => rateNames.has(`${group} ${name}`)

const seriesOf = ({ group, name, tags }: Sample): string => JSON.stringify([group, name, tags])
