// Where the fetcher stands in a partition, and what it has fetched of it that nobody has taken yet.

import { partitionName } from '../model/topic-partition.ts'
import type { FetchedPartition } from '../tasks/ports.ts'
import type { ApiRequest, TopicPartitions } from './protocol/api-request.ts'
import { fetch, type FetchAnswer, type FetchedRecords } from './protocol/fetch.ts'
import type { ReadBatches } from './records/read-batches.ts'

/** One per assignment: when a partition is assigned anew, what comes for the old one belongs to nobody. */
export class FetchPosition {
  readonly topic: string
  readonly partition: number
  /** `topic-partition` */
  readonly name: string
  /** Where the next request goes on. */
  offset: number
  isPaused = false
  /** It is in a request, or waits for the time to ask again, or for somebody to decide where it goes on. */
  isBusy = false
  /** Without an answer since. */
  failures = 0
  /** Since when nobody knows the partition, ms. */
  unknownSinceMs: number | undefined
  /** What `take` gives. */
  waiting: FetchedPartition | undefined
  /** Bytes of its records. */
  waitingBytes = 0
  /** What `take` gives after that. */
  private last: FetchedPartition | undefined
  /** What was last said of the ends of the log. */
  private ends: readonly number[] = []

  constructor(topic: string, partition: number, offset: number) {
    this.topic = topic
    this.partition = partition
    this.name = partitionName(topic, partition)
    this.offset = offset
  }

  /** Adds an answer to what waits. False if it says nothing new. */
  add(
    { batches, nextOffset }: ReadBatches,
    { highWatermark, lastStableOffset, logStartOffset }: FetchedRecords,
  ): boolean {
    const next = Math.max(this.offset, nextOffset ?? this.offset)
    // Reading uncommitted, the broker does not say.
    const decided = lastStableOffset < 0 ? highWatermark : lastStableOffset
    const said = [next, highWatermark, decided, logStartOffset]
    if (batches.length === 0 && said.every((value, index) => value === this.ends[index])) return false
    this.ends = said
    this.offset = next
    for (const { records } of batches) this.waitingBytes += records.length
    this.waiting = {
      topic: this.topic,
      partition: this.partition,
      batches: this.waiting === undefined ? batches : [...this.waiting.batches, ...batches],
      nextOffset: next,
      highWatermark,
      lastStableOffset: decided,
      logStartOffset,
      outOfRange: false,
    }
    return true
  }

  /** Says, after what waits, that the log does not have the offset. */
  leaveRange(ends: Pick<FetchedPartition, 'highWatermark' | 'lastStableOffset' | 'logStartOffset'>): void {
    const { topic, partition, offset } = this
    this.last = { topic, partition, batches: [], nextOffset: offset, ...ends, outOfRange: true }
    if (this.waiting === undefined) this.take()
  }

  /** Hands over what waits. */
  take(): FetchedPartition | undefined {
    const taken = this.waiting
    this.waiting = this.last
    this.last = undefined
    this.waitingBytes = 0
    return taken
  }
}

/** Sizes in bytes, times in ms; see FetcherOptions. */
export interface FetchLimits {
  readonly isolation: 'read_committed' | 'read_uncommitted'
  readonly minBytes: number
  readonly maxWaitMs: number
  readonly maxPartitionBytes: number
}

/**
 * The request for some positions, in their order: what comes first is served first, and gets a whole batch however large that
 * is. So a topic may be named more than once.
 */
export const fetchRequest = (
  positions: readonly FetchPosition[],
  { isolation, minBytes, maxWaitMs, maxPartitionBytes }: FetchLimits,
  maxBytes: number,
): ApiRequest<FetchAnswer> => {
  const topics: { topic: string; partitions: ReturnType<typeof ask>[] }[] = []
  const ask = ({ partition, offset }: FetchPosition) => ({
    partition,
    fetchOffset: offset,
    maxBytes: maxPartitionBytes,
    currentLeaderEpoch: -1,
  })
  for (const position of positions) {
    const last = topics.at(-1)
    if (last?.topic === position.topic) last.partitions.push(ask(position))
    else topics.push({ topic: position.topic, partitions: [ask(position)] })
  }
  return fetch({ maxWaitMs, minBytes, maxBytes, isolation: isolation === 'read_committed' ? 1 : 0, topics })
}

/** The positions of a request with what the answer has for each. */
export const inRequestOrder = (
  positions: readonly FetchPosition[],
  answer: { readonly topics: readonly TopicPartitions<FetchedRecords>[] },
): (readonly [FetchPosition, FetchedRecords | undefined])[] => {
  const byName = new Map<string, FetchedRecords>()
  for (const { topic, partitions } of answer.topics) {
    for (const part of partitions) byName.set(partitionName(topic, part.partition), part)
  }
  return positions.map((position) => [position, byName.get(position.name)] as const)
}
