// A member of a consumer group on its way through JoinGroup and SyncGroup (KIP-62, KIP-345, KIP-394). The protocol is eager:
// who joins gives up its generation, so the caller commits first. Invariant: between two joins at most one `rebalance` is
// reported for each step down, and never one of an earlier generation.

import { KsError } from '../../model/errors.ts'
import { type Clock, momentOf, sinceMoment } from '../../tasks/clock.ts'
import { errorCode } from '../error-codes.ts'
import { toKsError } from '../kafka-errors.ts'
import { joinGroup, type JoinGroupAnswer } from '../protocol/join-group.ts'
import { leaveGroup } from '../protocol/leave-group.ts'
import { syncGroup } from '../protocol/sync-group.ts'
import {
  consumerProtocolType,
  decodeAssignment,
  decodeSubscription,
  emptyAssignment,
  encodeAssignment,
  encodeSubscription,
  type MemberAssignment,
} from './consumer-protocol.ts'
import type { GroupClient } from './group-client.ts'
import { classify, GroupFenced, groupFailure, isPassing } from './group-errors.ts'
import { commitOffsets, type PartitionOffset } from './group-offsets.ts'
import { GroupSession } from './group-session.ts'
import { type Holding, sendHeld } from './held-request.ts'
import { retryPause, untilAborted } from './retry-pause.ts'

/** A member as the leader sees it. */
export interface JoinedMember {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly topics: readonly string[]
  readonly userData: Buffer
}

type Assignments = ReadonlyMap<string, MemberAssignment>

export interface MemberOptions {
  readonly groupId: string
  /** `group.instance.id` of static membership (KIP-345), or null. */
  readonly groupInstanceId: string | null
  /** `session.timeout.ms` */
  readonly sessionTimeoutMs: number
  /** `heartbeat.interval.ms` */
  readonly heartbeatIntervalMs: number
  /** How long a rebalance waits for this member to join (`max.poll.interval.ms`). */
  readonly rebalanceTimeoutMs: number
  /** Members of one group have one in common. */
  readonly protocolName: string
  readonly topics: readonly string[]
  /** Subscription user data, asked anew before each attempt to join. */
  userData(): Buffer
  /** Called in the leader only; members that it leaves out get nothing. */
  assign(members: readonly JoinedMember[]): Assignments | Promise<Assignments>
  /** A rebalance is due, or the member was lost: the caller commits what it still may and joins again. May come at any time. */
  rebalance(reason: string): void
  /** `retry.backoff.ms` */
  readonly retryBackoffMs: number
  readonly clock: Clock
}

/** What a member got, and whether it made the assignment. */
export type JoinResult = MemberAssignment & { readonly isLeader: boolean }

/** The attempt is to be repeated, at once or after a pause. */
type Again = 'at once' | 'later'

const leaveTimeoutMs = 2_000
/** What Java's consumer adds to the time for which the broker may hold a request. */
const extraTimeoutMs = 5_000

export class GroupMember {
  private readonly client: GroupClient
  private readonly options: MemberOptions
  private session: GroupSession | undefined
  /** True between a join and the next one. */
  private isJoined = false
  /** The id to join with: that of the last session, or one that the coordinator has proposed. */
  private nextMemberId = ''

  constructor(client: GroupClient, options: MemberOptions) {
    this.client = client
    this.options = options
  }

  /** -1 while not a member. */
  get generationId(): number {
    return this.isJoined ? (this.session?.generationId ?? -1) : -1
  }

  /** Empty while not a member. */
  get memberId(): string {
    return this.isJoined ? (this.session?.memberId ?? '') : ''
  }

  /** The generation is still good as far as known; false as soon as the session may be over. */
  get isCurrent(): boolean {
    return this.isJoined && this.session?.isCurrent === true
  }

  /**
   * Joins, or joins again. Repeated over errors that pass, until it succeeds or the signal aborts. Heartbeats go on by timer
   * from here on. One call at a time.
   * @throws the reason of the signal; KsError: busy for a group.instance.id that somebody else uses, config for a group of
   *   another kind of client, denied; what `assign` throws.
   */
  async join(signal: AbortSignal): Promise<JoinResult> {
    this.endSession()
    for (let failures = 0; ;) {
      signal.throwIfAborted()
      const outcome = await this.attempt(signal)
      if (typeof outcome === 'object') return outcome
      if (outcome === 'later') await retryPause(this.options.retryBackoffMs, ++failures, signal)
    }
  }

  /** One heartbeat now: true if the coordinator says that the generation stands and no rebalance is due. */
  async check(): Promise<boolean> {
    const session = this.session
    if (!this.isJoined || session === undefined) return false
    return (await session.check()) && session === this.session && this.isJoined
  }

  /**
   * Commits offsets in this generation; retried over errors that pass, up to session.timeout.ms.
   * @throws GroupFenced if the member is out of the generation, KsError otherwise.
   */
  async commit(offsets: readonly PartitionOffset[]): Promise<void> {
    const { groupId, groupInstanceId, retryBackoffMs, sessionTimeoutMs, clock } = this.options
    const session = this.session
    if (!this.isJoined || session === undefined) throw new GroupFenced('UNKNOWN_MEMBER_ID', groupId)
    if (session.fencedBy !== undefined) throw new GroupFenced(session.fencedBy, groupId)
    const { generationId, memberId } = session
    const start = momentOf(clock)
    const goOn = (): boolean => {
      if (session.fencedBy !== undefined) throw new GroupFenced(session.fencedBy, groupId)
      return sinceMoment(start, clock) < sessionTimeoutMs
    }
    try {
      await commitOffsets(this.client, { groupId, groupInstanceId, generationId, memberId }, offsets, {
        retryBackoffMs,
        goOn,
      })
      session.confirm(start)
    } catch (error) {
      if (error instanceof GroupFenced) session.fence(error.reason)
      throw error
    }
  }

  /**
   * Leaves the group, so that the others need not wait for the session to end; a static member too. Takes at most two seconds,
   * and does not throw: a member that cannot say that it leaves is missed in time.
   */
  async leave(): Promise<void> {
    const memberId = this.nextMemberId
    this.endSession()
    this.session = undefined
    this.nextMemberId = ''
    // By its group.instance.id alone a static member might remove the one that has taken its place.
    if (memberId === '') return
    const timeout = AbortSignal.timeout(leaveTimeoutMs)
    // Not on the channel of JoinGroup: one that the broker still holds would be in front.
    await untilAborted(this.sendLeave(memberId), timeout).catch(() => undefined)
  }

  /** Stops the heartbeats without leaving: a static member that starts again in time gets its tasks back without a rebalance. */
  stop(): void {
    this.endSession()
  }

  private endSession(): void {
    this.isJoined = false
    this.session?.hold()
  }

  private async sendLeave(memberId: string): Promise<void> {
    const { groupId, groupInstanceId } = this.options
    const coordinator = await this.client.coordinator('group', groupId)
    await this.client.request(coordinator, leaveGroup({ groupId, memberId, groupInstanceId }))
  }

  private async attempt(signal: AbortSignal): Promise<JoinResult | Again> {
    try {
      const joined = await this.sendJoin(signal)
      return typeof joined === 'object' ? await this.complete(joined, signal) : joined
    } catch (error) {
      this.session?.hold()
      if (signal.aborted || !isPassing(error)) throw error
      this.client.forgetCoordinator('group', this.options.groupId)
      return 'later'
    }
  }

  private async sendJoin(signal: AbortSignal): Promise<JoinGroupAnswer | Again> {
    const { groupId, groupInstanceId, sessionTimeoutMs, rebalanceTimeoutMs, protocolName, topics } = this.options
    const coordinator = await untilAborted(this.client.coordinator('group', groupId), signal)
    const metadata = encodeSubscription({ topics, userData: this.options.userData() })
    const request = joinGroup({
      groupId,
      sessionTimeoutMs,
      rebalanceTimeoutMs,
      memberId: this.nextMemberId,
      groupInstanceId,
      protocolType: consumerProtocolType,
      protocols: [{ name: protocolName, metadata }],
    })
    const answer = await sendHeld(this.client, coordinator, request, this.holding('PreparingRebalance'), signal)
    if (answer.errorCode === 0) {
      this.nextMemberId = answer.memberId
      return answer
    }
    if (errorCode(answer.errorCode).name === 'MEMBER_ID_REQUIRED') {
      this.nextMemberId = answer.memberId
      return 'at once'
    }
    return this.again(answer.errorCode, 'JoinGroup')
  }

  /** The second half: the leader assigns, everybody gets its part. */
  private async complete(joined: JoinGroupAnswer, signal: AbortSignal): Promise<JoinResult | Again> {
    const { groupId, groupInstanceId } = this.options
    const { generationId, memberId } = joined
    const isLeader = joined.leader === memberId
    const session = new GroupSession(this.client, this.options, { generationId, memberId }, (reason) => {
      if (this.session === session && this.isJoined) this.options.rebalance(reason)
    })
    this.session = session

    let assignments: { memberId: string; assignment: Buffer }[] = []
    if (isLeader) {
      // It may take long to find out what there is to assign. A follower has nothing to do but to wait for the answer to its
      // SyncGroup, which keeps it alive as well as heartbeats do.
      session.start()
      assignments = await this.assign(joined, signal)
      session.hold()
    }
    const coordinator = await untilAborted(this.client.coordinator('group', groupId), signal)
    const request = {
      ...syncGroup({ groupId, generationId, memberId, groupInstanceId, assignments }),
      // The broker holds it until the leader has assigned.
      timeoutMs: this.options.rebalanceTimeoutMs + extraTimeoutMs,
    }
    const answer = await sendHeld(this.client, coordinator, request, this.holding('CompletingRebalance'), signal)
    if (answer.errorCode !== 0) return this.again(answer.errorCode, 'SyncGroup')
    const assignment = decodeBytes(groupId, () => decodeAssignment(answer.assignment))

    // Held answers say little about when the coordinator began to count; the first heartbeat, which is sent now, does.
    session.confirm(momentOf(this.options.clock))
    this.isJoined = true
    session.start()
    // A step down while it was not a member yet was not reported.
    if (session.trouble !== undefined) this.options.rebalance(session.trouble)
    return { ...assignment, isLeader }
  }

  private holding(state: Holding['state']): Holding {
    const { groupId, heartbeatIntervalMs } = this.options
    return { groupId, state, lookMs: heartbeatIntervalMs }
  }

  private async assign(
    { members }: JoinGroupAnswer,
    signal: AbortSignal,
  ): Promise<{ memberId: string; assignment: Buffer }[]> {
    const joined = members.map(({ memberId, groupInstanceId, metadata }): JoinedMember => {
      const subscription = decodeBytes(this.options.groupId, () => decodeSubscription(metadata))
      return { memberId, groupInstanceId, ...subscription }
    })
    const parts = await untilAborted(Promise.resolve(this.options.assign(joined)), signal)
    return members.map(({ memberId }) => ({
      memberId,
      assignment: encodeAssignment(parts.get(memberId) ?? emptyAssignment),
    }))
  }

  /** What to do after an error code of JoinGroup or SyncGroup. Throws a KsError if there is nothing to do. */
  private again(code: number, api: string): Again {
    const { name } = errorCode(code)
    switch (classify(code)) {
      case 'elsewhere':
        this.client.forgetCoordinator('group', this.options.groupId)
        return 'later'
      case 'fenced':
        if (name === 'FENCED_INSTANCE_ID') throw groupFailure(code, api, this.options)
        // The id of a session that has ended; a join without one is not refused for that.
        if (name === 'UNKNOWN_MEMBER_ID' && this.nextMemberId !== '') {
          this.nextMemberId = ''
          return 'at once'
        }
        return name === 'REBALANCE_IN_PROGRESS' ? 'at once' : 'later'
      case 'ok':
      case 'retriable':
        return 'later'
      case 'fatal':
        throw groupFailure(code, api, this.options)
    }
  }
}

const decodeBytes = <T>(groupId: string, decode: () => T): T => {
  try {
    return decode()
  } catch (error) {
    if (!(error instanceof RangeError)) throw toKsError(error, `read the members of group '${groupId}'`)
    throw new KsError('config', `group '${groupId}' has a member whose data is not that of a consumer`, {
      hint: 'another program may use the same group; give this one another --name',
      cause: error,
    })
  }
}
