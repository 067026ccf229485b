// The topics that a task writes through one producer: its sinks, its repartitions, late records and dead letters.

import { KsError } from './model/errors.ts'
import type { Header, StreamRecord } from './model/stream-record.ts'
import type { Producer } from './kafka/producer/producer.ts'
import type { TopicWriter } from './kafka/producer/topic-writer.ts'
import { repartitionSink, topicSink } from './kafka/topic-sink.ts'
import type { TopicSettings } from './run-settings.ts'
import type { RawRecord } from './tasks/record-lane.ts'
import { repartitionOf } from './topology/sub-topology.ts'
import type { Topology, TopologyNode } from './topology/topology.ts'

/** Unacknowledged bytes beyond which reading waits. */
const maxBufferedBytes = 8 * 1024 * 1024

export class TopicSinks {
  readonly producer: Producer
  private readonly settings: TopicSettings
  private readonly now: () => number
  private readonly lingers: boolean
  private readonly writers = new Map<string, TopicWriter>()
  /** Records written to sinks, not counting those that only ks reads. */
  written = 0

  constructor(producer: Producer, settings: TopicSettings, options: { now: () => number; lingers: boolean }) {
    this.producer = producer
    this.settings = settings
    this.now = options.now
    this.lingers = options.lingers
  }

  /** Opens the topics of all sink nodes, and others. KsError config if one does not exist. */
  async open(topology: Topology, others: readonly (string | undefined)[]): Promise<void> {
    const names = topology.nodes.flatMap(({ kind, endpoint }) =>
      kind === 'sink' && endpoint?.kind === 'topic' ? [endpoint.name] : [],
    )
    for (const name of [...names, ...others]) {
      if (name !== undefined && !this.writers.has(name)) this.writers.set(name, await this.producer.open(name))
    }
  }

  /** The writer of a topic that has been opened. */
  writer(topic: string): TopicWriter {
    const writer = this.writers.get(topic)
    if (writer === undefined) throw new Error(`topic ${topic} is not open`)
    return writer
  }

  /** Takes the records of a sink node whose endpoint is a topic. */
  processor(node: TopologyNode): (record: StreamRecord) => void {
    const writer = this.writer(node.endpoint?.name ?? '')
    const repartition = repartitionOf(node)
    if (repartition !== undefined) return repartitionSink(writer, repartition)
    const { readValue, writeKey, writeValue, keyExpression, headers, inputs, partition } = this.settings
    const form = node.endpoint?.form
    const isMain = node.endpoint?.options?.['main'] !== false
    // With topics to read -p is about them.
    const fixed = inputs.length === 0 ? partition : undefined
    if (fixed !== undefined && fixed >= writer.partitions) {
      throw new KsError(
        'usage',
        `-p ${String(fixed)}: ${writer.topic} has partitions 0 to ${String(writer.partitions - 1)}`,
      )
    }
    const sink = topicSink(writer, {
      keySerde: form === undefined ? writeKey : form.key,
      valueSerde: form?.value ?? writeValue,
      keepsBytes: readValue !== 'bytes',
      keyOf: isMain && keyExpression !== undefined ? (record) => keyExpression.evaluate(record) : undefined,
      partition: fixed,
      headers,
      now: this.now,
    })
    return (record) => {
      sink(record)
      this.written++
    }
  }

  /** Takes late records for a topic that has been opened. */
  late(topic: string): (record: StreamRecord) => void {
    return topicSink(this.writer(topic), { ...plainForm, now: this.now })
  }

  /** Writes a record as it came in, with more headers. */
  writeRaw(topic: string, { timestamp, key, value, headers }: RawRecord, added: readonly Header[]): void {
    this.writer(topic).append(undefined, timestamp, rangeOf(key), rangeOf(value), [...headers, ...added])
  }

  /** Sends what has been appended, and waits while too much is under way. */
  async handOver(): Promise<void> {
    if (!this.lingers) this.producer.kick()
    await this.producer.drain(maxBufferedBytes)
  }

  /**
   * The last of an error that ends the run: waits until everything has arrived, for up to request.timeout.ms. What is in a
   * transaction is not for anybody.
   */
  async deliver(): Promise<void> {
    if (!this.producer.inTransaction) await this.producer.close()
  }
}

const plainForm = {
  keySerde: undefined,
  valueSerde: 'json',
  keepsBytes: true,
  keyOf: undefined,
  partition: undefined,
  headers: [],
} as const

const rangeOf = (bytes: Buffer | null): { buffer: Buffer; start: number; end: number } | null =>
  bytes === null ? null : { buffer: bytes, start: 0, end: bytes.length }
