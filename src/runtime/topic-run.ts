// Runs a described chain on topics: polls, lets the tasks process, emits and commits when it is time. Who the tasks are and
// what a commit is, topic-tasks.ts leaves to others.

import type { CliContext, RunningThread } from './cli/context.ts'
import { Emission } from './emission.ts'
import { GlobalTables } from './global-tables.ts'
import { exitStatus } from './model/errors.ts'
import { openTopicMetrics } from './open-run-metrics.ts'
import { openTopicServing, type RunServing } from './open-serving.ts'
import type { RunMetrics } from './run-metrics.ts'
import { RunOutputs } from './run-outputs.ts'
import type { RunSettings, TopicSettings } from './run-settings.ts'
import { StreamThreads } from './stream-threads.ts'
import type { RecordLane } from './tasks/record-lane.ts'
import type { PartitionGroup } from './tasks/partition-group.ts'
import type { StreamTask } from './tasks/stream-task.ts'
import type { RunObserver, TopicTasks } from './topic-tasks.ts'
import type { ChainPlan } from './topology/chain-plan.ts'

/** Records that a task processes before others have their turn, and the clock is looked at. */
const sliceRecords = 20_000
/** How long records of one task wait for those that another one has not got yet, ms. */
const starvedMs = 250
/** The same for a run that ends: order counts more than time, and what it waits for is there. */
const starvedAtEndMs = 5_000

export class TopicRun {
  private readonly plan: ChainPlan
  private readonly settings: RunSettings
  private readonly topics: TopicSettings
  private readonly context: CliContext
  private readonly outputs: RunOutputs
  private readonly emission: Emission
  private tasks: TopicTasks | undefined
  private threads: StreamThreads | undefined
  private metrics: RunMetrics | undefined
  private serving: RunServing | undefined
  /** Records that polls had brought when the last one ended, by lane. */
  private readonly fetched = new WeakMap<RecordLane, number>()
  private readonly observer: RunObserver | undefined
  private readonly globals: GlobalTables
  /** Since when a partition with more in the log has had nothing at hand. */
  private starvedSinceMs: number | undefined

  constructor(
    plan: ChainPlan,
    settings: RunSettings,
    topics: TopicSettings,
    context: CliContext,
    observer: RunObserver | undefined,
  ) {
    this.observer = observer
    this.plan = plan
    this.settings = settings
    this.topics = topics
    this.context = context
    this.outputs = new RunOutputs(plan, settings, context, {
      committedMark: () => undefined,
      durable: () => settings.durability !== undefined,
      sawEnvelope: () => false,
      failed: () => this.tasks?.wake(),
      topic: () => {
        throw new Error('sinks that are topics belong to a task')
      },
    })
    this.globals = new GlobalTables({ settings, context, outputs: this.outputs, connection: undefined })
    this.emission = new Emission(
      settings,
      {
        tasks: () => this.streamTasks(),
        emitted: () => this.outputs.emitted(),
        handOver: async () => {
          await this.outputs.sinks.flush()
          await this.tasks?.handOver()
        },
        commit: async () => {
          await this.tasks?.commit()
        },
        durable: settings.durability !== undefined,
        endless: !topics.exit && topics.range?.to === undefined,
        endIsNear: topics.exit,
        live: settings.live,
      },
      () => context.elapsed(),
    )
  }

  async run(): Promise<number> {
    const { plan, settings, topics, context, outputs } = this
    const threadsOf = (): readonly RunningThread[] => this.threads?.running ?? []
    this.metrics = await openTopicMetrics(settings, context, outputs, () => this.tasks, threadsOf)
    const { topology } = plan
    this.serving = await openTopicServing(topology, settings, context, outputs, () => this.tasks, threadsOf)
    await outputs.open()
    await this.globals.load(plan.topology.globals)
    const tasks = await this.createTasks()
    this.tasks = tasks
    this.observer?.started(() => tasks.running())
    await tasks.start(async (stage) => this.serving?.openSocket(stage))
    const threads = new StreamThreads(plan.topology, settings, topics, context, () => {
      tasks.wake()
    })
    this.threads = threads
    if (!topics.exit && topics.range?.to === undefined) {
      this.globals.follow(() => {
        tasks.wake()
      })
    }
    this.metrics?.started()
    const wake = (): void => {
      tasks.wake()
    }
    context.signal.addEventListener('abort', wake)
    try {
      await this.loop(tasks, threads)
    } finally {
      context.signal.removeEventListener('abort', wake)
    }
    const interrupted = context.signal.aborted
    threads.tellToStop(interrupted ? Number(context.signal.reason) : exitStatus.terminated)
    // Windows stay open for the next run if there is one; otherwise nothing can come any more.
    const isFinal = settings.durability === undefined
    for (const { task } of tasks.running()) {
      if (isFinal) task.endOfInput()
      if (isFinal || !settings.emitFinalOnly || tasks.isFinished) task.flush()
    }
    await outputs.finish()
    await tasks.commit()
    await this.serving?.close()
    await tasks.close()
    await this.globals.close()
    await outputs.close()
    outputs.casualties.losses.addOthers(await threads.ended())
    await this.metrics?.close()
    outputs.tellSummary()
    if (threads.failure !== undefined) return threads.failure
    if (interrupted) return Number(context.signal.reason)
    if (settings.exitStatus && outputs.sinks.written + tasks.written === 0) return exitStatus.nothing
    return exitStatus.ok
  }

  /** Hands over what has been written so far. */
  async deliver(): Promise<void> {
    await this.outputs.deliver()
    await this.tasks?.deliver()
  }

  /** Lets go of everything without a commit: the next run starts from the last one. */
  async abandon(): Promise<void> {
    this.threads?.tellToStop(exitStatus.terminated)
    await this.serving?.close()
    await this.outputs.abandon()
    await this.tasks?.abandon()
    await this.globals.close().catch(() => undefined)
    await this.threads?.ended()
    await this.metrics?.close()
  }

  /** Records that have come since the last call. */
  private takeFetched(tasks: TopicTasks): number {
    let total = 0
    for (const { group } of tasks.running()) {
      for (const { lane } of group.lanes) {
        total += lane.fetchedRecords - (this.fetched.get(lane) ?? 0)
        this.fetched.set(lane, lane.fetchedRecords)
      }
    }
    return total
  }

  private async createTasks(): Promise<TopicTasks> {
    const { plan, settings, topics, context, outputs } = this
    if (settings.durability === undefined) {
      const { AdHocTasks } = await import('./ad-hoc-tasks.ts')
      return new AdHocTasks(plan, settings, topics, context, outputs, this.metrics?.thread)
    }
    const { GroupTasks } = await import('./group-tasks.ts')
    return new GroupTasks(plan, settings, topics, settings.durability, context, outputs, this.metrics?.thread)
  }

  private *streamTasks(): Iterable<StreamTask> {
    for (const { task } of this.tasks?.running() ?? []) yield task
  }

  /**
   * Lets the tasks process what is at hand, lowest timestamp first: what one of them writes to a repartition topic meets what
   * the others write, and must not be late there because of the order in which they had their turns.
   * @returns true if a record was processed.
   */
  private process(tasks: TopicTasks): boolean {
    if (tasks.isHeldBack) return false
    const groups = [...tasks.running()].map(({ group }) => group)
    if (groups.length > 1 && groups.some((group) => group.isStarved)) {
      const nowMs = this.context.elapsed()
      this.starvedSinceMs ??= nowMs
      if (nowMs - this.starvedSinceMs < (this.topics.exit ? starvedAtEndMs : starvedMs)) return false
    } else this.starvedSinceMs = undefined
    let processed = 0
    while (processed < sliceRecords) {
      let next: PartitionGroup | undefined
      let lowest = Infinity
      let second = Infinity
      for (const group of groups) {
        const head = group.headTimestamp
        if (head < lowest) {
          second = lowest
          lowest = head
          next = group
        } else if (head < second) second = head
      }
      const count = next?.process(sliceRecords - processed, second) ?? 0
      if (count === 0) {
        // It waits for another partition of its own; so the others go on without it.
        const index = next === undefined ? -1 : groups.indexOf(next)
        if (index < 0) break
        groups.splice(index, 1)
      }
      processed += count
    }
    return processed > 0
  }

  private async loop(tasks: TopicTasks, threads: StreamThreads): Promise<void> {
    const { context, emission, outputs } = this
    const metrics = this.metrics?.thread
    let more = false
    while (!context.signal.aborted && !tasks.isFinished && threads.failure === undefined) {
      this.observer?.changed(tasks.isSettled)
      await tasks.maintain()
      this.observer?.changed(tasks.isSettled)
      // A rebalance may have taken long; if its join was interrupted, the tasks are no longer those of this run.
      if (context.signal.aborted) return
      const waitMs = this.starvedSinceMs === undefined ? emission.waitMs() : Math.min(starvedMs, emission.waitMs())
      const polledMs = metrics?.elapsed() ?? 0
      const came = await tasks.poll(more ? 0 : waitMs)
      metrics?.polled(polledMs, this.takeFetched(tasks))
      outputs.sinks.check()
      this.globals.check()
      const startedMs = metrics?.elapsed() ?? 0
      more = this.process(tasks)
      if (more) metrics?.processedSince(startedMs)
      outputs.sinks.settle()
      if (more) emission.active()
      else if (!came) {
        if (tasks.commitsWhenDrained && !tasks.isCommitted) {
          emission.committed()
          await tasks.commit()
        }
        await emission.waited()
      }
      await emission.afterBlock()
      if ([...tasks.running()].some(({ task }) => task.stopped)) return
    }
  }
}
