// LevelDB databases: the only file that loads LevelDB, and only when one is opened. A database is opened once per process
// and never made anew over files that are still there.

import { mkdir, readdir, realpath, rm } from 'node:fs/promises'
import path from 'node:path'
import type { ClassicLevel } from 'classic-level'
import { KsError } from '../model/errors.ts'
import { damagedStore, levelCode, levelMessage, openError } from './level-errors.ts'
import { OccupiedDirectories } from './occupied-directories.ts'

/** What a database may use of the machine. */
export interface LevelOptions {
  /** Cache of table blocks. */
  readonly cacheBytes: number
  /** Room for rows that are in the log only; up to two such buffers are in memory. */
  readonly writeBufferBytes: number
  /** Table files kept open; LevelDB's 1000 if not given. */
  readonly maxOpenFiles?: number
}

/** A database of bytes. */
export type LevelDatabase = ClassicLevel<Uint8Array, Uint8Array>

/** LevelDB takes a smaller write buffer for this one. */
export const smallestWriteBufferBytes = 64 * 1024

/** Opens the database in a directory that the caller occupies. Throws a `KsError` of kind `busy` or `io`. */
export const openDatabase = async (directory: string, options: LevelOptions): Promise<LevelDatabase> => {
  const { ClassicLevel } = await import('classic-level')
  try {
    await assertFilesComplete(directory)
    const database: LevelDatabase = new ClassicLevel(directory, {
      keyEncoding: 'view',
      valueEncoding: 'view',
      cacheSize: options.cacheBytes,
      writeBufferSize: options.writeBufferBytes,
      ...(options.maxOpenFiles === undefined ? {} : { maxOpenFiles: options.maxOpenFiles }),
    })
    await database.open()
    return database
  } catch (error) {
    throw error instanceof KsError ? error : openError(directory, error)
  }
}

// LevelDB makes an empty database where the file CURRENT is missing, and takes a log that is gone for an empty one.
const assertFilesComplete = async (directory: string): Promise<void> => {
  const names = await readdir(directory)
  const hasLog = names.some((name) => name.endsWith('.log'))
  const hasTable = names.some((name) => /\.(?:ldb|sst)$/.test(name))
  if (!names.includes('CURRENT') && (hasLog || hasTable)) throw damagedStore(directory, 'its file CURRENT is missing')
  if (hasTable && !hasLog) throw damagedStore(directory, 'its log file is missing')
}

/**
 * Takes a directory as a lock, by an empty database in it, because such a lock ends with its process. Returns what lets
 * go of it, or undefined if somebody has it. Throws a `KsError` of kind `io`.
 */
export const lockDirectory = async (directory: string): Promise<(() => Promise<void>) | undefined> => {
  const leave = await occupyDirectory(directory)
  if (leave === undefined) return undefined
  let lock: ClassicLevel | undefined
  try {
    lock = await openLock(directory)
  } catch (error) {
    throw new KsError('io', `cannot use ${directory} as a lock: ${levelMessage(error)}`, { cause: error })
  } finally {
    if (lock === undefined) leave()
  }
  return lock === undefined ? undefined : () => lock.close().finally(leave)
}

const openLock = async (directory: string): Promise<ClassicLevel | undefined> => {
  const { ClassicLevel } = await import('classic-level')
  const lock = new ClassicLevel(directory, { cacheSize: 0, writeBufferSize: smallestWriteBufferBytes })
  const open = async (): Promise<ClassicLevel | undefined> => {
    try {
      await lock.open()
    } catch (error) {
      if (levelCode(error) === 'LEVEL_LOCKED') return undefined
      throw error
    }
    return lock
  }
  try {
    return await open()
  } catch {
    // Damaged, but there is nothing in it to lose. The file LOCK stays: it may be somebody's by now.
    const names = await readdir(directory)
    for (const name of names) {
      if (name !== 'LOCK') await rm(path.join(directory, name), { force: true, recursive: true })
    }
    return await open()
  }
}

// LevelDB's lock belongs to the process, and closing any descriptor of the file LOCK gives it up. LevelDB itself does that
// when a process opens a directory again: the second attempt fails, and the first one has lost its lock without knowing.
// So a directory is opened once per process, by one of its threads.
let occupied: OccupiedDirectories | undefined

const occupiedDirectories = (): OccupiedDirectories => (occupied ??= new OccupiedDirectories())

/** What other threads of this process need to see the same directories as this one. */
export const occupiedDirectoriesMemory = (): SharedArrayBuffer => occupiedDirectories().memory

/** Sees the directories of the thread that the memory comes from; before any is opened. */
export const shareOccupiedDirectories = (memory: SharedArrayBuffer): void => {
  occupied = new OccupiedDirectories(memory)
}

/**
 * Creates a directory if need be and reserves it within this process. Returns what ends that, or undefined if it is
 * reserved already. Throws a `KsError` of kind `io`.
 */
export const occupyDirectory = async (directory: string): Promise<(() => void) | undefined> => {
  let realDirectory: string
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    realDirectory = await realpath(directory)
  } catch (error) {
    throw openError(directory, error)
  }
  if (!occupiedDirectories().add(realDirectory)) return undefined
  return () => {
    occupiedDirectories().delete(realDirectory)
  }
}
