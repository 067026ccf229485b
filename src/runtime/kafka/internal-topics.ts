// The topics that ks makes for itself, with the names and settings of Kafka Streams: repartition topics and changelogs.

import { KsError } from '../model/errors.ts'
import { retried } from './admin/admin-retry.ts'
import { leaderless } from './admin/topic-admin.ts'
import type { KafkaClient } from './client.ts'
import { errorCode } from './error-codes.ts'
import { KafkaError, toKsError } from './kafka-errors.ts'
import { createTopics } from './protocol/create-topics.ts'

/** A topic that must be there. */
export interface InternalTopic {
  readonly name: string
  readonly partitions: number
  readonly configs: Readonly<Record<string, string>>
}

/** Settings of a repartition topic: nothing is deleted before it has been read; what has been read is deleted by ks. */
export const repartitionConfigs: Readonly<Record<string, string>> = {
  'cleanup.policy': 'delete',
  'retention.ms': '-1',
  'segment.bytes': '52428800',
  'message.timestamp.type': 'CreateTime',
}

/** Settings of the changelog of a key-value store. */
export const changelogConfigs: Readonly<Record<string, string>> = {
  'cleanup.policy': 'compact',
  'message.timestamp.type': 'CreateTime',
}

/** The highest value of a long, which stands for no end. */
const longest = '9223372036854775807'

/** Settings of the changelog of a window store; `retentionMs` is that of the store and the additional time, undefined for ever. */
export const windowChangelogConfigs = (retentionMs: number | undefined): Readonly<Record<string, string>> => ({
  'cleanup.policy': 'compact,delete',
  'retention.ms': retentionMs === undefined ? longest : String(retentionMs),
  'message.timestamp.type': 'CreateTime',
})

const createTimeoutMs = 30_000
const leaderPatienceMs = 15_000

/**
 * Creates the topics that are missing and waits until they have leaders.
 * @throws KsError config if one has another number of partitions; denied, broker.
 */
export const ensureInternalTopics = async (
  client: KafkaClient,
  topics: readonly InternalTopic[],
  replicationFactor: number,
): Promise<void> => {
  if (topics.length === 0) return
  const names = topics.map(({ name }) => name)
  const known = await client.topics(names, true)
  const missing = topics.filter(({ name }) => !known.has(name))
  if (missing.length > 0) await create(client, missing, replicationFactor)
  const deadline = performance.now() + leaderPatienceMs
  for (let attempt = 0; ; attempt++) {
    const now = await client.topics(names, attempt > 0 || missing.length > 0)
    const waiting = topics.filter(({ name, partitions }) => {
      const found = now.get(name)
      if (found === undefined || found.partitions.some(({ leader }) => leader < 0)) return true
      if (found.partitions.length === partitions) return false
      throw new KsError(
        'config',
        `topic ${name} has ${String(found.partitions.length)} partitions, the topology needs ${String(partitions)}`,
        { hint: 'its inputs have been repartitioned: `ks reset` makes the topics of the application anew' },
      )
    })
    if (waiting.length === 0) return
    if (performance.now() >= deadline) throw leaderless(waiting[0]?.name ?? '')
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

const create = async (
  client: KafkaClient,
  topics: readonly InternalTopic[],
  replicationFactor: number,
): Promise<void> => {
  await retried(client, `create the topics ${topics.map(({ name }) => name).join(', ')}`, async () => {
    const controller = await client.controller()
    const request = createTopics({
      topics: topics.map(({ name, partitions, configs }) => ({
        name,
        numPartitions: partitions,
        replicationFactor,
        configs,
      })),
      timeoutMs: createTimeoutMs,
      validateOnly: false,
    })
    const answer = await client.request(controller, request)
    for (const { name, errorCode: code, errorMessage } of answer.topics) {
      // Another instance may have been quicker, or an attempt before this one.
      if (code === 0 || errorCode(code).name === 'TOPIC_ALREADY_EXISTS') continue
      const error = new KafkaError(code, 'CreateTopics')
      if (error.retriable) throw error
      throw toKsError(error, `create topic ${name}${errorMessage === null ? '' : ` (${errorMessage})`}`)
    }
  })
}
