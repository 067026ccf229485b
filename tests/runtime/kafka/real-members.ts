// Members of groups at a real coordinator, each with a client of its own, as processes have.

import type { TestContext } from 'node:test'
import type { KafkaClient } from '../../../src/runtime/kafka/client.ts'
import { GroupMember, type JoinedMember, type MemberOptions } from '../../../src/runtime/kafka/group/group-member.ts'
import { systemClock } from '../../../src/runtime/tasks/clock.ts'
import { type TestBroker, uniqueName } from '../../support/kafka-broker.ts'
import { connectReal } from './real-client.ts'

const partitionCount = 4
export const noAbort = new AbortController().signal

/** A group that has not met yet, and its topic. */
export interface NewGroup {
  readonly broker: TestBroker
  readonly group: string
  readonly topic: string
}

/** A member with a client of its own, as a process has, and what it was told. */
export interface TestMember {
  readonly member: GroupMember
  readonly client: KafkaClient
  /** The next rebalance that is reported. */
  nextRebalance(): Promise<string>
  readonly reasons: readonly string[]
}

export const addMember = async (
  t: TestContext,
  { broker, group, topic }: NewGroup,
  more: Partial<MemberOptions> = {},
): Promise<TestMember> => {
  const client = await connectReal(t, broker.bootstrap, { retryBackoffMs: 20, reconnectBackoffMs: 20 })
  const reasons: string[] = []
  let wake: ((reason: string) => void)[] = []
  const member = new GroupMember(client, {
    groupId: group,
    groupInstanceId: null,
    sessionTimeoutMs: 60_000,
    heartbeatIntervalMs: 100,
    rebalanceTimeoutMs: 60_000,
    protocolName: 'ks',
    topics: [topic],
    userData: () => Buffer.from('user data'),
    assign: (members) => deal(members, topic),
    rebalance: (reason) => {
      reasons.push(reason)
      for (const resolve of wake) resolve(reason)
      wake = []
    },
    retryBackoffMs: 20,
    clock: systemClock,
    ...more,
  })
  t.after(() => member.leave())
  return { member, client, reasons, nextRebalance: () => new Promise((resolve) => wake.push(resolve)) }
}

/** Partitions in turn to members in order of their ids. */
export const deal = (members: readonly JoinedMember[], topic: string) => {
  const ids = members.map(({ memberId }) => memberId).sort()
  const numbers = Array.from({ length: partitionCount }, (_, index) => index)
  return new Map(
    ids.map((id, at) => {
      const own = numbers.filter((partition) => partition % ids.length === at)
      return [id, { partitions: new Map([[topic, own]]), userData: Buffer.from(`for ${id}`) }]
    }),
  )
}

export const newGroup = async (broker: TestBroker): Promise<NewGroup> => {
  const topic = uniqueName('group-topic')
  await broker.createTopic(topic, partitionCount)
  return { broker, group: uniqueName('group'), topic }
}

export const partitionsOf = (
  result: { readonly partitions: ReadonlyMap<string, readonly number[]> },
  topic: string,
): number[] => [...(result.partitions.get(topic) ?? [])]
