// What `ks topics` does: finds topics by name or pattern, measures them, makes and deletes them.

import type { KafkaConnection } from './kafka-connection.ts'
import { createTopicsNow, deleteTopicsNow, topicConfigs } from './kafka/admin/topic-admin.ts'
import { partitionBounds } from './kafka/partition-offsets.ts'
import { KsError } from './model/errors.ts'
import { nearestNames } from './model/nearest-name.ts'
import { partitionName } from './model/topic-partition.ts'

/** One partition of a topic. */
export interface PartitionReport {
  readonly partition: number
  /** Node id; undefined if there is none at the moment, and then nobody knows the offsets either. */
  readonly leader: number | undefined
  readonly replicas: readonly number[]
  /** The replicas that are in sync. */
  readonly isr: readonly number[]
  /** Offset of the first record. */
  readonly start: number | undefined
  /** Offset of the next record. */
  readonly end: number | undefined
}

/** One topic. */
export interface TopicReport {
  readonly name: string
  readonly isInternal: boolean
  readonly partitions: readonly PartitionReport[]
}

/** Topics that were chosen. */
export interface ChosenTopics {
  readonly names: readonly string[]
  /** Every one was asked for by its name. */
  readonly areNamed: boolean
}

/**
 * The topics of the cluster that words choose: names, or patterns with `*` and `?`; all without words. Topics that begin with
 * `__` are left out unless `all` is set or the word begins with `_` too.
 * @throws KsError config if a name does not exist.
 */
export const chooseTopics = async (
  { client }: KafkaConnection,
  words: readonly string[],
  all: boolean,
): Promise<ChosenTopics> => {
  const known = (await client.allTopics()).map(({ name }) => name).sort()
  if (words.length === 0) return { names: known.filter((name) => all || !name.startsWith('__')), areNamed: false }
  const chosen = new Set<string>()
  for (const word of words) {
    if (known.includes(word)) chosen.add(word)
    else if (!isPattern(word)) throw noSuchTopic(word, known)
    else for (const name of matching(known, word, all)) chosen.add(name)
  }
  return { names: known.filter((name) => chosen.has(name)), areNamed: !words.some(isPattern) }
}

// A topic name has neither character.
const isPattern = (word: string): boolean => /[*?]/.test(word)

const matching = (names: readonly string[], pattern: string, all: boolean): readonly string[] => {
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  const expression = new RegExp(`^${source}$`)
  const showsHidden = all || pattern.startsWith('_')
  return names.filter((name) => expression.test(name) && (showsHidden || !name.startsWith('__')))
}

/** The error of somebody who named a topic that is not there. */
export const noSuchTopic = (name: string, known: readonly string[]): KsError =>
  new KsError('config', `there is no topic ${name}`, { didYouMean: nearestNames(name, known) })

/** Throws KsError config if one of the topics does not exist. */
export const requireTopics = async ({ client }: KafkaConnection, names: readonly string[]): Promise<void> => {
  const found = await client.topics(names, true)
  const missing = names.find((name) => !found.has(name))
  if (missing !== undefined)
    throw noSuchTopic(
      missing,
      (await client.allTopics()).map(({ name }) => name),
    )
}

/** Partitions and offsets of topics, in the order given; one that has just been deleted is left out. Throws KsError. */
export const reportTopics = async (
  { client }: KafkaConnection,
  names: readonly string[],
): Promise<readonly TopicReport[]> => {
  const found = await client.topics(names, true)
  const topics = names.flatMap((name) => found.get(name) ?? [])
  // Where there is no leader nobody can be asked.
  const led = topics.flatMap(({ name: topic, partitions }) =>
    partitions.filter(({ leader }) => leader >= 0).map(({ partition }) => ({ topic, partition })),
  )
  const bounds = await partitionBounds(client, led, false)
  return topics.map(({ name, isInternal, partitions }) => ({
    name,
    isInternal,
    partitions: partitions.map(({ partition, leader, replicas, isr }) => {
      const { start, end } = bounds.get(partitionName(name, partition)) ?? {}
      return { partition, leader: leader < 0 ? undefined : leader, replicas, isr, start, end }
    }),
  }))
}

/** What was set for each topic, as against the defaults of the brokers. */
export const reportTopicConfigs = (
  { client }: KafkaConnection,
  names: readonly string[],
): ReturnType<typeof topicConfigs> => topicConfigs(client, names)

/** Records of a topic as its offsets count them: also those that compaction has removed, and marks of transactions. */
export const recordCount = ({ partitions }: TopicReport): number =>
  partitions.reduce((count, { start = 0, end = 0 }) => count + end - start, 0)

/** A topic to make. */
export interface TopicPlan {
  /** undefined: the broker decides. */
  readonly partitions: number | undefined
  /** undefined: the broker decides. */
  readonly replicationFactor: number | undefined
  readonly configs: readonly (readonly [string, string])[]
}

/** Makes topics and tells what they are. Throws KsError config if the broker does not want one. */
export const makeTopics = async (
  connection: KafkaConnection,
  names: readonly string[],
  { partitions = -1, replicationFactor = -1, configs }: TopicPlan,
): Promise<readonly TopicReport[]> => {
  await createTopicsNow(
    connection.client,
    names.map((name) => ({
      name,
      numPartitions: partitions,
      replicationFactor,
      configs: Object.fromEntries(configs),
    })),
  )
  return reportTopics(connection, names)
}

/** Deletes topics with everything in them. Throws KsError. */
export const removeTopics = ({ client }: KafkaConnection, names: readonly string[]): Promise<void> =>
  deleteTopicsNow(client, names)
