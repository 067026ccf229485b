// A run's connection to Kafka, as its configuration says.

import type { CliContext } from './cli/context.ts'
import { bootstrapServers } from './config/bootstrap-servers.ts'
import type { Config } from './config/config.ts'
import { connectionSecurity } from './config/security.ts'
import { KafkaClient } from './kafka/client.ts'
import { Fetcher } from './kafka/fetcher.ts'
import { OutageNotice } from './kafka/outage-notice.ts'
import type { FetchChannel } from './kafka/wire/connection-pool.ts'
import { Producer } from './kafka/producer/producer.ts'
import type { CompressionType } from './kafka/records/compression.ts'
import { version } from './version.ts'

/** Fetched bytes that may wait to be processed, in all threads together. */
const prefetchBytes = 32 * 1024 * 1024
const leastPrefetchBytes = 4 * 1024 * 1024
const restoreWaitMs = 5

export class KafkaConnection {
  readonly client: KafkaClient
  readonly config: Config
  /** Says what is waited for, for long. */
  readonly outages: OutageNotice
  private readonly context: CliContext

  private constructor(client: KafkaClient, config: Config, context: CliContext, notice: (message: string) => void) {
    this.client = client
    this.config = config
    this.context = context
    this.outages = new OutageNotice(() => context.elapsed(), notice)
  }

  /**
   * Connects to one of the bootstrap servers. KsError broker, denied or config.
   * @param notice takes a line about an outage that lasts.
   */
  static async open(
    config: Config,
    context: CliContext,
    notice: (message: string) => void = () => undefined,
  ): Promise<KafkaConnection> {
    const security = await connectionSecurity(config, {
      currentDirectory: context.currentDirectory,
      askSecret: (question) => context.askSecret(question),
    })
    for (const warning of security.warnings) context.warn(warning)
    const requestTimeoutMs = config.number('request.timeout.ms')
    const client = await KafkaClient.connect(
      {
        bootstrapServers: bootstrapServers(config),
        clientId: config.text('client.id') || `ks-${version}`,
        tls: security.tls,
        sasl: security.sasl,
        requestTimeoutMs,
        connectionTimeoutMs: config.number('socket.connection.setup.timeout.ms'),
        metadataMaxAgeMs: config.number('metadata.max.age.ms'),
        retryBackoffMs: config.number('retry.backoff.ms'),
        reconnectBackoffMs: config.number('reconnect.backoff.ms'),
        clock: context,
      },
      Math.min(requestTimeoutMs, connectPatienceMs),
      context.signal,
    )
    return new KafkaConnection(client, config, context, notice)
  }

  /** True: records of transactions that are open or were aborted are not read. */
  get readsCommitted(): boolean {
    return this.config.text('isolation.level', 'main.consumer') === 'read_committed'
  }

  /** Reads partitions; the caller closes it. A restore and the like are in nobody's way. */
  fetcher(channel: FetchChannel = 'fetch'): Fetcher {
    const { config } = this
    return new Fetcher(
      this.client,
      {
        isolation: this.readsCommitted ? 'read_committed' : 'read_uncommitted',
        minBytes: config.number('fetch.min.bytes'),
        // What is restored is there; after its end nothing is waited for.
        maxWaitMs: channel === 'restore' ? restoreWaitMs : config.number('fetch.max.wait.ms'),
        maxBytes: config.number('fetch.max.bytes'),
        maxPartitionBytes: config.number('max.partition.fetch.bytes'),
        bufferBytes: Math.max(leastPrefetchBytes, prefetchBytes / config.number('num.stream.threads')),
        retryBackoffMs: config.number('retry.backoff.ms'),
        requestTimeoutMs: config.number('request.timeout.ms'),
        channel,
        attempts: this.outages,
      },
      this.context,
    )
  }

  /** A producer that is ready; with a transactional id after all earlier transactions of it are decided. */
  async producer(transactionalId: string | undefined): Promise<Producer> {
    const { config } = this
    const acks = config.text('acks', 'producer')
    const producer = new Producer(this.client, {
      transactionalId,
      transactionTimeoutMs: config.number('transaction.timeout.ms'),
      acks: transactionalId !== undefined || acks === 'all' ? -1 : acks === '1' ? 1 : 0,
      idempotent: config.flag('enable.idempotence'),
      compression: config.text('compression.type') as CompressionType, // one of the choices of the property
      batchBytes: config.number('batch.size'),
      maxRequestBytes: config.number('max.request.size'),
      lingerMs: this.lingerMs,
      requestTimeoutMs: config.number('request.timeout.ms', 'producer'),
      deliveryTimeoutMs: config.number('delivery.timeout.ms'),
      initTimeoutMs: config.number('task.timeout.ms'),
      retryBackoffMs: config.number('retry.backoff.ms', 'producer'),
      clock: this.context,
      attempts: this.outages,
    })
    await producer.init()
    return producer
  }

  /** `linger.ms` if somebody has set it; otherwise 0, because what was processed together is sent together anyway. */
  get lingerMs(): number {
    return this.config.isSet('linger.ms', 'producer') ? this.config.number('linger.ms') : 0
  }

  close(): Promise<void> {
    return this.client.close()
  }
}

/** A command answers that there is no broker before its user wonders. */
const connectPatienceMs = 10_000
