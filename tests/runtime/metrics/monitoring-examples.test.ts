// The dashboard and the alerts in examples/monitoring ask for what ks exports. Whether the labels are there, too, is seen at a
// real run, in tests/kafka/metrics.test.ts.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { prometheusName } from '../../../src/runtime/metrics/exposition.ts'
import { metricTable, type GroupName, type Metric } from '../../../src/runtime/metrics/metric-table.ts'
import { alertQueries, dashboardQueries } from '../../support/monitoring-examples.ts'

const exported = new Map(
  Object.entries(metricTable).flatMap(([group, { metrics }]) =>
    Object.entries<Metric>(metrics).map(([name, metric]) => [
      prometheusName({ group: group as GroupName, name }),
      metric,
    ]),
  ),
)

suite('examples of monitoring', () => {
  test('name metrics that ks exports at the level INFO', () => {
    const queries = [...alertQueries(), ...dashboardQueries()]
    assert.ok(queries.length > 30)
    for (const { where, expression, metrics } of queries) {
      // Whether it was scraped, Prometheus says itself.
      assert.ok(metrics.length > 0 || /^up\{/.test(expression), where)
      for (const name of metrics) assert.equal(exported.get(name)?.level, 'INFO', `${where}: ${name}`)
    }
  })

  test('take the growth of counters only, and the value of gauges', () => {
    for (const { where, expression, metrics } of [...alertQueries(), ...dashboardQueries()]) {
      for (const name of metrics) {
        const isGrowth = new RegExp(`(rate|increase)\\(${name}\\b`).test(expression)
        assert.equal(isGrowth, exported.get(name)?.kind === 'counter', `${where}: ${name}`)
      }
    }
  })

  test('cover lag, restores, dropped records, commits and threads', () => {
    for (const queries of [alertQueries(), dashboardQueries()]) {
      const text = queries.flatMap(({ metrics }) => metrics).join(' ')
      for (const part of [
        /records_lag/,
        /restore_records/,
        /dropped_records/,
        /commit_latency/,
        /alive_stream_threads/,
      ]) {
        assert.match(text, part)
      }
    }
  })
})
