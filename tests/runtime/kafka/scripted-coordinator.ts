// A coordinator whose answers the test writes: what a real one does only when something breaks.

import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { codeOf } from '../../../src/runtime/kafka/error-codes.ts'
import { encodeAssignment } from '../../../src/runtime/kafka/group/consumer-protocol.ts'
import type { GroupClient } from '../../../src/runtime/kafka/group/group-client.ts'
import { GroupMember, type MemberOptions } from '../../../src/runtime/kafka/group/group-member.ts'
import { KafkaConnectionError } from '../../../src/runtime/kafka/kafka-errors.ts'
import type { ApiRequest } from '../../../src/runtime/kafka/protocol/api-request.ts'
import { ByteWriter } from '../../../src/runtime/kafka/wire/byte-writer.ts'
import { KsError } from '../../../src/runtime/model/errors.ts'
import { ManualClock } from '../../../src/runtime/tasks/clock.ts'

/** An answer: the object that `decode` would return, a connection error, or a promise of either. */
type Answer = object | Promise<object>
type Answers = Readonly<Record<string, (nth: number) => Answer>>

interface Sent {
  readonly name: string
  readonly channel: string | undefined
  /** The body, which begins with the group id in all requests of groups. */
  readonly body: Buffer
}

/** A coordinator with one answer for each kind of request; `sent` lists the names of all requests. */
export const coordinatorOf = (answers: Answers) => {
  const sent: Sent[] = []
  let forgotten = 0
  let searches = 0
  const client: GroupClient = {
    async coordinator() {
      const failure = await answers['FindCoordinator']?.(++searches)
      if (failure instanceof Error) throw failure
      return 1
    },
    forgetCoordinator: () => void forgotten++,
    async request<T>(_node: number | 'any', request: ApiRequest<T>, channel?: string): Promise<T> {
      const writer = new ByteWriter(request.flexibleFrom !== undefined)
      request.encode(writer, request.maxVersion)
      const one = { name: request.name, channel, body: writer.toBuffer() }
      sent.push(one)
      const answer = answers[request.name]
      assert.ok(answer, `nobody expected ${request.name}`)
      const coming = answer(sent.filter(({ name }) => name === request.name).length)
      const value = await Promise.race([coming, lostWhenAbandoned(request.abandoned)])
      if (value instanceof Error) throw value
      return value as T
    },
  }
  return {
    client,
    names: () => sent.map(({ name }) => name),
    count: (name: string) => sent.filter((each) => each.name === name).length,
    bodies: (name: string) => sent.filter((each) => each.name === name).map(({ body }) => body),
    sent,
    forgotten: () => forgotten,
  }
}

const lostWhenAbandoned = (signal: AbortSignal | undefined): Promise<Error> =>
  new Promise((resolve) => signal?.addEventListener('abort', () => resolve(lostConnection())))

export const lostConnection = (): Error =>
  new KafkaConnectionError('broker:9092', 'connection lost', { uncertain: true })
export const code = (name: string): { errorCode: number } => ({ errorCode: codeOf(name) })
export const ok = { errorCode: 0 }
export const never = new Promise<object>(() => undefined)

export const joined = (more: object = {}): object => ({
  errorCode: 0,
  generationId: 3,
  protocolName: 'ks',
  leader: 'leader',
  memberId: 'my-id',
  members: [],
  ...more,
})
export const joinRefused = (name: string, memberId = ''): object =>
  joined({ ...code(name), memberId, generationId: -1, leader: '', protocolName: '' })
export const synced = {
  errorCode: 0,
  assignment: encodeAssignment({ partitions: new Map([['t', [0, 2]]]), userData: Buffer.from('u') }),
}
const calm: Answers = { JoinGroup: () => joined(), SyncGroup: () => synced, Heartbeat: () => ok, LeaveGroup: () => ok }

export const memberOf = (
  t: TestContext,
  answers: Answers,
  more: Partial<MemberOptions> = {},
): ReturnType<typeof coordinatorOf> & { member: GroupMember; clock: ManualClock; reasons: string[] } => {
  const coordinator = coordinatorOf({ ...calm, ...answers })
  const clock = new ManualClock(1_000_000)
  const reasons: string[] = []
  const member = new GroupMember(coordinator.client, {
    groupId: 'g',
    groupInstanceId: null,
    sessionTimeoutMs: 45_000,
    heartbeatIntervalMs: 5,
    rebalanceTimeoutMs: 300_000,
    protocolName: 'ks',
    topics: ['t'],
    userData: () => Buffer.from('mine'),
    assign: () => new Map(),
    rebalance: (reason) => void reasons.push(reason),
    retryBackoffMs: 1,
    clock,
    ...more,
  })
  t.after(() => member.stop())
  return { ...coordinator, member, clock, reasons }
}

export const noAbort = new AbortController().signal

/** Lets timers of a few ms run until something is so. */
export const until = async (isSo: () => boolean): Promise<void> => {
  for (let tries = 0; !isSo(); tries++) {
    assert.ok(tries < 2_000, 'it never came to be')
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

export const isKsError =
  (kind: string, part: string) =>
  (error: unknown): boolean =>
    error instanceof KsError && error.kind === kind && error.message.includes(part)
