// ks help metrics: what --metrics shows, as the table of metrics has it.

import type { HelpTopic } from '../command.ts'

/** Metrics with the same labels, as help lists them. */
export interface MetricGroupEntry {
  /** Kafka Streams' name: `stream-thread-metrics`. */
  readonly name: string
  /** What their names in Prometheus begin with. */
  readonly prefix: string
  readonly metrics: readonly {
    /** Without the prefix. */
    readonly name: string
    /** One sentence without a full stop. */
    readonly summary: string
    readonly isDebug: boolean
  }[]
}

export const metricsTopic = (groups: () => readonly MetricGroupEntry[]): HelpTopic => ({
  name: 'metrics',
  summary: 'What --metrics shows to Prometheus, /health and /ready.',
  body: () => [
    '`--metrics [HOST]:PORT` makes a run answer over HTTP, for as long as it goes on. Without a host only this machine can reach ' +
      'it; `0.0.0.0:9464` is for everybody, without a token: there are names of topics and stores, and no records. Port 0 takes a ' +
      'free one, which is told on standard error.',
    { code: 'ks count --by .page -t clicks -a pages --to counts --metrics :9464\ncurl localhost:9464/metrics' },
    {
      rows: [
        ['/metrics', 'Metrics of all threads in the text format of Prometheus.'],
        ['/health', 'Status 200 as long as the process runs.'],
        ['/ready', 'Status 200 if all tasks of all threads are assigned and restored, otherwise 503 and why.'],
      ],
    },
    "Groups, names and recording levels are those of Kafka Streams, and a name in Prometheus is what Kafka's JMX exporter makes of " +
      'it, so that queries and dashboards for Kafka Streams work. Labels are `thread_id`, `task_id`, `processor_node_id`, ' +
      '`topic_name` and so on. What a task has counted is gone when the task moves to another thread or instance, where it begins ' +
      'at 0; use `rate()` and `increase()`.',
    '`-X metrics.recording.level=DEBUG` shows those marked DEBUG, too. Averages, maxima and rates are over `metrics.num.samples` ' +
      'windows of `metrics.sample.window.ms`.',
    'examples/monitoring has a dashboard for Grafana and alert rules for Prometheus.',
    ...groups().flatMap(({ name, prefix, metrics }) => [
      { heading: name },
      `Names begin with \`${prefix}\`.`,
      {
        rows: metrics.map((metric): readonly [string, string] => [
          metric.name,
          `${metric.summary}${metric.isDebug ? ' (DEBUG)' : ''}.`,
        ]),
      },
    ]),
  ],
})
