// The partitions of a task, side by side: the record with the lowest timestamp goes first (Kafka Streams' PartitionGroup). A
// partition with nothing at hand holds the others up as long as it may yet bring an older record (max.task.idle.ms, KIP-695).

import type { StreamRecord } from '../model/stream-record.ts'
import { RecordError } from '../model/record-error.ts'
import type { RecordLane } from './record-lane.ts'

/** A partition and the source node that its records go to. */
export interface GroupMemberLane {
  readonly lane: RecordLane
  /** The name of the source node. */
  readonly node: string
  /** What the partition has when the group is made is processed before any record of another one, whatever the times. */
  readonly isFirst: boolean
  /** Its records follow from those of the other partitions, which must not wait for them. */
  readonly isFeedback?: boolean
  /** Takes a record; a RecordError says that the record is at fault. */
  process(record: StreamRecord): void
}

/** What the owner of a group decides. */
export interface GroupOptions {
  /** `max.task.idle.ms`: how long to wait for a partition that is caught up; below 0 never waits, not even for one with lag. */
  readonly maxTaskIdleMs: number
  /** Each partition gets an end (`-e`): one that has none yet is still being written by other tasks. */
  readonly endsAreComing: boolean
  /** Wall-clock ms. */
  now(): number
  /** A record cannot be read or processed. Throws to end the run. */
  fault(error: RecordError, lane: RecordLane): void
  /** Nothing more is wanted. */
  stopped(): boolean
}

export class PartitionGroup {
  readonly lanes: readonly GroupMemberLane[]
  private readonly options: GroupOptions
  private idleSince: number | undefined
  /** Partitions that come first, with the offsets where that ends. */
  private first: { readonly member: GroupMemberLane; readonly until: number }[]

  constructor(lanes: readonly GroupMemberLane[], options: GroupOptions) {
    this.lanes = lanes
    this.options = options
    this.first = lanes.flatMap((member) => (member.isFirst ? [{ member, until: member.lane.end }] : []))
  }

  /** Timestamp of the record that would come next, ms; Infinity if none is at hand. */
  get headTimestamp(): number {
    if (this.isLoading()) return this.first.some(({ member }) => member.lane.hasRecord()) ? -Infinity : Infinity
    let lowest = Infinity
    for (const { lane } of this.lanes) {
      if (lane.hasRecord() && lane.headTimestamp < lowest) lowest = lane.headTimestamp
    }
    return lowest
  }

  /** Some partition has nothing at hand although there is more in the log. */
  get isStarved(): boolean {
    return this.lanes.some(({ lane }) => !lane.hasRecord() && !lane.isDone && !lane.isCaughtUp)
  }

  /** Processes at most `limit` records, none of them later than `upTo`. Returns how many; 0 if it has to wait. */
  process(limit: number, upTo: number): number {
    if (this.options.stopped()) return 0
    if (this.isLoading()) return this.load(limit)
    const [only] = this.lanes
    if (only !== undefined && this.lanes.length === 1) return this.run(only, limit, upTo)
    let done = 0
    while (done < limit && !this.options.stopped()) {
      let lowest: GroupMemberLane | undefined
      let second = Infinity
      let waiting = false
      for (const member of this.lanes) {
        const { lane } = member
        if (!lane.hasRecord()) {
          if (!lane.isDone && (this.lacks(member) || this.options.maxTaskIdleMs > 0)) waiting = true
          continue
        }
        const timestamp = lane.headTimestamp
        if (lowest === undefined) lowest = member
        else if (timestamp < lowest.lane.headTimestamp) {
          second = lowest.lane.headTimestamp
          lowest = member
        } else if (timestamp < second) second = timestamp
      }
      if (lowest === undefined || lowest.lane.headTimestamp > upTo) break
      if (waiting && !this.mayGoOn()) break
      if (!waiting) this.idleSince = undefined
      done += this.run(lowest, limit - done, Math.min(second, upTo))
    }
    return done
  }

  /** Records that wait in all lanes. */
  get buffered(): number {
    let total = 0
    for (const { lane } of this.lanes) total += lane.buffered
    return total
  }

  close(): void {
    for (const { lane } of this.lanes) lane.close()
  }

  /** Something that comes first is not there yet. */
  private isLoading(): boolean {
    if (this.first.length === 0) return false
    this.first = this.first.filter(
      ({ member: { lane }, until }) => (lane.hasRecord() ? lane.headOffset : lane.position) < until && !lane.isDone,
    )
    return this.first.length > 0
  }

  private load(limit: number): number {
    let done = 0
    for (const { member, until } of this.first) {
      while (done < limit && member.lane.hasRecord() && member.lane.headOffset < until) {
        done += this.run(member, 1, Infinity)
      }
    }
    return done
  }

  /** Records of one lane up to a timestamp, as long as there are any. */
  private run({ lane, process }: GroupMemberLane, limit: number, upTo: number): number {
    const { options } = this
    let done = 0
    while (done < limit && lane.hasRecord() && lane.headTimestamp <= upTo) {
      done++
      try {
        process(lane.take())
      } catch (error) {
        if (!(error instanceof RecordError)) throw error
        options.fault(error, lane)
      }
      if (options.stopped()) break
    }
    return done
  }

  /** More records are sure to come, or may be on their way from other tasks. */
  private lacks({ lane, isFeedback }: GroupMemberLane): boolean {
    if (lane.isDone) return false
    if (isFeedback === true) return !lane.isCaughtUp
    // What is before a known end is sure to come, though the last fetch may not have seen it yet.
    return lane.stopAt < Infinity || this.options.endsAreComing || !lane.isCaughtUp
  }

  /** Some partition has nothing: true if it has been waited for long enough. */
  private mayGoOn(): boolean {
    const { maxTaskIdleMs } = this.options
    if (maxTaskIdleMs < 0) return true
    // A partition with records that have not come yet is waited for whatever the time.
    if (this.lanes.some((member) => !member.lane.hasRecord() && this.lacks(member))) return false
    const now = this.options.now()
    this.idleSince ??= now
    return now - this.idleSince >= maxTaskIdleMs
  }
}
