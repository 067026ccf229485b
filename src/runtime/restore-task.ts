// Brings the stores of a task up to what has been committed: only the tail of each changelog, unless what is on disk cannot be
// trusted. Says where the task's inputs go on.

import type { KafkaClient } from './kafka/client.ts'
import { fetchOffsets, type CommittedOffset } from './kafka/group/group-offsets.ts'
import { partitionBounds, resolvePoint, type PartitionBounds } from './kafka/partition-offsets.ts'
import { forEachRecord } from './kafka/records/read-records.ts'
import type { OpenedTask } from './opened-task.ts'
import { KsError } from './model/errors.ts'
import { partitionName } from './model/topic-partition.ts'
import { isJson } from './serde/is-json.ts'
import type { BytesStore, StoreWrite } from './stores/bytes-store.ts'
import { encodeRow, storePrefix } from './stores/row-format.ts'
import {
  clearStore,
  forgetInputPositions,
  inputPositionWrite,
  logPositionWrite,
  readInputPosition,
  readLogPosition,
  restoredRow,
  whyForeign,
  whyRebuild,
  type LogState,
  type SavedPosition,
} from './stores/task-store.ts'
import { decodeCommitMetadata, latestReset, type CommitMetadata } from './tasks/commit-metadata.ts'
import { faultPoint } from './tasks/fault-point.ts'
import { changelogTopic, type SourceTopic } from './topology/sub-topology.ts'
import type { StoreDeclaration } from './topology/topology.ts'

/** What the group has committed, by topic and partition. */
export type CommittedPositions = ReadonlyMap<string, ReadonlyMap<number, CommittedOffset>>

/** Where a task goes on. */
export interface RestoredTask {
  /** Offset of the next record, by topic. */
  readonly positions: ReadonlyMap<string, number>
  /** What the group has committed, by topic. */
  readonly committed: ReadonlyMap<string, number>
  /** Ends of the inputs, by topic. */
  readonly ends: ReadonlyMap<string, number>
  /** Where the changelog of each store goes on. */
  readonly logOffsets: ReadonlyMap<string, number>
  /** Highest timestamp of each input so far, by topic, ms; -1 or nothing if unknown. The highest is the task's stream time. */
  readonly partitionTimes: ReadonlyMap<string, number>
  /** The last reset of the application, for what is saved and committed from now on. */
  readonly reset: number
}

/** The last reset of the application, see `CommitMetadata`: offsets of any topic may tell of it. Throws KsError. */
export const fetchLastReset = async (client: KafkaClient, groupId: string): Promise<number> => {
  const committed = await fetchOffsets(client, groupId, 'all', false)
  return latestReset([...committed.values()].flatMap((ofTopic) => [...ofTopic.values()].map((one) => one.metadata)))
}

/**
 * @param reset see `fetchLastReset`.
 * @param isCancelled the task is not wanted any more: restoring ends early, and the result is of no use.
 */
export const restoreTask = async (
  opened: OpenedTask,
  committed: CommittedPositions,
  reset: number,
  isCancelled: () => boolean,
): Promise<RestoredTask> => {
  const { environment, part, partition, sources, store } = opened
  const { connection, prefix } = environment
  const { client, readsCommitted } = connection
  const exactlyOnce = environment.sharedProducer === undefined
  const inputs = sources.map(({ topic }) => ({ topic, partition }))
  const logged = part.topology.stores.filter(({ log }) => log === 'changelog')
  const logs = logged.map(({ name }) => ({ topic: changelogTopic(prefix, name), partition }))
  const bounds = await partitionBounds(client, [...inputs, ...logs], readsCommitted || exactlyOnce)
  const metadata = new Map<string, CommitMetadata>()
  const groupOffsets = new Map<string, number>()
  for (const { topic } of sources) {
    const found = committed.get(topic)?.get(partition)
    if (found === undefined || found.offset < 0) continue
    groupOffsets.set(topic, found.offset)
    const decoded = decodeCommitMetadata(found.metadata)
    if (decoded !== undefined) metadata.set(topic, decoded)
    else if (store !== undefined) throw offsetsReset(topic, partition, environment.settings.durability?.applicationId)
  }

  const cluster = client.clusterId ?? ''
  const logState = (topic: string): LogState => {
    const found = bounds.get(partitionName(topic, partition)) ?? { start: 0, end: 0 }
    return { ...found, cluster, reset }
  }
  // What is on disk says where the inputs go on only as long as all of it belongs to what is on the broker.
  const isForeign =
    store !== undefined &&
    (logged.some(
      ({ name }) => belongs(readLogPosition(store, name), logState(changelogTopic(prefix, name))) === false,
    ) ||
      sources.some(
        ({ topic }) => belongs(readInputPosition(store, topic, partition), inputState(logState(topic))) === false,
      ))
  if (isForeign) await forgetInputPositions(store)
  const saved = new Map(
    sources.map(({ topic }) => [topic, store === undefined ? undefined : readInputPosition(store, topic, partition)]),
  )

  const positions = new Map<string, number>()
  const fresh: SourceTopic[] = []
  let isBehind = false
  for (const source of sources) {
    const { topic } = source
    const ofGroup = groupOffsets.get(topic)
    const local = saved.get(topic)?.offset
    // At least once, the local batch is written first and may be ahead; then the state has what it says, and nothing else.
    const position = ofGroup === undefined ? local : exactlyOnce ? ofGroup : Math.max(ofGroup, local ?? -1)
    if (local === undefined || (ofGroup !== undefined && ofGroup > local)) isBehind = true
    if (position === undefined) fresh.push(source)
    else positions.set(topic, await checkedPosition(opened, position, topic, bounds))
  }
  for (const { topic, repartition } of fresh) {
    positions.set(topic, await firstPosition(opened, topic, repartition !== undefined, bounds))
  }

  const logOffsets = new Map<string, number>()
  if (store !== undefined) {
    for (const declaration of part.topology.stores) {
      if (declaration.log === 'metadata') {
        if (isForeign) await clearStore(store, declaration.name)
        await adoptNumbers(store, declaration, [...metadata.values()])
      } else if (declaration.log === 'changelog') {
        const log = logState(changelogTopic(prefix, declaration.name))
        // The tail beyond the state belongs to input that is read again.
        const skipsTail = !exactlyOnce && !isBehind && readLogPosition(store, declaration.name) !== undefined
        logOffsets.set(
          declaration.name,
          skipsTail ? log.end : await restoreChangelog(opened, store, declaration, log, isCancelled),
        )
      } else {
        const { sourceTopic } = declaration.log
        const upTo = positions.get(sourceTopic) ?? 0
        const local = saved.get(sourceTopic)
        await restoreFromSource(
          opened,
          store,
          declaration,
          sourceTopic,
          local,
          { upTo, ...logState(sourceTopic) },
          isCancelled,
        )
      }
    }
  }
  return {
    positions,
    committed: groupOffsets,
    ends: new Map(sources.map(({ topic }) => [topic, bounds.get(partitionName(topic, partition))?.end ?? 0])),
    logOffsets,
    partitionTimes: new Map([...metadata].map(([topic, { partitionTime }]) => [topic, partitionTime])),
    reset,
  }
}

/** undefined if nothing was saved. */
const belongs = (position: SavedPosition | undefined, log: LogState): boolean | undefined =>
  position === undefined ? undefined : whyForeign(position, log) === undefined

/** Where an input begins and ends is seen to where its position is used. */
const inputState = (log: LogState): LogState => ({ ...log, start: 0, end: Infinity })

const offsetsReset = (topic: string, partition: number, app = ''): KsError =>
  new KsError(
    'config',
    `the position in ${partitionName(topic, partition)} was set by somebody else, and the state does not belong to it`,
    { hint: `ks reset ${app} --to-earliest sets positions and clears the state together` },
  )

/** A position that is still in the log. */
const checkedPosition = async (
  { environment, partition }: OpenedTask,
  position: number,
  topic: string,
  bounds: ReadonlyMap<string, PartitionBounds>,
): Promise<number> => {
  const name = partitionName(topic, partition)
  const { start = 0, end = 0 } = bounds.get(name) ?? {}
  if (position >= start && position <= end) return position
  if (position < start) {
    if (environment.topics.config.text('auto.offset.reset') === 'earliest') return start
    throw new KsError('config', `${name}: the records from ${String(position)} on are not there any more`, {
      hint: `the topic begins at ${String(start)} now; ks reset … --to-earliest goes on there`,
    })
  }
  // A run that did not wait for transactions may have got further than what is decided.
  const all = await partitionBounds(environment.connection.client, [{ topic, partition }], false)
  const last = all.get(name)?.end ?? 0
  if (position <= last) return position
  const app = environment.settings.durability?.applicationId ?? ''
  throw new KsError(
    'config',
    `${name}: the position ${String(position)} is behind the end, which is ${String(last)}: the topic was cut or made anew`,
    { hint: `ks reset ${app} --to-earliest begins anew in it, and clears the state together` },
  )
}

const firstPosition = async (
  opened: OpenedTask,
  topic: string,
  isInternal: boolean,
  bounds: ReadonlyMap<string, PartitionBounds>,
): Promise<number> => {
  const { environment, partition } = opened
  const { topics, connection } = environment
  const name = partitionName(topic, partition)
  const own = bounds.get(name) ?? { start: 0, end: 0 }
  const isTable = opened.part.topology.stores.some(({ log }) => typeof log === 'object' && log.sourceTopic === topic)
  if (isInternal || isTable) return own.start
  if (topics.range !== undefined) {
    const found = await resolvePoint(
      connection.client,
      topics.range.from,
      new Map([[name, own]]),
      [{ topic, partition }],
      connection.readsCommitted,
    )
    return found.get(name) ?? own.start
  }
  const reset = topics.config.text('auto.offset.reset')
  if (reset === 'latest') return own.end
  if (reset === 'none') {
    throw new KsError('config', `${name}: nothing has been committed yet, and auto.offset.reset is none`, {
      hint: '-o start or -o end says where to begin',
    })
  }
  return own.start
}

/** Numbers from the metadata of offsets, if they are ahead of those on disk. */
const adoptNumbers = async (
  store: BytesStore,
  { name }: StoreDeclaration,
  metadata: readonly CommitMetadata[],
): Promise<void> => {
  const writes: StoreWrite[] = []
  for (const { values } of metadata) {
    for (const [key, value] of values) {
      if (!key.startsWith(`${name}\0`)) continue
      const rowKey = Buffer.concat([storePrefix(name), Buffer.from(key.slice(name.length + 1), 'utf8')])
      const local = store.get(rowKey)
      const known = local === undefined ? -1 : Number(Buffer.from(local).toString('utf8', 8))
      if (value > known) writes.push({ key: rowKey, value: encodeRow(value, value) })
    }
  }
  if (writes.length > 0) await store.write(writes, false)
}

/** Replays a changelog from where the store is. Returns where it goes on. */
const restoreChangelog = async (
  opened: OpenedTask,
  store: BytesStore,
  declaration: StoreDeclaration,
  log: LogState,
  isCancelled: () => boolean,
): Promise<number> => {
  const { context, prefix } = opened.environment
  const topic = changelogTopic(prefix, declaration.name)
  const { end, cluster, reset } = log
  const from = await goOnFrom(opened, store, declaration, readLogPosition(store, declaration.name), log)
  await replay(opened, topic, { from, end }, isCancelled, {
    clear: () => clearStore(store, declaration.name),
    write: (writes, offset) =>
      store.write(
        [...writes, logPositionWrite(declaration.name, { offset, savedAt: context.now(), cluster, reset })],
        false,
      ),
    rowOf: (key, value, timestamp) => restoredRow(declaration, key, value, timestamp),
  })
  return Math.max(from, end)
}

/** Where a store goes on in its log; one that cannot go on is cleared, and begins at the start. */
const goOnFrom = async (
  { environment, id }: OpenedTask,
  store: BytesStore,
  { name }: StoreDeclaration,
  local: SavedPosition | undefined,
  log: LogState,
): Promise<number> => {
  const { context, outputs } = environment
  const whyNot = local === undefined ? undefined : whyRebuild(local, log, context.now())
  if (local !== undefined && whyNot === undefined) return local.offset
  if (whyNot !== undefined) outputs.notice(`store ${name} of task ${id} is built anew: ${whyNot}`)
  await clearStore(store, name)
  return log.start
}

/** Replays the topic of a table up to where the task goes on in it. */
const restoreFromSource = async (
  opened: OpenedTask,
  store: BytesStore,
  declaration: StoreDeclaration,
  topic: string,
  local: SavedPosition | undefined,
  log: LogState & { readonly upTo: number },
  isCancelled: () => boolean,
): Promise<void> => {
  const { partition, environment } = opened
  const { upTo, cluster, reset } = log
  // Deletions that were missed may be gone from what comes behind `upTo`, too.
  const isAhead = local !== undefined && local.offset > upTo
  const from = await goOnFrom(opened, store, declaration, isAhead ? undefined : local, log)
  await replay(opened, topic, { from, end: upTo }, isCancelled, {
    clear: () => clearStore(store, declaration.name),
    write: (writes, next) => {
      const position = { offset: next, savedAt: environment.context.now(), cluster, reset }
      return store.write([...writes, inputPositionWrite(topic, partition, position)], false)
    },
    // What is no JSON was no row when it came, either.
    rowOf: (key, value, timestamp) =>
      value === null || isJson(value.toString('utf8')) ? restoredRow(declaration, key, value, timestamp) : undefined,
  })
}

/** What is done with the records of a log. */
interface Replay {
  /** The log has lost its beginning meanwhile: everything is read anew. */
  clear(): Promise<void>
  /** Stores rows together with the offset behind them. */
  write(writes: readonly StoreWrite[], next: number): Promise<void>
  /** undefined for a record that is no row. */
  rowOf(key: Buffer, value: Buffer | null, timestamp: number): StoreWrite | undefined
}

/** Reads a partition from `from` to `end`. */
const replay = async (
  { environment, partition, metrics }: OpenedTask,
  topic: string,
  { from, end }: { readonly from: number; readonly end: number },
  isCancelled: () => boolean,
  { clear, write, rowOf }: Replay,
): Promise<void> => {
  if (from >= end) return
  metrics?.restoring(end - from)
  const fetcher = environment.connection.fetcher('restore')
  try {
    fetcher.assign(topic, partition, from)
    for (let next = from; next < end && !isCancelled();) {
      for (const { batches, nextOffset, outOfRange, logStartOffset } of await fetcher.poll(1000)) {
        if (outOfRange) {
          await clear()
          next = logStartOffset
          fetcher.assign(topic, partition, next)
          continue
        }
        const writes: StoreWrite[] = []
        for (const batch of batches) {
          forEachRecord(batch, ({ offset, key, value, timestamp }) => {
            if (key === null || offset < next || offset >= end) return
            const row = rowOf(key, value, timestamp)
            if (row !== undefined) writes.push(row)
          })
        }
        metrics?.progress(Math.min(end, nextOffset) - next, writes.length)
        next = Math.min(end, nextOffset)
        faultPoint('mid-restore')
        await write(writes, next)
      }
    }
  } finally {
    await fetcher.close()
  }
}
