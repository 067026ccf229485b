// What is counted of a thread and its tasks, with clocks of the test's own.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Sample } from '../../../src/runtime/metrics/metric-table.ts'
import { ThreadMetrics } from '../../../src/runtime/metrics/thread-metrics.ts'
import { noOrigin, StreamRecord } from '../../../src/runtime/model/stream-record.ts'

const clocks = () => {
  const clock = { elapsedMs: 0, wallMs: 1_000_000, looks: 0 }
  const thread = new ThreadMetrics(
    'app-StreamThread-1',
    {
      now: () => clock.wallMs,
      elapsed: () => {
        clock.looks++
        return clock.elapsedMs
      },
    },
    { windowMs: 30_000, windows: 2 },
  )
  return { clock, thread }
}

const valueIn = (thread: ThreadMetrics, group: string, name: string, tags: Record<string, string> = {}): number[] =>
  [...thread.samples()]
    .filter((each: Sample) => each.group === group && each.name === name)
    .filter((each) => Object.entries(tags).every(([tag, value]) => each.tags[tag] === value))
    .map(({ value }) => value)

suite('thread metrics', () => {
  test('share the time of a batch among its records, whoever had them', () => {
    const { clock, thread } = clocks()
    const first = thread.openTask('0_0').source('SOURCE', 'clicks')
    const second = thread.openTask('0_1').source('SOURCE', 'clicks')
    first.records = 30
    second.records = 10
    clock.elapsedMs = 20
    thread.processedSince(0)
    assert.deepEqual(valueIn(thread, 'stream-thread-metrics', 'process-total'), [40])
    assert.deepEqual(valueIn(thread, 'stream-thread-metrics', 'process-latency-avg'), [0.5])
    assert.deepEqual(valueIn(thread, 'stream-thread-metrics', 'process-records-max'), [40])
    assert.deepEqual(valueIn(thread, 'stream-task-metrics', 'process-total'), [30, 10])
    // A slower batch, of the second task alone.
    second.records = 20
    clock.elapsedMs = 60
    thread.processedSince(20)
    assert.deepEqual(valueIn(thread, 'stream-thread-metrics', 'process-latency-max'), [4])
    assert.deepEqual(valueIn(thread, 'stream-task-metrics', 'process-latency-max'), [0.5, 4])
    assert.deepEqual(valueIn(thread, 'stream-thread-metrics', 'process-ratio'), [1])
  })

  test('look at the clock by the batch, never by the record', () => {
    const { clock, thread } = clocks()
    const task = thread.openTask('0_0')
    const source = task.source('SOURCE', 'clicks')
    const sink = task.sink('SINK', 'out', () => undefined)
    const before = clock.looks
    for (let i = 0; i < 1000; i++) {
      source.records++
      sink(new StreamRecord(null, null, i, noOrigin))
    }
    assert.equal(clock.looks, before)
    thread.processedSince(0)
    assert.equal(clock.looks, before + 1)
  })

  test('tell how late records were, and how old at source and sink', () => {
    const { clock, thread } = clocks()
    const task = thread.openTask('0_0')
    const source = task.source('SOURCE', 'clicks')
    const sink = task.sink('SINK', 'out', () => undefined)
    Object.assign(source, { records: 4, timestamp: clock.wallMs - 250, lateness: 20, latest: 15 })
    sink(new StreamRecord(null, null, clock.wallMs - 700, noOrigin))
    thread.processedSince(0)
    assert.deepEqual(valueIn(thread, 'stream-task-metrics', 'record-lateness-avg'), [5])
    assert.deepEqual(valueIn(thread, 'stream-task-metrics', 'record-lateness-max'), [15])
    const node = 'stream-processor-node-metrics'
    assert.deepEqual(valueIn(thread, node, 'record-e2e-latency-max', { 'processor-node-id': 'SOURCE' }), [250])
    assert.deepEqual(valueIn(thread, node, 'record-e2e-latency-min', { 'processor-node-id': 'SINK' }), [700])
    assert.deepEqual(valueIn(thread, 'stream-topic-metrics', 'records-produced-total', { 'topic-name': 'out' }), [1])
  })

  test('count dropped records by reason, from nothing on', () => {
    const { thread } = clocks()
    const task = thread.openTask('0_0')
    const dropped = (reason: string): number[] =>
      valueIn(thread, 'stream-task-metrics', 'dropped-records-total', { reason })
    assert.deepEqual([...dropped('late'), ...dropped('bad-record'), ...dropped('null-key')], [0, 0])
    task.drop('late')
    task.drop('null key')
    assert.deepEqual([...dropped('late'), ...dropped('bad-record'), ...dropped('null-key')], [1, 0, 1])
  })

  test('follow a restore to its end, and remember it when the task is gone', () => {
    const { thread } = clocks()
    const task = thread.openTask('0_0')
    task.restoring(100)
    task.progress(60, 40)
    const remaining = 'restore-remaining-records-total'
    const updater = 'stream-state-updater-metrics'
    assert.deepEqual(valueIn(thread, 'stream-task-metrics', remaining), [40])
    assert.deepEqual(valueIn(thread, updater, 'restoring-active-tasks'), [1])
    task.running()
    assert.deepEqual(valueIn(thread, 'stream-task-metrics', remaining), [0])
    thread.closeTask(task)
    assert.deepEqual(valueIn(thread, 'stream-task-metrics', remaining), [])
    assert.deepEqual(valueIn(thread, updater, 'restoring-active-tasks'), [0])
    assert.deepEqual(valueIn(thread, updater, 'restore-records-total'), [40])
    assert.deepEqual(valueIn(thread, 'stream-thread-metrics', 'task-closed-total'), [1])
  })

  test('time polls and commits', () => {
    const { clock, thread } = clocks()
    clock.elapsedMs = 40
    thread.polled(0, 10)
    clock.elapsedMs = 60
    thread.polled(40, 0)
    clock.elapsedMs = 160
    thread.committed(60)
    assert.deepEqual(valueIn(thread, 'stream-thread-metrics', 'poll-total'), [2])
    assert.deepEqual(valueIn(thread, 'stream-thread-metrics', 'poll-latency-avg'), [30])
    assert.deepEqual(valueIn(thread, 'stream-thread-metrics', 'poll-latency-max'), [40])
    assert.deepEqual(valueIn(thread, 'stream-thread-metrics', 'poll-records-avg'), [10])
    assert.deepEqual(valueIn(thread, 'stream-thread-metrics', 'commit-latency-avg'), [100])
    assert.deepEqual(valueIn(thread, 'stream-thread-metrics', 'commit-ratio'), [0.625])
  })
})
