// The groups of applications and the topics that belong to them. Names are all there is to go by: the group of a stage is
// `APP-STAGE`, its topics begin with `APP-STAGE-`. The name of a stage has no minus, that of an application may; so where two
// groups could own a topic, the one with the longer name does.

import type { KafkaConnection } from './kafka-connection.ts'
import { describeGroups, listGroups, type GroupInfo } from './kafka/admin/group-admin.ts'
import { fetchOffsets, type CommittedOffset } from './kafka/group/group-offsets.ts'
import { partitionBounds } from './kafka/partition-offsets.ts'
import { KsError } from './model/errors.ts'
import { nearestNames } from './model/nearest-name.ts'
import { partitionName } from './model/topic-partition.ts'

/** The group of a stage. */
export const stageGroup = (applicationId: string, stage: string): string => `${applicationId}-${stage}`

/** The stage of an application that a group is; undefined if it is none. */
export const stageOfGroup = (applicationId: string, groupId: string): string | undefined => {
  if (!groupId.startsWith(`${applicationId}-`)) return undefined
  const stage = groupId.slice(applicationId.length + 1)
  return /^[A-Za-z0-9._]+$/.test(stage) ? stage : undefined
}

/** Application and stage that a group would be of; undefined if it cannot be a stage. */
export const splitGroup = (groupId: string): { readonly applicationId: string; readonly stage: string } | undefined => {
  const at = groupId.lastIndexOf('-')
  const [applicationId, stage] = [groupId.slice(0, at), groupId.slice(at + 1)]
  return at > 0 && stageOfGroup(applicationId, groupId) === stage ? { applicationId, stage } : undefined
}

/** The topics that a group has made for itself, in order: repartition topics and changelogs. */
export const internalTopics = (
  groupId: string,
  topics: readonly string[],
  knownGroups: readonly string[],
): readonly string[] => {
  const rivals = knownGroups.filter((other) => other.startsWith(`${groupId}-`))
  return topics
    .filter(
      (topic) =>
        topic.startsWith(`${groupId}-`) &&
        /-(?:repartition|changelog)$|-(?:subscription|KTABLE-FK-JOIN-SUBSCRIPTION)-(?:registration|response|RE(?:GISTRATION|SPONSE)-\d+)-topic$/.test(
          topic,
        ),
    )
    .filter((topic) => !rivals.some((rival) => topic.startsWith(`${rival}-`)))
    .sort()
}

/** Group ids of an application: those of its stages, and the one that has its very name (of another program). Throws KsError. */
export const groupsOf = async (
  { client }: KafkaConnection,
  applicationId: string,
  stage: string | undefined,
): Promise<readonly string[]> => {
  const known = await listGroups(client)
  const chosen = known.filter((groupId) =>
    stage === undefined
      ? groupId === applicationId || stageOfGroup(applicationId, groupId) !== undefined
      : groupId === stageGroup(applicationId, stage),
  )
  if (chosen.length > 0) return chosen
  const wanted = stage === undefined ? applicationId : stageGroup(applicationId, stage)
  throw new KsError('failed', `there is no group ${wanted}${stage === undefined ? `, nor ${wanted}-…` : ''}`, {
    didYouMean: nearestNames(wanted, known),
  })
}

/** All groups of the cluster. */
export const allGroups = ({ client }: KafkaConnection): Promise<readonly string[]> => listGroups(client)

/** Where a group is in one partition. */
export interface GroupPosition {
  readonly group: string
  readonly topic: string
  readonly partition: number
  /** Offset of the next record; undefined if nothing has been committed. */
  readonly committed: number | undefined
  /** Where the partition ends; undefined if it is not there any more or has no leader. */
  readonly end: number | undefined
  /** The process that has the partition now. */
  readonly client: { readonly id: string; readonly host: string } | undefined
}

/** A group with its positions, in order of topic and partition. */
export interface GroupReport {
  readonly group: string
  readonly state: string
  readonly members: number
  readonly positions: readonly GroupPosition[]
}

/** Groups are asked for in portions, so that many of them do not fill the brokers' queues. */
const portion = 50

/** States and positions of groups. Throws KsError. */
export const reportGroups = async (
  connection: KafkaConnection,
  groupIds: readonly string[],
): Promise<readonly GroupReport[]> => {
  const reports: GroupReport[] = []
  for (let at = 0; at < groupIds.length; at += portion) {
    reports.push(...(await reportPortion(connection, groupIds.slice(at, at + portion))))
  }
  return reports
}

const reportPortion = async (
  connection: KafkaConnection,
  groupIds: readonly string[],
): Promise<readonly GroupReport[]> => {
  const { client } = connection
  const [infos, offsets] = await Promise.all([
    describeGroups(client, groupIds),
    Promise.all(groupIds.map((groupId) => fetchOffsets(client, groupId, 'all', false))),
  ])
  const open = infos.map((info, index) => openPositions(info, offsets[index] ?? new Map()))
  const ends = await endsOf(connection, open.flat())
  return infos.map(({ groupId, state, members }, index) => ({
    group: groupId,
    state,
    members: members.length,
    positions: (open[index] ?? []).map((position) => ({
      ...position,
      end: ends.get(partitionName(position.topic, position.partition)),
    })),
  }))
}

/** Partitions that a group has committed offsets of or that its members have, without their ends. */
const openPositions = (
  { groupId, members }: GroupInfo,
  offsets: ReadonlyMap<string, ReadonlyMap<number, CommittedOffset>>,
): readonly Omit<GroupPosition, 'end'>[] => {
  const positions = new Map<string, Omit<GroupPosition, 'end'>>()
  for (const [topic, partitions] of offsets) {
    for (const [partition, { offset }] of partitions) {
      const committed = offset < 0 ? undefined : offset
      positions.set(partitionName(topic, partition), { group: groupId, topic, partition, committed, client: undefined })
    }
  }
  for (const { clientId: id, host, partitions } of members) {
    for (const [topic, numbers] of partitions) {
      for (const partition of numbers) {
        const name = partitionName(topic, partition)
        const { committed } = positions.get(name) ?? { committed: undefined }
        positions.set(name, { group: groupId, topic, partition, committed, client: { id, host } })
      }
    }
  }
  return [...positions.values()].sort((left, right) =>
    left.topic === right.topic ? left.partition - right.partition : left.topic < right.topic ? -1 : 1,
  )
}

const endsOf = async (
  { client, readsCommitted }: KafkaConnection,
  partitions: readonly { readonly topic: string; readonly partition: number }[],
): Promise<ReadonlyMap<string, number>> => {
  const distinct = new Map(partitions.map((each) => [partitionName(each.topic, each.partition), each]))
  const topics = await client.topics([...new Set(partitions.map(({ topic }) => topic))], true)
  const led = [...distinct.values()].filter(({ topic, partition }) =>
    topics.get(topic)?.partitions.some((each) => each.partition === partition && each.leader >= 0),
  )
  const bounds = await partitionBounds(client, led, readsCommitted)
  return new Map([...bounds].map(([name, { end }]) => [name, end]))
}

/** How many records a group has still to read of a partition; undefined if that cannot be said. */
export const lagOf = ({ committed, end }: GroupPosition): number | undefined =>
  committed === undefined || end === undefined ? undefined : end - committed
