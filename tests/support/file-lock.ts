// A lock between processes that is a file with the owner's process id: at most one process is inside. The lock of a process that
// has died is taken over.

import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

const retryMs = 50

/** Whether a process with this id runs. One that has ended but that its parent has not asked for (a zombie) does not. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return !isZombie(pid)
}

const isZombie = (pid: number): boolean => {
  try {
    return /\) Z [^)]*$/.test(readFileSync(`/proc/${String(pid)}/stat`, 'utf8'))
  } catch {
    return false // not Linux
  }
}

/** Runs `action` while this process owns the lock `path`; waits for another owner. Its folder has to exist. */
export const withFileLock = async <T>(path: string, action: () => Promise<T>): Promise<T> => {
  while (!tryLock(path)) await delay(retryMs)
  try {
    return await action()
  } finally {
    rmSync(path, { force: true })
  }
}

const tryLock = (path: string): boolean => {
  // Linked, not written in place: the lock never exists without its owner in it.
  const mine = `${path}.${String(process.pid)}`
  writeFileSync(mine, String(process.pid))
  try {
    linkSync(mine, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(mine, { force: true })
  }
  removeIfStale(path)
  return false
}

/** Moves the lock of a dead owner aside. If it was a new owner's by then, it goes back. */
const removeIfStale = (path: string): void => {
  if (isOwned(path) !== false) return
  const aside = `${path}.stale.${String(process.pid)}`
  try {
    renameSync(path, aside)
    if (isOwned(aside) === true) linkSync(aside, path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error
  } finally {
    rmSync(aside, { force: true })
  }
}

/** Whether the owner lives; undefined without a lock. */
const isOwned = (path: string): boolean | undefined => {
  try {
    const owner = Number(readFileSync(path, 'utf8'))
    return owner === process.pid || isAlive(owner)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
