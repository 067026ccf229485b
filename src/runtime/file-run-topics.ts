// The topics of a run whose input is a file or a pipe: sinks, tables, dead letters. With --eos the position in the files is a
// row of a changelog inside the transaction of the outputs, so that a killed import neither loses nor doubles a line.

import { checkApplication, checkTransactional } from './check-group-chain.ts'
import type { CliContext } from './cli/context.ts'
import { ensureInternalTopics, changelogConfigs } from './kafka/internal-topics.ts'
import { partitionBounds } from './kafka/partition-offsets.ts'
import { forEachRecord } from './kafka/records/read-records.ts'
import { ProducerFenced, TransactionUncertain } from './kafka/producer/producer-errors.ts'
import { KafkaConnection } from './kafka-connection.ts'
import { KsError } from './model/errors.ts'
import { partitionName } from './model/topic-partition.ts'
import type { StreamRecord } from './model/stream-record.ts'
import type { RunSettings, TopicSettings } from './run-settings.ts'
import type { Fault } from './stdio/input-faults.ts'
import type { BytesStore, StoreWrite } from './stores/bytes-store.ts'
import { clearDatabase, logPositionWrite, readLogPosition, whyRebuild } from './stores/task-store.ts'
import { faultPoint } from './tasks/fault-point.ts'
import { TopicSinks } from './topic-sinks.ts'
import type { ChainPlan } from './topology/chain-plan.ts'
import type { TopologyNode } from './topology/topology.ts'

const stateTopicSuffix = 'input-changelog'
const inputLog = 'input'

export class FileRunTopics {
  readonly connection: KafkaConnection
  private readonly settings: TopicSettings
  private readonly prefix: string
  private readonly sinks: TopicSinks | undefined
  private readonly nodes: readonly TopologyNode[]
  private readonly now: () => number

  private constructor(
    connection: KafkaConnection,
    settings: TopicSettings,
    prefix: string,
    sinks: TopicSinks | undefined,
    nodes: readonly TopologyNode[],
    now: () => number,
  ) {
    this.connection = connection
    this.settings = settings
    this.prefix = prefix
    this.sinks = sinks
    this.nodes = nodes
    this.now = now
  }

  /** Connects and opens the topics that the chain writes. KsError usage, config, denied, broker. */
  static async open(
    plan: ChainPlan,
    settings: RunSettings,
    topics: TopicSettings,
    context: CliContext,
    notice: (message: string) => void,
  ): Promise<FileRunTopics> {
    checkApplication(topics, settings.durability)
    if (topics.exactlyOnce) checkTransactional(plan.topology)
    const connection = await KafkaConnection.open(topics.config, context, notice)
    try {
      return await FileRunTopics.openOn(connection, plan, settings, topics, context)
    } catch (error) {
      await connection.close()
      throw error
    }
  }

  private static async openOn(
    connection: KafkaConnection,
    plan: ChainPlan,
    settings: RunSettings,
    topics: TopicSettings,
    context: CliContext,
  ): Promise<FileRunTopics> {
    const { durability, asideTopic, lateTopic } = settings
    const { nodes } = plan.topology
    const prefix = `${durability?.applicationId ?? ''}-${durability?.stage ?? ''}`
    const writes = nodes.some(({ kind, endpoint }) => kind === 'sink' && endpoint?.kind === 'topic')
    let sinks: TopicSinks | undefined
    if (writes || asideTopic !== undefined || lateTopic !== undefined) {
      const stateTopic = `${prefix}-${stateTopicSuffix}`
      if (topics.exactlyOnce) {
        await ensureInternalTopics(
          connection.client,
          [{ name: stateTopic, partitions: 1, configs: { ...changelogConfigs, ...topics.config.topicSettings() } }],
          topics.config.number('replication.factor'),
        )
      }
      const producer = await connection.producer(topics.exactlyOnce ? `${prefix}-0_0` : undefined)
      sinks = new TopicSinks(producer, topics, { now: () => context.now(), lingers: connection.lingerMs > 0 })
      await sinks.open(plan.topology, [asideTopic, lateTopic, ...(topics.exactlyOnce ? [stateTopic] : [])])
      if (topics.exactlyOnce) producer.begin()
    }
    return new FileRunTopics(connection, topics, prefix, sinks, nodes, () => context.now())
  }

  /**
   * Exactly once: brings in what the last transaction left, if the local batch that follows it is missing. The records of the
   * changelog are rows of the database.
   */
  async recover(store: BytesStore): Promise<void> {
    if (!this.settings.exactlyOnce) return
    const { client } = this.connection
    const topic = this.stateTopic
    const { start = 0, end = 0 } =
      (await partitionBounds(client, [{ topic, partition: 0 }], true)).get(partitionName(topic, 0)) ?? {}
    const local = readLogPosition(store, inputLog)
    const log = { start, end, cluster: client.clusterId ?? '', reset: 0 }
    const goesOn = local !== undefined && whyRebuild(local, log, this.now()) === undefined
    if (local !== undefined && !goesOn) await clearDatabase(store, inputLog)
    let next = goesOn ? local.offset : start
    const fetcher = this.connection.fetcher('restore')
    try {
      if (next < end) fetcher.assign(topic, 0, next)
      while (next < end) {
        for (const { batches, nextOffset } of await fetcher.poll(1000)) {
          const writes: StoreWrite[] = []
          for (const batch of batches) {
            forEachRecord(batch, ({ key, value }) => {
              if (key !== null)
                writes.push({ key: Buffer.from(key), value: value === null ? null : Buffer.from(value) })
            })
          }
          next = nextOffset
          await store.write([...writes, this.logPosition(next)], true)
        }
      }
    } finally {
      await fetcher.close()
    }
  }

  /** Takes the records of a topic sink. */
  sink(endpoint: NonNullable<TopologyNode['endpoint']>): (record: StreamRecord) => void {
    const node = this.nodes.find((candidate) => candidate.kind === 'sink' && candidate.endpoint === endpoint)
    if (node === undefined) throw new Error('a sink that the topology lacks')
    return this.requireSinks().processor(node)
  }

  /** Takes late records. */
  late(topic: string): (record: StreamRecord) => void {
    return this.requireSinks().late(topic)
  }

  /** Puts a bad record aside as it came in. */
  aside(topic: string, { message, place, raw }: Fault): void {
    const value = Buffer.from(raw, 'latin1')
    const record = { topic: place, partition: 0, offset: 0, timestamp: this.now(), key: null, value, headers: [] }
    const headers = [
      ['message', message],
      ['topic', place],
    ] as const
    this.requireSinks().writeRaw(
      topic,
      record,
      headers.map(([name, text]) => ({ name: `__streams.errors.${name}`, value: Buffer.from(text, 'utf8') })),
    )
  }

  /** Records written to topics. */
  get written(): number {
    return this.sinks?.written ?? 0
  }

  /** Sends what has been written, and waits while too much is under way. */
  async handOver(): Promise<void> {
    try {
      await this.sinks?.handOver()
    } catch (error) {
      throw endedTransaction(error)
    }
  }

  /** After an error: waits for a while until what was written, and is in no transaction, has arrived. */
  async deliver(): Promise<void> {
    await this.sinks?.deliver()
  }

  /**
   * Waits until everything written has been acknowledged. Exactly once, ends the transaction with these rows of the database
   * in it; returns what the local batch has to say about that.
   */
  async commit(rows: readonly StoreWrite[]): Promise<readonly StoreWrite[]> {
    const { sinks, stateTopic } = this
    if (sinks === undefined) return []
    const { producer } = sinks
    if (!this.settings.exactlyOnce) {
      await producer.flush()
      return []
    }
    const writer = sinks.writer(stateTopic)
    const time = this.now()
    for (const { key, value } of rows) {
      writer.append(0, time, rangeOf(key), value === null ? null : rangeOf(value), [])
    }
    try {
      await producer.commit()
    } catch (error) {
      throw endedTransaction(error)
    }
    faultPoint('after-end-txn')
    producer.begin()
    const next = producer.nextOffset(stateTopic, 0)
    return next === undefined ? [] : [this.logPosition(next)]
  }

  async close(): Promise<void> {
    await this.sinks?.producer.close()
    await this.connection.close()
  }

  async abandon(): Promise<void> {
    await this.sinks?.producer.abandon()
    await this.connection.close().catch(() => undefined)
  }

  private get stateTopic(): string {
    return `${this.prefix}-${stateTopicSuffix}`
  }

  private logPosition(offset: number): StoreWrite {
    const cluster = this.connection.client.clusterId ?? ''
    return logPositionWrite(inputLog, { offset, savedAt: this.now(), cluster, reset: 0 })
  }

  private requireSinks(): TopicSinks {
    if (this.sinks === undefined) throw new Error('the run writes no topics')
    return this.sinks
  }
}

/** What a transaction that has failed means for a run on files, which ends: the next one goes on from the last commit. */
const endedTransaction = (error: unknown): unknown => {
  const hint = 'start it again: it goes on after the last commit, without loss or repetition'
  if (error instanceof TransactionUncertain) return new KsError('broker', error.message, { hint, cause: error })
  if (error instanceof ProducerFenced) return new KsError('busy', error.message, { hint, cause: error })
  return error
}

const rangeOf = (bytes: Uint8Array): { buffer: Uint8Array; start: number; end: number } => ({
  buffer: bytes,
  start: 0,
  end: bytes.length,
})
