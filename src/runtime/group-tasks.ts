// The tasks of a run with an application id: a member of the application's consumer group. Between two generations nothing is
// processed; tasks that stay are neither closed nor restored, if what the group has committed is what they left.

import type { CliContext } from './cli/context.ts'
import { checkGroupChain } from './check-group-chain.ts'
import { startTask, type GroupTask } from './group-task.ts'
import { assignmentText, refused } from './group-assignment.ts'
import { GroupFenced } from './kafka/group/group-errors.ts'
import type { GroupMember, JoinResult } from './kafka/group/group-member.ts'
import { fetchOffsets } from './kafka/group/group-offsets.ts'
import { isDroppable, TransactionUncertain } from './kafka/producer/producer-errors.ts'
import { areDone } from './end-watch.ts'
import type { ThreadMetrics } from './metrics/thread-metrics.ts'
import { LaneBalance } from './lane-balance.ts'
import { KsError } from './model/errors.ts'
import { outOfRange } from './out-of-range.ts'
import { openGroup, type OpenGroup } from './open-group.ts'
import type { HeldStage } from './open-state.ts'
import { OpenedTask, taskTopics } from './opened-task.ts'
import { OpeningQueue } from './opening-queue.ts'
import { fetchLastReset, type CommittedPositions } from './restore-task.ts'
import type { RunOutputs } from './run-outputs.ts'
import type { Durability, RunSettings, TopicSettings } from './run-settings.ts'
import { committedRepartitions, RepartitionPurge } from './repartition-purge.ts'
import type { StorePlaces } from './store-places.ts'
import { faultPoint } from './tasks/fault-point.ts'
import { decodeAssignment } from './tasks/member-data.ts'
import type { RecordLane } from './tasks/record-lane.ts'
import type { RunningTask, TopicTasks } from './topic-tasks.ts'
import { TransactionPatience } from './transaction-patience.ts'
import type { ChainPlan } from './topology/chain-plan.ts'

export class GroupTasks implements TopicTasks {
  readonly commitsWhenDrained: boolean
  private readonly plan: ChainPlan
  private readonly settings: RunSettings
  private readonly topics: TopicSettings
  private readonly durability: Durability
  private readonly context: CliContext
  private readonly outputs: RunOutputs
  private readonly metrics: ThreadMetrics | undefined
  private readonly tasks = new Map<string, GroupTask>()
  private readonly balance: LaneBalance
  private open: OpenGroup | undefined
  /** Tasks that are being restored, until they run. */
  private readonly opening = new OpeningQueue(
    (ids) => this.openAll(ids),
    (error) => {
      if (isDroppable(error)) this.rejoinReason ??= error.message
      else this.openingFailed ??= error
      this.wake()
    },
  )
  private openingFailed: Error | undefined
  /** Why the group has to be joined (again); undefined if it has not. */
  private rejoinReason: string | undefined = 'start'
  private purge: RepartitionPurge | undefined
  private writtenBefore = 0
  private wasIdle = false
  private readonly patience: TransactionPatience

  constructor(
    plan: ChainPlan,
    settings: RunSettings,
    topics: TopicSettings,
    durability: Durability,
    context: CliContext,
    outputs: RunOutputs,
    metrics: ThreadMetrics | undefined,
  ) {
    this.plan = plan
    this.settings = settings
    this.topics = topics
    this.durability = durability
    this.context = context
    this.outputs = outputs
    this.metrics = metrics
    this.balance = new LaneBalance(topics.config.number('buffered.records.per.partition'))
    this.patience = new TransactionPatience(topics.config.number('task.timeout.ms'), () => context.elapsed())
    this.commitsWhenDrained = topics.exactlyOnce || topics.exit
  }

  *running(): Iterable<RunningTask> {
    yield* this.tasks.values()
  }

  async start(held: (stage: HeldStage) => Promise<void>): Promise<void> {
    const { plan, settings, topics, durability, context, outputs, metrics } = this
    checkGroupChain(plan.topology, settings, topics)
    this.open = await openGroup(
      { topology: plan.topology, settings, topics, durability, context, outputs, metrics },
      {
        owned: () => [...this.tasks.keys()],
        rebalance: (reason) => {
          this.rejoinReason = reason
          this.wake()
        },
        held,
      },
    )
    const { connection } = this.open
    this.purge = new RepartitionPurge({
      client: connection.client,
      intervalMs: topics.config.number('repartition.purge.interval.ms'),
      elapsed: () => context.elapsed(),
      notice: (message) => {
        outputs.notice(message)
      },
    })
    await this.rejoin()
  }

  async maintain(): Promise<void> {
    if (this.openingFailed !== undefined) throw this.openingFailed
    if (this.rejoinReason !== undefined) await this.rejoin()
    if (this.context.signal.aborted) return
    const { standbys, endWatch } = this.group()
    await standbys.update()
    if (endWatch === undefined || this.opening.isActive || !areDone(this.tasks.values())) return
    if (!this.isCommitted) await this.commit()
    if (!(await endWatch.advance())) return
    for (const lane of this.lanes()) lane.stopAt = endWatch.stopAt(lane.topic, lane.partition)
  }

  async poll(waitMs: number): Promise<boolean> {
    const { endWatch, standbys, environment } = this.group()
    if (this.isFinished) return false
    // Others may still have to get to the end; copies of stores have to be kept up.
    const mostMs = endWatch !== undefined ? 50 : standbys.isActive ? 200 : waitMs
    const fetched = await environment.fetcher.poll(Math.min(waitMs, mostMs))
    for (const part of fetched) {
      const lane = this.findLane(part.topic, part.partition)
      if (lane === undefined) continue
      if (part.outOfRange) throw outOfRange(part, 'config', 'ks reset … --to-earliest goes on')
      lane.add(part)
    }
    this.balance.apply(environment.fetcher, this.lanes())
    return fetched.length > 0
  }

  wake(): void {
    this.open?.environment.fetcher.wake()
  }

  async handOver(): Promise<void> {
    if (this.group().environment.sharedProducer === undefined) {
      for (const task of [...this.tasks.values()]) await this.orDrop(task, () => task.opened.sinks.handOver())
      return
    }
    // They have one producer.
    const [any] = this.tasks.values()
    await any?.opened.sinks.handOver()
  }

  async deliver(): Promise<void> {
    const [any] = this.tasks.values()
    await any?.opened.sinks.deliver()
  }

  async commit(): Promise<void> {
    const { outputs, topics, metrics } = this
    const startedMs = this.context.elapsed()
    const { member, groupId, groupInstanceId } = this.group()
    await outputs.commit()
    const due = [...this.tasks.values()].filter((task) => !task.isCommitted || task.task.dirtyBytes > 0)
    if (due.length === 0) return
    // Given up for a join that was interrupted: what they have done since the commit before it is for others to do. Without a
    // generation the coordinator would take the offsets of a transaction from anybody.
    if (member.generationId < 0) {
      await this.closeTasks(due)
      return
    }
    if (topics.exactlyOnce) {
      const { generationId, memberId } = member
      const identity = { groupId, generationId, memberId, groupInstanceId }
      const commit = async (task: GroupTask): Promise<void> => {
        await task.commitTransaction(identity)
        this.patience.committed(task.id)
      }
      await Promise.all(due.map((task) => this.orDrop(task, () => commit(task))))
    } else await this.commitTogether(due)
    metrics?.committed(startedMs)
    this.purge?.offer(() => committedRepartitions(this.tasks.values(), this.group().layout))
  }

  get isCommitted(): boolean {
    for (const task of this.tasks.values()) if (!task.isCommitted) return false
    return true
  }

  /** In a run that ends they begin together, so that records that meet in a repartition topic are written in the order of time. */
  get isHeldBack(): boolean {
    return this.open?.endWatch !== undefined && this.opening.isActive
  }

  get isSettled(): boolean {
    return this.rejoinReason === undefined && !this.opening.isStopped && !this.opening.isActive
  }

  get isCurrent(): boolean {
    return this.open?.member.isCurrent === true
  }

  get places(): StorePlaces | undefined {
    return this.open?.places
  }

  get isFinished(): boolean {
    return this.open?.endWatch?.isFinished === true
  }

  get written(): number {
    let total = this.writtenBefore
    for (const { opened } of this.tasks.values()) total += opened.sinks.written
    return total
  }

  async close(): Promise<void> {
    await this.opening.stop()
    await this.purge?.finish(committedRepartitions(this.tasks.values(), this.group().layout))
    await this.closeTasks([...this.tasks.values()])
    await this.group().close(true)
  }

  async abandon(): Promise<void> {
    await this.opening.stop()
    const tasks = [...this.tasks.values()]
    await Promise.all(tasks.map(({ opened }) => opened.sinks.producer.abandon()))
    await this.closeTasks(tasks).catch(() => undefined)
    await this.open?.close(false)
  }

  private group(): OpenGroup {
    if (this.open === undefined) throw new Error('the group is not open')
    return this.open
  }

  /** Commits, joins the group, gives away and takes over tasks. */
  private async rejoin(): Promise<void> {
    const { member, standbys, allTasks } = this.group()
    await this.opening.stop()
    // Whoever has a task next does not know what was not shown here.
    if (!this.settings.emitFinalOnly) for (const { task } of this.tasks.values()) task.flush()
    await this.commit()
    this.rejoinReason = undefined
    faultPoint('mid-rebalance')
    const joined = await this.join(member)
    // Everything has just been committed: there is nothing more to do, and nothing more may be done.
    if (joined === undefined) return
    const { userData } = joined
    const { active, standby, refusal } = decodeAssignment(userData)
    if (refusal !== null) throw refused(refusal)
    const wanted = new Set(active)
    await this.closeTasks([...this.tasks.values()].filter(({ id }) => !wanted.has(id)))
    await this.dropStale()
    await standbys.assign(standby.flatMap((id) => allTasks.get(id) ?? []))
    if (active.length === 0 && standby.length === 0 && !this.wasIdle) {
      this.outputs.notice(`nothing to do here: the ${String(allTasks.size)} tasks of the application are with others`)
    }
    this.wasIdle = active.length === 0
    if (this.settings.verbose) this.outputs.notice(assignmentText(active, standby, (id) => this.tasks.has(id)))
    this.opening.resume()
    this.opening.add(active.filter((id) => !this.tasks.has(id)))
  }

  /** undefined if the run is interrupted meanwhile. */
  private async join(member: GroupMember): Promise<JoinResult | undefined> {
    try {
      return await member.join(this.context.signal)
    } catch (error) {
      if (this.context.signal.aborted) return undefined
      throw error
    }
  }

  /** Tasks whose positions others have moved meanwhile start over. */
  private async dropStale(): Promise<void> {
    if (this.tasks.size === 0) return
    const committed = await this.committedPositions([...this.tasks.values()].map(({ opened }) => opened))
    const isStale = (task: GroupTask): boolean =>
      task.lanes.some(
        ({ topic, partition }) => (committed.get(topic)?.get(partition)?.offset ?? -1) !== task.committedOffset(topic),
      )
    await this.closeTasks([...this.tasks.values()].filter(isStale))
  }

  /** Opens tasks, one after another, beside those that run. */
  private async openAll(ids: readonly string[]): Promise<void> {
    const { environment, layout, allTasks, connection, groupId } = this.group()
    const opened: OpenedTask[] = []
    try {
      const outcomes = await Promise.allSettled(
        ids
          .filter((id) => !this.tasks.has(id))
          .map(async (id) => {
            const task = allTasks.get(id)
            if (task === undefined) {
              throw new KsError('config', `the group assigned a task that the topology lacks: ${id}`)
            }
            const sources = taskTopics(task.part, task.partition, layout.counts)
            opened.push(await OpenedTask.open(environment, task.part, task.partition, sources))
          }),
      )
      const failures = outcomes.flatMap((outcome): unknown[] => (outcome.status === 'rejected' ? [outcome.reason] : []))
      if (failures.length > 0) throw failures.find((failure) => !isDroppable(failure)) ?? failures[0]
      const committed = await this.committedPositions(opened)
      const reset = await fetchLastReset(connection.client, groupId)
      for (let next = opened[0]; next !== undefined; next = opened[0]) {
        // One after another: a restore takes all there is, and a task that is ready need not wait for the others.
        const task = await startTask(next, committed, reset, () => this.opening.isStopped)
        opened.shift()
        if (this.opening.isStopped) await task.close()
        else this.tasks.set(task.id, task)
      }
    } finally {
      for (const left of opened) await left.close()
    }
  }

  private committedPositions(tasks: readonly OpenedTask[]): Promise<CommittedPositions> {
    const { connection, groupId } = this.group()
    const partitions = new Map<string, number[]>()
    for (const { sources, partition } of tasks) {
      for (const { topic } of sources) partitions.set(topic, [...(partitions.get(topic) ?? []), partition])
    }
    return fetchOffsets(connection.client, groupId, partitions, true)
  }

  /** At least once: all outputs and changelogs, then the local batches, then the offsets. */
  private async commitTogether(due: readonly GroupTask[]): Promise<void> {
    const { member, environment } = this.group()
    if (!member.isCurrent) {
      // Another member may have the tasks by now, and its changelogs must not get older rows behind its own. What is kept in the
      // next generation is committed then.
      this.rejoinReason ??= 'the session is over'
      return
    }
    faultPoint('before-commit')
    const prepared = due.map((task) => ({ task, writes: task.prepareCommit() }))
    // Also what was put aside of the rows that have gone on for this commit.
    await this.outputs.commit()
    await environment.sharedProducer?.flush()
    faultPoint('after-produce')
    for (const { task, writes } of prepared) await task.writeBatch(writes)
    try {
      await member.commit(due.flatMap((task) => task.offsets()))
      for (const task of due) task.committed()
    } catch (error) {
      // The state is ahead of the offsets then, and goes on from itself. A coordinator that is away is waited for by the join.
      const passes = error instanceof GroupFenced || (error instanceof KsError && error.kind === 'broker')
      if (!passes) throw error
      this.rejoinReason ??= error.message
    }
    faultPoint('after-offsets')
  }

  /** Runs something of a task; a task that was fenced, or whose transaction may be decided either way, is dropped. */
  private async orDrop(task: GroupTask, run: () => Promise<void>): Promise<void> {
    try {
      await run()
    } catch (error) {
      if (!isDroppable(error)) throw error
      if (error instanceof TransactionUncertain) this.patience.uncertain(task.id, error)
      if (this.settings.verbose) this.outputs.notice(`task ${task.id}: ${error.message}; it starts over`)
      await this.closeTasks([task])
      // After an uncertain answer the same generation may go on, if it still is one (a heartbeat says so).
      if (error instanceof TransactionUncertain && (await this.group().member.check())) {
        this.opening.add([task.id])
      } else this.rejoinReason ??= error.message
    }
  }

  private async closeTasks(tasks: readonly GroupTask[]): Promise<void> {
    for (const task of tasks) {
      this.tasks.delete(task.id)
      this.writtenBefore += task.opened.sinks.written
      await task.close()
    }
  }

  private *lanes(): Iterable<RecordLane> {
    for (const { lanes } of this.tasks.values()) yield* lanes
  }

  private findLane(topic: string, partition: number): RecordLane | undefined {
    for (const lane of this.lanes()) if (lane.topic === topic && lane.partition === partition) return lane
    return undefined
  }
}
