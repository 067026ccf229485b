// What the loop over topics needs of whoever has the tasks: all of them in this process, or those that a group has assigned.

import type { PartitionGroup } from './tasks/partition-group.ts'
import type { HeldStage } from './open-state.ts'
import type { StorePlaces } from './store-places.ts'
import type { StreamTask } from './tasks/stream-task.ts'

/** A task at work on its partitions. */
export interface RunningTask {
  readonly id: string
  readonly task: StreamTask
  readonly group: PartitionGroup
}

/** Hears what becomes of the tasks of a run. */
export interface RunObserver {
  /** @param tasks those that run, whenever it is asked. */
  started(tasks: () => Iterable<RunningTask>): void
  /** @param isSettled false as long as tasks are given away, taken over or restored. */
  changed(isSettled: boolean): void
}

/** The tasks of a run. */
export interface TopicTasks {
  /** Those that run now. */
  running(): Iterable<RunningTask>
  /** No task is being given away, taken over or restored. */
  readonly isSettled: boolean
  /** As far as known nobody else has taken over the tasks that run here. */
  readonly isCurrent: boolean
  /** Where the rows of stores are; undefined if all of them are here, or nothing is open yet. */
  readonly places: StorePlaces | undefined
  /** Connects and starts; the first tasks may come later. @param held hears of the stage that has been taken, if there is one. */
  start(held: (stage: HeldStage) => Promise<void>): Promise<void>
  /** Records at hand wait for tasks that are being opened. */
  readonly isHeldBack: boolean
  /** Does what can only be done between records: takes and gives away tasks. */
  maintain(): Promise<void>
  /** Waits for records, not longer than `waitMs`, and gives them to the tasks. True if some came. */
  poll(waitMs: number): Promise<boolean>
  /** Ends the waiting. */
  wake(): void
  /** Sends what was written to topics, and waits while too much is under way. */
  handOver(): Promise<void>
  /** After an error: waits for a while until what was written to topics, and is in no transaction, has arrived. */
  deliver(): Promise<void>
  /** Makes everything so far durable. */
  commit(): Promise<void>
  /** Everything that was processed is committed, or needs no commit. */
  readonly isCommitted: boolean
  /** Commit as soon as there is nothing to process: readers wait for the end of a transaction. */
  readonly commitsWhenDrained: boolean
  /** Everything that was to be read has been read (and what followed from it). */
  readonly isFinished: boolean
  /** Records written to topics. */
  readonly written: number
  /** Ends in order, after the last commit. */
  close(): Promise<void>
  /** Lets go of everything without a commit. */
  abandon(): Promise<void>
}
