// The text format of Prometheus (version 0.0.4), with the names that its JMX exporter gives to Kafka's MBeans, so that queries
// and dashboards for Kafka Streams work: kafka_streams_stream_thread_metrics_process_total{thread_id="…"}.

import { metricOf, metricTable, type RecordingLevel, type Sample } from './metric-table.ts'

/** What the text is, for HTTP. */
export const expositionType = 'text/plain; version=0.0.4; charset=utf-8'

/** The name of a metric in Prometheus. */
export const prometheusName = ({ group, name }: Pick<Sample, 'group' | 'name'>): string =>
  `${metricTable[group].domain}_${group}_${name}`.replaceAll(/[.-]/g, '_')

/** The text of samples, in their order; those above the level are left out. Samples of a metric become neighbours. */
export const exposition = (samples: Iterable<Sample>, level: RecordingLevel): string => {
  const families = new Map<string, string[]>()
  for (const each of samples) {
    const metric = metricOf(each)
    if (metric.level === 'DEBUG' && level === 'INFO') continue
    const name = prometheusName(each)
    let lines = families.get(name)
    if (lines === undefined) {
      lines = [`# HELP ${name} ${metric.help.replaceAll('\\', '\\\\')}`, `# TYPE ${name} ${metric.kind}`]
      families.set(name, lines)
    }
    lines.push(`${name}${labels(each.tags)} ${numberText(each.value)}`)
  }
  return [...families.values()].flatMap((lines) => lines.map((line) => `${line}\n`)).join('')
}

const labels = (tags: Readonly<Record<string, string>>): string => {
  const pairs = Object.entries(tags).map(([name, value]) => `${name.replaceAll('-', '_')}="${escapeLabel(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

const escapeLabel = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

const numberText = (value: number): string =>
  value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : String(value)
