// --metrics of a run on topics, as Prometheus would see it.

import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import { brokerSkip, sharedBroker, type TestBroker } from '../support/kafka-broker.ts'
import { eventually, kafkaKs, newTopic, type RunningKs } from '../support/kafka-ks.ts'
import { parsePrometheusText, valueOf, type PrometheusFamily } from '../support/prometheus-text.ts'

const skip = brokerSkip()
let broker: TestBroker

before(async () => {
  if (!skip) broker = await sharedBroker()
})

type Families = ReadonlyMap<string, PrometheusFamily>

/** Where a run says that it listens. */
const addressOf = (run: RunningKs): Promise<string> =>
  eventually('an address', () => /metrics are at (http:\S+)\/metrics/.exec(run.stderr())?.[1])

const scrape = async (address: string): Promise<Families> => {
  const response = await fetch(`${address}/metrics`)
  assert.equal(response.status, 200)
  return parsePrometheusText(await response.text())
}

const scrapeUntil = (address: string, what: string, isSo: (families: Families) => boolean): Promise<Families> =>
  eventually(what, async () => {
    const families = await scrape(address)
    return isSo(families) ? families : undefined
  })

const streams = (name: string): string => `kafka_streams_stream_${name}`
const clicks = (count: number, from = 0): { key: string; value: string; timestamp: number }[] =>
  Array.from({ length: count }, (_, index) => ({
    key: `u${String(index)}`,
    value: `{"page":"/p${String((index + from) % 7)}"}`,
    timestamp: 1_000_000 + from + index,
  }))

suite('metrics', { skip }, () => {
  test('of a run without an application id have its lag too', async (t) => {
    const ks = kafkaKs(broker, t)
    const input = await newTopic(broker, 'in', 3, clicks(30))
    const run = ks.start(['cat', '-t', input, '--metrics', ':0'])
    const families = await scrapeUntil(
      await addressOf(run),
      'all records',
      (seen) => valueOf(seen, streams('topic_metrics_records_consumed_total'), { topic_name: input }) === 30,
    )
    const lag = families.get('kafka_consumer_consumer_fetch_manager_metrics_records_lag')
    assert.deepEqual(lag?.samples.map(({ labels }) => labels.get('partition')).sort(), ['0', '1', '2'])
    assert.equal(valueOf(families, streams('topic_metrics_records_produced_total')), 30)
    await run.stop()
  })
})
