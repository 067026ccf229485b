// Who may run a stage. A run that ends by itself has the stage for itself: it holds `run` and there is no instance. Endless
// runs share it: each holds one of the numbered instance locks and there is no run. Both take their own lock first, say so
// in the file beside it, and only then look for the other kind, so of two that start at once at least one sees the other.
//
// A lock is held by a process, not by a file: after a crash the files stay, the lock is free. To see whether a lock is
// held one has to take it for a moment; that moment does not count as held, it is waited for.

import { rm } from 'node:fs/promises'
import { kill } from 'node:process'
import { setTimeout } from 'node:timers/promises'
import { KsError } from '../model/errors.ts'
import { lockDirectory } from './level-database.ts'
import { readRecordFile, replaceRecordFile } from './private-files.ts'
import {
  claimedLockPlaces,
  createInstanceLockPlace,
  createRunLockPlace,
  type LockPlace,
  type StageDirectory,
} from './state-directory.ts'

/** A process that has a lock. */
export interface LockHolder {
  readonly pid: number
  /** Its command line, without secrets. */
  readonly command: string
  /** When it started, ms. */
  readonly started: number
}

/** How to take a stage. */
export interface AcquireOptions {
  /** True for a run that does not end by itself; those run side by side. */
  readonly endless: boolean
  /** What to tell others about this process. */
  readonly holder: LockHolder
  /** How long to wait for the stage, by asking every 100 ms; 0 does not wait. */
  readonly lockWaitMs: number
  /** Ends the waiting; its reason is thrown. */
  readonly signal: AbortSignal
}

/** A stage that has been taken. */
export interface StageLock {
  /** Number of an endless instance, free again when it ends; undefined for a run that ends by itself. */
  readonly instance: number | undefined
  release(): Promise<void>
}

const pollMs = 100

/** Takes a stage. Throws a `KsError` of kind `busy` that names the holder if it is not free in time. */
export const acquireStage = async (stage: StageDirectory, options: AcquireOptions): Promise<StageLock> => {
  const { endless, holder, lockWaitMs, signal } = options
  for (let waitedMs = 0; ; waitedMs += pollMs) {
    const attempt = endless ? await acquireInstance(stage, holder) : await acquireRun(stage, holder)
    if ('release' in attempt) return attempt
    if (waitedMs >= lockWaitMs) throw stageIsBusy(stage, attempt.heldBy)
    await setTimeout(Math.min(pollMs, lockWaitMs - waitedMs), undefined, { signal }).catch((error: unknown) => {
      signal.throwIfAborted()
      throw error
    })
  }
}

/** The processes that have a stage now; of one that did not leave its name only the fact is known. */
export const stageHolders = async (stage: StageDirectory): Promise<readonly (LockHolder | undefined)[]> => {
  const { run, instances } = await claimedLockPlaces(stage)
  const holders: (LockHolder | undefined)[] = []
  for (const place of run === undefined ? instances : [run, ...instances]) {
    if (await isHeld(place)) holders.push(await readHolder(place))
  }
  return holders
}

/**
 * Does something short while nobody has a stage; those who want it meanwhile wait. @returns what came of it; undefined, without
 * having done it or with nothing to show for it, if somebody has the stage or has come meanwhile.
 */
export const whileNobodyRuns = async <T>(stage: StageDirectory, act: () => Promise<T>): Promise<T | undefined> => {
  const place = await createRunLockPlace(stage)
  const unlock = await takeLock(place)
  if (unlock === undefined) return undefined
  const isSomebodyThere = async (): Promise<boolean> => {
    for (const instance of (await claimedLockPlaces(stage)).instances) if (await isHeld(instance)) return true
    return false
  }
  try {
    if (await isSomebodyThere()) return undefined
    const result = await act()
    // A run without end does not wait for the lock that was taken here.
    return (await isSomebodyThere()) ? undefined : result
  } finally {
    await unlock()
  }
}

/** The error of somebody who needs a stage that others have. */
export const stageIsBusy = (stage: StageDirectory, holder: LockHolder | undefined): KsError => {
  const who = holder === undefined ? 'another process' : `process ${holder.pid} (${holder.command})`
  const since = holder === undefined ? '' : ` since ${new Date(holder.started).toISOString()}`
  return new KsError(
    'busy',
    `stage '${stage.stage}' of application '${stage.applicationId}' is held by ${who}${since}`,
    {
      hint: 'stop it, or wait until it ends (--lock-wait)',
    },
  )
}

interface HeldStage {
  readonly heldBy: LockHolder | undefined
}

const acquireRun = async (stage: StageDirectory, holder: LockHolder): Promise<StageLock | HeldStage> => {
  const place = await createRunLockPlace(stage)
  const unlock = await takeLock(place)
  if (unlock === undefined) return { heldBy: await readHolder(place) }
  return claim(place, undefined, unlock, holder, async () => (await claimedLockPlaces(stage)).instances)
}

const acquireInstance = async (stage: StageDirectory, holder: LockHolder): Promise<StageLock | HeldStage> => {
  for (let number = 0; ; number++) {
    const place = await createInstanceLockPlace(stage, number)
    const unlock = await lockDirectory(place.directory)
    if (unlock === undefined) continue
    return claim(place, number, unlock, holder, async () => {
      const { run } = await claimedLockPlaces(stage)
      return run === undefined ? [] : [run]
    })
  }
}

/** Says who has a lock that has just been taken, and keeps it if none of the rivals is held. */
const claim = async (
  place: LockPlace,
  instance: number | undefined,
  unlock: () => Promise<void>,
  holder: LockHolder,
  rivals: () => Promise<readonly LockPlace[]>,
): Promise<StageLock | HeldStage> => {
  const release = async (): Promise<void> => {
    try {
      await rm(place.holderFile, { force: true })
    } finally {
      await unlock()
    }
  }
  try {
    await replaceRecordFile(place.holderFile, holder)
    for (const rival of await rivals()) {
      if (!(await isHeld(rival))) continue
      const heldBy = await readHolder(rival)
      await release()
      return { heldBy }
    }
  } catch (error) {
    await release()
    throw error
  }
  return { instance, release }
}

/** Whether somebody has a lock; what a dead holder left behind is removed. */
const isHeld = async (place: LockPlace): Promise<boolean> => {
  const unlock = await takeLock(place)
  if (unlock === undefined) return true
  await rm(place.holderFile, { force: true })
  await unlock()
  return false
}

const lookingMs = 20
const looksAtMost = 50

/** Takes a lock, if need be after those who only look whether it is held; undefined if it is held. */
const takeLock = async (place: LockPlace): Promise<(() => Promise<void>) | undefined> => {
  for (let looks = 0; ; looks++) {
    const unlock = await lockDirectory(place.directory)
    if (unlock !== undefined || looks === looksAtMost || isAlive(await readHolder(place))) return unlock
    await setTimeout(lookingMs)
  }
}

const readHolder = async ({ holderFile }: LockPlace): Promise<LockHolder | undefined> => {
  const { pid, command, started } = (await readRecordFile(holderFile)) ?? {}
  if (typeof pid !== 'number' || typeof command !== 'string' || typeof started !== 'number') return undefined
  return { pid, command, started }
}

const isAlive = (holder: LockHolder | undefined): boolean => holder !== undefined && isProcess(holder.pid)

/** There is a process with this id. */
export const isProcess = (pid: number): boolean => {
  try {
    return kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
