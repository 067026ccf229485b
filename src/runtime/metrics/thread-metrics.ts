// What is counted of one thread and its tasks. The thread looks at the clock before and after each batch, poll and commit,
// and never in between.

import { sample, type Sample } from './metric-table.ts'
import { SampledStat, type Sampling } from './sampled-stat.ts'
import { TaskMetrics } from './task-metrics.ts'

/** The clocks of the thread. */
interface Clock {
  /** Wall-clock ms. */
  now(): number
  /** Monotonic ms. */
  elapsed(): number
}

export class ThreadMetrics {
  readonly threadId: string
  private readonly clock: Clock
  private readonly sampling: Sampling
  private readonly startedAt: number
  private readonly running = new Map<string, TaskMetrics>()
  private readonly updated = new Map<string, number>()
  private readonly commit: SampledStat
  private readonly poll: SampledStat
  private readonly pollRecords: SampledStat
  private readonly process: SampledStat
  private readonly processMs: SampledStat
  private readonly processRecords: SampledStat
  private commits = 0
  private polls = 0
  private processed = 0
  private created = 0
  private closed = 0
  /** Restored by tasks that are closed. */
  private restoredBefore = 0

  /** @param threadId as Kafka Streams names them: `<client id>-StreamThread-<number>`. */
  constructor(threadId: string, clock: Clock, sampling: Sampling) {
    this.threadId = threadId
    this.clock = clock
    this.sampling = sampling
    this.startedAt = clock.now()
    const stat = (): SampledStat => new SampledStat(sampling, clock.elapsed())
    this.commit = stat()
    this.poll = stat()
    this.pollRecords = stat()
    this.process = stat()
    this.processMs = stat()
    this.processRecords = stat()
  }

  /** The monotonic clock, ms: for the other methods. */
  elapsed(): number {
    return this.clock.elapsed()
  }

  /** A task is opened. */
  openTask(id: string): TaskMetrics {
    const task = new TaskMetrics(id, this.sampling, this.clock.elapsed())
    this.running.set(id, task)
    this.created++
    return task
  }

  closeTask(task: TaskMetrics | undefined): void {
    if (task === undefined) return
    this.closed++
    this.restoredBefore += task.restored
    if (this.running.get(task.id) === task) this.running.delete(task.id)
  }

  /** Copies of stores of a task have taken in so many records; those that are followed are all in `standbys`. */
  update(standby: string, records: number): void {
    this.updated.set(standby, (this.updated.get(standby) ?? 0) + records)
  }

  /** A copy is not kept any more. */
  dropStandby(standby: string): void {
    this.updated.delete(standby)
  }

  /** A poll has ended. @returns when, ms. */
  polled(sinceMs: number, records: number): number {
    const nowMs = this.clock.elapsed()
    this.polls++
    this.poll.record(nowMs - sinceMs, 1, nowMs)
    if (records > 0) this.pollRecords.record(records, 1, nowMs)
    return nowMs
  }

  /** A batch has been processed. */
  processedSince(sinceMs: number): void {
    const counts = [...this.running.values()].map((task) => ({ task, records: task.takeProcessed() }))
    const total = counts.reduce((sum, { records }) => sum + records, 0)
    if (total === 0) return
    const nowMs = this.clock.elapsed()
    const wallMs = this.clock.now()
    const tookMs = nowMs - sinceMs
    this.processed += total
    this.process.record(tookMs / total, total, nowMs)
    this.processMs.record(tookMs, 1, nowMs)
    this.processRecords.record(total, 1, nowMs)
    for (const { task, records } of counts) if (records > 0) task.settle(records, tookMs / total, nowMs, wallMs)
  }

  /** A commit has been made. */
  committed(sinceMs: number): void {
    const nowMs = this.clock.elapsed()
    this.commits++
    this.commit.record(nowMs - sinceMs, 1, nowMs)
  }

  /** All that the thread itself has to say. */
  *samples(): Iterable<Sample> {
    const nowMs = this.clock.elapsed()
    const wallMs = this.clock.now()
    const tags = { 'thread-id': this.threadId }
    const group = 'stream-thread-metrics'
    yield sample(group, 'commit-latency-avg', tags, this.commit.average(nowMs))
    yield sample(group, 'commit-latency-max', tags, this.commit.max(nowMs))
    yield sample(group, 'commit-total', tags, this.commits)
    yield sample(group, 'commit-ratio', tags, this.commit.perMs(nowMs))
    yield sample(group, 'poll-latency-avg', tags, this.poll.average(nowMs))
    yield sample(group, 'poll-latency-max', tags, this.poll.max(nowMs))
    yield sample(group, 'poll-total', tags, this.polls)
    yield sample(group, 'poll-ratio', tags, this.poll.perMs(nowMs))
    yield sample(group, 'poll-records-avg', tags, this.pollRecords.average(nowMs))
    yield sample(group, 'poll-records-max', tags, this.pollRecords.max(nowMs))
    yield sample(group, 'process-latency-avg', tags, this.process.average(nowMs))
    yield sample(group, 'process-latency-max', tags, this.process.max(nowMs))
    yield sample(group, 'process-total', tags, this.processed)
    yield sample(group, 'process-ratio', tags, this.processMs.perMs(nowMs))
    yield sample(group, 'process-records-avg', tags, this.processRecords.average(nowMs))
    yield sample(group, 'process-records-max', tags, this.processRecords.max(nowMs))
    yield sample(group, 'task-created-total', tags, this.created)
    yield sample(group, 'task-closed-total', tags, this.closed)
    yield sample(group, 'thread-start-time', tags, this.startedAt)
    const tasks = [...this.running.values()]
    const restored = tasks.reduce((total, task) => total + task.restored, this.restoredBefore)
    const updater = 'stream-state-updater-metrics'
    yield sample(updater, 'restoring-active-tasks', tags, tasks.filter(({ isRestoring }) => isRestoring).length)
    yield sample(updater, 'standby-tasks', tags, this.updated.size)
    yield sample(updater, 'restore-records-total', tags, restored)
    for (const task of tasks) {
      task.settleNodes(nowMs, wallMs)
      yield* task.samples(tags, nowMs)
    }
    for (const [id, records] of this.updated) {
      yield sample('stream-task-metrics', 'update-total', { ...tags, 'task-id': id }, records)
    }
  }
}
