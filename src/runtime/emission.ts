// When results are emitted and commits are due, between one block of input and the next: by interval, by silence, by idleness.
// The one rule for every kind of input.

import type { RunSettings } from './run-settings.ts'
import type { StreamTask } from './tasks/stream-task.ts'

/** Silence after which results of a table are shown although more input may come. */
const silenceMs = 1000
/** Uncommitted rows take at most so much memory before they are committed early. */
const maxDirtyBytes = 64 * 1024 * 1024
const liveIntervalMs = 150

/** What the owner of the tasks does when it is time. */
export interface EmissionHooks {
  /** Running tasks. */
  tasks(): Iterable<StreamTask>
  /** Results have been flushed to the outputs: hand them over. */
  emitted(): Promise<void>
  /** Makes everything so far durable. */
  commit(): Promise<void>
  /** Hands over what is waiting, without a commit. */
  handOver(): Promise<void>
  /** Something would be lost without a commit: state or positions are kept. */
  readonly durable: boolean
  /** The input may go on for ever. */
  readonly endless: boolean
  /** The end of the input is known (`-e`), and gets there: pauses before it are the broker's. */
  readonly endIsNear: boolean
  /** Results are shown on a terminal. */
  readonly live: boolean
}

export class Emission {
  private readonly settings: RunSettings
  private readonly hooks: EmissionHooks
  private readonly elapsed: () => number
  private lastCommitMs: number
  private lastEmitMs: number
  private activeMs: number
  private silent = false
  private idle = false

  /** @param elapsed monotonic ms. */
  constructor(settings: RunSettings, hooks: EmissionHooks, elapsed: () => number) {
    this.settings = settings
    this.hooks = hooks
    this.elapsed = elapsed
    this.lastCommitMs = this.lastEmitMs = this.activeMs = elapsed()
  }

  /** Input has been processed: silence begins anew. */
  active(): void {
    this.activeMs = this.elapsed()
    this.silent = false
    this.idle = false
  }

  /** A commit has been made. */
  committed(): void {
    this.lastCommitMs = this.elapsed()
  }

  /** How long one may wait for input before something is due, ms. */
  waitMs(): number {
    const { commitIntervalMs, idleMs, emitEveryMs } = this.settings
    const deadlines = [this.lastCommitMs + commitIntervalMs]
    if (!this.silent) deadlines.push(this.activeMs + silenceMs)
    if (idleMs !== undefined && !this.idle) deadlines.push(this.activeMs + idleMs)
    if (emitEveryMs !== undefined) deadlines.push(this.lastEmitMs + emitEveryMs)
    let waitMs = Math.min(...deadlines) - this.elapsed()
    for (const task of this.hooks.tasks()) waitMs = Math.min(waitMs, task.wallClockWaitMs)
    return Math.max(0, waitMs)
  }

  /** Input has not come for a while: does what silence asks for. */
  async waited(): Promise<void> {
    const { idleMs, emitEveryMs, emitFinalOnly } = this.settings
    const silentMs = this.elapsed() - this.activeMs
    if (idleMs !== undefined && !this.idle && silentMs >= idleMs) {
      this.idle = true
      for (const task of this.hooks.tasks()) task.idle()
    }
    if (!this.silent && silentMs >= silenceMs) {
      this.silent = true
      if (emitEveryMs === undefined && !emitFinalOnly && !this.hooks.endIsNear) this.flush()
      await this.emitted()
      if (this.hooks.durable) await this.commit()
    }
  }

  /** Emits and commits what is due by the clock, and hands output over. */
  async afterBlock(): Promise<void> {
    const { settings, hooks } = this
    let dirtyBytes = 0
    let isCommitWanted = false
    for (const task of hooks.tasks()) {
      task.punctuateWallClock()
      dirtyBytes += task.dirtyBytes
      isCommitWanted = task.takeCommitRequest() || isCommitWanted
    }
    const nowMs = this.elapsed()
    const everyMs = settings.emitEveryMs ?? (hooks.live ? liveIntervalMs : undefined)
    if (everyMs !== undefined && nowMs - this.lastEmitMs >= everyMs) {
      this.flush()
      await this.emitted()
    }
    const commitDue = nowMs - this.lastCommitMs >= settings.commitIntervalMs
    if (commitDue && everyMs === undefined && !settings.emitFinalOnly && hooks.endless) this.flush()
    await hooks.handOver()
    if (commitDue || (hooks.durable && (isCommitWanted || dirtyBytes > maxDirtyBytes))) await this.commit()
  }

  private flush(): void {
    for (const task of this.hooks.tasks()) task.flush()
  }

  private async emitted(): Promise<void> {
    this.lastEmitMs = this.elapsed()
    await this.hooks.emitted()
  }

  private async commit(): Promise<void> {
    this.committed()
    await this.hooks.commit()
  }
}
