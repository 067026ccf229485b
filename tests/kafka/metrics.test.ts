// --metrics of a run on topics, as Prometheus would see it.

import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import { brokerSkip, sharedBroker, uniqueName, type TestBroker } from '../support/kafka-broker.ts'
import { eventually, kafkaKs, newTopic, type RunningKs } from '../support/kafka-ks.ts'
import { alertQueries, dashboardQueries } from '../support/monitoring-examples.ts'
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

/** Threads that have tasks, all of which run. */
const runningThreads = (families: Families): number => {
  const states = families.get(streams('thread_metrics_thread_state'))?.samples.filter(({ value }) => value === 4)
  const tasks = families.get(streams('task_metrics_process_total'))?.samples ?? []
  const threads = new Set(tasks.map(({ labels }) => labels.get('thread_id')))
  return states?.filter(({ labels }) => threads.has(labels.get('thread_id'))).length ?? 0
}

const streams = (name: string): string => `kafka_streams_stream_${name}`
const clicks = (count: number, from = 1_000_000): { key: string; value: string; timestamp: number }[] =>
  Array.from({ length: count }, (_, index) => ({
    key: `u${String(index)}`,
    value: `{"page":"/p${String(index % 7)}"}`,
    timestamp: from + index,
  }))
const config = (...properties: readonly string[]): string[] => properties.flatMap((property) => ['-X', property])

suite('metrics', { skip }, () => {
  test('of all threads are at one address, by thread, task, node and store', { timeout: 60_000 }, async (t) => {
    const ks = kafkaKs(broker, t)
    const [input, output] = await Promise.all([newTopic(broker, 'in', 2), newTopic(broker, 'out', 1)])
    const app = uniqueName('app')
    const chain = ['count', '--by', '.page', '-t', input, '-a', app, '--to', output, '--metrics', ':0']
    const settings = config(
      'num.stream.threads=2',
      'heartbeat.interval.ms=200',
      'metrics.recording.level=DEBUG',
      'commit.interval.ms=100',
    )
    const run = ks.start([...chain, ...settings])
    const address = await addressOf(run)
    // What a task has counted goes with it when it moves, as in Kafka Streams: first the two threads share the tasks.
    await scrapeUntil(address, 'both threads', (seen) => runningThreads(seen) === 2)
    await broker.produce(input, clicks(500))
    const families = await scrapeUntil(
      address,
      'everything committed',
      (seen) =>
        valueOf(seen, streams('topic_metrics_records_consumed_total'), { topic_name: input }) === 500 &&
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
    for (const { where, metrics, labels } of [...alertQueries(), ...dashboardQueries()]) {
      const samples = metrics.flatMap((name) => families.get(name)?.samples ?? [])
      assert.ok(samples.length > 0 || metrics.length === 0, `${where}: ${metrics.join()}`)
      for (const label of labels.filter((name) => !name.endsWith('_state_id') && metrics.length > 0)) {
        assert.ok(
          samples.some((each) => each.labels.has(label)),
          `${where}: ${label}`,
        )
      }
    }
    const ready = await fetch(`${address}/ready`)
    assert.deepEqual([ready.status, await ready.json()], [200, { status: 'ready' }])
    assert.equal((await run.stop()).status, 143)
  })

  test('tell what was dropped and why, and what a restore brings back', { timeout: 60_000 }, async (t) => {
    const ks = kafkaKs(broker, t)
    // Kafka deletes what a changelog of windows has of times that are longer ago than its retention.ms.
    const startMs = Date.now() - 2_000_000
    const input = await newTopic(broker, 'in', 1, [...clicks(10, startMs), { key: 'u', value: '{bad' }])
    const app = uniqueName('app')
    const chain = ['count', '--by', '.page', '--window', '1s', '-t', input, '-a', app, '--metrics', ':0']
    const first = ks.start([...chain, ...config('commit.interval.ms=100')])
    const address = await addressOf(first)
    // Windows are closed behind it, and then one record comes for the first of them.
    await broker.produce(input, [{ key: 'u', value: '{"page":"/p0"}', timestamp: startMs + 1_000_000 }])
    await broker.produce(input, [{ key: 'u', value: '{"page":"/p0"}', timestamp: startMs }])
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

  test('come from threads that restore, too, which are not ready', { timeout: 90_000 }, async (t) => {
    const ks = kafkaKs(broker, t)
    const [input, output] = await Promise.all([newTopic(broker, 'in', 2), newTopic(broker, 'out', 1)])
    const app = uniqueName('app')
    assert.equal((await ks.shell(`seq 40000 | ks write ${input}`)).status, 0)
    const chain = ['count', '--by', '.', '-t', input, '-a', app, '--to', output]
    // Small batches, fetched one by one: the first thread has not restored everything when the second one joins.
    await ks.ok([...chain, '-e', ...config('batch.size=1000')])
    await ks.ok(['state', 'rm', app, '--yes'])
    const slowly = config('num.stream.threads=2', 'heartbeat.interval.ms=100', 'max.partition.fetch.bytes=1')
    const run = ks.start([...chain, '--metrics', ':0', ...slowly])
    const address = await addressOf(run)
    const second = { thread_id: `${app}-count-StreamThread-2` }
    const left = (seen: Families): number =>
      valueOf(seen, streams('task_metrics_restore_remaining_records_total'), second) ?? 0
    const restoring = await scrapeUntil(address, 'the second thread to restore', (seen) => left(seen) > 0)
    assert.equal(valueOf(restoring, streams('thread_metrics_thread_state'), second), 3)
    const ready = await fetch(`${address}/ready`)
    assert.equal(ready.status, 503)
    assert.match(await ready.text(), /"reason":"REBALANCING: /)
    const families = await scrapeUntil(address, 'both threads', (seen) => {
      const states = seen.get(streams('thread_metrics_thread_state'))?.samples
      return states?.length === 2 && states.every(({ value }) => value === 4)
    })
    assert.equal(left(families), 0)
    assert.ok((valueOf(families, streams('state_updater_metrics_restore_records_total'), second) ?? 0) > 0)
    assert.equal((await fetch(`${address}/ready`)).status, 200)
    await run.stop()
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
