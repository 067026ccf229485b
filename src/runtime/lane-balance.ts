// Keeps partitions from running ahead of each other: what has more at hand than `buffered.records.per.partition` is not
// fetched until it has less. As in Kafka's consumer, one fetch more may be under way, so that nobody has to wait for it.

import type { Fetcher } from './kafka/fetcher.ts'
import { partitionName } from './model/topic-partition.ts'
import type { RecordLane } from './tasks/record-lane.ts'

export class LaneBalance {
  private readonly paused = new Set<string>()
  private readonly most: number

  constructor(most: number) {
    this.most = most
  }

  /** Pauses and resumes as things stand now. */
  apply(fetcher: Fetcher | undefined, lanes: Iterable<RecordLane>): void {
    for (const lane of lanes) {
      const name = partitionName(lane.topic, lane.partition)
      const isFull = lane.buffered > Math.max(this.most, lane.lastAdded)
      if (isFull === this.paused.has(name)) continue
      if (isFull) {
        this.paused.add(name)
        fetcher?.pause(lane.topic, lane.partition)
      } else {
        this.paused.delete(name)
        fetcher?.resume(lane.topic, lane.partition)
      }
    }
  }
}
