// A cluster in memory that the producer's tests script: it reads the bytes of each request, keeps logs that check sequence
// numbers as a broker does, and lets a test answer, refuse, lose or delay whatever it wants.

import assert from 'node:assert/strict'
import { codeOf } from '../../../src/runtime/kafka/error-codes.ts'
import { KafkaConnectionError } from '../../../src/runtime/kafka/kafka-errors.ts'
import type { ApiRequest } from '../../../src/runtime/kafka/protocol/api-request.ts'
import type { TopicMetadata } from '../../../src/runtime/kafka/protocol/metadata.ts'
import { Producer, type ProducerOptions } from '../../../src/runtime/kafka/producer/producer.ts'
import type { TopicWriter } from '../../../src/runtime/kafka/producer/topic-writer.ts'
import type { ProducerClient } from '../../../src/runtime/kafka/producer/sender.ts'
import { batchLayout, transactionalFlag } from '../../../src/runtime/kafka/records/batch-layout.ts'
import { readBatches } from '../../../src/runtime/kafka/records/read-batches.ts'
import { recordsOf } from '../../../src/runtime/kafka/records/read-records.ts'
import { ByteReader } from '../../../src/runtime/kafka/wire/byte-reader.ts'
import { ByteWriter } from '../../../src/runtime/kafka/wire/byte-writer.ts'
import { KsError } from '../../../src/runtime/model/errors.ts'
import { noHeaders } from '../../../src/runtime/model/stream-record.ts'
import { systemClock } from '../../../src/runtime/tasks/clock.ts'
import { type ByteString, toByteString } from '../../../src/runtime/model/byte-string.ts'

/** A request as the broker sees it. */
export interface Seen {
  readonly name: string
  readonly node: number | 'any'
  readonly body: Buffer
  /** Of Produce: the batches by `topic-partition`. */
  readonly batches: ReadonlyMap<string, Buffer>
}

/** What a test does to a request: an error code by its name, `lost before` or `lost after` it is processed, or nothing special. */
export type Fate = string | undefined

interface Log {
  readonly values: string[]
  readonly batches: { producerId: bigint; epoch: number; sequence: number; count: number; offset: number }[]
}

export class ScriptedBroker implements ProducerClient {
  readonly seen: Seen[] = []
  readonly logs = new Map<string, Log>()
  /** Where the leaders are, and where the producer's client believes them to be since the last refresh. */
  readonly leaders = new Map<string, number>()
  readonly known = new Map<string, number>()
  readonly forgotten: string[] = []
  refreshes = 0
  /** Decides about each request, of Produce about each partition. */
  fate: (seen: Seen, place: string) => Fate = () => undefined
  /** A request waits for it before it is looked at. */
  hold: (seen: Seen) => Promise<void> | undefined = () => undefined
  readonly partitionCounts: Record<string, number>

  constructor(partitionCounts: Record<string, number>, nodes = 1) {
    this.partitionCounts = partitionCounts
    let next = 0
    for (const [topic, count] of Object.entries(partitionCounts)) {
      for (let partition = 0; partition < count; partition++) this.move(`${topic}-${partition}`, (next++ % nodes) + 1)
    }
    for (const [place, node] of this.leaders) this.known.set(place, node)
  }

  /** Names of the requests so far. */
  get names(): string[] {
    return this.seen.map(({ name }) => name)
  }

  move(place: string, node: number): void {
    this.leaders.set(place, node)
  }

  valuesOf(place: string): readonly string[] {
    return this.logs.get(place)?.values ?? []
  }

  topics(names: readonly string[]): Promise<ReadonlyMap<string, TopicMetadata>> {
    const topics = new Map<string, TopicMetadata>()
    for (const name of names) {
      const count = this.partitionCounts[name]
      if (count === undefined) continue
      const partitions = Array.from({ length: count }, (_, partition) => ({
        partition,
        errorCode: 0,
        leader: this.leaders.get(`${name}-${partition}`) ?? -1,
        leaderEpoch: 0,
        replicas: [],
        isr: [],
      }))
      topics.set(name, { name, isInternal: false, errorCode: 0, partitions })
    }
    return Promise.resolve(topics)
  }

  leader(topic: string, partition: number): number | undefined {
    return this.known.get(`${topic}-${partition}`)
  }

  refreshMetadata(): Promise<void> {
    this.refreshes++
    for (const [place, node] of this.leaders) this.known.set(place, node)
    return Promise.resolve()
  }

  coordinator(kind: 'group' | 'transaction', key: string): Promise<number> {
    assert.notEqual(key, '')
    return Promise.resolve(kind === 'group' ? 7 : 8)
  }

  forgetCoordinator(kind: 'group' | 'transaction', key: string): void {
    this.forgotten.push(`${kind} ${key}`)
  }

  async request<T>(node: number | 'any', request: ApiRequest<T>): Promise<T> {
    const { name, maxVersion: version } = request
    const writer = new ByteWriter(request.flexibleFrom !== undefined && version >= request.flexibleFrom)
    request.encode(writer, version)
    const body = Buffer.from(writer.toBuffer())
    const seen = { name, node, body, batches: name === 'Produce' ? batchesIn(body) : new Map<string, Buffer>() }
    this.seen.push(seen)
    await Promise.resolve()
    await this.hold(seen)
    const answer = name === 'Produce' ? this.produced(seen) : this.answered(seen)
    const bytes = answer.toBuffer()
    return request.decode(new ByteReader(Buffer.from(bytes), answer.flexible), version)
  }

  /** The answer to a request that is not Produce. */
  private answered(seen: Seen): ByteWriter {
    const fate = this.fate(seen, '')
    if (fate === 'lost before' || fate === 'lost after') throw lost(fate)
    const code = fate === undefined ? 0 : codeOf(fate)
    const answer = new ByteWriter(seen.name === 'TxnOffsetCommit')
    answer.int32(0)
    if (seen.name === 'InitProducerId') {
      answer.int16(code)
      answer.int64(4711n)
      answer.int16(3)
    } else if (seen.name === 'AddPartitionsToTxn' || seen.name === 'TxnOffsetCommit') {
      answer.array(['t'], (topic) => {
        answer.string(topic)
        answer.array([0, 1], (partition) => {
          answer.int32(partition)
          answer.int16(partition === 0 ? code : code === 0 ? 0 : codeOf('OPERATION_NOT_ATTEMPTED'))
          answer.tags()
        })
        answer.tags()
      })
      answer.tags()
    } else {
      assert.ok(['AddOffsetsToTxn', 'EndTxn'].includes(seen.name))
      answer.int16(code)
    }
    return answer
  }

  private produced(seen: Seen): ByteWriter {
    const results: { place: string; code: number; offset: number }[] = []
    const fates = new Map([...seen.batches.keys()].map((place) => [place, this.fate(seen, place)]))
    const losses = [...fates.values()].filter((fate) => fate?.startsWith('lost') === true)
    if (losses.includes('lost before')) throw lost('lost before')
    for (const [place, batch] of seen.batches) {
      const fate = fates.get(place)
      if (this.leaders.get(place) !== seen.node) {
        results.push({ place, code: codeOf('NOT_LEADER_OR_FOLLOWER'), offset: -1 })
      } else if (fate !== undefined && fate !== 'lost after') {
        results.push({ place, code: codeOf(fate), offset: -1 })
      } else {
        results.push({ place, ...this.append(place, batch) })
      }
    }
    if (losses.length > 0) throw lost('lost after')
    if (body0(seen) === 0) return new ByteWriter()
    const answer = new ByteWriter()
    answer.array(results, ({ place, code, offset }) => {
      const dash = place.lastIndexOf('-')
      answer.string(place.slice(0, dash))
      answer.array([Number(place.slice(dash + 1))], (partition) => {
        answer.int32(partition)
        answer.int16(code)
        answer.int64(offset)
        answer.int64(-1)
        answer.int64(0)
        answer.array([], () => undefined)
        answer.nullableString(null)
      })
    })
    answer.int32(0)
    return answer
  }

  /** Appends as a broker does: sequence numbers without a hole, one that it has is answered with its first offset. */
  private append(place: string, bytes: Buffer): { code: number; offset: number } {
    const log = this.logs.get(place) ?? { values: [], batches: [] }
    this.logs.set(place, log)
    const head = headOf(bytes)
    const values = valuesIn(bytes)
    assert.equal(values.length, head.count)
    if (head.producerId !== -1n) {
      const ofProducer = log.batches.filter(({ producerId }) => producerId === head.producerId)
      const again = ofProducer.slice(-5).find(({ sequence }) => sequence === head.sequence)
      if (again !== undefined) return { code: 0, offset: again.offset }
      const last = ofProducer.at(-1)
      const expected = last === undefined ? head.sequence : (last.sequence + last.count) % 2 ** 31
      if (head.sequence !== expected) return { code: codeOf('OUT_OF_ORDER_SEQUENCE_NUMBER'), offset: -1 }
    }
    const offset = log.values.length
    log.batches.push({ ...head, offset })
    log.values.push(...values)
    return { code: 0, offset }
  }
}

/** acks of a Produce request. */
const body0 = ({ body }: Seen): number => {
  const reader = new ByteReader(body)
  reader.nullableString()
  return reader.int16()
}

const lost = (when: string): KafkaConnectionError =>
  new KafkaConnectionError('scripted:9092', `connection ${when}`, { uncertain: when === 'lost after' })

const batchesIn = (body: Buffer): Map<string, Buffer> => {
  const reader = new ByteReader(body)
  reader.nullableString()
  reader.int16()
  reader.int32()
  const batches = new Map<string, Buffer>()
  reader.array(() => {
    const topic = reader.string()
    reader.array(() => {
      const partition = reader.int32()
      batches.set(`${topic}-${partition}`, reader.bytes())
    })
  })
  assert.equal(reader.remaining, 0)
  return batches
}

/** What the header of a batch says. */
export const headOf = (batch: Buffer) => ({
  producerId: batch.readBigInt64BE(batchLayout.producerId),
  epoch: batch.readInt16BE(batchLayout.producerEpoch),
  sequence: batch.readInt32BE(batchLayout.baseSequence),
  count: batch.readInt32BE(batchLayout.count),
  transactional: (batch.readInt16BE(batchLayout.attributes) & transactionalFlag) !== 0,
})

/** The values of the records of a batch as text. */
export const valuesIn = (batch: Buffer): string[] => {
  const { batches } = readBatches(batch, { topic: 't', partition: 0, abortedTransactions: null, readCommitted: false })
  return batches.flatMap((one) => [...recordsOf(one)].map(({ value }) => value?.toString() ?? ''))
}

/** Options with short waits. */
export const quickOptions: ProducerOptions = {
  transactionalId: undefined,
  transactionTimeoutMs: 10_000,
  acks: -1,
  idempotent: true,
  compression: 'none',
  batchBytes: 16_384,
  maxRequestBytes: 1_048_576,
  lingerMs: 0,
  requestTimeoutMs: 1000,
  deliveryTimeoutMs: 5000,
  retryBackoffMs: 1,
  clock: systemClock,
}

/** A producer that is initialised; with a transactional id it is in a transaction. */
export const startProducer = async (
  client: ProducerClient,
  options: Partial<ProducerOptions> = {},
): Promise<Producer> => {
  const producer = new Producer(client, { ...quickOptions, ...options })
  await producer.init()
  if (options.transactionalId !== undefined) producer.begin()
  return producer
}

export const text = (value: string): ByteString => toByteString(value)

/** Appends values without keys. */
export const put = (writer: TopicWriter, partition: number | undefined, ...values: string[]): void => {
  for (const value of values) writer.append(partition, 1000, null, text(value), noHeaders)
}

/** For `assert.rejects` and `assert.throws`: a KsError of a kind with such a message. */
export const isKsError = (kind: string, message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof KsError, String(error))
  assert.equal(error.kind, kind)
  assert.match(error.message, message)
  return true
}
