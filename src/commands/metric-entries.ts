// What help lists of the metrics of a run.

import type { MetricGroupEntry } from '../runtime/cli/topics/metrics.ts'
import { prometheusName } from '../runtime/metrics/exposition.ts'
import { metricTable, type GroupName, type Metric } from '../runtime/metrics/metric-table.ts'

/** Taken from the table that a run counts by. */
export const metricEntries: readonly MetricGroupEntry[] = Object.entries(metricTable).map(([group, { metrics }]) => ({
  name: group,
  prefix: prometheusName({ group: group as GroupName, name: '' }),
  metrics: Object.entries<Metric>(metrics).map(([name, { help, level }]) => ({
    name: name.replaceAll('-', '_'),
    summary: help,
    isDebug: level === 'DEBUG',
  })),
}))
