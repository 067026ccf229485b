// Deletes what has been read of repartition topics, beside the work: nothing waits for it, and what does not work now is done
// the next time.

import type { GroupLayout } from './group-layout.ts'
import type { GroupTask } from './group-task.ts'
import { deleteRecordsBefore, type NewBeginning } from './kafka/delete-records-before.ts'
import type { KafkaClient } from './kafka/client.ts'

export interface PurgeOptions {
  readonly client: KafkaClient
  /** repartition.purge.interval.ms */
  readonly intervalMs: number
  /** Monotonic ms. */
  elapsed(): number
  /** Takes what a user should know, once. */
  notice(message: string): void
}

export class RepartitionPurge {
  private readonly options: PurgeOptions
  private lastMs: number
  private underWay: Promise<void> | undefined
  private isTold = false

  constructor(options: PurgeOptions) {
    this.options = options
    this.lastMs = options.elapsed()
  }

  /** Begins one, if it is time and none is under way. @param read up to where partitions have been read for good. */
  offer(read: () => readonly NewBeginning[]): void {
    const nowMs = this.options.elapsed()
    if (this.underWay !== undefined || nowMs - this.lastMs < this.options.intervalMs) return
    this.lastMs = nowMs
    this.underWay = this.run(read()).finally(() => {
      this.underWay = undefined
    })
  }

  /** The last one, after the one that is under way. Never rejects. */
  async finish(read: readonly NewBeginning[]): Promise<void> {
    await this.underWay
    await this.run(read)
  }

  private async run(read: readonly NewBeginning[]): Promise<void> {
    const refused = await deleteRecordsBefore(
      this.options.client,
      read.filter(({ before }) => before > 0),
    )
    if (refused === undefined || this.isTold) return
    this.isTold = true
    this.options.notice(`what has been read of repartition topics stays there: ${refused.message}`)
  }
}

/** What the group has committed in repartition topics. */
export const committedRepartitions = (
  tasks: Iterable<Pick<GroupTask, 'lanes' | 'committedOffset'>>,
  { repartitions }: Pick<GroupLayout, 'repartitions'>,
): readonly NewBeginning[] =>
  [...tasks].flatMap((task) =>
    task.lanes
      .filter(({ topic }) => repartitions.has(topic))
      .map(({ topic, partition }) => ({ topic, partition, before: task.committedOffset(topic) })),
  )
