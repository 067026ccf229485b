// Regular files, which have an identity: with positions they are read from where the last run ended, under whatever name
// they have now, and no part of them is passed over in silence or read twice.

import { close, constants, fstatSync, open, type BigIntStats } from 'node:fs'
import { promisify } from 'node:util'
import { KsError } from '../model/errors.ts'
import type { ByteInput, PeekableInput } from './byte-input.ts'
import {
  findInode,
  headBytesMax,
  laterFiles,
  rememberHead,
  type FileIdentity,
  type FoundFile,
} from './file-identity.ts'
import { fileInput, type OpenFile } from './file-input.ts'
import { gzipInput, isGzip } from './gzip-input.ts'
import { isSameContent, type FilePlace, type PositionRow, type PositionTable } from './position-table.ts'
import { ioError } from '../model/system-error.ts'

/** What reading files takes from outside. */
export interface RegularInputOptions {
  /** Where earlier runs have stopped; without it every file is read from its start. */
  readonly positions?: PositionTable
  /** Hears what the user should know: a file that was replaced, bytes that are lost. */
  notice(message: string): void
  readonly signal: AbortSignal
}

/** An open regular file. The descriptor is closed by whoever opened it. */
export type RegularFile = OpenFile &
  Omit<FilePlace, 'sizeBytes'> & { readonly identity: FileIdentity; readonly sizeBytes: number }

/** What is to be known about a regular file: `path` and `file` as in PositionRow. */
export const regularFile = (
  descriptor: number,
  name: string,
  stats: BigIntStats,
  place: Omit<FilePlace, 'sizeBytes'>,
): RegularFile => ({
  descriptor,
  name,
  identity: { device: String(stats.dev), inode: String(stats.ino), head: Buffer.alloc(0) },
  sizeBytes: Number(stats.size),
  ...place,
})

/**
 * Opens a file for reading.
 * @throws KsError `io`.
 */
export const openForReading = async (path: string): Promise<number> => {
  try {
    // Without O_NONBLOCK a named pipe that nobody writes to would hold up a thread, and the end of the process with it.
    return await promisify(open)(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    throw ioError(`cannot open ${path}`, error)
  }
}

/** Closes what `openForReading` has opened. */
export const closeDescriptor = promisify(close)

/**
 * A file's text, from its start or from where the last run ended; undefined if it is known that nothing is left. The fields
 * are those of OpenedInput but for the name.
 */
export const continueRegular = async (file: RegularFile, { positions, notice, signal }: RegularInputOptions) => {
  const { identity } = file
  const isCompressed = await looksCompressed(file, signal)
  if (positions === undefined) {
    // Standard input may have been read from by others before, and will be by others afterwards.
    const input = textOf(file, file.descriptor === 0 ? null : 0, isCompressed, signal)
    return { input, startPosition: 0, resume: undefined, holdPartialLine: false }
  }

  const probe = textOf(file, 0, isCompressed, signal)
  identity.head = Buffer.from(await probe.peek(headBytesMax))
  const row = positions.find(identity, file.path)
  const known = row !== undefined && isSameContent(row, identity) ? row : undefined
  const position = known?.position ?? 0
  const isLongEnough = isCompressed ? await skip(probe, position) : file.sizeBytes >= position
  await probe.close()
  if (row !== undefined && (known === undefined || !isLongEnough)) {
    const message = replacedNotice(row, file)
    if (message !== undefined) notice(message)
  }
  const start = isLongEnough ? position : 0
  // The compressed size says nothing about how much text there is.
  positions.begin(identity, isCompressed ? { ...file, sizeBytes: 0 } : file, start, row)
  if (file.rotated && !isCompressed && start === file.sizeBytes) return undefined

  const text = textOf(file, isCompressed ? 0 : start, isCompressed, signal)
  if (isCompressed) await skip(text, start)
  return {
    input: identity.head.length < headBytesMax ? remembering(text, identity, start) : text,
    startPosition: start,
    resume: start > 0 ? known : undefined,
    // Compressed files and files that have been moved aside are finished.
    holdPartialLine: !isCompressed && !file.rotated,
  }
}

/**
 * The files that were read under a path before and have been moved aside since, oldest first; each is open until the next
 * one is asked for.
 * @param current what is open under that path now; `name` is what messages call it.
 */
export async function* rotatedFiles(current: RegularFile, options: RegularInputOptions): AsyncGenerator<RegularFile> {
  const { positions, signal } = options
  if (positions === undefined) return
  const { name, path, identity } = current
  const found: { readonly row: PositionRow; readonly place: FoundFile }[] = []
  for (const row of positions.under(path)) {
    if (row.inode === identity.inode || row.file === '') continue
    const place = await findInode(row.file, row.inode)
    if (place === undefined) forgetGone(row, name, positions, options)
    else found.push({ row, place })
    if (place === undefined || row.rotated) continue
    for (const { path: skipped, inode } of await laterFiles(row.file, place)) {
      if (inode === identity.inode || positions.hasInode(inode)) continue
      options.notice(`${name} was rotated more than once since it was last read: ${skipped} has not been read`)
    }
  }
  found.sort((left, right) => left.place.modifiedMs - right.place.modifiedMs)
  for (const { row, place } of found) {
    const descriptor = await openForReading(place.path)
    try {
      const stats = fstatSync(descriptor, { bigint: true })
      const file = regularFile(descriptor, place.path, stats, { path, file: place.path, rotated: true })
      if (file.identity.inode === row.inode && (await beginsLike(row, file, signal))) yield file
      else forgetGone(row, name, positions, options)
    } finally {
      await closeDescriptor(descriptor)
    }
  }
}

const textOf = (file: OpenFile, position: number | null, isCompressed: boolean, signal: AbortSignal): PeekableInput => {
  const bytes = fileInput(file, position, signal)
  return isCompressed ? gzipInput(bytes, signal) : bytes
}

const looksCompressed = async (file: OpenFile, signal: AbortSignal): Promise<boolean> => {
  const first = await fileInput(file, 0, signal).peek(2)
  if (isGzip(first)) return true
  if (file.name.endsWith('.gz') && first.length > 0) {
    throw new KsError('data', `${file.name} is not gzip data although its name says so`)
  }
  return false
}

const beginsLike = async (row: PositionRow, file: RegularFile, signal: AbortSignal): Promise<boolean> => {
  const probe = textOf(file, 0, await looksCompressed(file, signal), signal)
  const head = Buffer.from(await probe.peek(headBytesMax))
  await probe.close()
  return isSameContent(row, { ...file.identity, head })
}

const forgetGone = (
  row: PositionRow,
  name: string,
  positions: PositionTable,
  { notice }: RegularInputOptions,
): void => {
  const lost = lossOf(row)
  if (lost !== undefined) notice(goneNotice(name, lost))
  positions.forget(row)
}

/** What of a file that is gone was not read; undefined if it had been read to its end after it was moved aside. */
const lossOf = (row: PositionRow): string | undefined => {
  const unread = row.sizeBytes - row.position
  if (unread > 0) return `at least ${unread} bytes of it were not read`
  return row.rotated ? undefined : `what was added to it after byte ${row.position} was not read`
}

/** What there is to say about a file that has not the content that the row with its inode tells of. */
const replacedNotice = (row: PositionRow, { name, path }: RegularFile): string | undefined => {
  if (row.path === path && !row.rotated) {
    return `${name} was truncated or replaced (${row.position} bytes of it had been read): reading it from its start`
  }
  // The inode was free again.
  const lost = lossOf(row)
  return lost === undefined ? undefined : goneNotice(row.path, lost)
}

const goneNotice = (name: string, lost: string): string => `${name} was rotated and its old file is gone: ${lost}`

/** Reads and forgets so many bytes; false if there are fewer. */
const skip = async (input: ByteInput, length: number): Promise<boolean> => {
  const scratch = Buffer.allocUnsafe(Math.min(length, 256 * 1024))
  for (let left = length; left > 0;) {
    const count = await input.read(scratch, 0, Math.min(left, scratch.length))
    if (count === 0) return false
    left -= count
  }
  return true
}

/** The same input, noting the first bytes for the file's fingerprint. */
const remembering = (input: ByteInput, identity: FileIdentity, start: number): ByteInput => {
  let position = start
  return {
    name: input.name,
    identity,
    sizeBytes: input.sizeBytes,
    get consumedBytes() {
      return input.consumedBytes
    },
    async read(target, offset, length) {
      const count = await input.read(target, offset, length)
      rememberHead(identity, target, offset, offset + count, position)
      position += count
      return count
    },
    close: () => input.close(),
  }
}
