// The tasks of a run with an application id: a member of the application's consumer group. Between two generations nothing is
// processed; tasks that stay are neither closed nor restored, if what the group has committed is what they left.

import type { CliContext } from './cli/context.ts'
import { checkGroupChain } from './check-group-chain.ts'
import { EndWatch } from './end-watch.ts'
import { createGroupMember, layoutTasks, type LayoutTask } from './group-assignment.ts'
import { startTask, type GroupTask } from './group-task.ts'
import { OpenedTask, taskTopics, type TaskEnvironment } from './opened-task.ts'
import { openLayout, type GroupLayout } from './group-layout.ts'
import { GroupFenced } from './kafka/group/group-errors.ts'
import type { GroupMember } from './kafka/group/group-member.ts'
import { fetchOffsets } from './kafka/group/group-offsets.ts'
import { ProducerFenced, TransactionUncertain } from './kafka/producer/producer-errors.ts'
import { KafkaConnection } from './kafka-connection.ts'
import { LaneBalance } from './lane-balance.ts'
import { KsError } from './model/errors.ts'
import { partitionName } from './model/topic-partition.ts'
import { holdStage, type HeldStage } from './open-state.ts'
import { deleteRecordsBefore } from './kafka/delete-records-before.ts'
import type { CommittedPositions } from './restore-task.ts'
import type { RunOutputs } from './run-outputs.ts'
import type { Durability, RunSettings, TopicSettings } from './run-settings.ts'
import { stateDirectoryId } from './stores/state-directory-id.ts'
import { faultPoint } from './tasks/fault-point.ts'
import { decodeAssignment } from './tasks/member-data.ts'
import { ScannerPool, type RecordLane } from './tasks/record-lane.ts'
import type { RunningTask, TopicTasks } from './topic-tasks.ts'
import type { ChainPlan } from './topology/chain.ts'

export class GroupTasks implements TopicTasks {
  readonly commitsWhenDrained: boolean
  private readonly plan: ChainPlan
  private readonly settings: RunSettings
  private readonly topics: TopicSettings
  private readonly durability: Durability
  private readonly context: CliContext
  private readonly outputs: RunOutputs
  private readonly tasks = new Map<string, GroupTask>()
  private readonly balance: LaneBalance
  private connection: KafkaConnection | undefined
  private held: HeldStage | undefined
  private layout: GroupLayout | undefined
  private allTasks: ReadonlyMap<string, LayoutTask> = new Map()
  private member: GroupMember | undefined
  private instanceId: string | null = null
  private environment: TaskEnvironment | undefined
  private endWatch: EndWatch | undefined
  /** Tasks that are being restored, until they run. */
  private opening: Promise<void> | undefined
  private openingFailed: Error | undefined
  private isCancelled = false
  /** Why the group has to be joined (again); undefined if it has not. */
  private rejoinReason: string | undefined = 'start'
  private lastPurgeMs = 0
  private writtenBefore = 0
  private wasIdle = false

  constructor(
    plan: ChainPlan,
    settings: RunSettings,
    topics: TopicSettings,
    durability: Durability,
    context: CliContext,
    outputs: RunOutputs,
  ) {
    this.plan = plan
    this.settings = settings
    this.topics = topics
    this.durability = durability
    this.context = context
    this.outputs = outputs
    this.balance = new LaneBalance(topics.config.number('buffered.records.per.partition'))
    this.commitsWhenDrained = topics.exactlyOnce || topics.exit
  }

  *running(): Iterable<RunningTask> {
    yield* this.tasks.values()
  }

  async start(): Promise<void> {
    const { plan, settings, topics, durability, context, outputs } = this
    checkGroupChain(plan.topology, settings, topics)
    const connection = await KafkaConnection.open(topics.config, context)
    this.connection = connection
    const prefix = `${durability.applicationId}-${durability.stage}`
    const keeps = plan.topology.stores.length > 0
    if (keeps || topics.exit) {
      this.held = await holdStage(durability, settings.commandLine, context, !topics.exit)
    }
    const layout = await openLayout(connection, plan.topology, prefix)
    this.layout = layout
    this.allTasks = layoutTasks(layout)
    const directoryId = this.held === undefined ? '' : await stateDirectoryId(this.held.directory)
    const instance =
      directoryId === '' ? `${String(process.pid)}` : `${directoryId}-${String(this.held?.instance ?? 'run')}`
    const chosen = topics.config.text('group.instance.id', 'main.consumer')
    this.instanceId = chosen !== '' ? chosen : directoryId === '' ? null : instance
    if (topics.exit) this.endWatch = await EndWatch.create(connection, layout, prefix)
    this.member = createGroupMember(connection, layout, {
      groupId: prefix,
      groupInstanceId: this.instanceId,
      instance,
      stateDirectory: directoryId === '' ? instance : directoryId,
      fingerprint: durability.fingerprint,
      clock: context,
      owned: () => [...this.tasks.keys()],
      rebalance: (reason) => {
        this.rejoinReason = reason
        this.wake()
      },
    })
    const shared = topics.exactlyOnce ? undefined : await connection.producer(undefined)
    this.environment = {
      connection,
      settings,
      topics,
      context,
      outputs,
      prefix,
      directory: this.held?.directory,
      instance,
      scanners: new ScannerPool(),
      fetcher: connection.fetcher(),
      sharedProducer: shared,
      stopAt: (topic, partition) => this.endWatch?.stopAt(topic, partition) ?? Infinity,
    }
    await this.rejoin()
  }

  async maintain(): Promise<void> {
    if (this.openingFailed !== undefined) throw this.openingFailed
    if (this.rejoinReason !== undefined) await this.rejoin()
    if (this.endWatch !== undefined && this.opening === undefined && this.areDone()) {
      if (!this.isCommitted) await this.commit()
      if (await this.endWatch.advance()) {
        for (const lane of this.lanes()) lane.stopAt = this.endWatch.stopAt(lane.topic, lane.partition)
      }
    }
  }

  async poll(waitMs: number): Promise<boolean> {
    if (this.environment === undefined || this.isFinished) return false
    // Others may still have to get to the end.
    const fetched = await this.environment.fetcher.poll(this.endWatch !== undefined ? Math.min(waitMs, 50) : waitMs)
    for (const part of fetched) {
      const lane = this.findLane(part.topic, part.partition)
      if (lane === undefined) continue
      if (part.outOfRange) {
        throw new KsError(
          'config',
          `${partitionName(part.topic, part.partition)}: the records that come next were deleted`,
          {
            hint: 'the topic deletes faster than this run reads (retention.ms); ks reset … --to-earliest goes on',
          },
        )
      }
      lane.add(part)
    }
    this.balance.apply(this.environment.fetcher, this.lanes())
    return fetched.length > 0
  }

  wake(): void {
    this.environment?.fetcher.wake()
  }

  async handOver(): Promise<void> {
    const { sharedProducer } = this.environment ?? {}
    if (sharedProducer !== undefined) {
      const [any] = this.tasks.values()
      await any?.opened.sinks.handOver()
      return
    }
    for (const task of [...this.tasks.values()]) await this.orDrop(task, () => task.opened.sinks.handOver())
  }

  async commit(): Promise<void> {
    const { member, outputs, context } = this
    if (member === undefined) return
    await outputs.casualties.flush()
    await outputs.sinks.commit()
    const due = [...this.tasks.values()].filter((task) => !task.isCommitted || task.task.dirtyBytes > 0)
    if (due.length === 0) return
    if (this.topics.exactlyOnce) {
      const group = {
        groupId: this.prefix,
        generationId: member.generationId,
        memberId: member.memberId,
        groupInstanceId: this.instanceId,
      }
      await Promise.all(due.map((task) => this.orDrop(task, () => task.commitTransaction(group))))
    } else await this.commitTogether(due, member)
    if (context.elapsed() - this.lastPurgeMs >= this.topics.config.number('repartition.purge.interval.ms')) {
      this.lastPurgeMs = context.elapsed()
      await this.purge()
    }
  }

  get isCommitted(): boolean {
    for (const task of this.tasks.values()) if (!task.isCommitted) return false
    return true
  }

  get isFinished(): boolean {
    return this.endWatch?.isFinished === true
  }

  get written(): number {
    let total = this.writtenBefore
    for (const { opened } of this.tasks.values()) total += opened.sinks.written
    return total
  }

  async close(): Promise<void> {
    this.isCancelled = true
    await this.opening
    await this.purge()
    await this.closeTasks([...this.tasks.values()])
    await this.member?.leave()
    await this.environment?.fetcher.close()
    await this.environment?.sharedProducer?.close()
    await this.connection?.close()
    await this.held?.release()
  }

  async abandon(): Promise<void> {
    this.isCancelled = true
    await this.opening?.catch(() => undefined)
    await this.closeTasks([...this.tasks.values()]).catch(() => undefined)
    await this.member?.leave()
    await this.environment?.fetcher.close().catch(() => undefined)
    await this.connection?.close().catch(() => undefined)
    await this.held?.release().catch(() => undefined)
  }

  private get prefix(): string {
    return `${this.durability.applicationId}-${this.durability.stage}`
  }

  private requireConnection(): KafkaConnection {
    if (this.connection === undefined) throw new Error('not connected')
    return this.connection
  }

  /** Commits, joins the group, gives away and takes over tasks. */
  private async rejoin(): Promise<void> {
    const { member, environment, layout } = this
    if (member === undefined || environment === undefined || layout === undefined) throw new Error('not started')
    this.isCancelled = true
    await this.opening
    this.isCancelled = false
    await this.commit()
    this.rejoinReason = undefined
    faultPoint('mid-rebalance')
    const { userData } = await member.join(this.context.signal)
    const { active, refusal } = decodeAssignment(userData)
    if (refusal !== null) throw new KsError('config', refusal, { hint: 'give this program another --name' })
    const wanted = new Set(active)
    await this.closeTasks([...this.tasks.values()].filter(({ id }) => !wanted.has(id)))
    await this.dropStale()
    const missing = active.filter((id) => !this.tasks.has(id))
    if (active.length === 0 && !this.wasIdle) {
      this.outputs.notice(
        `this instance has nothing to do: the ${String(this.allTasks.size)} tasks of the application are with others`,
      )
    }
    this.wasIdle = active.length === 0
    this.openTasks(missing)
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

  /** Opens tasks beside those that run. */
  private openTasks(ids: readonly string[]): void {
    if (ids.length === 0) return
    this.opening = this.openAll(ids)
      .catch((error: unknown) => {
        if (error instanceof ProducerFenced || error instanceof TransactionUncertain) {
          this.rejoinReason ??= error.message
          return
        }
        this.openingFailed = error instanceof Error ? error : new Error(String(error))
      })
      .finally(() => {
        this.opening = undefined
        this.wake()
      })
  }

  private async openAll(ids: readonly string[]): Promise<void> {
    const { environment, layout } = this
    if (environment === undefined || layout === undefined) return
    const opened: OpenedTask[] = []
    try {
      await Promise.all(
        ids.map(async (id) => {
          const task = this.allTasks.get(id)
          if (task === undefined)
            throw new KsError('config', `the group assigned a task that the topology lacks: ${id}`)
          const sources = taskTopics(task.part, task.partition, layout.counts)
          opened.push(await OpenedTask.open(environment, task.part, task.partition, sources))
        }),
      )
      const committed = await this.committedPositions(opened)
      while (opened.length > 0) {
        // One after another: a restore takes all there is, and a task that is ready need not wait for the others.
        const next = opened[0] as OpenedTask
        const task = await startTask(next, committed, () => this.isCancelled)
        opened.shift()
        if (this.isCancelled) await task.close()
        else this.tasks.set(task.id, task)
      }
    } finally {
      for (const left of opened) await left.close()
    }
  }

  private committedPositions(tasks: readonly OpenedTask[]): Promise<CommittedPositions> {
    const partitions = new Map<string, number[]>()
    for (const { sources, partition } of tasks) {
      for (const { topic } of sources) partitions.set(topic, [...(partitions.get(topic) ?? []), partition])
    }
    return fetchOffsets(this.requireConnection().client, this.prefix, partitions, true)
  }

  /** At least once: all outputs and changelogs, then the local batches, then the offsets. */
  private async commitTogether(due: readonly GroupTask[], member: GroupMember): Promise<void> {
    const { sharedProducer } = this.environment ?? {}
    if (sharedProducer === undefined) return
    faultPoint('before-commit')
    const prepared = due.map((task) => ({ task, writes: task.prepareCommit() }))
    await this.outputs.sinks.commit()
    await sharedProducer.flush()
    faultPoint('after-produce')
    for (const { task, writes } of prepared) await task.writeBatch(writes)
    try {
      await member.commit(due.flatMap((task) => task.offsets()))
      for (const task of due) task.committed()
    } catch (error) {
      if (!(error instanceof GroupFenced)) throw error
      this.rejoinReason ??= error.message
    }
    faultPoint('after-offsets')
  }

  /** Runs something of a task; a task that was fenced, or whose transaction may be decided either way, is dropped. */
  private async orDrop(task: GroupTask, run: () => Promise<void>): Promise<void> {
    try {
      await run()
    } catch (error) {
      if (!(error instanceof ProducerFenced) && !(error instanceof TransactionUncertain)) throw error
      if (this.settings.verbose) this.outputs.notice(`task ${task.id}: ${error.message}; it starts over`)
      await this.closeTasks([task])
      // After an uncertain answer the same generation may go on, if it is one (a heartbeat says so).
      if (error instanceof TransactionUncertain && (await this.member?.check()) === true) {
        await this.opening
        this.openTasks([task.id])
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

  /** All partitions of this member have got to their ends, as far as those are known. */
  private areDone(): boolean {
    for (const lane of this.lanes()) {
      if (lane.stopAt === Infinity ? !lane.isCaughtUp || lane.hasRecord() : !lane.isDone) return false
    }
    return true
  }

  /** Deletes what has been read of repartition topics. */
  private async purge(): Promise<void> {
    const { layout, connection } = this
    if (layout === undefined || connection === undefined) return
    const read = [...this.tasks.values()].flatMap((task) =>
      task.lanes
        .filter(({ topic }) => layout.repartitions.has(topic))
        .map(({ topic, partition }) => ({ topic, partition, before: task.committedOffset(topic) })),
    )
    await deleteRecordsBefore(
      connection.client,
      read.filter(({ before }) => before > 0),
    )
  }
}
