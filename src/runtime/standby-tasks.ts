// Copies of the stores of tasks that run elsewhere (num.standby.replicas): they follow the changelogs, so that a task that comes
// here has little to restore. A copy holds what has been committed, and its position, in one batch; it never runs ahead.

import { forEachRecord } from './kafka/records/read-records.ts'
import type { Fetcher } from './kafka/fetcher.ts'
import { partitionBounds } from './kafka/partition-offsets.ts'
import { partitionName } from './model/topic-partition.ts'
import { openTaskStore } from './open-task-store.ts'
import type { TaskEnvironment } from './opened-task.ts'
import { fetchLastReset } from './restore-task.ts'
import type { BytesStore, StoreWrite } from './stores/bytes-store.ts'
import {
  clearStore,
  forgetInputPositions,
  logPositionWrite,
  readLogPosition,
  restoredRow,
  trustedForMs,
  whyForeign,
  whyRebuild,
} from './stores/task-store.ts'
import type { LayoutTask } from './group-assignment.ts'
import { changelogTopic } from './topology/sub-topology.ts'
import type { StoreDeclaration } from './topology/topology.ts'

interface FollowedLog {
  readonly task: string
  readonly topic: string
  readonly partition: number
  readonly store: BytesStore
  readonly declaration: StoreDeclaration
  offset: number
}

export class StandbyTasks {
  private readonly environment: TaskEnvironment
  private readonly stores = new Map<string, BytesStore>()
  /** By partition name of the changelog. */
  private readonly logs = new Map<string, FollowedLog>()
  private fetcher: Fetcher | undefined
  /** See `fetchLastReset`. */
  private reset = 0
  private updatedAt: number

  constructor(environment: TaskEnvironment) {
    this.environment = environment
    this.updatedAt = environment.context.now()
  }

  /** Some stores are followed. */
  get isActive(): boolean {
    return this.stores.size > 0
  }

  /** Position sums by task, for the assignor. */
  offsetSums(): ReadonlyMap<string, number> {
    const sums = new Map<string, number>()
    for (const { task, offset } of this.logs.values()) sums.set(task, (sums.get(task) ?? 0) + offset)
    return sums
  }

  /** Follows these tasks, and no others any more. */
  async assign(tasks: readonly LayoutTask[]): Promise<void> {
    const wanted = new Set(tasks.map(({ id }) => id))
    for (const id of [...this.stores.keys()]) if (!wanted.has(id)) await this.drop(id)
    const added = tasks.filter(({ id }) => !this.stores.has(id))
    if (added.length === 0) return
    const { connection, prefix } = this.environment
    this.reset = await fetchLastReset(connection.client, prefix)
    for (const task of added) await this.follow(task)
  }

  /** Applies what has been written since the last call. */
  async update(): Promise<void> {
    const { connection, context } = this.environment
    const now = context.now()
    // A host that slept for so long has missed deletions.
    if (now - this.updatedAt > trustedForMs) await this.startOver()
    this.updatedAt = now
    for (const { topic, partition, batches, nextOffset, outOfRange, logStartOffset } of (await this.fetcher?.poll(0)) ??
      []) {
      const log = this.logs.get(partitionName(topic, partition))
      if (log === undefined) continue
      const { declaration, store } = log
      if (outOfRange) {
        await clearStore(store, declaration.name)
        log.offset = logStartOffset
        this.fetcher?.assign(topic, partition, logStartOffset)
        continue
      }
      const writes: StoreWrite[] = []
      for (const batch of batches) {
        forEachRecord(batch, ({ offset, key, value, timestamp }) => {
          if (key !== null && offset >= log.offset) writes.push(restoredRow(declaration, key, value, timestamp))
        })
      }
      log.offset = nextOffset
      this.environment.metrics?.update(log.task, writes.length)
      const cluster = connection.client.clusterId ?? ''
      writes.push(logPositionWrite(declaration.name, { offset: nextOffset, savedAt: now, cluster, reset: this.reset }))
      await store.write(writes, false)
    }
  }

  private async startOver(): Promise<void> {
    for (const log of this.logs.values()) {
      await clearStore(log.store, log.declaration.name)
      log.offset = 0
      // If the log does not begin there, the fetcher says where it does.
      this.fetcher?.assign(log.topic, log.partition, 0)
    }
  }

  /** Lets go of a task, for instance because it comes here to run. */
  async drop(id: string): Promise<void> {
    for (const [name, log] of this.logs) {
      if (log.task !== id) continue
      this.fetcher?.unassign(log.topic, log.partition)
      this.logs.delete(name)
    }
    const store = this.stores.get(id)
    this.stores.delete(id)
    this.environment.metrics?.dropStandby(id)
    await store?.close()
  }

  async close(): Promise<void> {
    for (const id of [...this.stores.keys()]) await this.drop(id)
    await this.fetcher?.close()
  }

  private async follow({ id, part, partition }: LayoutTask): Promise<void> {
    const { connection, context, directory, instance, outputs, prefix } = this.environment
    const declarations = part.topology.stores.filter(({ log }) => log === 'changelog')
    if (directory === undefined || declarations.length === 0) return
    const store = await openTaskStore(directory, id, instance, (message) => {
      outputs.notice(message)
    })
    this.stores.set(id, store)
    this.environment.metrics?.update(id, 0)
    // Only what is decided, whatever the guarantee.
    this.fetcher ??= connection.fetcher('standby')
    const topics = declarations.map(({ name }) => ({ topic: changelogTopic(prefix, name), partition }))
    const bounds = await partitionBounds(connection.client, topics, true)
    for (const declaration of declarations) {
      const topic = changelogTopic(prefix, declaration.name)
      const name = partitionName(topic, partition)
      const { start = 0, end = 0 } = bounds.get(name) ?? {}
      const local = readLogPosition(store, declaration.name)
      const log = { start, end, cluster: connection.client.clusterId ?? '', reset: this.reset }
      if (local !== undefined && whyForeign(local, log) !== undefined) await forgetInputPositions(store)
      const goesOn = local !== undefined && whyRebuild(local, log, context.now()) === undefined
      if (!goesOn) await clearStore(store, declaration.name)
      const offset = goesOn ? local.offset : start
      this.logs.set(name, { task: id, topic, partition, store, declaration, offset })
      this.fetcher.assign(topic, partition, offset)
    }
  }
}
