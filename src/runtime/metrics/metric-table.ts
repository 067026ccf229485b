// Every metric that a run has: Kafka Streams' groups, names and recording levels. What only ks has stands at the end of its
// group. The only list: what is exported, and what dashboards may use, comes from it.

/** When a metric is recorded: `metrics.recording.level`. */
export type RecordingLevel = 'INFO' | 'DEBUG'

/** One metric. */
export interface Metric {
  /** A counter only grows, a gauge is how something is now. */
  readonly kind: 'counter' | 'gauge'
  readonly level: RecordingLevel
  /** One sentence without a full stop. */
  readonly help: string
  /** The counter whose growth per second it is. */
  readonly rateOf?: string
}

/** Metrics that have the same tags. */
export interface MetricGroup {
  /** The domain of its MBeans in Kafka. */
  readonly domain: 'kafka.streams' | 'kafka.consumer'
  readonly metrics: Readonly<Record<string, Metric>>
}

const gauge = (help: string, level: RecordingLevel = 'INFO'): Metric => ({ kind: 'gauge', level, help })

const counter = (help: string, level: RecordingLevel = 'INFO'): Metric => ({ kind: 'counter', level, help })

const rate = (rateOf: string, help: string, level: RecordingLevel = 'INFO'): Metric => ({
  kind: 'gauge',
  level,
  help,
  rateOf,
})

/** All groups by name. */
export const metricTable = {
  'stream-metrics': {
    domain: 'kafka.streams',
    metrics: {
      'client-state': gauge('0 CREATED, 1 REBALANCING (or restoring), 2 RUNNING, 3 PENDING_SHUTDOWN (KIP-1091)'),
      'alive-stream-threads': gauge('Threads that run'),
      version: gauge('1, with the version of ks'),
    },
  },
  'stream-thread-metrics': {
    domain: 'kafka.streams',
    metrics: {
      'commit-latency-avg': gauge('How long commits took, on average, ms'),
      'commit-latency-max': gauge('How long the longest commit took, ms'),
      'commit-rate': rate('commit-total', 'Commits per second'),
      'commit-total': counter('Commits'),
      'commit-ratio': gauge('The part of the time that went into commits'),
      'poll-latency-avg': gauge('How long polls took, waiting included, on average, ms'),
      'poll-latency-max': gauge('How long the longest poll took, ms'),
      'poll-rate': rate('poll-total', 'Polls per second'),
      'poll-total': counter('Polls for records'),
      'poll-ratio': gauge('The part of the time that went into polls'),
      'poll-records-avg': gauge('Records that a poll brought, on average'),
      'poll-records-max': gauge('Records that the largest poll brought'),
      'process-latency-avg': gauge('How long a record took, on average, ms; measured by the batch'),
      'process-latency-max': gauge('How long a record of the slowest batch took, ms'),
      'process-rate': rate('process-total', 'Records processed per second'),
      'process-total': counter('Records processed'),
      'process-ratio': gauge('The part of the time that went into processing'),
      'process-records-avg': gauge('Records of a batch that was processed, on average'),
      'process-records-max': gauge('Records of the largest batch'),
      'task-created-rate': rate('task-created-total', 'Tasks opened per second'),
      'task-created-total': counter('Tasks opened'),
      'task-closed-rate': rate('task-closed-total', 'Tasks closed per second'),
      'task-closed-total': counter('Tasks closed'),
      'thread-state': gauge('1 STARTING, 3 PARTITIONS_ASSIGNED (restoring), 4 RUNNING, 5 PENDING_SHUTDOWN (KIP-1091)'),
      'thread-start-time': gauge('When the thread was started, ms since 1970'),
    },
  },
  'stream-state-updater-metrics': {
    domain: 'kafka.streams',
    metrics: {
      'restoring-active-tasks': gauge('Tasks that are being restored'),
      'standby-tasks': gauge('Tasks of others of which this thread keeps a copy'),
      'restore-records-rate': rate('restore-records-total', 'Records restored per second'),
      'restore-records-total': counter('Records of changelogs and tables restored into stores'),
    },
  },
  'stream-task-metrics': {
    domain: 'kafka.streams',
    metrics: {
      'process-latency-avg': gauge('How long a record took, on average, ms; measured by the batch', 'DEBUG'),
      'process-latency-max': gauge('How long a record of the slowest batch took, ms', 'DEBUG'),
      'process-rate': rate('process-total', 'Records processed per second', 'DEBUG'),
      'process-total': counter('Records processed', 'DEBUG'),
      'record-lateness-avg': gauge(
        'By how much records were behind the stream time of the task, on average, ms',
        'DEBUG',
      ),
      'record-lateness-max': gauge('By how much the latest record was behind the stream time, ms', 'DEBUG'),
      'dropped-records-rate': rate('dropped-records-total', 'Records per second that went no further, by reason'),
      'dropped-records-total': counter('Records that went no further, by reason'),
      'active-buffer-count': gauge('Records that wait to be processed', 'DEBUG'),
      'restore-rate': rate('restore-total', 'Records restored per second', 'DEBUG'),
      'restore-total': counter('Records of changelogs and tables restored', 'DEBUG'),
      'restore-remaining-records-total': gauge('Records that are still to be restored'),
      'update-rate': rate('update-total', 'Records per second that a copy of a store has taken in', 'DEBUG'),
      'update-total': counter('Records that a copy of a store has taken in', 'DEBUG'),
    },
  },
  'stream-processor-node-metrics': {
    domain: 'kafka.streams',
    metrics: {
      'process-rate': rate('process-total', 'Records per second that reached a source or sink node', 'DEBUG'),
      'process-total': counter('Records that reached a source or sink node', 'DEBUG'),
      'record-e2e-latency-avg': gauge(
        'How old records were at a source or sink node, on average, ms; the last one of each batch',
      ),
      'record-e2e-latency-min': gauge('How old the youngest of these records was, ms'),
      'record-e2e-latency-max': gauge('How old the oldest of these records was, ms'),
    },
  },
  'stream-topic-metrics': {
    domain: 'kafka.streams',
    metrics: {
      'records-consumed-rate': rate(
        'records-consumed-total',
        'Records per second that a source node took from a topic or a file',
      ),
      'records-consumed-total': counter('Records that a source node took from a topic or a file'),
      'bytes-consumed-total': counter('Bytes of the records of a topic, as they are before compression'),
      'records-produced-rate': rate(
        'records-produced-total',
        'Records per second that a sink node gave to a topic or a file',
      ),
      'records-produced-total': counter('Records that a sink node gave to a topic or a file'),
    },
  },
  'stream-state-metrics': {
    domain: 'kafka.streams',
    metrics: {
      'estimate-num-keys': gauge(
        'Rows of a store in memory: all of them, but for key-value stores on disk, which keep half a million at most',
      ),
      'total-sst-files-size': gauge('Bytes of a store on disk, roughly; what was written last is not in it'),
      'uncommitted-bytes': gauge('Memory of rows that have changed since the last commit, roughly, bytes'),
    },
  },
  'consumer-fetch-manager-metrics': {
    domain: 'kafka.consumer',
    metrics: {
      'records-lag': gauge('Records of a partition that are still to be processed'),
    },
  },
} as const satisfies Readonly<Record<string, MetricGroup>>

/** The name of a group. */
export type GroupName = keyof typeof metricTable

/** The name of a metric of a group. */
export type MetricName<G extends GroupName> = keyof (typeof metricTable)[G]['metrics'] & string

/** One value of a metric. */
export interface Sample {
  readonly group: GroupName
  readonly name: string
  /** By name, in the order in which they are shown. */
  readonly tags: Readonly<Record<string, string>>
  readonly value: number
}

/** A sample whose metric is in the table. */
export const sample = <G extends GroupName>(
  group: G,
  name: MetricName<G>,
  tags: Readonly<Record<string, string>>,
  value: number,
): Sample => ({ group, name, tags, value })

/** What the table says of a metric. */
export const metricOf = ({ group, name }: Pick<Sample, 'group' | 'name'>): Metric => {
  const metrics: Readonly<Record<string, Metric>> = metricTable[group].metrics
  const metric = metrics[name]
  if (metric === undefined) throw new Error(`${group} has no metric ${name}`)
  return metric
}
