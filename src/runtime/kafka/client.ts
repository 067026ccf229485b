// A Kafka cluster: its brokers, where topics and coordinators are, and requests to them. One request is one attempt; who sends
// it decides about repeating it. Only questions that change nothing (where something is) are repeated here.

import { setTimeout as pause } from 'node:timers/promises'
import { KsError } from '../model/errors.ts'
import { retryPause, untilAborted } from './group/retry-pause.ts'
import { errorCode } from './error-codes.ts'
import { isRetriable, KafkaConnectionError, KafkaError, throwIfError, toKsError } from './kafka-errors.ts'
import type { ApiRequest } from './protocol/api-request.ts'
import { type CoordinatorKind, findCoordinator } from './protocol/find-coordinator.ts'
import { type BrokerNode, metadata, type MetadataAnswer, type TopicMetadata } from './protocol/metadata.ts'
import { closedInHandshake } from './wire/connection-problems.ts'
import { type Address, type Channel, ConnectionPool, type PoolOptions } from './wire/connection-pool.ts'

export interface ClientOptions extends PoolOptions {
  /** metadata.max.age.ms */
  readonly metadataMaxAgeMs: number
  /** retry.backoff.ms */
  readonly retryBackoffMs: number
}

/** What is known of a topic, and since when. */
interface KnownTopic {
  readonly topic: TopicMetadata
  readonly atMs: number
  /** Answers in a row that knew less than this. */
  readonly outdated: number
}

/** So many answers in a row with older leaders are believed: then the topic was made anew, and its epochs began again. */
const mostOutdated = 3

const addressOf = ({ host, port }: Address): string => `${host}:${port}`

export class KafkaClient {
  private readonly options: ClientOptions
  private readonly pool: ConnectionPool
  private readonly known = new Map<string, KnownTopic>()
  private readonly coordinators = new Map<string, Promise<number>>()
  private cluster: string | undefined
  private upcoming: { readonly names: Set<string>; readonly done: Promise<void> } | undefined
  private lastRefresh: Promise<void> = Promise.resolve()
  private lastRefreshMs = -Infinity

  private constructor(options: ClientOptions) {
    this.options = options
    this.pool = new ConnectionPool(options)
  }

  /**
   * Tries each bootstrap server in turn until one answers or `deadlineMs` have passed; at once if nobody listens at any.
   * @throws KsError broker, which says what was tried; denied or config if no repetition mends it; the reason of the signal.
   */
  static async connect(options: ClientOptions, deadlineMs: number, signal: AbortSignal): Promise<KafkaClient> {
    const client = new KafkaClient(options)
    const late = new AbortController()
    const timer = setTimeout(() => {
      late.abort()
    }, deadlineMs)
    try {
      await client.findCluster(AbortSignal.any([signal, late.signal]), late.signal)
      return client
    } catch (error) {
      await client.close()
      signal.throwIfAborted()
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  /** undefined if the brokers do not say. */
  get clusterId(): string | undefined {
    return this.cluster
  }

  /**
   * Metadata of topics; what is older than metadata.max.age.ms is asked for anew. Topics that do not exist are missing from
   * the result, and are not made. Repeated for up to request.timeout.ms.
   * @throws KsError denied if this user may not see one of them, config if a name is none, broker.
   */
  async topics(names: readonly string[], refresh = false): Promise<ReadonlyMap<string, TopicMetadata>> {
    const oldest = this.options.clock.now() - this.options.metadataMaxAgeMs
    const isFresh = (name: string): boolean => (this.known.get(name)?.atMs ?? -Infinity) > oldest
    const wanted = refresh ? names : names.filter((name) => !isFresh(name))
    const answered = new Map<string, TopicMetadata>()
    if (wanted.length > 0) {
      const answer = await this.repeated(`look up ${listed(wanted)}`, () => this.request('any', metadata(wanted)))
      this.learn(answer)
      for (const topic of answer.topics) {
        const learnt = topic.errorCode === 0 ? this.known.get(topic.name)?.topic : undefined
        if (!isMissing(topic)) answered.set(topic.name, learnt ?? topic)
      }
    }
    const found = new Map<string, TopicMetadata>()
    for (const name of names) {
      const topic = answered.get(name) ?? this.known.get(name)?.topic
      if (topic === undefined) continue
      if (topic.errorCode !== 0 && !errorCode(topic.errorCode).retriable) {
        throw toKsError(new KafkaError(topic.errorCode, 'Metadata'), `use topic ${name}`)
      }
      found.set(name, topic)
    }
    return found
  }

  /**
   * Metadata of all topics that this user may see, internal ones too. Repeated for up to request.timeout.ms.
   * @throws KsError
   */
  async allTopics(): Promise<readonly TopicMetadata[]> {
    const answer = await this.repeated('list the topics', () => this.request('any', metadata(null)))
    this.learn(answer)
    return answer.topics
  }

  /** The brokers as last heard, by node id. */
  brokers(): readonly BrokerNode[] {
    return this.pool.brokers
  }

  /**
   * The node that creates topics and the like, asked for each time; with KRaft any broker. Repeated for up to
   * request.timeout.ms.
   * @throws KsError
   */
  async controller(): Promise<number> {
    return this.repeated('find the controller', async () => {
      const answer = await this.request('any', metadata([]))
      this.learn(answer)
      if (answer.controllerId < 0) throw new KafkaConnectionError('controller', 'the cluster has none at the moment')
      return answer.controllerId
    })
  }

  /** Node id of the leader as last heard; undefined if there is none or the topic has not been asked for. */
  leader(topic: string, partition: number): number | undefined {
    const known = this.known.get(topic)
    if (known === undefined) return undefined
    if (known.atMs + this.options.metadataMaxAgeMs < this.options.clock.now() && this.upcoming === undefined) {
      // Meanwhile the old answer is good enough: if it is wrong, the broker says so.
      this.refreshMetadata([topic]).catch(() => undefined)
    }
    const { partitions } = known.topic
    const there = partitions[partition]
    const found = there?.partition === partition ? there : partitions.find((each) => each.partition === partition)
    return found === undefined || found.leader < 0 ? undefined : found.leader
  }

  /**
   * Asks where topics are now, and which brokers there are; once. Calls that come before the question is sent are answered
   * together, and it is sent no more often than once per retry.backoff.ms.
   * @throws KsError if no repetition helps; if only no broker answers, what is known stays and nothing is thrown.
   */
  refreshMetadata(topics: readonly string[]): Promise<void> {
    const names = this.upcoming?.names ?? new Set<string>()
    for (const name of topics) names.add(name)
    if (this.upcoming === undefined) {
      const done = this.lastRefresh.then(() => this.refresh(names))
      this.lastRefresh = done.catch(() => undefined)
      this.upcoming = { names, done }
    }
    return this.upcoming.done
  }

  /**
   * One request to one broker, one attempt; a connection is opened if need be. `any` is any broker that can be reached.
   * A broker answers the requests of one channel in order: a Heartbeat waits for a JoinGroup before it.
   * @throws KafkaConnectionError; KsError broker if there is no common version or the answer cannot be read, denied or
   * config if there can be no connection; what `decode` throws.
   */
  async request<T>(nodeId: number | 'any', request: ApiRequest<T>, channel: Channel = 'main'): Promise<T> {
    const connection = await (nodeId === 'any' ? this.pool.acquireAny(channel) : this.pool.acquire(nodeId, channel))
    return connection.request(request)
  }

  /**
   * The broker that looks after a group or a transactional id; asked for once, until it is forgotten. While there is none the
   * question is repeated for up to request.timeout.ms.
   * @throws KafkaError or KafkaConnectionError, those that can be retried after that time; KsError.
   */
  coordinator(kind: CoordinatorKind, key: string): Promise<number> {
    const name = `${kind} ${key}`
    const cached = this.coordinators.get(name)
    if (cached !== undefined) return cached
    const found = this.repeat(async () => {
      const answer = await this.request('any', findCoordinator(kind, key))
      throwIfError(answer.errorCode, 'FindCoordinator', answer.errorMessage)
      this.pool.addBroker({ nodeId: answer.nodeId, host: answer.host, port: answer.port, rack: null })
      return answer.nodeId
    })
    this.coordinators.set(name, found)
    found.catch(() => {
      if (this.coordinators.get(name) === found) this.coordinators.delete(name)
    })
    return found
  }

  /** The next `coordinator` asks anew. */
  forgetCoordinator(kind: CoordinatorKind, key: string): void {
    this.coordinators.delete(`${kind} ${key}`)
  }

  /** Rejects new requests, waits for those under way up to two seconds, and closes. Long polls are not waited for. */
  async close(): Promise<void> {
    await this.pool.close()
  }

  private async findCluster(signal: AbortSignal, late: AbortSignal): Promise<void> {
    const { bootstrapServers, reconnectBackoffMs } = this.options
    const problems = new Map<string, KafkaConnectionError>()
    try {
      for (let round = 1; ; round++) {
        let anybody = false
        for (const server of bootstrapServers) {
          try {
            const connection = await untilAborted(this.pool.connectionTo(server, 'main'), signal)
            const answer = await untilAborted(connection.request(metadata([])), signal)
            this.learn(answer)
            // A broker that is starting knows of none, not even itself.
            if (answer.brokers.length > 0) return
            problems.set(addressOf(server), new KafkaConnectionError(connection.address, 'the broker is starting'))
            anybody = true
          } catch (error) {
            if (!(error instanceof KafkaConnectionError)) throw error
            problems.set(addressOf(server), error)
            anybody ||= !isNobody(error)
          }
        }
        if (!anybody) break
        await retryPause(reconnectBackoffMs, round, signal)
      }
    } catch (error) {
      if (!late.aborted) throw error
    }
    throw this.unreachable(problems)
  }

  private unreachable(problems: ReadonlyMap<string, KafkaConnectionError>): KsError {
    const { bootstrapServers, sasl } = this.options
    const texts = bootstrapServers.map((server) => {
      const address = addressOf(server)
      return `${address}: ${problems.get(address)?.message ?? 'no answer'}`
    })
    const all = [...problems.values()]
    const hint = all.some(({ message }) => message.includes(closedInHandshake))
      ? 'does the broker speak TLS at this port? security.protocol says what is spoken'
      : sasl === undefined && all.some(({ uncertain, message }) => uncertain && message.includes('closed'))
        ? 'the broker may want a log-in: set security.protocol=SASL_PLAINTEXT or SASL_SSL, and sasl.mechanism'
        : 'is it running? -b HOST:PORT, KS_BROKERS or bootstrap.servers say where it is'
    const what = texts.length === 1 ? 'cannot reach the broker' : 'cannot reach any of the brokers'
    return new KsError('broker', `${what} ${texts.join(', ')}`, { hint, cause: all[0] })
  }

  private async refresh(names: ReadonlySet<string>): Promise<void> {
    const { clock, retryBackoffMs } = this.options
    const waitMs = this.lastRefreshMs + retryBackoffMs - clock.now()
    if (waitMs > 0) await pause(Math.min(waitMs, retryBackoffMs))
    this.upcoming = undefined
    this.lastRefreshMs = clock.now()
    try {
      this.learn(await this.request('any', metadata([...names])))
    } catch (error) {
      if (!isRetriable(error)) throw error
    }
  }

  private learn({ brokers, clusterId, topics }: MetadataAnswer): void {
    if (brokers.length > 0) this.pool.setBrokers(brokers)
    this.cluster = clusterId ?? this.cluster
    const atMs = this.options.clock.now()
    for (const topic of topics) {
      if (topic.errorCode === 0) this.known.set(topic.name, newest(topic, this.known.get(topic.name), atMs))
      // What cannot be asked for at the moment (LEADER_NOT_AVAILABLE) is still where it was as far as known.
      else if (isMissing(topic) || !errorCode(topic.errorCode).retriable) this.known.delete(topic.name)
    }
  }

  /** `repeat`, with the error in words. `what`: as in "cannot WHAT". */
  private async repeated<T>(what: string, attempt: () => Promise<T>): Promise<T> {
    try {
      return await this.repeat(attempt)
    } catch (error) {
      throw toKsError(error, what)
    }
  }

  /** The result of the first attempt that succeeds within request.timeout.ms. Throws the last error. */
  private async repeat<T>(attempt: () => Promise<T>): Promise<T> {
    const { clock, requestTimeoutMs, retryBackoffMs } = this.options
    const startMs = clock.now()
    for (let failures = 1; ; failures++) {
      try {
        return await attempt()
      } catch (error) {
        if (!isRetriable(error) || this.pool.isClosed || clock.now() - startMs >= requestTimeoutMs) throw error
        await retryPause(retryBackoffMs, failures)
      }
    }
  }
}

const isMissing = ({ errorCode: code }: TopicMetadata): boolean => errorCode(code).name === 'UNKNOWN_TOPIC_OR_PARTITION'

/** What is to be believed of an answer: of each partition what comes from the later leader epoch (KIP-320). */
const newest = (answer: TopicMetadata, known: KnownTopic | undefined, atMs: number): KnownTopic => {
  const before = new Map(known?.topic.partitions.map((partition) => [partition.partition, partition]))
  let isOutdated = false
  const partitions = answer.partitions.map((partition) => {
    const last = before.get(partition.partition)
    if (last === undefined || partition.leaderEpoch < 0 || last.leaderEpoch <= partition.leaderEpoch) return partition
    isOutdated = true
    return last
  })
  const outdated = isOutdated ? (known?.outdated ?? 0) + 1 : 0
  if (outdated === 0 || outdated > mostOutdated) return { topic: answer, atMs, outdated: 0 }
  return { topic: { ...answer, partitions }, atMs, outdated }
}

/** Nobody is there, and nothing says that somebody is about to come. */
const isNobody = ({ message }: KafkaConnectionError): boolean => /ECONNREFUSED|ENOTFOUND|EAI_AGAIN/.test(message)

const listed = (names: readonly string[]): string =>
  names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more topics` : names.join(', ')
