// The producer: records into topics, exactly once inside transactions, at least once (or idempotent) without. Its life is
// INIT → READY → (IN_TXN → READY)*; the first failure is final, because after it nobody knows what the broker has. The caller
// throws it away then; the `init` of the next one with the same transactional id decides what was left undecided.

import { setTimeout as pause } from 'node:timers/promises'
import { KsError } from '../../model/errors.ts'
import type { Clock } from '../../tasks/clock.ts'
import { errorCode } from '../error-codes.ts'
import { toKsError } from '../kafka-errors.ts'
import type { AttemptListener } from '../outage-notice.ts'
import { initProducerId } from '../protocol/init-producer-id.ts'
import { type CompressionType, loadCompression } from '../records/compression.ts'
import { askCoordinator } from './coordinator-requests.ts'
import { PartitionBatches } from './partition-batches.ts'
import { failureOf, TransactionUncertain } from './producer-errors.ts'
import type { RecordAccumulator } from './record-accumulator.ts'
import { type ProducerClient, Sender } from './sender.ts'
import { type AppendTo, createTopicWriter, type TopicWriter } from './topic-writer.ts'
import { type GroupMember, type GroupOffset, TransactionCoordinator } from './transaction-coordinator.ts'

/** Names in comments are those of Kafka's producer. */
export interface ProducerOptions {
  /** transactional.id; undefined: no transactions. */
  readonly transactionalId: string | undefined
  /** transaction.timeout.ms: the broker aborts a transaction that is open for longer. */
  readonly transactionTimeoutMs: number
  /** acks: -1 all in-sync replicas, 1 the leader, 0 nobody. With transactions it is -1. */
  readonly acks: -1 | 0 | 1
  /** enable.idempotence: no record twice after a retry. Only acks -1 allows it, so with others it has no effect, as in Java's client; transactions imply it. */
  readonly idempotent: boolean
  /** compression.type. */
  readonly compression: CompressionType
  /** batch.size: a batch is closed before it gets larger than this, before compression, bytes. */
  readonly batchBytes: number
  /** max.request.size: of a record and of a request, bytes. */
  readonly maxRequestBytes: number
  /** linger.ms: how long a batch that is not full waits for more, unless `kick` or `flush` come first; 0: until they do. */
  readonly lingerMs: number
  /** request.timeout.ms. */
  readonly requestTimeoutMs: number
  /** delivery.timeout.ms: a batch that is not acknowledged for so long, after retries, fails the producer. */
  readonly deliveryTimeoutMs: number
  /** task.timeout.ms (delivery.timeout.ms if not given): how long `init` waits for the broker and for transactions that are open. */
  readonly initTimeoutMs?: number
  /** retry.backoff.ms: doubles with each retry, up to 1 s. */
  readonly retryBackoffMs: number
  readonly clock: Clock
  /** Hears of errors after which it goes on by itself, and when it has. */
  readonly attempts?: AttemptListener
}

/** How long `abandon` waits for the end of a transaction. */
const abandonMs = 2_000

type State = 'INIT' | 'READY' | 'IN_TXN' | 'COMMIT' | 'ABORT' | 'CLOSED'

export class Producer {
  private state: State = 'INIT'
  private appended = false
  private offsetsAdded = false
  private addingOffsets = 0
  private readonly client: ProducerClient
  private readonly options: ProducerOptions
  private readonly sender: Sender
  private readonly records: RecordAccumulator
  private readonly transactions: TransactionCoordinator | undefined
  private readonly topics = new Map<string, readonly PartitionBatches[]>()

  /** @throws KsError `config` for transactions without acks -1. */
  constructor(client: ProducerClient, options: ProducerOptions) {
    const { transactionalId, acks, clock } = options
    if (acks !== -1 && transactionalId !== undefined) {
      throw new KsError('config', `transactions need acks=all, not acks=${acks}`)
    }
    this.client = client
    this.options = options
    if (transactionalId !== undefined) {
      this.transactions = new TransactionCoordinator(
        client,
        { clock, transactionalId, timeoutMs: options.transactionTimeoutMs },
        { onAdded: () => this.sender.pump(), onFailure: (error) => this.sender.fail(error) },
      )
    }
    this.sender = new Sender(client, options, (partition) => this.transactions?.include(partition) ?? true)
    this.records = this.sender.records
  }

  /** First failure, if any; every method rejects with it from then on. */
  get failure(): Error | undefined {
    return this.records.failure
  }

  /** Bytes appended and not yet acknowledged. */
  get bufferedBytes(): number {
    return this.records.bufferedBytes
  }

  get inTransaction(): boolean {
    return this.state === 'IN_TXN' || this.state === 'COMMIT' || this.state === 'ABORT'
  }

  /** True if something was appended or offsets were added since `begin`. */
  get touched(): boolean {
    return this.inTransaction && (this.appended || this.offsetsAdded)
  }

  /**
   * Gets a producer id, for up to task.timeout.ms. When it has succeeded, earlier transactions of the transactional id are
   * decided and older producers with it are fenced.
   * @throws KsError `denied`, `config` or `broker`.
   */
  async init(): Promise<void> {
    this.expect('INIT')
    const { transactionalId, transactionTimeoutMs, compression, clock, deliveryTimeoutMs, acks } = this.options
    const { initTimeoutMs = deliveryTimeoutMs } = this.options
    await loadCompression(compression)
    if (transactionalId !== undefined || (this.options.idempotent && acks === -1)) {
      const who = transactionalId === undefined ? '' : ` for transactional id ${transactionalId}`
      const { producerId, producerEpoch } = await askCoordinator(this.client, clock, {
        coordinator: transactionalId === undefined ? undefined : { kind: 'transaction', key: transactionalId },
        request: initProducerId({ transactionalId: transactionalId ?? null, transactionTimeoutMs }),
        errorCodeOf: (answer) => answer.errorCode,
        repeatable: true,
        purpose: `get a producer id${who}`,
        deadline: clock.now() + initTimeoutMs,
        overdue: 'fatal',
      })
      this.records.identify({ producerId, producerEpoch })
      this.transactions?.identify({ producerId, producerEpoch })
    }
    this.state = 'READY'
  }

  /**
   * Opens a topic for writing.
   * @throws KsError `config` if it does not exist, `denied` if it may not be written.
   */
  async open(topic: string): Promise<TopicWriter> {
    this.throwFailure()
    let partitions = this.topics.get(topic)
    if (partitions === undefined) {
      const count = await this.partitionCount(topic)
      partitions =
        this.topics.get(topic) ?? Array.from({ length: count }, (_, number) => new PartitionBatches(topic, number))
      this.topics.set(topic, partitions)
    }
    return createTopicWriter(topic, partitions, this.append, Math.floor(Math.random() * partitions.length))
  }

  /** Sends all open batches now, without waiting. */
  kick(): void {
    this.records.kick()
  }

  /**
   * Waits until at most so many bytes are not acknowledged, in a transaction for up to transaction.timeout.ms. Rejects with the
   * failure.
   */
  drain(maxBytes: number): Promise<void> {
    const drained = this.records.drain(maxBytes)
    return this.transactions === undefined || this.records.bufferedBytes <= maxBytes ? drained : this.inTime(drained)
  }

  /** Sends everything and waits until what was appended before is acknowledged. Rejects with the failure. */
  flush(): Promise<void> {
    return this.records.flush()
  }

  /** Offset after the highest one that this producer has got acknowledged in a partition; undefined if there is none. */
  nextOffset(topic: string, partition: number): number | undefined {
    return this.topics.get(topic)?.[partition]?.nextOffset
  }

  /** Begins a transaction. The broker hears of it with the first record or offset. */
  begin(): void {
    if (this.transactions === undefined) throw new Error('a producer without a transactional id has no transactions')
    this.throwFailure()
    this.expect('READY')
    this.transactions.begin()
    this.appended = false
    this.offsetsAdded = false
    this.state = 'IN_TXN'
  }

  /**
   * Makes positions of a group part of the transaction (KIP-447). Records appended before are on their way meanwhile.
   * @throws ProducerFenced if the member is not of the group's current generation; TransactionUncertain; a KsError.
   */
  async addOffsets(group: GroupMember, offsets: readonly GroupOffset[]): Promise<void> {
    const { transactions } = this
    this.throwFailure()
    this.expect('IN_TXN')
    if (transactions === undefined || offsets.length === 0) return
    this.records.kick()
    this.offsetsAdded = true
    this.addingOffsets++
    await this.orFail(() => transactions.addOffsets(group, offsets))
    this.addingOffsets--
  }

  /**
   * Flushes and commits; without anything touched it sends nothing.
   * @throws ProducerFenced, TransactionUncertain (also if it cannot be flushed within transaction.timeout.ms), or a KsError.
   */
  async commit(): Promise<void> {
    await this.end('COMMIT')
  }

  /** Aborts. What was not sent yet is not sent any more. */
  async abort(): Promise<void> {
    await this.end('ABORT')
  }

  /**
   * Aborts an open transaction, or flushes what is appended, for up to request.timeout.ms.
   * @throws the failure, if it comes up now: not everything appended has arrived.
   */
  async close(): Promise<void> {
    if (this.state === 'CLOSED') return
    const { requestTimeoutMs } = this.options
    let timer: NodeJS.Timeout | undefined
    const timedOut = new Promise<never>((_, reject) => {
      const error = new KsError('broker', `not everything was acknowledged within ${requestTimeoutMs} ms`)
      timer = setTimeout(() => reject(error), requestTimeoutMs)
    })
    try {
      const finished = this.state === 'IN_TXN' ? this.abort() : this.flush()
      if (this.failure === undefined) await Promise.race([finished, timedOut])
      else await finished.catch(() => undefined)
    } finally {
      clearTimeout(timer)
      this.state = 'CLOSED'
      this.sender.fail(new Error('the producer is closed'))
    }
  }

  /**
   * Ends it after an error of somebody else: what is not acknowledged is forgotten. An open transaction is aborted if the
   * broker answers within `waitMs`: until then it holds up those who read the topics. Never throws.
   */
  async abandon(waitMs = abandonMs): Promise<void> {
    if (this.state === 'CLOSED') return
    const timer = new AbortController()
    try {
      if (this.state === 'IN_TXN')
        await Promise.race([this.abort(), pause(waitMs, undefined, { signal: timer.signal })])
    } catch {
      // The broker aborts it by itself after transaction.timeout.ms.
    } finally {
      timer.abort()
      this.state = 'CLOSED'
      this.sender.fail(new Error('the producer was abandoned'))
    }
  }

  private readonly append: AppendTo = (to, timestamp, key, value, headers) => {
    if (this.transactions === undefined) {
      if (this.state !== 'READY') this.expect('READY')
    } else {
      if (this.state !== 'IN_TXN') this.expect('IN_TXN')
      this.appended = true
    }
    this.throwFailure()
    this.records.append(to, timestamp, key, value, headers)
  }

  private async end(how: 'COMMIT' | 'ABORT'): Promise<void> {
    const { transactions } = this
    this.throwFailure()
    this.expect('IN_TXN')
    if (transactions === undefined) return
    if (this.addingOffsets > 0) throw new Error('offsets are still being added to the transaction')
    this.state = how
    await this.orFail(async () => {
      // Batches with a sequence number have to arrive even so: a hole in the sequence would end the producer.
      if (how === 'ABORT') this.records.discardOpen()
      await this.inTime(this.records.flush())
      await transactions.end(how === 'COMMIT')
      this.throwFailure()
    })
    this.state = 'READY'
  }

  /** Waits for acknowledgements for as long as the broker keeps a transaction open; then it has no more use. */
  private async inTime(acknowledged: Promise<void>): Promise<void> {
    const { transactionTimeoutMs } = this.options
    const timer = setTimeout(() => {
      const text = `not everything in it was acknowledged within ${transactionTimeoutMs} ms (transaction.timeout.ms)`
      this.sender.fail(new TransactionUncertain(`cannot end the transaction: ${text}`, undefined))
    }, transactionTimeoutMs)
    try {
      await acknowledged
    } finally {
      clearTimeout(timer)
    }
  }

  /** Makes an error of the transaction final. */
  private async orFail(action: () => Promise<void>): Promise<void> {
    this.throwFailure()
    try {
      await action()
    } catch (error) {
      this.sender.fail(error as Error)
      throw this.failure ?? error
    }
  }

  private async partitionCount(topic: string): Promise<number> {
    const find = async (refresh: boolean) => (await this.client.topics([topic], refresh)).get(topic)
    try {
      const found = (await find(false)) ?? (await find(true))
      if (found !== undefined && found.partitions.length > 0) return found.partitions.length
      const code = found?.errorCode ?? 0
      if (code !== 0 && !errorCode(code).retriable) throw failureOf(code, 'Metadata', `write to topic ${topic}`)
    } catch (error) {
      throw toKsError(error, `write to topic ${topic}`)
    }
    throw new KsError('config', `topic ${topic} does not exist`, { hint: 'create it, or check the name' })
  }

  private throwFailure(): void {
    const { failure } = this
    if (failure !== undefined) throw failure
  }

  private expect(state: State): void {
    if (this.state !== state) throw new Error(`the producer is ${this.state}, which should be ${state}`)
  }
}
