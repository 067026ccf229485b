// Sends batches: one Produce request per broker carries a batch of each partition that has one. A partition has one batch
// under way at a time and repeats it, the same bytes to the same partition, wherever its leader is, until it is acknowledged;
// so no retry loses, doubles or reorders a record. An error that a repetition cannot cure is final.

import { KsError } from '../../model/errors.ts'
import type { Clock } from '../../tasks/clock.ts'
import type { KafkaClient } from '../client.ts'
import { faultPoint } from '../../tasks/fault-point.ts'
import { codeOf, errorCode } from '../error-codes.ts'
import type { AttemptListener } from '../outage-notice.ts'
import { isRetriable, KafkaConnectionError, KafkaError, toKsError } from '../kafka-errors.ts'
import { produce, type ProduceAnswer, type ProducedPartition } from '../protocol/produce.ts'
import { byTopic } from '../protocol/by-topic.ts'
import type { ClosedBatch, PartitionBatches } from './partition-batches.ts'
import { failureOf } from './producer-errors.ts'
import { type AccumulatorOptions, RecordAccumulator } from './record-accumulator.ts'

/** What the producer needs of the client. */
export type ProducerClient = Pick<
  KafkaClient,
  'topics' | 'leader' | 'refreshMetadata' | 'request' | 'coordinator' | 'forgetCoordinator'
>

/** Times in ms, sizes in bytes; see ProducerOptions. */
export interface SenderOptions extends AccumulatorOptions {
  readonly acks: -1 | 0 | 1
  readonly requestTimeoutMs: number
  readonly deliveryTimeoutMs: number
  readonly retryBackoffMs: number
  readonly clock: Clock
  /** Hears of errors after which a batch is repeated, and when it has arrived. */
  readonly attempts?: AttemptListener
}

/** A batch in a request. */
interface Shipment {
  readonly partition: PartitionBatches
  readonly batch: ClosedBatch
}

/** So many requests may be under way to one broker, each with other partitions. */
const requestsPerBroker = 5
/** A backoff doubles up to this, ms (retry.backoff.max.ms of the Java client). */
const maxBackoffMs = 1000

export class Sender {
  readonly records: RecordAccumulator
  private readonly client: ProducerClient
  private readonly options: SenderOptions
  private readonly admit: (partition: PartitionBatches) => boolean
  private readonly requestsUnderWay = new Map<number, number>()
  private readonly timers = new Set<NodeJS.Timeout>()

  /** `admit` says whether a partition may be sent to; if not, it sees to it that `pump` is called when that has changed. */
  constructor(client: ProducerClient, options: SenderOptions, admit: (partition: PartitionBatches) => boolean) {
    this.client = client
    this.options = options
    this.admit = admit
    this.records = new RecordAccumulator(options, () => this.pump())
  }

  /** Sends what is ready and may be sent. */
  pump(): void {
    const loads = new Map<number, Shipment[]>()
    const loadBytes = new Map<number, number>()
    for (const partition of this.records.ready) {
      if (!this.admit(partition)) continue
      const leader = this.client.leader(partition.topic, partition.partition) ?? noLeader
      const bytes = partition.nextBytes
      let load = loads.get(leader)
      if (load !== undefined && (loadBytes.get(leader) ?? 0) + bytes > this.options.maxRequestBytes) {
        this.ship(leader, load)
        load = undefined
      }
      if (load === undefined) {
        loads.delete(leader)
        if ((this.requestsUnderWay.get(leader) ?? 0) >= requestsPerBroker) continue
        loads.set(leader, (load = []))
        loadBytes.set(leader, 0)
      }
      const batch = this.records.take(partition)
      if (batch === undefined) continue
      load.push({ partition, batch })
      loadBytes.set(leader, (loadBytes.get(leader) ?? 0) + bytes)
    }
    for (const [leader, load] of loads) this.ship(leader, load)
  }

  /** Ends it; `flush` and `drain` reject with the first error. */
  fail(error: Error): void {
    for (const timer of this.timers) clearTimeout(timer)
    this.timers.clear()
    this.records.fail(error)
  }

  private ship(leader: number, shipments: readonly Shipment[]): void {
    if (shipments.length === 0) return
    if (leader === noLeader) void this.repeatWithoutLeader(shipments)
    else void this.send(leader, shipments)
  }

  private async send(leader: number, shipments: readonly Shipment[]): Promise<void> {
    const { transactionalId, acks, requestTimeoutMs } = this.options
    this.requestsUnderWay.set(leader, (this.requestsUnderWay.get(leader) ?? 0) + 1)
    let answer: ProduceAnswer | undefined
    let problem: unknown
    try {
      const loads = shipments.map(({ partition: { topic, partition }, batch }) => ({ topic, partition, batch }))
      const topics = byTopic(loads, ({ partition, batch }) => ({ partition, records: batch.bytes }))
      const request = produce({ transactionalId: transactionalId ?? null, acks, timeoutMs: requestTimeoutMs, topics })
      faultPoint('before-produce')
      answer = await this.client.request(leader, request)
    } catch (error) {
      problem = error
    }
    this.requestsUnderWay.set(leader, (this.requestsUnderWay.get(leader) ?? 1) - 1)
    if (this.records.failure !== undefined) return

    if (problem instanceof KafkaConnectionError && problem.retriable) {
      this.repeat(shipments, problem)
    } else if (answer === undefined) {
      this.fail(toKsError(problem, `produce to ${placesOf(shipments)}`))
    } else if (acks === 0) {
      for (const { partition } of shipments) this.records.acknowledge(partition, unknownOffset)
    } else {
      this.judge(shipments, answer)
    }
    this.pump()
  }

  private judge(shipments: readonly Shipment[], answer: ProduceAnswer): void {
    const results = new Map<string, ProducedPartition>()
    for (const { topic, partitions } of answer.topics) {
      for (const result of partitions) results.set(`${topic} ${result.partition}`, result)
    }
    const repeated = new Map<number, Shipment[]>()
    for (const shipment of shipments) {
      const { partition } = shipment
      const result = results.get(`${partition.topic} ${partition.partition}`)
      if (result === undefined) return this.fail(new KsError('broker', `no answer for ${placesOf([shipment])}`))
      const { code, name, retriable } = errorCode(result.errorCode)
      if (name === 'NONE' || name === 'DUPLICATE_SEQUENCE_NUMBER') {
        this.records.acknowledge(partition, result.baseOffset)
        this.options.attempts?.passed(`write to ${partition.topic}-${partition.partition}`)
      } else if (retriable) {
        repeated.set(code, [...(repeated.get(code) ?? []), shipment])
      } else {
        return this.fail(refusal(shipment, result))
      }
    }
    for (const [code, some] of repeated) this.repeat(some, new KafkaError(code, 'Produce'))
  }

  /** Sends the batches again after a while, unless they are too old. */
  private repeat(shipments: readonly Shipment[], problem: Error): void {
    const { clock, deliveryTimeoutMs, requestTimeoutMs, retryBackoffMs } = this.options
    // A topic that is deleted does not come back; its partitions may be missing for a moment after it was made.
    const isMissing = problem instanceof KafkaError && problem.name === 'UNKNOWN_TOPIC_OR_PARTITION'
    const now = clock.now()
    let attempts = 0
    for (const shipment of shipments) {
      const { batch, partition } = shipment
      batch.attempts++
      this.options.attempts?.failed(`write to ${placesOf([shipment])}`, problem)
      attempts = Math.max(attempts, batch.attempts)
      partition.unknownSinceMs = isMissing ? (partition.unknownSinceMs ?? now) : undefined
      if (now - (partition.unknownSinceMs ?? now) >= requestTimeoutMs) {
        return this.fail(undelivered(shipment, requestTimeoutMs, problem))
      }
      if (now - batch.closedAt >= deliveryTimeoutMs) {
        return this.fail(undelivered(shipment, deliveryTimeoutMs, problem))
      }
    }
    const again = (): void => {
      for (const { partition } of shipments) this.records.release(partition)
      this.pump()
    }
    const backoffMs = Math.min(retryBackoffMs * 2 ** (attempts - 1), maxBackoffMs)
    if (problem instanceof KafkaError && leaderStays.has(problem.name)) return this.after(backoffMs, again)
    // If there is no fresh metadata now, the next attempt fails in the same way and asks again.
    const refreshed = this.client.refreshMetadata(topicsOf(shipments)).catch(() => undefined)
    void refreshed.then(() => this.after(backoffMs, again))
  }

  private async repeatWithoutLeader(shipments: readonly Shipment[]): Promise<void> {
    try {
      const topics = await this.client.topics(topicsOf(shipments))
      const missing = shipments.filter(({ partition }) => !topics.has(partition.topic))
      const others = shipments.filter(({ partition }) => topics.has(partition.topic))
      if (missing.length > 0) this.repeat(missing, new KafkaError(codeOf('UNKNOWN_TOPIC_OR_PARTITION'), 'Metadata'))
      if (others.length > 0) this.repeat(others, new Error('its leader is not known'))
    } catch (error) {
      if (this.records.failure !== undefined) return
      if (mayPass(error)) this.repeat(shipments, error as Error)
      else this.fail(toKsError(error, `produce to ${placesOf(shipments)}`))
    }
  }

  private after(delayMs: number, action: () => void): void {
    if (this.records.failure !== undefined) return
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      action()
    }, delayMs)
    this.timers.add(timer)
  }
}

/** What the search for a leader has ended with may be over soon: not a missing right, nor a client that was closed. */
const mayPass = (error: unknown): boolean =>
  error instanceof KsError
    ? error.kind === 'broker' && !(error.cause instanceof KafkaConnectionError && !error.cause.retriable)
    : isRetriable(error)

const noLeader = -1
const unknownOffset = -1

/** Errors of a leader that knows that it is one: asking for metadata would not help. */
const leaderStays: ReadonlySet<string> = new Set([
  'NOT_ENOUGH_REPLICAS',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'CONCURRENT_TRANSACTIONS',
])

const topicsOf = (shipments: readonly Shipment[]): string[] => [
  ...new Set(shipments.map(({ partition }) => partition.topic)),
]

const placesOf = (shipments: readonly Shipment[]): string =>
  [...new Set(shipments.map(({ partition }) => `${partition.topic}-${partition.partition}`))].join(', ')

const undelivered = (shipment: Shipment, timeoutMs: number, reason: Error): KsError => {
  const { message } = toKsError(reason, `deliver to ${placesOf([shipment])} within ${timeoutMs} ms`)
  const hint =
    'see whether the topic is there and enough of its replicas are in sync; delivery.timeout.ms says how long to try'
  return new KsError('broker', message, { hint, cause: reason })
}

const refusal = (shipment: Shipment, result: ProducedPartition): Error => {
  const { topic, partition } = shipment.partition
  const { count, bytes } = shipment.batch
  const { name, message } = errorCode(result.errorCode)
  switch (name) {
    case 'MESSAGE_TOO_LARGE':
      return new KsError('data', `topic ${topic} takes no batch of ${bytes.length} bytes (${count} of its records)`, {
        hint: 'lower batch.size, or raise max.message.bytes of the topic',
      })
    case 'INVALID_RECORD':
    case 'INVALID_TIMESTAMP':
      return new KsError('data', `${topic}-${partition} refuses a record: ${result.errorMessage ?? message}`)
    default:
      return failureOf(result.errorCode, 'Produce', `produce to ${topic}-${partition}`)
  }
}
