// The groups of a cluster, their members, and what these have been given.

import type { KafkaClient } from '../client.ts'
import { errorCode } from '../error-codes.ts'
import { isRetriable, KafkaError, throwIfError } from '../kafka-errors.ts'
import { decodeAssignment } from '../group/consumer-protocol.ts'
import { describeGroups as describeGroupsRequest, type DescribedGroup } from '../protocol/describe-groups.ts'
import { listGroups as listGroupsRequest } from '../protocol/list-groups.ts'
import { retried } from './admin-retry.ts'

/** A process in a group. */
export interface GroupMemberInfo {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly clientId: string
  /** Address, without Java's slash in front. */
  readonly host: string
  /** Numbers of partitions by topic. */
  readonly partitions: ReadonlyMap<string, readonly number[]>
}

export interface GroupInfo {
  readonly groupId: string
  /** `Stable`, `Empty`, `PreparingRebalance`, `CompletingRebalance`; `Dead` for one that the broker does not know as such. */
  readonly state: string
  /** Name of the assignor; empty without members. */
  readonly protocolName: string
  readonly members: readonly GroupMemberInfo[]
}

/** All consumer groups, in order of their names. Throws KsError. */
export const listGroups = async (client: KafkaClient): Promise<readonly string[]> => {
  const lists = await retried(client, 'list the groups', () =>
    Promise.all(
      client.brokers().map(async ({ nodeId }) => {
        const answer = await client.request(nodeId, listGroupsRequest())
        throwIfError(answer.errorCode, 'ListGroups')
        return answer.groups
      }),
    ),
  )
  // '' is a group that has offsets but never had members.
  const consumers = lists.flat().filter(({ protocolType }) => protocolType === 'consumer' || protocolType === '')
  return [...new Set(consumers.map(({ groupId }) => groupId))].sort()
}

/** State and members of groups, in the order asked for. Throws KsError. */
export const describeGroups = async (
  client: KafkaClient,
  groupIds: readonly string[],
): Promise<readonly GroupInfo[]> => {
  const found = new Map<string, GroupInfo>()
  await retried(client, `look at ${groupIds.length === 1 ? `group ${groupIds[0] ?? ''}` : 'groups'}`, async () => {
    const open = groupIds.filter((groupId) => !found.has(groupId))
    const byCoordinator = new Map<number, string[]>()
    const coordinators = await Promise.all(open.map((groupId) => client.coordinator('group', groupId)))
    for (const [index, groupId] of open.entries()) {
      const coordinator = coordinators[index] ?? -1
      byCoordinator.set(coordinator, [...(byCoordinator.get(coordinator) ?? []), groupId])
    }
    const problems = await Promise.all(
      [...byCoordinator].map(([coordinator, ids]) => askCoordinator(client, coordinator, ids, found)),
    )
    const problem = problems.find((each) => each !== undefined)
    if (problem !== undefined) throw problem
  })
  return groupIds.flatMap((groupId) => found.get(groupId) ?? [])
}

/** Puts what a coordinator says into `found`; returns what may be otherwise later, throws what will not. */
const askCoordinator = async (
  client: KafkaClient,
  coordinator: number,
  groupIds: readonly string[],
  found: Map<string, GroupInfo>,
): Promise<Error | undefined> => {
  const forget = (): void => {
    for (const groupId of groupIds) client.forgetCoordinator('group', groupId)
  }
  let problem: KafkaError | undefined
  try {
    const { groups } = await client.request(coordinator, describeGroupsRequest(groupIds))
    for (const group of groups) {
      if (group.errorCode === 0 || errorCode(group.errorCode).name === 'GROUP_ID_NOT_FOUND') {
        found.set(group.groupId, groupInfo(group))
        continue
      }
      problem = new KafkaError(group.errorCode, 'DescribeGroups')
      if (!problem.retriable) throw problem
    }
  } catch (error) {
    if (!isRetriable(error) || !(error instanceof Error)) throw error
    forget()
    return error
  }
  if (problem !== undefined) forget()
  return problem
}

const groupInfo = ({ groupId, state, protocolType, protocolName, members }: DescribedGroup): GroupInfo => ({
  groupId,
  state: state === '' ? 'Dead' : state,
  protocolName,
  members: members.map(({ memberId, groupInstanceId, clientId, clientHost, assignment }) => ({
    memberId,
    groupInstanceId,
    clientId,
    host: clientHost.replace(/^\//, ''),
    partitions: protocolType === 'consumer' ? partitionsOf(assignment) : new Map(),
  })),
})

/** What another kind of client has been told in a way of its own is not known. */
const partitionsOf = (assignment: Buffer): ReadonlyMap<string, readonly number[]> => {
  try {
    return decodeAssignment(assignment).partitions
  } catch (error) {
    if (error instanceof RangeError) return new Map()
    throw error
  }
}
