// What is counted of one task. On the way of a record there are additions only; clocks are looked at by the batch.

import type { StreamRecord } from '../model/stream-record.ts'
import { sample, type Sample } from './metric-table.ts'
import { SampledStat, type Sampling } from './sampled-stat.ts'

/** What a source node has had. */
export interface SourceCounter {
  readonly node: string
  readonly topic: string
  records: number
  /** Of the last record, ms. */
  timestamp: number
  /** How far records were behind the stream time since the last batch, in all and at most, ms. */
  lateness: number
  latest: number
}

interface SinkCounter {
  readonly node: string
  readonly topic: string
  records: number
  timestamp: number
}

/** The records of a counter when the last batch had ended, and how old its records were. */
interface Settled {
  records: number
  readonly age: SampledStat
}

export class TaskMetrics {
  readonly id: string
  private readonly sampling: Sampling
  private readonly sources: SourceCounter[] = []
  private readonly sinks: SinkCounter[] = []
  private readonly settled = new Map<SourceCounter | SinkCounter, Settled>()
  /** The usual reasons are there from the start, so that who looks at the growth sees the first one. */
  private readonly dropped = new Map([
    ['late', 0],
    ['bad record', 0],
  ])
  private readonly latency: SampledStat
  private readonly lateness: SampledStat
  private remaining = 0
  /** Records restored so far. */
  restored = 0

  constructor(id: string, sampling: Sampling, nowMs: number) {
    this.id = id
    this.sampling = sampling
    this.latency = new SampledStat(sampling, nowMs)
    this.lateness = new SampledStat(sampling, nowMs)
  }

  /** A counter of what a source node takes, whatever its partitions; the task keeps it up to date. */
  source(node: string, topic: string): SourceCounter {
    const known = this.sources.find((counter) => counter.node === node)
    if (known !== undefined) return known
    const counter = { node, topic, records: 0, timestamp: -1, lateness: 0, latest: 0 }
    this.sources.push(counter)
    return counter
  }

  /** Counts what goes to a sink node. */
  sink(node: string, topic: string, process: (record: StreamRecord) => void): (record: StreamRecord) => void {
    const counter = { node, topic, records: 0, timestamp: -1 }
    this.sinks.push(counter)
    return (record) => {
      counter.records++
      counter.timestamp = record.timestamp
      process(record)
    }
  }

  /** A record went no further. */
  drop(reason: string): void {
    this.dropped.set(reason, (this.dropped.get(reason) ?? 0) + 1)
  }

  /** So many records are to be restored, besides those before. */
  restoring(records: number): void {
    this.remaining += records
  }

  /** @param read how much less there is to restore. @param applied how many rows came of it. */
  progress(read: number, applied: number): void {
    this.remaining = Math.max(0, this.remaining - read)
    this.restored += applied
  }

  /** Nothing is to be restored any more. */
  running(): void {
    this.remaining = 0
  }

  get isRestoring(): boolean {
    return this.remaining > 0
  }

  /** Records that its sources have had since the last call. */
  takeProcessed(): number {
    let records = 0
    for (const counter of this.sources) records += counter.records - (this.settled.get(counter)?.records ?? 0)
    return records
  }

  /**
   * A batch has ended in which it processed records.
   * @param nowMs monotonic. @param wallMs the time of the day.
   */
  settle(processed: number, msPerRecord: number, nowMs: number, wallMs: number): void {
    this.latency.record(msPerRecord, processed, nowMs)
    let late = 0
    let latest = 0
    for (const counter of this.sources) {
      late += counter.lateness
      latest = Math.max(latest, counter.latest)
      counter.lateness = 0
      counter.latest = 0
    }
    this.lateness.record(late / processed, processed, nowMs, latest)
    this.settleNodes(nowMs, wallMs)
  }

  /** Rows may have reached sinks without a record: at a flush. */
  settleNodes(nowMs: number, wallMs: number): void {
    for (const counter of [...this.sources, ...this.sinks]) {
      let settled = this.settled.get(counter)
      if (settled === undefined) {
        settled = { records: 0, age: new SampledStat(this.sampling, nowMs) }
        this.settled.set(counter, settled)
      }
      if (counter.records === settled.records) continue
      settled.records = counter.records
      // Files need no timestamps.
      if (counter.timestamp >= 0) settled.age.record(wallMs - counter.timestamp, 1, nowMs)
    }
  }

  /** @param tags of the thread. */
  *samples(tags: Readonly<Record<string, string>>, nowMs: number): Iterable<Sample> {
    const own = { ...tags, 'task-id': this.id }
    const group = 'stream-task-metrics'
    yield sample(group, 'process-latency-avg', own, this.latency.average(nowMs))
    yield sample(group, 'process-latency-max', own, this.latency.max(nowMs))
    yield sample(group, 'process-total', own, sum(this.sources))
    yield sample(group, 'record-lateness-avg', own, this.lateness.average(nowMs))
    yield sample(group, 'record-lateness-max', own, this.lateness.max(nowMs))
    for (const [reason, count] of this.dropped) {
      yield sample(group, 'dropped-records-total', { ...own, reason: reason.replaceAll(' ', '-') }, count)
    }
    yield sample(group, 'restore-total', own, this.restored)
    yield sample(group, 'restore-remaining-records-total', own, this.remaining)
    for (const counter of this.sources) {
      yield* this.nodeSamples(counter, own, nowMs)
      yield sample('stream-topic-metrics', 'records-consumed-total', topicTags(counter, own), counter.records)
    }
    for (const counter of this.sinks) {
      yield* this.nodeSamples(counter, own, nowMs)
      yield sample('stream-topic-metrics', 'records-produced-total', topicTags(counter, own), counter.records)
    }
  }

  private *nodeSamples(
    counter: SourceCounter | SinkCounter,
    own: Readonly<Record<string, string>>,
    nowMs: number,
  ): Iterable<Sample> {
    const tags = { ...own, 'processor-node-id': counter.node }
    const group = 'stream-processor-node-metrics'
    yield sample(group, 'process-total', tags, counter.records)
    const age = this.settled.get(counter)?.age
    if (age === undefined) return
    yield sample(group, 'record-e2e-latency-avg', tags, age.average(nowMs))
    yield sample(group, 'record-e2e-latency-min', tags, age.min(nowMs))
    yield sample(group, 'record-e2e-latency-max', tags, age.max(nowMs))
  }
}

const sum = (counters: readonly SourceCounter[]): number => counters.reduce((total, { records }) => total + records, 0)

const topicTags = (
  { node, topic }: SourceCounter | SinkCounter,
  own: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> => ({ ...own, 'processor-node-id': node, 'topic-name': topic })
