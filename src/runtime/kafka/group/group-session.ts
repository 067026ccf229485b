// One generation of one member: heartbeats by timer, whatever its caller does meanwhile, until the generation ends. Invariant:
// `isCurrent` is false once session.timeout.ms has passed without an answer, also when the process was stopped for a while: the
// coordinator may have given the work to another member by then.

import { setTimeout as pause } from 'node:timers/promises'
import { type Clock, type Moment, momentOf, sinceMoment } from '../../tasks/clock.ts'
import { errorCode } from '../error-codes.ts'
import { heartbeat } from '../protocol/heartbeat.ts'
import type { GroupClient } from './group-client.ts'
import { classify, isPassing } from './group-errors.ts'

/** What a session needs to know of its member. */
export interface SessionOptions {
  readonly groupId: string
  readonly groupInstanceId: string | null
  readonly sessionTimeoutMs: number
  readonly heartbeatIntervalMs: number
  readonly retryBackoffMs: number
  readonly clock: Clock
}

/** Good; the coordinator wants everybody to join again; out of the generation. */
type Standing = 'good' | 'rebalancing' | 'lost'

export class GroupSession {
  readonly generationId: number
  readonly memberId: string
  private readonly client: GroupClient
  private readonly options: SessionOptions
  private readonly onTrouble: (reason: string) => void
  private standing: Standing = 'good'
  /** Kafka's name of the answer that ended it, or words if there was none; empty while it stands. */
  private lostBy = ''
  /** When the last request that the coordinator answered well was sent: its own timer began no earlier. */
  private confirmed: Moment
  private beating: AbortController | undefined

  /** @param onTrouble called at most once for each step down: a rebalance is due, or the member is lost. */
  constructor(
    client: GroupClient,
    options: SessionOptions,
    member: { readonly generationId: number; readonly memberId: string },
    onTrouble: (reason: string) => void,
  ) {
    this.client = client
    this.options = options
    this.generationId = member.generationId
    this.memberId = member.memberId
    this.onTrouble = onTrouble
    this.confirmed = momentOf(options.clock)
  }

  /** The generation is good as far as known; during a rebalance too, until the member joins again. */
  get isCurrent(): boolean {
    return this.standing !== 'lost' && this.remainingMs > 0
  }

  /** Why a rebalance is due, or undefined. */
  get trouble(): string | undefined {
    if (this.standing === 'good') return undefined
    return this.standing === 'lost' ? `the member was lost (${this.lostBy})` : 'the group is rebalancing'
  }

  /** What has ended the generation (Kafka's name of an answer, or words), undefined while it is current. */
  get fencedBy(): string | undefined {
    if (this.isCurrent) return undefined
    return this.lostBy === '' ? 'session.timeout.ms is over' : this.lostBy
  }

  /** Starts the heartbeats, or goes on with them; the first is sent now. */
  start(): void {
    if (this.beating !== undefined) return
    this.beating = new AbortController()
    void this.beatAlways(this.beating.signal)
  }

  /** Stops the heartbeats. */
  hold(): void {
    this.beating?.abort()
    this.beating = undefined
  }

  /** Another request of this generation, sent at the given time, was answered well. */
  confirm(sent: Moment): void {
    if (sent.elapsedMs > this.confirmed.elapsedMs) this.confirmed = sent
  }

  /** An answer with this name says that the member is out of the generation. */
  fence(name: string): void {
    if (name === 'REBALANCE_IN_PROGRESS') this.stepDown('rebalancing', '')
    else this.stepDown('lost', name)
  }

  /** One heartbeat now. True if the coordinator says that the generation stands and no rebalance is due. */
  async check(): Promise<boolean> {
    while (this.isCurrent) {
      if (await this.beatInTime()) return this.standing === 'good'
      await pause(this.options.retryBackoffMs)
    }
    return false
  }

  private get remainingMs(): number {
    return this.options.sessionTimeoutMs - sinceMoment(this.confirmed, this.options.clock)
  }

  private async beatAlways(signal: AbortSignal): Promise<void> {
    const { heartbeatIntervalMs, retryBackoffMs, clock } = this.options
    let waitMs = 0
    while (await sleep(waitMs, signal)) {
      const start = momentOf(clock)
      const isAnswered = await this.beatInTime()
      if (signal.aborted) return
      if (!isAnswered && this.remainingMs <= 0) this.stepDown('lost', '')
      if (this.standing === 'lost') return
      waitMs = isAnswered ? Math.max(0, heartbeatIntervalMs - sinceMoment(start, clock)) : retryBackoffMs
    }
  }

  /** A heartbeat that gets no answer at all must not hide that the session is over. */
  private async beatInTime(): Promise<boolean> {
    const timer = new AbortController()
    const isOver = sleep(Math.max(0, this.remainingMs), timer.signal).then(() => false)
    try {
      return await Promise.race([this.beat(), isOver])
    } finally {
      timer.abort()
    }
  }

  /** True if the coordinator has answered, whatever it said; false if it may be worth another try soon. */
  private async beat(): Promise<boolean> {
    const { groupId, groupInstanceId, clock } = this.options
    const { generationId, memberId } = this
    const sent = momentOf(clock)
    let code: number
    try {
      const coordinator = await this.client.coordinator('group', groupId)
      const request = heartbeat({ groupId, generationId, memberId, groupInstanceId })
      code = (await this.client.request(coordinator, request, 'group')).errorCode
    } catch (error) {
      this.client.forgetCoordinator('group', groupId)
      // What does not pass by itself will fail the next join, which tells the user.
      if (!isPassing(error)) this.stepDown('lost', error instanceof Error ? error.message : String(error))
      return false
    }
    switch (classify(code)) {
      case 'ok':
        this.confirm(sent)
        return true
      case 'elsewhere':
        this.client.forgetCoordinator('group', groupId)
        return false
      case 'retriable':
        return false
      case 'fenced':
        // A rebalance that is due is an answer of a coordinator that knows the member.
        if (errorCode(code).name === 'REBALANCE_IN_PROGRESS') this.confirm(sent)
        this.fence(errorCode(code).name)
        return true
      case 'fatal':
        this.stepDown('lost', errorCode(code).name)
        return true
    }
  }

  private stepDown(standing: Standing, reason: string): void {
    if (this.standing === 'lost' || this.standing === standing) return
    this.standing = standing
    this.lostBy = standing === 'lost' && reason === '' ? 'session.timeout.ms is over' : reason
    if (standing === 'lost') this.hold()
    this.onTrouble(this.trouble ?? '')
  }
}

/** True after the time, false as soon as the signal aborts. A timer alone does not keep the process running. */
const sleep = async (ms: number, signal: AbortSignal): Promise<boolean> => {
  try {
    await pause(ms, undefined, { signal, ref: false })
    return true
  } catch {
    return false
  }
}
