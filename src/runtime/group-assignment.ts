// The leader's work in a rebalance: who runs which task, in the terms of Kafka's group protocol.

import type { KafkaConnection } from './kafka-connection.ts'
import { askOffsets } from './kafka/partition-offsets.ts'
import { latestTimestamp } from './kafka/protocol/list-offsets.ts'
import { GroupMember, type JoinedMember } from './kafka/group/group-member.ts'
import type { MemberAssignment } from './kafka/group/consumer-protocol.ts'
import { KsError } from './model/errors.ts'
import { partitionName } from './model/topic-partition.ts'
import {
  assignTasks,
  findForeignMembers,
  latestOffsetSum,
  type AssignorMember,
  type AssignorTask,
} from './tasks/assignor.ts'
import type { Clock } from './tasks/clock.ts'
import { decodeMember, encodeAssignment, encodeMember } from './tasks/member-data.ts'
import { changelogTopic } from './topology/sub-topology.ts'
import { taskCount, type GroupLayout } from './group-layout.ts'
import { taskName, taskTopics } from './opened-task.ts'

/** A task of the layout. */
export interface LayoutTask {
  readonly id: string
  readonly part: GroupLayout['parts'][number]
  readonly partition: number
}

/** All tasks of an application, by name. */
export const layoutTasks = ({ parts, counts }: GroupLayout): ReadonlyMap<string, LayoutTask> =>
  new Map(
    parts.flatMap((part) =>
      Array.from({ length: taskCount(part, counts) }, (_, partition) => {
        const id = taskName(part, partition)
        return [id, { id, part, partition }] as const
      }),
    ),
  )

/** Who a member is. */
export interface MemberIdentity {
  readonly groupId: string
  /** `group.instance.id`, or null. */
  readonly groupInstanceId: string | null
  /** Stays the same over restarts. */
  readonly instance: string
  /** Equal for members that can take over each other's state. */
  readonly stateDirectory: string
  /** Equal for members that run the same program. */
  readonly fingerprint: string
  readonly clock: Clock
  /** The tasks that run here now. */
  owned(): readonly string[]
  /** Positions of other state that is here, by task. */
  offsetSums(): ReadonlyMap<string, number>
  /** The group has to be joined again. */
  rebalance(reason: string): void
}

const protocolName = 'ks'

/** A member of an application's group; it has not joined yet. */
export const createGroupMember = (
  connection: KafkaConnection,
  layout: GroupLayout,
  identity: MemberIdentity,
): GroupMember => {
  const { client, config } = connection
  const { groupId, groupInstanceId, instance, stateDirectory, fingerprint, clock } = identity
  const member: GroupMember = new GroupMember(client, {
    groupId,
    groupInstanceId,
    sessionTimeoutMs: config.number('session.timeout.ms'),
    heartbeatIntervalMs: config.number('heartbeat.interval.ms'),
    rebalanceTimeoutMs: config.number('max.poll.interval.ms'),
    protocolName,
    topics: layout.topics,
    userData: () => {
      const owned = identity.owned()
      return encodeMember({
        instance,
        stateDirectory,
        host: config.text('application.server'),
        threads: 1,
        owned,
        offsetSums: new Map([...identity.offsetSums(), ...owned.map((id) => [id, latestOffsetSum] as const)]),
        fingerprint,
      })
    },
    assign: (members) => assignMembers(members, member.memberId, layout, groupId, connection),
    rebalance: (reason) => {
      identity.rebalance(reason)
    },
    retryBackoffMs: config.number('retry.backoff.ms'),
    clock,
  })
  return member
}

/** What ends a member that runs another program than the application. */
export const refused = (message: string): KsError =>
  new KsError('config', message, { hint: 'give this program another --name' })

/**
 * Assigns the tasks to the members. Members that run another program get none, and are told why. A leader that does so itself
 * knows other tasks than the others have: it throws what it would tell them, and leaves the group to them.
 */
const assignMembers = async (
  members: readonly JoinedMember[],
  leaderId: string,
  layout: GroupLayout,
  prefix: string,
  connection: KafkaConnection,
): Promise<ReadonlyMap<string, MemberAssignment>> => {
  const described = members.map(({ memberId, userData }): AssignorMember => ({
    id: memberId,
    ...decodeMember(userData),
  }))
  const foreign = findForeignMembers(described, leaderId)
  const own = foreign.get(leaderId)
  if (own !== undefined) throw refused(own)
  const able = described.filter(({ id }) => !foreign.has(id))
  const tasks = layoutTasks(layout)
  const assigned = assignTasks(able, await assignorTasks(tasks, prefix, connection, able.length > 1), {
    numStandbyReplicas: connection.config.number('num.standby.replicas'),
    acceptableRecoveryLag: connection.config.number('acceptable.recovery.lag'),
  })
  const hosts = able.map(({ id, host }) => ({ host, active: [], standby: [], ...assigned.get(id) }))
  return new Map(
    described.map(({ id }) => {
      const { active = [], standby = [] } = assigned.get(id) ?? {}
      const partitions = new Map<string, number[]>()
      for (const name of active) {
        const task = tasks.get(name)
        if (task === undefined) continue
        for (const { topic } of taskTopics(task.part, task.partition, layout.counts)) {
          partitions.set(topic, [...(partitions.get(topic) ?? []), task.partition])
        }
      }
      const refusal = foreign.get(id) ?? null
      const userData = encodeAssignment({ active, standby, hosts: hosts.filter(({ host }) => host !== ''), refusal })
      return [id, { partitions, userData }]
    }),
  )
}

/** @param withLags false where there is nobody to choose. */
const assignorTasks = async (
  tasks: ReadonlyMap<string, LayoutTask>,
  prefix: string,
  { client }: KafkaConnection,
  withLags: boolean,
): Promise<readonly AssignorTask[]> => {
  const logs = [...tasks.values()].flatMap(({ id, part, partition }) =>
    part.topology.stores.flatMap(({ name, log }) =>
      log === 'changelog' ? [{ id, topic: changelogTopic(prefix, name), partition, timestamp: latestTimestamp }] : [],
    ),
  )
  const ends = withLags && logs.length > 0 ? await askOffsets(client, logs, false) : new Map<string, number>()
  return [...tasks.values()].map(({ id, part }) => ({
    id,
    subTopology: part.index,
    stateful: part.topology.stores.length > 0,
    endOffsetSum: logs
      .filter((log) => log.id === id)
      .reduce((sum, { topic, partition }) => sum + (ends.get(partitionName(topic, partition)) ?? 0), 0),
  }))
}

/** What the group has decided, for those who want to know. @param isKept true for a task that runs here already. */
export const assignmentText = (
  active: readonly string[],
  standby: readonly string[],
  isKept: (id: string) => boolean,
): string => {
  const list = (ids: readonly string[]): string => (ids.length === 0 ? 'none' : ids.join(' '))
  return `tasks: ${list(active)}; kept: ${list(active.filter(isKept))}; copies: ${list(standby)}`
}
