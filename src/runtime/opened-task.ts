// A task of an application on topics with its producer and its store, before it may process anything; and what all tasks of a
// run have in common.

import type { CliContext } from './cli/context.ts'
import type { Fetcher } from './kafka/fetcher.ts'
import type { Producer } from './kafka/producer/producer.ts'
import type { KafkaConnection } from './kafka-connection.ts'
import type { TaskMetrics } from './metrics/task-metrics.ts'
import type { ThreadMetrics } from './metrics/thread-metrics.ts'
import type { RunOutputs } from './run-outputs.ts'
import type { RunSettings, TopicSettings } from './run-settings.ts'
import type { BytesStore } from './stores/bytes-store.ts'
import type { StageDirectory } from './stores/state-directory.ts'
import { faultPoint } from './tasks/fault-point.ts'
import type { ScannerPool } from './tasks/record-lane.ts'
import { openTaskStore } from './open-task-store.ts'
import { TopicSinks } from './topic-sinks.ts'
import { changelogTopic, type SourceTopic, type SubTopology } from './topology/sub-topology.ts'

/** What all tasks of a run have in common. */
export interface TaskEnvironment {
  readonly connection: KafkaConnection
  readonly settings: RunSettings
  readonly topics: TopicSettings
  readonly context: CliContext
  readonly outputs: RunOutputs
  /** Application id and stage: the group, and the beginning of all names. */
  readonly prefix: string
  /** undefined for a stage that keeps nothing. */
  readonly directory: StageDirectory | undefined
  /** Stays the same over restarts. */
  readonly instance: string
  readonly scanners: ScannerPool
  /** Of the inputs of all tasks. */
  readonly fetcher: Fetcher
  /** The producer of all tasks, at least once; undefined if each has its own. */
  readonly sharedProducer: Producer | undefined
  readonly metrics: ThreadMetrics | undefined
  /** Where a partition ends for this run (`-e`); Infinity if it does not. */
  stopAt(topic: string, partition: number, isRepartition: boolean): number
}

/** The name of a task: sub-topology and partition. */
export const taskName = ({ index }: SubTopology, partition: number): string => `${String(index)}_${String(partition)}`

/** The topics of a task that have its partition. */
export const taskTopics = (
  part: SubTopology,
  partition: number,
  counts: ReadonlyMap<string, number>,
): readonly SourceTopic[] => part.sources.filter(({ topic }) => partition < (counts.get(topic) ?? 0))

/** A task with its producer and its store, which may not process anything yet. */
export class OpenedTask {
  readonly id: string
  readonly part: SubTopology
  readonly partition: number
  readonly sources: readonly SourceTopic[]
  readonly store: BytesStore | undefined
  readonly sinks: TopicSinks
  readonly environment: TaskEnvironment
  readonly metrics: TaskMetrics | undefined

  private constructor(
    part: SubTopology,
    partition: number,
    sources: readonly SourceTopic[],
    store: BytesStore | undefined,
    sinks: TopicSinks,
    environment: TaskEnvironment,
  ) {
    this.id = taskName(part, partition)
    this.part = part
    this.partition = partition
    this.sources = sources
    this.store = store
    this.sinks = sinks
    this.environment = environment
    this.metrics = environment.metrics?.openTask(this.id)
  }

  /**
   * Exactly once, the producer comes first: when it is there, earlier transactions of the task are decided, and offsets and
   * changelogs say what was committed.
   */
  static async open(
    environment: TaskEnvironment,
    part: SubTopology,
    partition: number,
    sources: readonly SourceTopic[],
  ): Promise<OpenedTask> {
    const { connection, topics, context, prefix, directory, instance, settings } = environment
    const id = taskName(part, partition)
    const producer = environment.sharedProducer ?? (await connection.producer(`${prefix}-${id}`))
    const sinks = new TopicSinks(producer, topics, { now: () => context.now(), lingers: connection.lingerMs > 0 })
    const { asideTopic, lateTopic } = settings
    const logs = part.topology.stores.flatMap(({ name, log }) =>
      log === 'changelog' ? [changelogTopic(prefix, name)] : [],
    )
    await sinks.open(part.topology, [...logs, asideTopic, lateTopic])
    const keeps = part.topology.stores.length > 0 && directory !== undefined
    const notice = (message: string): void => {
      environment.outputs.notice(message)
    }
    const store = keeps ? await openTaskStore(directory, id, instance, notice) : undefined
    faultPoint('state-opened')
    return new OpenedTask(part, partition, sources, store, sinks, environment)
  }

  /** Lets go of everything. */
  async close(): Promise<void> {
    this.environment.metrics?.closeTask(this.metrics)
    await this.store?.close()
    if (this.environment.sharedProducer === undefined) await this.sinks.producer.close().catch(() => undefined)
  }
}
