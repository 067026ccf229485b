// Directories and small JSON files that only their user can touch, whatever the umask. A file is written whole or not at
// all, also when the process dies or two processes write at once.

import { randomUUID } from 'node:crypto'
import { chmod, link, lstat, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { KsError } from '../model/errors.ts'

/**
 * Creates a directory, and those above it that are missing, with mode 0700. One that is there already stays as it is.
 * Throws a `KsError` of kind `io`.
 */
export const createPrivateDirectory = async (directory: string): Promise<void> => {
  try {
    await createMissing(directory)
  } catch (error) {
    throw fileError('create', directory, error)
  }
}

const createMissing = async (directory: string): Promise<void> => {
  try {
    await mkdir(directory, { mode: 0o700 })
    // The umask may have taken bits of the owner away.
    await chmod(directory, 0o700)
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return
    if (errorCode(error) !== 'ENOENT' || path.dirname(directory) === directory) throw error
    await createMissing(path.dirname(directory))
    await createMissing(directory)
  }
}

/**
 * Throws a `KsError` of kind `config` unless the path is a directory, no symbolic link to one, that belongs to the user
 * and that nobody else can write to.
 */
export const assertPrivateDirectory = async (directory: string, userId: number | undefined): Promise<void> => {
  const status = await lstat(directory).catch((error: unknown) => {
    throw fileError('read', directory, error)
  })
  if (!status.isDirectory()) {
    const kind = status.isSymbolicLink() ? 'a symbolic link' : 'no directory'
    throw new KsError('config', `${directory} is ${kind}, state needs a directory there`)
  }
  if (userId === undefined) return
  if (status.uid !== userId) {
    throw new KsError('config', `the state directory ${directory} belongs to user ${status.uid}, not to ${userId}`, {
      hint: 'choose another one with --state',
    })
  }
  if ((status.mode & 0o022) !== 0) {
    throw new KsError('config', `others can write to the state directory ${directory}`, {
      hint: `chmod 700 ${shellQuoted(directory)}`,
    })
  }
}

/** Creates a file unless it exists; of several processes that try, one succeeds. Throws a `KsError` of kind `io`. */
export const createRecordFile = (file: string, record: object): Promise<void> =>
  writeWhole(file, record, async (temporary) => {
    try {
      await link(temporary, file)
    } catch (error) {
      // Some file systems have no links; there the last process wins.
      if (errorCode(error) !== 'EEXIST') await rename(temporary, file)
    }
  })

/** Creates or replaces a file. Throws a `KsError` of kind `io`. */
export const replaceRecordFile = (file: string, record: object): Promise<void> =>
  writeWhole(file, record, (temporary) => rename(temporary, file))

const writeWhole = async (file: string, record: object, place: (temporary: string) => Promise<void>): Promise<void> => {
  const temporary = `${file}.${randomUUID()}`
  try {
    await writeFile(temporary, `${JSON.stringify(record)}\n`, { mode: 0o600, flag: 'wx', flush: true })
    await place(temporary)
  } catch (error) {
    throw fileError('write', file, error)
  } finally {
    await rm(temporary, { force: true })
  }
}

/** The object in a file: undefined if there is no file, without fields if there is something else in it. */
export const readRecordFile = async (file: string): Promise<Readonly<Record<string, unknown>> | undefined> => {
  const text = await unlessMissing(readFile(file, 'utf8')).catch((error: unknown) => {
    throw fileError('read', file, error)
  })
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : {}
  } catch {
    return {}
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The result of a file operation, undefined if the file or directory does not exist. */
export const unlessMissing = async <T>(operation: Promise<T>): Promise<T | undefined> => {
  try {
    return await operation
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Names in a directory, none if it does not exist. */
export const entryNames = async (directory: string): Promise<readonly string[]> =>
  (await unlessMissing(readdir(directory))) ?? []

/** An error of the file system as one for the user. */
export const fileError = (action: string, file: string, error: unknown): KsError => {
  const reason = error instanceof Error ? error.message : String(error)
  return new KsError('io', `cannot ${action} ${file}: ${reason}`, { cause: error })
}

const errorCode = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

const shellQuoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
