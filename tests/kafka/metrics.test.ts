// --metrics of a run on topics, as Prometheus would see it.

import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import { brokerSkip, sharedBroker, uniqueName, type TestBroker } from '../support/kafka-broker.ts'
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
  test('of all threads are at one address, by thread, task, node and store', { timeout: 60_000 }, async (t) => {
    const ks = kafkaKs(broker, t)
    const [input, output] = await Promise.all([newTopic(broker, 'in', 2, clicks(500)), newTopic(broker, 'out', 1)])
    const app = uniqueName('app')
    const chain = ['count', '--by', '.page', '-t', input, '-a', app, '--to', output, '--metrics', ':0']
    const config = ['num.stream.threads=2', 'metrics.recording.level=DEBUG', 'commit.interval.ms=100']
    const run = ks.start([...chain, ...config.flatMap((property) => ['-X', property])])
    const address = await addressOf(run)
    const families = await scrapeUntil(
      address,
      'both threads, and everything committed',
      (seen) =>
        valueOf(seen, streams('topic_metrics_records_consumed_total'), { topic_name: input }) === 500 &&
        valueOf(seen, streams('thread_metrics_thread_state'), { thread_id: `${app}-count-StreamThread-2` }) === 4 &&
        (valueOf(seen, streams('thread_metrics_commit_total')) ?? 0) >= 2 &&
        valueOf(seen, 'kafka_consumer_consumer_fetch_manager_metrics_records_lag', { topic: input }) === 0,
    )
    assert.equal(valueOf(families, streams('metrics_alive_stream_threads')), 2)
    // Each record is processed once before the repartition topic and once behind it.
    assert.equal(valueOf(families, streams('thread_metrics_process_total')), 1000)
    assert.equal(
      valueOf(families, streams('topic_metrics_records_produced_total'), {
        topic_name: `${app}-count-count-repartition`,
      }),
      500,
    )
    assert.equal(valueOf(families, streams('state_metrics_estimate_num_keys'), { leveldb_state_id: 'count' }), 7)
    assert.equal(valueOf(families, streams('task_metrics_dropped_records_total')), 0)
    const latency = families.get(streams('thread_metrics_process_latency_avg'))?.samples.map(({ value }) => value) ?? []
    assert.equal(latency.length, 2)
    assert.ok(
      latency.some((value) => value > 0 && value < 100),
      String(latency),
    )
    const threadsOfTasks = new Set(
      families.get(streams('task_metrics_process_total'))?.samples.map(({ labels }) => labels.get('thread_id')),
    )
    assert.deepEqual(threadsOfTasks.size, 2)
    assert.ok((valueOf(families, streams('thread_metrics_process_rate')) ?? 0) > 0)
    const ready = await fetch(`${address}/ready`)
    assert.deepEqual([ready.status, await ready.json()], [200, { status: 'ready' }])
    assert.equal((await run.stop()).status, 143)
  })

  test('tell what was dropped and why, and what a restore brings back', { timeout: 60_000 }, async (t) => {
    const ks = kafkaKs(broker, t)
    const input = await newTopic(broker, 'in', 1, [...clicks(10), { key: 'u', value: '{bad' }])
    const app = uniqueName('app')
    const chain = ['count', '--by', '.page', '--window', '1s', '-t', input, '-a', app, '--metrics', ':0']
    const first = ks.start([...chain, '-X', 'commit.interval.ms=100'])
    const address = await addressOf(first)
    // Windows are closed behind it, and then one record comes for the first of them.
    await broker.produce(input, [{ key: 'u', value: '{"page":"/p0"}', timestamp: 2_000_000 }])
    await broker.produce(input, [{ key: 'u', value: '{"page":"/p0"}', timestamp: 1_000_000 }])
    await scrapeUntil(
      address,
      'dropped records',
      (seen) =>
        valueOf(seen, streams('task_metrics_dropped_records_total'), { reason: 'late' }) === 1 &&
        valueOf(seen, streams('task_metrics_dropped_records_total'), { reason: 'bad-record' }) === 1,
    )
    await eventually('a commit', async () => {
      const [position] = (await broker.committedOffsets(`${app}-count`)).filter(({ topic }) => topic === input)
      return position?.offset === 13 ? true : undefined
    })
    await first.stop()
    await ks.ok(['state', 'rm', app, '--yes'])
    const second = ks.start(chain)
    const again = await addressOf(second)
    const families = await scrapeUntil(again, 'a restored task', (seen) => {
      const state = valueOf(seen, streams('thread_metrics_thread_state'))
      return state === 4 && (valueOf(seen, streams('state_updater_metrics_restore_records_total')) ?? 0) > 0
    })
    assert.equal(valueOf(families, streams('task_metrics_restore_remaining_records_total')), 0)
    assert.equal(valueOf(families, streams('thread_metrics_task_created_total')), 2)
    await second.stop()
  })

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
