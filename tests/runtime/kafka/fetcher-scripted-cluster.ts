// A cluster in memory for the fetcher: logs of batches with a leader each. It answers as brokers do: at once if there is
// something to say, otherwise when something is appended or a test says that the time is over.

import type { KafkaClient } from '../../../src/runtime/kafka/client.ts'
import { KafkaConnectionError } from '../../../src/runtime/kafka/kafka-errors.ts'
import type { ApiRequest } from '../../../src/runtime/kafka/protocol/api-request.ts'
import type { AbortedTransaction, FetchAnswer, FetchedRecords } from '../../../src/runtime/kafka/protocol/fetch.ts'
import { earliestTimestamp } from '../../../src/runtime/kafka/protocol/list-offsets.ts'
import { ByteReader } from '../../../src/runtime/kafka/wire/byte-reader.ts'
import { ByteWriter } from '../../../src/runtime/kafka/wire/byte-writer.ts'

interface Log {
  leader: number
  start: number
  end: number
  stableEnd: number
  batches: { readonly last: number; readonly bytes: Buffer }[]
  aborted: readonly AbortedTransaction[] | null
  /** Codes with which the next requests for it are answered. */
  errors: number[]
  /** So many bytes of a batch that is not the first with records get into an answer. */
  cutOffBytes: number | undefined
}

export interface AskedPartition {
  readonly name: string
  readonly offset: number
  readonly maxBytes: number
}

export interface AskedFetch {
  readonly node: number
  readonly channel: string | undefined
  readonly maxBytes: number
  readonly isolation: number
  readonly partitions: readonly AskedPartition[]
}

interface Held {
  readonly asked: AskedFetch
  readonly resolve: (answer: FetchAnswer) => void
  readonly reject: (error: Error) => void
}

export class ScriptedCluster {
  readonly logs = new Map<string, Log>()
  /** What the client believes; `refreshMetadata` brings it up to date. */
  private readonly believed = new Map<string, number>()
  readonly fetches: AskedFetch[] = []
  refreshes = 0
  /** Nodes that cannot be reached. */
  readonly down = new Set<number>()
  private held: Held[] = []

  /** What the fetcher uses of a client. */
  get client(): KafkaClient {
    const client = {
      leader: (topic: string, partition: number) => this.believed.get(`${topic}-${partition}`),
      refreshMetadata: () => {
        this.refreshes++
        this.believed.clear()
        for (const [name, { leader }] of this.logs) if (leader >= 0) this.believed.set(name, leader)
        return Promise.resolve()
      },
      topics: (names: readonly string[]) =>
        Promise.resolve(
          new Map(
            names
              .map((topic) => [topic, { partitions: this.partitionsOf(topic) }] as const)
              .filter(([, { partitions }]) => partitions.length > 0),
          ),
        ),
      request: (node: number, request: ApiRequest<unknown>, channel?: string) => this.request(node, request, channel),
    }
    return client as unknown as KafkaClient
  }

  add(name: string, leader = 1): Log {
    const log = {
      leader,
      start: 0,
      end: 0,
      stableEnd: -1,
      batches: [],
      aborted: null,
      errors: [],
      cutOffBytes: undefined,
    }
    this.logs.set(name, log)
    if (leader >= 0) this.believed.set(name, leader)
    return log
  }

  /** Appends bytes of a batch that ends with an offset. */
  append(name: string, last: number, bytes: Buffer): void {
    const log = this.log(name)
    log.batches.push({ last, bytes })
    log.end = last + 1
    this.answerHeld(false)
  }

  /** The time of the long polls is over: those that wait are answered with nothing. */
  release(): void {
    this.answerHeld(true)
  }

  /** Requests that wait for something to be appended. */
  get heldFetches(): readonly AskedFetch[] {
    return this.held.map(({ asked }) => asked)
  }

  /** The connection to a node breaks; what waits there fails. */
  disconnect(node: number): void {
    const lost = this.held.filter(({ asked }) => asked.node === node)
    this.held = this.held.filter(({ asked }) => asked.node !== node)
    for (const { reject } of lost) reject(new KafkaConnectionError(`node ${node}`, 'the connection was lost'))
  }

  private log(name: string): Log {
    const log = this.logs.get(name)
    if (log === undefined) throw new Error(`no log ${name}`)
    return log
  }

  private partitionsOf(topic: string): { partition: number }[] {
    const names = [...this.logs.keys()].filter((name) => name.replace(/-\d+$/, '') === topic)
    return names.map((name) => ({ partition: Number(name.slice(topic.length + 1)) }))
  }

  private request(node: number, request: ApiRequest<unknown>, channel: string | undefined): Promise<unknown> {
    if (this.down.has(node)) return Promise.reject(new KafkaConnectionError(`node ${node}`, 'connect ECONNREFUSED'))
    const writer = new ByteWriter()
    request.encode(writer, request.maxVersion)
    const reader = new ByteReader(writer.toBuffer())
    if (request.name === 'ListOffsets') return Promise.resolve(this.listOffsets(reader))
    if (request.name !== 'Fetch') return Promise.reject(new Error(`unexpected ${request.name}`))
    const asked = readFetch(reader, node, channel)
    this.fetches.push(asked)
    return new Promise((resolve, reject) => {
      this.held.push({ asked, resolve, reject })
      // As over a network: never before the caller goes on.
      setImmediate(() => this.answerHeld(false))
    })
  }

  private answerHeld(isTimeOver: boolean): void {
    const waiting: Held[] = []
    for (const entry of this.held) {
      const parts = this.answer(entry.asked)
      const hasSomething = parts.some(({ part }) => part.records.length > 0 || part.errorCode !== 0)
      if (!hasSomething && !isTimeOver) {
        waiting.push(entry)
        continue
      }
      for (const { name } of parts) this.logs.get(name)?.errors.shift()
      const topics = parts.map(({ name, part }) => ({ topic: name.replace(/-\d+$/, ''), partitions: [part] }))
      entry.resolve({ throttleMs: 0, errorCode: 0, topics })
    }
    this.held = waiting
  }

  private answer({ node, partitions, maxBytes }: AskedFetch): { name: string; part: FetchedRecords }[] {
    let room = maxBytes
    let isFirst = true
    return partitions.map(({ name, offset, maxBytes: partitionMax }) => {
      const partition = Number(/\d+$/.exec(name)?.[0])
      const nothing = {
        partition,
        highWatermark: -1,
        lastStableOffset: -1,
        logStartOffset: -1,
        abortedTransactions: null,
      }
      const refuse = (errorCode: number) => ({ name, part: { ...nothing, errorCode, records: Buffer.alloc(0) } })
      const log = this.logs.get(name)
      if (log === undefined) return refuse(3)
      const [error = 0] = log.errors
      if (error !== 0) return refuse(error)
      if (log.leader !== node) return refuse(6)
      if (offset < log.start || offset > log.end) return refuse(1)

      const chosen: Buffer[] = []
      let size = 0
      for (const { last, bytes } of log.batches) {
        if (last < offset) continue
        if (size + bytes.length > Math.min(room, partitionMax) && !(isFirst && size === 0)) {
          if (log.cutOffBytes !== undefined) chosen.push(bytes.subarray(0, log.cutOffBytes))
          break
        }
        chosen.push(bytes)
        size += bytes.length
      }
      room -= size
      const records = Buffer.concat(chosen)
      if (records.length > 0) isFirst = false
      const part = {
        partition,
        errorCode: 0,
        highWatermark: log.end,
        lastStableOffset: log.stableEnd,
        logStartOffset: log.start,
        abortedTransactions: log.aborted,
        records,
      }
      return { name, part }
    })
  }

  private listOffsets(reader: ByteReader): unknown {
    reader.int32()
    reader.int8()
    return {
      topics: reader.array(() => {
        const topic = reader.string()
        const partitions = reader.array(() => {
          const partition = reader.int32()
          reader.int32()
          const timestamp = reader.int64()
          const { start, end } = this.log(`${topic}-${partition}`)
          const offset = timestamp === earliestTimestamp ? start : end
          return { partition, errorCode: 0, timestamp: -1, offset, leaderEpoch: 0 }
        })
        return { topic, partitions }
      }),
    }
  }
}

/** The body of Fetch v11. */
const readFetch = (reader: ByteReader, node: number, channel: string | undefined): AskedFetch => {
  reader.int32()
  reader.int32()
  reader.int32()
  const maxBytes = reader.int32()
  const isolation = reader.int8()
  reader.int32()
  reader.int32()
  const partitions = reader.array(() => {
    const topic = reader.string()
    return reader.array(() => {
      const name = `${topic}-${reader.int32()}`
      reader.int32()
      const offset = reader.int64()
      reader.int64()
      return { name, offset, maxBytes: reader.int32() }
    })
  })
  return { node, channel, maxBytes, isolation, partitions: partitions.flat() }
}
