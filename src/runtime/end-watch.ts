// `-e` with an application id: when a run that reads what is there now is at its end. The ends of the topics are taken once at
// the start, those of a repartition topic when everything that writes to it has got to its own; every position must be
// committed, by whichever member of the group.

import type { KafkaConnection } from './kafka-connection.ts'
import { fetchOffsets } from './kafka/group/group-offsets.ts'
import { partitionBounds } from './kafka/partition-offsets.ts'
import { partitionName } from './model/topic-partition.ts'
import type { GroupLayout } from './group-layout.ts'
import type { RecordLane } from './tasks/record-lane.ts'

export class EndWatch {
  private readonly connection: KafkaConnection
  private readonly layout: GroupLayout
  private readonly groupId: string
  private readonly ends = new Map<string, { start: number; end: number }>()
  private readonly known = new Set<string>()
  /** Everything has been read and committed. */
  isFinished = false

  private constructor(connection: KafkaConnection, layout: GroupLayout, groupId: string) {
    this.connection = connection
    this.layout = layout
    this.groupId = groupId
  }

  static async create(connection: KafkaConnection, layout: GroupLayout, groupId: string): Promise<EndWatch> {
    const watch = new EndWatch(connection, layout, groupId)
    await watch.take(layout.topics.filter((topic) => !layout.repartitions.has(topic)))
    return watch
  }

  /** Where a partition ends for this run; Infinity while that is not known. */
  stopAt(topic: string, partition: number): number {
    return this.ends.get(partitionName(topic, partition))?.end ?? Infinity
  }

  /**
   * Looks whether the group has got to the ends that are known, and if so takes those that depend on them.
   * @returns true if ends have become known.
   */
  async advance(): Promise<boolean> {
    const { client } = this.connection
    const partitions = new Map([...this.known].map((topic) => [topic, this.partitionsOf(topic)]))
    const committed = await fetchOffsets(client, this.groupId, partitions, true)
    const isRead = (topic: string): boolean =>
      this.partitionsOf(topic).every((partition) => {
        const { start, end } = this.ends.get(partitionName(topic, partition)) ?? { start: 0, end: Infinity }
        const offset = committed.get(topic)?.get(partition)?.offset ?? -1
        return offset >= end || start >= end
      })
    // A part whose inputs have all been read has written everything that it will.
    const { parts } = this.layout
    const working = parts.filter(({ sources }) => !sources.every(({ topic }) => this.known.has(topic) && isRead(topic)))
    if (working.length === 0) {
      this.isFinished = true
      return false
    }
    // Not by parts: the two of a foreign-key join write to each other.
    const growing = new Set(
      parts.flatMap(({ feeders }) =>
        [...feeders].flatMap(([topic, from]) =>
          from.every((source) => this.known.has(source) && isRead(source)) ? [] : [topic],
        ),
      ),
    )
    const complete = [...this.layout.repartitions].filter((topic) => !this.known.has(topic) && !growing.has(topic))
    if (complete.length > 0) await this.take(complete)
    return complete.length > 0
  }

  private async take(topics: readonly string[]): Promise<void> {
    const { client } = this.connection
    const partitions = topics.flatMap((topic) => this.partitionsOf(topic).map((partition) => ({ topic, partition })))
    for (const [name, bounds] of await partitionBounds(client, partitions, this.connection.readsCommitted)) {
      this.ends.set(name, bounds)
    }
    for (const topic of topics) this.known.add(topic)
  }

  private partitionsOf(topic: string): number[] {
    return Array.from({ length: this.layout.counts.get(topic) ?? 0 }, (_, partition) => partition)
  }
}

/** The tasks have got to their ends, as far as those are known, or wait for an end that is not. */
export const areDone = (tasks: Iterable<{ readonly lanes: readonly RecordLane[] }>): boolean => {
  for (const { lanes } of tasks) {
    if (lanes.length > 1 && lanes.some(({ stopAt }) => stopAt === Infinity)) continue
    for (const lane of lanes) {
      if (lane.stopAt === Infinity ? !lane.isCaughtUp || lane.hasRecord() : !lane.isDone) return false
    }
  }
  return true
}
