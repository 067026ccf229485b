// Setting committed offsets from outside of a group. Invariant: it only ever happens to a group without members; the broker
// refuses it otherwise, so a process that starts meanwhile keeps its positions.

import type { KafkaConnection } from './kafka-connection.ts'
import { noSuchTopic } from './kafka-topics.ts'
import { describeGroups, type GroupInfo } from './kafka/admin/group-admin.ts'
import { GroupFenced } from './kafka/group/group-errors.ts'
import { commitOffsets } from './kafka/group/group-offsets.ts'
import { partitionBounds, resolvePoint } from './kafka/partition-offsets.ts'
import { KsError } from './model/errors.ts'
import { parseOffsetRange, type OffsetPoint } from './model/offset-range.ts'
import { partitionName } from './model/topic-partition.ts'

/** What happens to the position of a group in one partition. */
export interface PositionChange {
  readonly group: string
  readonly topic: string
  readonly partition: number
  /** undefined if nothing has been committed. */
  readonly from: number | undefined
  readonly to: number
}

/**
 * The place that somebody typed: `start`, `-100`, `@-1h`, ….
 * @throws KsError usage if it is none, or a part with an end.
 */
export const parsePlace = (typed: string, nowMs: number): OffsetPoint => {
  const range = rangeOf(typed, nowMs)
  if (range?.to === undefined && range?.from !== undefined && range.from.kind !== 'stored' && !typed.endsWith(':')) {
    return range.from
  }
  throw new KsError('usage', `"${typed}" is no place in a topic`, {
    hint: 'start, end, 123, -100 (100 before the end), +5 (behind the start), @2026-11-01, @-1h',
  })
}

const rangeOf = (typed: string, nowMs: number): ReturnType<typeof parseOffsetRange> | undefined => {
  try {
    return parseOffsetRange(typed, nowMs)
  } catch (error) {
    if (error instanceof KsError && error.kind === 'usage') return undefined
    throw error
  }
}

/**
 * All partitions of the topics that exist, by topic.
 * @throws KsError config if one does not exist although it must.
 */
export const partitionsOf = async (
  { client }: KafkaConnection,
  topics: readonly string[],
  mustExist: boolean,
): Promise<ReadonlyMap<string, readonly number[]>> => {
  const found = await client.topics(topics, true)
  const missing = topics.find((topic) => !found.has(topic))
  if (mustExist && missing !== undefined)
    throw noSuchTopic(
      missing,
      (await client.allTopics()).map(({ name }) => name),
    )
  return new Map([...found].map(([topic, { partitions }]) => [topic, partitions.map(({ partition }) => partition)]))
}

/** The offset of a place in partitions, by `partitionName`; within their bounds. Throws KsError. */
export const offsetsAt = async (
  { client, readsCommitted }: KafkaConnection,
  place: OffsetPoint,
  partitions: readonly { readonly topic: string; readonly partition: number }[],
): Promise<ReadonlyMap<string, number>> => {
  const bounds = await partitionBounds(client, partitions, readsCommitted)
  return resolvePoint(client, place, bounds, partitions, readsCommitted)
}

/** The group, which has no members. Throws KsError busy that names them otherwise. */
export const requireEmptyGroup = async ({ client }: KafkaConnection, group: string): Promise<GroupInfo> => {
  const [info] = await describeGroups(client, [group])
  if (info === undefined) throw new Error(`nothing is known about group ${group}`)
  if (info.members.length > 0) throw groupHasMembers(info)
  return info
}

const shownMembers = 3

/** The error of somebody who needs a group without members. */
export const groupHasMembers = ({ groupId, members }: GroupInfo): KsError => {
  const names = members.slice(0, shownMembers).map(({ clientId, host }) => `${clientId} at ${host}`)
  const more = members.length > shownMembers ? ` and ${String(members.length - shownMembers)} more` : ''
  return new KsError('busy', `group ${groupId} has members: ${names.join(', ')}${more}`, {
    hint: 'stop them; one that was killed is a member until its session.timeout.ms has passed',
  })
}

/** Commits positions of a group without members. Throws KsError busy if it has some, denied, broker. */
export const setPositions = async (
  { client, config }: KafkaConnection,
  group: string,
  changes: readonly Pick<PositionChange, 'topic' | 'partition' | 'to'>[],
  metadata: string,
): Promise<void> => {
  if (changes.length === 0) return
  const nobody = { groupId: group, groupInstanceId: null, generationId: -1, memberId: '' }
  const deadline = performance.now() + config.number('request.timeout.ms')
  try {
    await commitOffsets(
      client,
      nobody,
      changes.map(({ topic, partition, to }) => ({ topic, partition, offset: to, metadata })),
      { retryBackoffMs: config.number('retry.backoff.ms'), goOn: () => performance.now() < deadline },
    )
  } catch (error) {
    if (!(error instanceof GroupFenced)) throw error
    throw new KsError('busy', `group ${group} has members now (${error.reason}): its positions stay as they are`, {
      hint: 'stop them first',
      cause: error,
    })
  }
}

/** A change in words: `pages-count in clicks-3 from 120 to 0`. */
export const changeText = ({ group, topic, partition, from, to }: PositionChange): string =>
  `${group} in ${partitionName(topic, partition)} from ${from === undefined ? 'nothing' : String(from)} to ${String(to)}`
