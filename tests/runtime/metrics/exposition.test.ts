// Metrics as text for Prometheus, read back by a parser that knows nothing of ks.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { exposition, prometheusName } from '../../../src/runtime/metrics/exposition.ts'
import {
  metricTable,
  sample,
  type GroupName,
  type Metric,
  type Sample,
} from '../../../src/runtime/metrics/metric-table.ts'
import { parsePrometheusText, valueOf } from '../../support/prometheus-text.ts'

suite('the text for Prometheus', () => {
  test('has the names of the JMX exporter, and neighbours what belongs together', () => {
    const text = exposition(
      [
        sample('stream-thread-metrics', 'process-total', { 'thread-id': 'a' }, 3),
        sample('stream-thread-metrics', 'commit-total', { 'thread-id': 'a' }, 1),
        sample('stream-thread-metrics', 'process-total', { 'thread-id': 'b' }, 4),
      ],
      'INFO',
    )
    assert.equal(
      text,
      [
        '# HELP kafka_streams_stream_thread_metrics_process_total Records processed',
        '# TYPE kafka_streams_stream_thread_metrics_process_total counter',
        'kafka_streams_stream_thread_metrics_process_total{thread_id="a"} 3',
        'kafka_streams_stream_thread_metrics_process_total{thread_id="b"} 4',
        '# HELP kafka_streams_stream_thread_metrics_commit_total Commits',
        '# TYPE kafka_streams_stream_thread_metrics_commit_total counter',
        'kafka_streams_stream_thread_metrics_commit_total{thread_id="a"} 1',
        '',
      ].join('\n'),
    )
  })

  test('comes back as it was, whatever is in names and values', () => {
    const odd = 'a "b"\\n\n{c="d"}, é'
    for (const value of [0, -1.5, 1e21, 1e-7, NaN, Infinity, -Infinity]) {
      const text = exposition(
        [sample('stream-topic-metrics', 'records-consumed-rate', { 'topic-name': odd }, value)],
        'INFO',
      )
      const [family] = parsePrometheusText(text).values()
      assert.deepEqual(family?.samples[0]?.value, value)
      assert.equal(family?.samples[0]?.labels.get('topic_name'), odd)
    }
  })

  test('leaves out what is for a level above', () => {
    const samples = [sample('stream-task-metrics', 'process-total', { 'task-id': '0_0' }, 3)]
    assert.equal(exposition(samples, 'INFO'), '')
    assert.equal(valueOf(parsePrometheusText(exposition(samples, 'DEBUG')), prometheusName(samples[0] as Sample)), 3)
  })

  test('is legible for every metric that there is, under a name of its own', () => {
    const all = Object.entries(metricTable).flatMap(([group, { metrics }]) =>
      Object.keys(metrics).map((name): Sample => ({ group: group as GroupName, name, tags: {}, value: 1 })),
    )
    assert.equal(parsePrometheusText(exposition(all, 'DEBUG')).size, all.length)
  })

  test('every rate is that of a counter of its group', () => {
    for (const [group, { metrics }] of Object.entries(metricTable)) {
      const table: Readonly<Record<string, Metric>> = metrics
      for (const [name, { rateOf, kind }] of Object.entries(table)) {
        if (rateOf !== undefined) assert.equal(table[rateOf]?.kind, 'counter', `${group} ${name}`)
        if (kind === 'counter') assert.match(name, /-total$/)
      }
    }
  })
})
