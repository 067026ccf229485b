// Reads partitions ahead of whoever processes them: one long poll per broker at a time, the next one under way while the
// records of the last are processed, until so many bytes wait. Invariant: what is delivered of a partition has no gap and
// begins at the offset that was last assigned; a lost leader or connection costs time, never a record.

import { KsError } from '../model/errors.ts'
import { partitionName } from '../model/topic-partition.ts'
import type { Clock } from '../tasks/clock.ts'
import type { FetchedPartition } from '../tasks/ports.ts'
import type { KafkaClient } from './client.ts'
import { codeOf, errorCode } from './error-codes.ts'
import { fetchRequest, FetchPosition, inRequestOrder } from './fetch-position.ts'
import { isRetriable, KafkaError, toKsError } from './kafka-errors.ts'
import type { AttemptListener } from './outage-notice.ts'
import { askOffsets, partitionBounds } from './partition-offsets.ts'
import type { FetchAnswer, FetchedRecords } from './protocol/fetch.ts'
import { latestTimestamp } from './protocol/list-offsets.ts'
import { isLoaded, loadCompression } from './records/compression.ts'
import type { FetchChannel } from './wire/connection-pool.ts'
import { compressionsIn, readBatches, type ReadBatches } from './records/read-batches.ts'

/** Names in comments are those of Kafka's consumer. */
export interface FetcherOptions {
  /** isolation.level */
  readonly isolation: 'read_committed' | 'read_uncommitted'
  /** fetch.min.bytes */
  readonly minBytes: number
  /** fetch.max.wait.ms */
  readonly maxWaitMs: number
  /** fetch.max.bytes */
  readonly maxBytes: number
  /** max.partition.fetch.bytes */
  readonly maxPartitionBytes: number
  /** Bytes that may wait to be taken; then nothing more is asked for. What waits of paused partitions does not count. */
  readonly bufferBytes: number
  /** retry.backoff.ms; doubles up to a second. 100 if not given. */
  readonly retryBackoffMs?: number
  /** request.timeout.ms: for how long a topic may be unknown, and how long an answer may take. 30 000 if not given. */
  readonly requestTimeoutMs?: number
  /** The connections that it uses: requests on one are answered one after another. 'fetch' if not given. */
  readonly channel?: FetchChannel
  /** Hears of errors after which it goes on by itself, and when it has. */
  readonly attempts?: AttemptListener
}

const longestBackoffMs = 1000
/** A request asks for at least so much, however little room there is. */
const leastRequestBytes = 64 * 1024
/** How long a broker may hold a request while partitions of it are paused, ms. */
const pausedWaitMs = 10

export class Fetcher {
  private readonly client: KafkaClient
  private readonly options: FetcherOptions
  private readonly clock: Clock
  private readonly retryBackoffMs: number
  private readonly requestTimeoutMs: number
  /** By partition name, in the order in which they are asked for: those that brought records go to the end. */
  private readonly positions = new Map<string, FetchPosition>()
  /** Brokers that have a request. */
  private readonly asking = new Set<number>()
  private readonly timers = new Set<NodeJS.Timeout>()
  private failure: KsError | undefined
  private endWait: (() => void) | undefined
  private isWoken = false
  private isClosed = false
  private willPump = false

  constructor(client: KafkaClient, options: FetcherOptions, clock: Clock) {
    this.client = client
    this.options = options
    this.clock = clock
    this.retryBackoffMs = options.retryBackoffMs ?? 100
    this.requestTimeoutMs = options.requestTimeoutMs ?? 30_000
  }

  /** Starts a partition, or starts it over: nothing that was fetched of it before is delivered any more. */
  assign(topic: string, partition: number, offset: number): void {
    const position = new FetchPosition(topic, partition, offset)
    this.positions.delete(position.name)
    this.positions.set(position.name, position)
    this.pumpSoon()
  }

  unassign(topic: string, partition: number): void {
    this.positions.delete(partitionName(topic, partition))
    this.pumpSoon()
  }

  /** Asks for no more of a partition; what has been fetched waits until `resume`. */
  pause(topic: string, partition: number): void {
    const position = this.positions.get(partitionName(topic, partition))
    if (position === undefined || position.isPaused) return
    position.isPaused = true
    this.pumpSoon()
  }

  resume(topic: string, partition: number): void {
    const position = this.positions.get(partitionName(topic, partition))
    if (position?.isPaused !== true) return
    position.isPaused = false
    if (position.waiting !== undefined) this.endWait?.()
    this.pumpSoon()
  }

  /**
   * Takes all that has been fetched, a part for each partition; waits up to `waitMs` if there is nothing, or until `wake`. A
   * part without batches says that position or ends have changed.
   * @throws KsError denied, broker, config or io: the first failure that does not pass, after everything before it.
   */
  async poll(waitMs: number): Promise<readonly FetchedPartition[]> {
    const mayWait = waitMs > 0 && !this.isWoken && this.failure === undefined && !this.isClosed
    if (mayWait && !this.hasParts()) await this.wait(waitMs)
    this.isWoken = false
    const parts: FetchedPartition[] = []
    for (const position of this.positions.values()) {
      if (position.isPaused) continue
      const part = position.take()
      if (part !== undefined) parts.push(part)
    }
    if (parts.length === 0 && this.failure !== undefined) throw this.failure
    this.pump()
    return parts
  }

  /** Ends the wait of the `poll` that waits, or of the next one. */
  wake(): void {
    this.isWoken = true
    this.endWait?.()
  }

  /** Stops; answers that are under way are of no interest any more. */
  close(): Promise<void> {
    this.isClosed = true
    this.positions.clear()
    for (const timer of this.timers) clearTimeout(timer)
    this.timers.clear()
    this.endWait?.()
    return Promise.resolve()
  }

  private hasParts(): boolean {
    for (const { isPaused, waiting } of this.positions.values()) if (!isPaused && waiting !== undefined) return true
    return false
  }

  private wait(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer)
        this.endWait = undefined
        resolve()
      }
      const timer = setTimeout(end, waitMs)
      this.endWait = end
    })
  }

  /** Those that are assigned together are asked for together. */
  private pumpSoon(): void {
    if (this.willPump) return
    this.willPump = true
    queueMicrotask(() => {
      this.willPump = false
      this.pump()
    })
  }

  /** Sends a request to every broker that has something to ask for and none under way. */
  private pump(): void {
    if (this.isClosed || this.failure !== undefined) return
    let room = this.options.bufferBytes
    const leaders = new Set<number>()
    const homeless: FetchPosition[] = []
    const byLeader = new Map<number, FetchPosition[]>()
    for (const position of this.positions.values()) {
      if (position.isPaused) continue
      room -= position.waitingBytes
      const leader = this.client.leader(position.topic, position.partition)
      if (leader !== undefined) leaders.add(leader)
      if (position.isBusy) continue
      if (leader === undefined) homeless.push(position)
      else if (!this.asking.has(leader)) addTo(byLeader, leader, position)
    }
    if (homeless.length > 0) this.findLeaders(homeless)
    if (room <= 0) return
    const share = Math.max(leastRequestBytes, Math.floor(room / Math.max(1, leaders.size)))
    for (const [leader, positions] of byLeader) void this.ask(leader, positions, Math.min(this.options.maxBytes, share))
  }

  private async ask(leader: number, positions: readonly FetchPosition[], maxBytes: number): Promise<void> {
    this.asking.add(leader)
    for (const position of positions) position.isBusy = true
    try {
      // A broker answers one request at a time: one that may be held for long would hold up what is paused now and goes on soon.
      const maxWaitMs = this.hasPaused(leader) ? Math.min(pausedWaitMs, this.options.maxWaitMs) : this.options.maxWaitMs
      const options = { ...this.options, maxWaitMs }
      const request = { ...fetchRequest(positions, options, maxBytes), timeoutMs: this.timeoutMs }
      const answer = await this.client.request(leader, request, this.options.channel ?? 'fetch')
      if (answer.errorCode !== 0) throw new KafkaError(answer.errorCode, 'Fetch')
      await loadCodecs(answer)
      this.judge(leader, positions, answer)
    } catch (error) {
      if (isRetriable(error)) this.retry(positions, error as Error, leader)
      else this.fail(error, positions)
    }
    this.asking.delete(leader)
    this.pump()
  }

  private hasPaused(leader: number): boolean {
    for (const { isPaused, topic, partition } of this.positions.values()) {
      if (isPaused && this.client.leader(topic, partition) === leader) return true
    }
    return false
  }

  private get timeoutMs(): number {
    return this.options.maxWaitMs + this.requestTimeoutMs
  }

  private judge(leader: number, positions: readonly FetchPosition[], answer: FetchAnswer): void {
    const retries = new Map<number, FetchPosition[]>()
    let isFirst = true
    for (const [position, part] of inRequestOrder(positions, answer)) {
      // It may have been assigned anew meanwhile.
      if (this.positions.get(position.name) !== position) continue
      const { code, name, retriable } = errorCode(part?.errorCode ?? 0)
      if (name === 'OFFSET_OUT_OF_RANGE') void this.leaveRange(position, leader)
      else if ((retriable || passes.has(name)) && name !== 'CORRUPT_MESSAGE') addTo(retries, code, position)
      else if (code !== 0) this.fail(new KafkaError(code, 'Fetch'), [position])
      else {
        position.isBusy = false
        position.failures = 0
        position.unknownSinceMs = undefined
        this.options.attempts?.passed(`read ${position.name}`)
        if (part !== undefined) this.accept(position, part, isFirst)
        if (part !== undefined && part.records.length > 0) isFirst = false
      }
    }
    for (const [code, some] of retries) this.retry(some, new KafkaError(code, 'Fetch'), leader)
  }

  /** @param isFirst no partition before it in the request has records: the broker must have sent a whole batch of it. */
  private accept(position: FetchPosition, part: FetchedRecords, isFirst: boolean): void {
    const { topic, partition, name } = position
    let read: ReadBatches
    try {
      const { abortedTransactions } = part
      const readCommitted = this.options.isolation === 'read_committed'
      read = readBatches(part.records, { topic, partition, abortedTransactions, readCommitted })
      if (part.records.length > 0 && read.nextOffset === undefined && isFirst) {
        throw new KsError('io', `the broker cut off the record batch ${name}@${position.offset}`, {
          hint: 'look at the logs of the broker: the log of the partition may be damaged',
        })
      }
    } catch (error) {
      this.fail(error, [position])
      return
    }
    if (read.nextOffset !== undefined) {
      this.positions.delete(name)
      this.positions.set(name, position)
    }
    if (position.add(read, part) && !position.isPaused) this.endWait?.()
  }

  /** The offset is not in the log, or is again: after a change of leaders the end is behind for a moment. */
  private async leaveRange(position: FetchPosition, leader: number): Promise<void> {
    const { topic, partition, name, offset } = position
    try {
      const [bounds, ends] = await Promise.all([
        partitionBounds(this.client, [position], false),
        askOffsets(this.client, [{ topic, partition, timestamp: latestTimestamp }], true),
      ])
      if (this.isClosed || this.positions.get(name) !== position) return
      const { start, end } = bounds.get(name) ?? { start: -1, end: -1 }
      if (offset >= start && offset <= end) {
        this.retry([position], new KafkaError(codeOf('OFFSET_OUT_OF_RANGE'), 'Fetch'), leader)
        return
      }
      // It stays busy: whoever takes this decides where it goes on.
      const decided = this.options.isolation === 'read_committed' ? (ends.get(name) ?? end) : end
      position.leaveRange({ highWatermark: end, lastStableOffset: decided, logStartOffset: start })
      if (!position.isPaused) this.endWait?.()
    } catch (error) {
      this.fail(error, [position])
    }
  }

  /** Asks again after a while, at once if somebody else is the leader now. `leader` is who refused. */
  private retry(positions: readonly FetchPosition[], error: Error, leader: number): void {
    if (this.isClosed) return
    for (const { name } of positions) this.options.attempts?.failed(`read ${name}`, error)
    const isUnknown = error instanceof KafkaError && error.code === codeOf('UNKNOWN_TOPIC_OR_PARTITION')
    for (const position of positions) {
      if (!isUnknown) position.unknownSinceMs = undefined
      else if (this.isUnknownTooLong(position)) this.fail(error, [position])
    }
    void this.refreshThen(positions, leader)
  }

  /** Looks for the leaders of partitions that have none as far as is known. */
  private findLeaders(positions: readonly FetchPosition[]): void {
    for (const position of positions) position.isBusy = true
    void this.refreshThen(positions, undefined)
  }

  private async refreshThen(positions: readonly FetchPosition[], leader: number | undefined): Promise<void> {
    const topics = [...new Set(positions.map(({ topic }) => topic))]
    try {
      await this.client.refreshMetadata(topics)
      if (leader === undefined) await this.checkExistence(positions, topics)
    } catch (error) {
      // Without a broker that answers there is only trying again.
      const isFinal = error instanceof KsError ? error.kind !== 'broker' : !isRetriable(error)
      if (isFinal) this.fail(error, positions)
      else for (const { name } of positions) this.options.attempts?.failed(`read ${name}`, error)
    }
    const current = positions.filter((position) => this.positions.get(position.name) === position)
    for (const position of current) {
      const now = this.client.leader(position.topic, position.partition)
      if (now === undefined) this.options.attempts?.failed(`read ${position.name}`, new Error('it has no leader'))
      this.after(now !== undefined && now !== leader ? 0 : this.backoffMs(position), () => {
        position.isBusy = false
        this.pumpSoon()
      })
    }
  }

  /** Partitions without a leader may have lost it for a while, or may not exist. */
  private async checkExistence(positions: readonly FetchPosition[], topics: readonly string[]): Promise<void> {
    if (positions.every(({ topic, partition }) => this.client.leader(topic, partition) !== undefined)) return
    const known = await this.client.topics(topics)
    for (const position of positions) {
      const { topic, partition } = position
      if (known.get(topic)?.partitions.some((some) => some.partition === partition) === true) {
        position.unknownSinceMs = undefined
      } else if (this.isUnknownTooLong(position)) {
        this.fail(new KafkaError(codeOf('UNKNOWN_TOPIC_OR_PARTITION'), 'Metadata'), [position])
      }
    }
  }

  private isUnknownTooLong(position: FetchPosition): boolean {
    const nowMs = this.clock.now()
    position.unknownSinceMs ??= nowMs
    return nowMs - position.unknownSinceMs >= this.requestTimeoutMs
  }

  private backoffMs(position: FetchPosition): number {
    const factor = 2 ** Math.min(position.failures++, 20)
    return Math.min(this.retryBackoffMs * factor, Math.max(longestBackoffMs, this.retryBackoffMs))
  }

  private after(delayMs: number, action: () => void): void {
    if (this.isClosed) return
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      action()
    }, delayMs)
    this.timers.add(timer)
  }

  private fail(error: unknown, positions: readonly FetchPosition[]): void {
    if (this.isClosed) return
    this.failure ??= toKsError(error, `read ${positions.map(({ name }) => name).join(', ')}`)
    this.endWait?.()
  }
}

/** Not retriable in general, but the Java consumer goes on after them, too. */
const passes: ReadonlySet<string> = new Set(['UNKNOWN_SERVER_ERROR', 'UNKNOWN_LEADER_EPOCH', 'FENCED_LEADER_EPOCH'])

const addTo = <K, V>(lists: Map<K, V[]>, key: K, value: V): void => {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}

const loadCodecs = async ({ topics }: FetchAnswer): Promise<void> => {
  for (const { partitions } of topics) {
    for (const { records } of partitions) {
      for (const type of compressionsIn(records)) if (!isLoaded(type)) await loadCompression(type)
    }
  }
}
