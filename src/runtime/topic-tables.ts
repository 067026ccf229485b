// Global tables in topics (Kafka Streams' GlobalKTable and its global stream thread): all partitions are read to their ends
// before the first record, and followed from then on. Nothing of them is committed; a run reads them from the beginning.

import type { Casualties } from './casualties.ts'
import type { Fetcher } from './kafka/fetcher.ts'
import { partitionBounds } from './kafka/partition-offsets.ts'
import type { KafkaConnection } from './kafka-connection.ts'
import { recordFault } from './lane-source.ts'
import { KsError } from './model/errors.ts'
import { keyValue } from './model/lazy-key.ts'
import { RecordError } from './model/record-error.ts'
import { partitionName } from './model/topic-partition.ts'
import type { SerdeName } from './serde/primitive-serde.ts'
import type { FetchedPartition } from './tasks/ports.ts'
import { RecordLane, ScannerPool } from './tasks/record-lane.ts'
import type { GlobalSource } from './topology/topology.ts'

/** How long a poll waits for the next update, ms. */
const pollMs = 1000

export interface TopicTablesOptions {
  readonly connection: KafkaConnection
  readonly tables: readonly GlobalSource[]
  readonly keySerde: SerdeName | undefined
  /** Hears of values that cannot be read. */
  readonly casualties: Casualties
}

export class TopicTables {
  private readonly options: TopicTablesOptions
  private readonly lanes = new Map<string, RecordLane>()
  private readonly tables = new Map<string, GlobalSource[]>()
  private fetcher: Fetcher | undefined
  private following: Promise<void> | undefined
  private isClosed = false
  /** Why it does not follow any more. */
  failure: Error | undefined

  constructor(options: TopicTablesOptions) {
    this.options = options
    for (const table of options.tables) {
      const { name } = table.endpoint
      this.tables.set(name, [...(this.tables.get(name) ?? []), table])
    }
  }

  /** Reads everything that is there now. @throws KsError config if there is no such topic, data for a bad row. */
  async load(): Promise<void> {
    const { client, readsCommitted } = this.options.connection
    const topics = [...this.tables.keys()]
    const known = await client.topics(topics)
    const partitions = topics.flatMap((topic) => {
      const found = known.get(topic)
      if (found === undefined) {
        throw new KsError('config', `there is no topic ${topic}`, { hint: 'ks topics lists them' })
      }
      return found.partitions.map(({ partition }) => ({ topic, partition }))
    })
    const bounds = await partitionBounds(client, partitions, readsCommitted)
    const fetcher = this.options.connection.fetcher('restore')
    const scanners = new ScannerPool()
    for (const { topic, partition } of partitions) {
      const name = partitionName(topic, partition)
      const { start = 0, end = 0 } = bounds.get(name) ?? {}
      const lane = new RecordLane({
        topic,
        partition,
        offset: start,
        stopAt: end,
        scanners,
        replaced: () => undefined,
        keySerde: this.options.keySerde,
        valueSerde: 'json',
      })
      this.lanes.set(name, lane)
      if (!lane.isDone) fetcher.assign(topic, partition, start)
    }
    try {
      while ([...this.lanes.values()].some((lane) => !lane.isDone)) this.take(await fetcher.poll(pollMs))
    } finally {
      await fetcher.close()
    }
  }

  /** Goes on reading until `close`. @param failed called once if that cannot be; `failure` says why. */
  follow(failed: () => void): void {
    const fetcher = this.options.connection.fetcher()
    this.fetcher = fetcher
    for (const lane of this.lanes.values()) {
      lane.stopAt = Infinity
      fetcher.assign(lane.topic, lane.partition, lane.position)
    }
    this.following = this.takeAll(fetcher).catch((error: unknown) => {
      if (this.isClosed) return
      this.failure = error instanceof Error ? error : new Error(String(error))
      failed()
    })
  }

  async close(): Promise<void> {
    this.isClosed = true
    await this.fetcher?.close()
    await this.following
    for (const lane of this.lanes.values()) lane.close()
  }

  private async takeAll(fetcher: Fetcher): Promise<void> {
    while (!this.isClosed) this.take(await fetcher.poll(pollMs))
  }

  private take(fetched: readonly FetchedPartition[]): void {
    for (const part of fetched) {
      const name = partitionName(part.topic, part.partition)
      const lane = this.lanes.get(name)
      if (lane === undefined) continue
      if (part.outOfRange) {
        throw new KsError('data', `${name}: the rows that come next have been deleted meanwhile`, {
          hint: 'a table wants a compacted topic (cleanup.policy=compact); start again to read what is left',
        })
      }
      lane.add(part)
      this.drain(lane)
    }
  }

  private drain(lane: RecordLane): void {
    const tables = this.tables.get(lane.topic) ?? []
    while (lane.hasRecord()) {
      try {
        const { key, value } = lane.take()
        for (const table of tables) table.add(keyValue(key), value)
      } catch (error) {
        if (!(error instanceof RecordError)) throw error
        recordFault(error, lane, this.options.casualties, undefined)
      }
    }
  }
}
