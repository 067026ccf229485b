// One task of an application on topics: a sub-topology over one partition of its topics, with its store, its changelogs and,
// exactly once, its own producer. What is durable when, is decided by `commit…` alone; a task that is dropped without it is
// as if it had not processed anything since.

import type { PartitionOffset } from './kafka/group/group-offsets.ts'
import {
  deadLetters,
  recordFault,
  repartitionEntry,
  rowFault,
  serdesOf,
  topicEntry,
  unreadableInternal,
} from './lane-source.ts'
import type { StoreWrite } from './stores/bytes-store.ts'
import type { KeyValueStore } from './stores/key-value-store.ts'
import { changelogValue, type ChangelogVisitor } from './stores/row-format.ts'
import { inputPositionWrite, logPositionWrite } from './stores/task-store.ts'
import { encodeCommitMetadata } from './tasks/commit-metadata.ts'
import { faultPoint } from './tasks/fault-point.ts'
import { PartitionGroup, type GroupMemberLane } from './tasks/partition-group.ts'
import { RecordLane, UnreadableValue } from './tasks/record-lane.ts'
import { StreamTask } from './tasks/stream-task.ts'
import type { StreamRecord } from './model/stream-record.ts'
import type { OpenedTask } from './opened-task.ts'
import { restoreTask, type CommittedPositions, type RestoredTask } from './restore-task.ts'
import type { RunningTask } from './topic-tasks.ts'
import { changelogTopic } from './topology/sub-topology.ts'
import type { StoreDeclaration, Topology } from './topology/topology.ts'

/** Clean rows of a store that may stay in memory. */
const maxCachedRows = 500_000

/** How far the store of a task has got in its changelog. */
interface OwnLog {
  offset: number
  savedAt: number
  /** Records appended since the last commit. */
  appended: number
  /** Nobody else has written to it since the store was restored. */
  isOwn: boolean
}

/**
 * The appended records have been acknowledged, the last one before `next`. Where there are more than the task has written, another
 * host had the task meanwhile: the position stays before records that were never applied, for the next restore to read.
 */
const moveOn = (
  log: OwnLog,
  next: number | undefined,
  now: number,
  { isFenced }: { readonly isFenced: boolean },
): void => {
  if (!isFenced && log.appended > 0 && next !== log.offset + log.appended) log.isOwn = false
  log.appended = 0
  if (!log.isOwn) return
  log.offset = next ?? log.offset
  log.savedAt = now
}

export class GroupTask implements RunningTask {
  readonly id: string
  readonly task: StreamTask
  readonly group: PartitionGroup
  readonly lanes: readonly RecordLane[]
  readonly opened: OpenedTask
  /** Offsets of the last commit, by position in `lanes`; -1 before the first one. */
  private committedOffsets: number[]
  private readonly logs: ReadonlyMap<string, OwnLog>
  private readonly reset: number
  private readonly codecs: ReadonlyMap<string, StoreDeclaration>

  private constructor(
    opened: OpenedTask,
    task: StreamTask,
    members: readonly GroupMemberLane[],
    group: PartitionGroup,
    restored: RestoredTask,
  ) {
    this.opened = opened
    this.id = opened.id
    this.task = task
    this.group = group
    this.lanes = members.map(({ lane }) => lane)
    this.committedOffsets = opened.sources.map(({ topic }) => restored.committed.get(topic) ?? -1)
    const savedAt = opened.environment.context.now()
    this.logs = new Map(
      [...restored.logOffsets].map(([name, offset]) => [name, { offset, savedAt, appended: 0, isOwn: true }]),
    )
    this.reset = restored.reset
    this.codecs = new Map(opened.part.topology.stores.map((store) => [store.name, store]))
  }

  static async create(opened: OpenedTask, restored: RestoredTask): Promise<GroupTask> {
    const { environment, part, partition, sources, sinks, store } = opened
    const { outputs, settings, topics, context, scanners, fetcher } = environment
    const { lateTopic } = settings
    const late = lateTopic === undefined ? undefined : sinks.late(lateTopic)
    const letters = deadLetters(settings, sinks)
    const task = await StreamTask.create(part.topology, {
      clock: context,
      taskId: opened.id,
      applicationId: settings.durability?.applicationId ?? '',
      store,
      streamTime: Math.max(-1, ...restored.partitionTimes.values()),
      partition,
      metrics: opened.metrics,
      sink: (node) => (node.endpoint?.kind === 'topic' ? sinks.processor(node) : outputs.processor(node.endpoint)),
      faulty: (row, error) => {
        rowFault(error, row, outputs.casualties, letters)
      },
      dropped: (record, reason, detail) => {
        if (reason === 'late') late?.(record)
        outputs.casualties.dropped(record, reason, detail, lateTopic)
      },
      trace: outputs.trace,
      watches: outputs.watches,
    })
    const members = sources.map(({ node, topic, repartition, form, isFirst }): GroupMemberLane => {
      const offset = restored.positions.get(topic) ?? 0
      const lane = new RecordLane({
        topic,
        partition,
        offset,
        stopAt: environment.stopAt(topic, partition, repartition !== undefined),
        ...serdesOf({ form, repartition }, topics),
        partitionTime: restored.partitionTimes.get(topic) ?? -1,
        scanners,
        replaced: () => {
          outputs.sinks.settle()
        },
      })
      lane.end = restored.ends.get(topic) ?? -1
      const source = task.source(node)
      const entry = (record: StreamRecord): void => {
        if (record.timestamp > lane.partitionTime) lane.partitionTime = record.timestamp
        source(record)
      }
      return {
        lane,
        node,
        isFirst,
        // A table that is joined with itself subscribes to its own rows.
        isFeedback: repartition?.form === 'response' || part.repartitions.includes(topic),
        process:
          repartition === undefined
            ? topicEntry(entry, { timestamps: form?.timestamps ?? settings.timestamps }, () => context.now())
            : repartitionEntry(entry, repartition),
      }
    })
    const internal = new Set(sources.filter(({ repartition }) => repartition !== undefined).map(({ topic }) => topic))
    const group = new PartitionGroup(members, {
      maxTaskIdleMs: topics.config.number('max.task.idle.ms'),
      endsAreComing: topics.exit,
      now: () => context.elapsed(),
      fault: (error, lane) => {
        // Only what cannot be read is not of ks: an aggregate or an expression behind the repartition fails for what users wrote.
        if (error instanceof UnreadableValue && internal.has(lane.topic)) unreadableInternal(error, lane)
        task.metrics?.drop('bad record')
        recordFault(error, lane, outputs.casualties, letters)
      },
      stopped: () => task.stopped,
    })
    if (environment.sharedProducer === undefined) sinks.producer.begin()
    for (const { lane } of members) fetcher.assign(lane.topic, lane.partition, lane.position)
    return new GroupTask(opened, task, members, group, restored)
  }

  /** Nothing has been processed, nor a position passed, since the last commit. */
  get isCommitted(): boolean {
    return this.lanes.every((lane, index) => lane.position === this.committedOffsets[index])
  }

  /** What the group should have committed for a topic of this task, as far as known; -1 if nothing. */
  committedOffset(topic: string): number {
    return this.committedOffsets[this.lanes.findIndex((lane) => lane.topic === topic)] ?? -1
  }

  /**
   * A table that is shown once, at the end of the run: with `--emit final`, or with `-e` if it goes to no topic. What other tasks
   * go on with is not held back: they must have it before the run ends.
   */
  get tellsAtEnd(): boolean {
    const { part, environment } = this.opened
    if (part.repartitions.length > 0) return false
    // What it holds goes on at each commit, and with it what it was made of.
    if (part.topology.nodes.some(({ name }) => name.startsWith('KTABLE-CACHE'))) return false
    return environment.settings.emitFinalOnly || (environment.topics.exit && !writesTopics(part.topology))
  }

  /** Forwards what caches hold back and appends the changes of the stores to their changelogs. Returns what belongs into the batch. */
  prepareCommit(): readonly StoreWrite[] {
    const { prefix } = this.opened.environment
    const { sinks, partition } = this.opened
    if (this.tellsAtEnd) this.task.flushHeld()
    else this.task.flush()
    return this.task.collectWrites((storeName): ChangelogVisitor | undefined => {
      const store = this.codecs.get(storeName)
      if (store?.log !== 'changelog') return undefined
      const writer = sinks.writer(changelogTopic(prefix, storeName))
      const log = this.logs.get(storeName)
      return (key, row, timestamp) => {
        if (log !== undefined) log.appended++
        const value = row === null ? null : changelogValue(store.codec, row)
        writer.append(partition, Math.max(0, timestamp), rangeOf(key), value === null ? null : rangeOf(value), [])
      }
    })
  }

  /** The offsets to commit: where each input goes on. */
  offsets(): readonly PartitionOffset[] {
    const values = this.metadataValues()
    return this.lanes.map(({ topic, partition, position, partitionTime }) => ({
      topic,
      partition,
      offset: position,
      metadata: encodeCommitMetadata({ partitionTime, values, reset: this.reset }),
    }))
  }

  /** Makes the batch of a commit durable: everything that it follows from has been acknowledged. */
  async writeBatch(writes: readonly StoreWrite[]): Promise<void> {
    const { store, environment, partition, sinks } = this.opened
    faultPoint('before-batch')
    if (store !== undefined) {
      const { connection, context, prefix } = environment
      const saved = { savedAt: context.now(), cluster: connection.client.clusterId ?? '', reset: this.reset }
      const positions = this.lanes.map((lane) =>
        inputPositionWrite(lane.topic, lane.partition, { offset: lane.position, ...saved }),
      )
      for (const [name, log] of this.logs) {
        moveOn(log, sinks.producer.nextOffset(changelogTopic(prefix, name), partition), saved.savedAt, {
          // Nobody else can write in a transaction of this task, whose markers take offsets too.
          isFenced: environment.sharedProducer === undefined,
        })
      }
      const logs = [...this.logs].map(([name, { offset, savedAt }]) =>
        logPositionWrite(name, { ...saved, offset, savedAt }),
      )
      // Without a sync: what a power failure takes away comes back from the changelog.
      await store.write([...writes, ...positions, ...logs], false)
    }
    faultPoint('after-batch')
    this.task.committed(maxCachedRows)
  }

  /** The group has the offsets. */
  committed(): void {
    this.committedOffsets = this.lanes.map(({ position }) => position)
  }

  /**
   * Exactly once: outputs, changelogs and offsets in one transaction, then the local batch.
   * @throws ProducerFenced, TransactionUncertain or a KsError; the task must be dropped then.
   */
  async commitTransaction(member: {
    groupId: string
    generationId: number
    memberId: string
    groupInstanceId: string | null
  }): Promise<void> {
    const { producer } = this.opened.sinks
    faultPoint('before-commit')
    const writes = this.prepareCommit()
    await producer.addOffsets(member, this.offsets())
    await producer.commit()
    faultPoint('after-end-txn')
    await this.writeBatch(writes)
    this.committed()
    producer.begin()
  }

  /** Ends without a commit. */
  async close(): Promise<void> {
    const { fetcher } = this.opened.environment
    for (const { topic, partition } of this.lanes) fetcher.unassign(topic, partition)
    this.task.close()
    this.group.close()
    await this.opened.close()
  }

  /** The numbers that must be found again wherever the task goes on. */
  private metadataValues(): ReadonlyMap<string, number> {
    const values = new Map<string, number>()
    for (const { name, log } of this.codecs.values()) {
      if (log !== 'metadata') continue
      const store = this.task.store(name) as KeyValueStore<number>
      for (const { key, value } of store.existing()) if (value !== undefined) values.set(`${name}\0${key}`, value)
    }
    return values
  }
}

const rangeOf = (bytes: Buffer): { buffer: Buffer; start: number; end: number } => ({
  buffer: bytes,
  start: 0,
  end: bytes.length,
})

/**
 * Brings the stores of a task up to what the group has committed, and makes it ready to go on where that was.
 * @param reset see `fetchLastReset`.
 */
export const startTask = async (
  opened: OpenedTask,
  committed: CommittedPositions,
  reset: number,
  isCancelled: () => boolean,
): Promise<GroupTask> => {
  const restored = await restoreTask(opened, committed, reset, isCancelled)
  opened.metrics?.running()
  faultPoint('restored')
  return GroupTask.create(opened, restored)
}

const writesTopics = ({ nodes }: Topology): boolean =>
  nodes.some(({ kind, endpoint }) => kind === 'sink' && endpoint?.kind === 'topic')
