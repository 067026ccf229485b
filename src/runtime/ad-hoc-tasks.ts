// The tasks of a run without an application id: one, for all partitions, with its state in memory. No group, no commits,
// nothing is written to Kafka but what the chain says.

import { checkApplication } from './check-group-chain.ts'
import type { CliContext } from './cli/context.ts'
import type { Fetcher } from './kafka/fetcher.ts'
import { partitionBounds, resolvePoint } from './kafka/partition-offsets.ts'
import { KafkaConnection } from './kafka-connection.ts'
import { LaneBalance } from './lane-balance.ts'
import { deadLetters, recordFault, rowFault, serdesOf, topicEntry, type DeadLetters } from './lane-source.ts'
import type { ThreadMetrics } from './metrics/thread-metrics.ts'
import { KsError } from './model/errors.ts'
import { partitionName } from './model/topic-partition.ts'
import type { OffsetRange } from './model/offset-range.ts'
import { outOfRange } from './out-of-range.ts'
import type { RunOutputs } from './run-outputs.ts'
import type { RunSettings, TopicSettings } from './run-settings.ts'
import { PartitionGroup, type GroupMemberLane } from './tasks/partition-group.ts'
import { RecordLane, ScannerPool } from './tasks/record-lane.ts'
import { StreamTask } from './tasks/stream-task.ts'
import { TopicSinks } from './topic-sinks.ts'
import type { RunningTask, TopicTasks } from './topic-tasks.ts'
import type { ChainPlan } from './topology/chain-plan.ts'
import type { RecordForm } from './topology/topology.ts'

interface WantedPartition {
  readonly node: string
  readonly topic: string
  readonly partition: number
  readonly form: RecordForm | undefined
  readonly isFirst: boolean
}

const fromStart: OffsetRange = { from: { kind: 'start' }, to: undefined }

export class AdHocTasks implements TopicTasks {
  readonly isHeldBack = false
  readonly isSettled = true
  readonly isCurrent = true
  readonly places = undefined
  readonly commitsWhenDrained = false
  readonly isCommitted = true
  private readonly plan: ChainPlan
  private readonly settings: RunSettings
  private readonly topics: TopicSettings
  private readonly context: CliContext
  private readonly outputs: RunOutputs
  private readonly metrics: ThreadMetrics | undefined
  private connection: KafkaConnection | undefined
  private fetcher: Fetcher | undefined
  private sinks: TopicSinks | undefined
  private only: RunningTask | undefined
  private lanes: ReadonlyMap<string, RecordLane> = new Map()
  private readonly balance: LaneBalance

  constructor(
    plan: ChainPlan,
    settings: RunSettings,
    topics: TopicSettings,
    context: CliContext,
    outputs: RunOutputs,
    metrics: ThreadMetrics | undefined,
  ) {
    this.plan = plan
    this.settings = settings
    this.topics = topics
    this.context = context
    this.outputs = outputs
    this.metrics = metrics
    this.balance = new LaneBalance(topics.config.number('buffered.records.per.partition'))
  }

  *running(): Iterable<RunningTask> {
    if (this.only !== undefined) yield this.only
  }

  async start(): Promise<void> {
    const { plan, topics, settings, context, outputs } = this
    checkApplication(topics, undefined)
    if (topics.range?.from.kind === 'stored' || topics.range?.to?.kind === 'stored') {
      throw new KsError('usage', '-o stored needs an application id, whose position it is', { hint: 'add -a APP' })
    }
    const connection = await KafkaConnection.open(topics.config, context, (message) => {
      outputs.notice(message)
    })
    this.connection = connection
    const partitions = await this.partitions(connection)
    this.sinks = await openSinks(connection, plan, settings, topics, context)
    const letters = deadLetters(settings, this.sinks)
    const { lateTopic } = settings
    const late = lateTopic === undefined ? undefined : this.sinks?.late(lateTopic)
    const task = await StreamTask.create(plan.topology, {
      clock: context,
      taskId: '0_0',
      applicationId: '',
      store: undefined,
      metrics: this.metrics?.openTask('0_0'),
      sink: (node) =>
        node.endpoint?.kind === 'topic' && this.sinks !== undefined
          ? this.sinks.processor(node)
          : outputs.processor(node.endpoint),
      faulty: (row, error) => {
        rowFault(error, row, outputs.casualties, letters)
      },
      dropped: (record, reason, detail) => {
        if (reason === 'late') late?.(record)
        outputs.casualties.dropped(record, reason, detail, lateTopic)
      },
      trace: outputs.trace,
    })
    await this.openLanes(connection, task, partitions, letters)
  }

  maintain(): Promise<void> {
    return Promise.resolve()
  }

  async poll(waitMs: number): Promise<boolean> {
    const fetched = (await this.fetcher?.poll(waitMs)) ?? []
    for (const part of fetched) {
      const name = partitionName(part.topic, part.partition)
      const lane = this.lanes.get(name)
      if (part.outOfRange) throw outOfRange(part, 'data', 'start it again')
      lane?.add(part)
    }
    this.balance.apply(this.fetcher, this.lanes.values())
    return fetched.length > 0
  }

  wake(): void {
    this.fetcher?.wake()
  }

  async handOver(): Promise<void> {
    await this.sinks?.handOver()
  }

  async deliver(): Promise<void> {
    await this.sinks?.deliver()
  }

  async commit(): Promise<void> {
    await this.outputs.commit()
    await this.sinks?.producer.flush()
  }

  get isFinished(): boolean {
    const { limit } = this.settings
    let records = 0
    let isDone = true
    for (const lane of this.lanes.values()) {
      records += lane.records
      isDone &&= lane.isDone
    }
    return isDone || (limit !== undefined && records >= limit)
  }

  get written(): number {
    return this.sinks?.written ?? 0
  }

  async close(): Promise<void> {
    this.only?.task.close()
    await this.fetcher?.close()
    await this.sinks?.producer.close()
    await this.connection?.close()
  }

  async abandon(): Promise<void> {
    await this.fetcher?.close().catch(() => undefined)
    await this.sinks?.producer.abandon()
    await this.connection?.close().catch(() => undefined)
  }

  /** The partitions of the source nodes. */
  private async partitions({ client }: KafkaConnection): Promise<readonly WantedPartition[]> {
    const { partition: only } = this.topics
    const sources = this.plan.topology.nodes.filter(({ kind }) => kind === 'source')
    const wanted: WantedPartition[] = []
    for (const { name: node, endpoint, isFirst = false } of sources) {
      if (endpoint?.kind !== 'topic') {
        throw new KsError('usage', 'files and topics cannot be read side by side yet', {
          hint: 'write the file to a topic first: ks write TOPIC FILE',
        })
      }
      const topic = (await client.topics([endpoint.name])).get(endpoint.name)
      if (topic === undefined) {
        throw new KsError('config', `there is no topic ${endpoint.name}`, { hint: 'ks topics lists them' })
      }
      for (const { partition } of topic.partitions) {
        if (only === undefined || only === partition)
          wanted.push({ node, topic: endpoint.name, partition, form: endpoint.form, isFirst })
      }
    }
    if (wanted.length === 0) throw new KsError('usage', `-p ${String(only)}: there is no such partition`)
    return wanted
  }

  private async openLanes(
    connection: KafkaConnection,
    task: StreamTask,
    partitions: readonly WantedPartition[],
    letters: DeadLetters | undefined,
  ): Promise<void> {
    const { settings, topics, context, outputs } = this
    const { client, readsCommitted } = connection
    const { from, to } = topics.range ?? fromStart
    const bounds = await partitionBounds(client, partitions, readsCommitted)
    const starts = await resolvePoint(client, from, bounds, partitions, readsCommitted)
    const end = to ?? (topics.exit ? ({ kind: 'end' } as const) : undefined)
    const ends = end === undefined ? undefined : await resolvePoint(client, end, bounds, partitions, readsCommitted)
    const isMainTopic = new Set(topics.inputs)
    const fetcher = connection.fetcher()
    this.fetcher = fetcher
    const scanners = new ScannerPool()
    const lanes = new Map<string, RecordLane>()
    const members = partitions.map(({ node, topic, partition, form, isFirst }): GroupMemberLane => {
      const name = partitionName(topic, partition)
      const isMain = isMainTopic.has(topic)
      // A table is read from its beginning, whatever part of the stream is asked for.
      const offset = isMain ? (starts.get(name) ?? 0) : (bounds.get(name)?.start ?? 0)
      const stopAt = isMain ? (ends?.get(name) ?? Infinity) : topics.exit ? (bounds.get(name)?.end ?? 0) : Infinity
      const lane = new RecordLane({
        topic,
        partition,
        offset,
        stopAt,
        ...(isMain ? timeFilter(from, to) : {}),
        ...serdesOf({ form, repartition: undefined }, topics),
        ...(this.plan.values === 'bytes' ? { valueSerde: 'slice' } : {}),
        scanners,
        replaced: () => {
          outputs.sinks.settle()
        },
      })
      lane.end = bounds.get(name)?.end ?? 0
      lanes.set(name, lane)
      if (!lane.isDone) fetcher.assign(topic, partition, offset)
      const timestamps = form?.timestamps ?? settings.timestamps
      return { lane, node, isFirst, process: topicEntry(task.source(node), { timestamps }, () => context.now()) }
    })
    this.lanes = lanes
    const { limit } = settings
    const group = new PartitionGroup(members, {
      maxTaskIdleMs: topics.config.number('max.task.idle.ms'),
      endsAreComing: false,
      now: () => context.elapsed(),
      fault: (error, lane) => {
        task.metrics?.drop('bad record')
        recordFault(error, lane, outputs.casualties, letters)
      },
      stopped: () => task.stopped || (limit !== undefined && totalRecords(lanes) >= limit),
    })
    this.only = { id: '0_0', task, group }
  }
}

const totalRecords = (lanes: ReadonlyMap<string, RecordLane>): number => {
  let total = 0
  for (const lane of lanes.values()) total += lane.records
  return total
}

/** An index of times is a lower bound: what is older than asked for, or as young as the end, is passed over. */
const timeFilter = (from: OffsetRange['from'], to: OffsetRange['to']): { wants?: (timestamp: number) => boolean } => {
  const earliest = from.kind === 'time' ? from.timestamp : -Infinity
  const latest = to?.kind === 'time' ? to.timestamp : Infinity
  if (earliest === -Infinity && latest === Infinity) return {}
  return { wants: (timestamp) => timestamp >= earliest && timestamp < latest }
}

/** A producer for the topics that the chain writes; undefined if it writes none. */
const openSinks = async (
  connection: KafkaConnection,
  plan: ChainPlan,
  settings: RunSettings,
  topics: TopicSettings,
  context: CliContext,
): Promise<TopicSinks | undefined> => {
  const { asideTopic, lateTopic } = settings
  const writes = plan.topology.nodes.some(({ kind, endpoint }) => kind === 'sink' && endpoint?.kind === 'topic')
  if (!writes && asideTopic === undefined && lateTopic === undefined) return undefined
  const producer = await connection.producer(undefined)
  const sinks = new TopicSinks(producer, topics, { now: () => context.now(), lingers: connection.lingerMs > 0 })
  await sinks.open(plan.topology, [asideTopic, lateTopic])
  return sinks
}
