// A sink file. It grows at its end; what a commit has synced stays, what a run wrote after its last commit and then broke off
// is cut off by the next one, so that every result is there once. Compressed, each piece is a gzip member of its own.

import { constants, fstatSync, ftruncateSync, readSync, type BigIntStats } from 'node:fs'
import { open, stat, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { constants as zlib, gunzipSync, gzipSync } from 'node:zlib'
import { KsError } from '../model/errors.ts'
import { faultPoint } from '../tasks/fault-point.ts'
import { writeFully, type ByteOutput } from './byte-output.ts'
import { ioError, systemErrorName } from '../model/system-error.ts'

/** A file that takes the results. */
export interface FileOutput extends Omit<ByteOutput, 'commit'> {
  /** Its first line, without the line break, if there is one, it can be read and has at most a megabyte. */
  firstLine(): Buffer | undefined
  /**
   * Writes everything and, if durable, syncs it.
   * @returns the mark to store for the next run's `committed`.
   */
  commit(): Promise<string>
}

/** How to open a sink file. */
export interface FileOutputOptions {
  /** Empty the file first; otherwise it grows at its end. */
  readonly replace: boolean
  /** Sync at commits, and cut off what is behind the committed mark at the start. */
  readonly durable: boolean
  /**
   * What the last commit of an earlier run returned. Where there is none, commit before the first write: otherwise a run that
   * breaks off before its first commit leaves what nobody can tell from what was there before.
   */
  readonly committed?: string | undefined
  /** Hears what the user should know. */
  notice(message: string): void
}

/** Bytes are collected up to this size before they are written, and compressed in pieces of it. */
const pieceBytes = 1024 * 1024

/** Opens a file, which is created if it is missing. KsError `io` if that fails. */
export const openFileOutput = async (path: string, options: FileOutputOptions): Promise<FileOutput> => {
  const { replace, durable, notice } = options
  const file = await openSink(path, replace)
  const { fd } = file
  const stats = fstatSync(fd, { bigint: true })
  const isRegular = stats.isFile()
  if (isRegular && durable) {
    try {
      if (!replace && options.committed !== undefined) cutBack(fd, path, stats, parseMark(options.committed), notice)
      if (stats.size === 0n) await syncDirectory(path)
    } catch (error) {
      await file.close()
      throw error
    }
  }
  const compress = path.endsWith('.gz')
  // What is appended begins with a line of its own.
  let lacksLineFeed = isRegular && !compress && endsInMidLine(fd)
  let pieces: Buffer[] = []
  let waitingBytes = 0

  const writeOut = (): void => {
    if (waitingBytes === 0) return
    const bytes = Buffer.concat(lacksLineFeed ? [Buffer.from('\n'), ...pieces] : pieces)
    lacksLineFeed = false
    pieces = []
    waitingBytes = 0
    try {
      writeFully(fd, compress ? gzipSync(bytes) : bytes)
    } catch (error) {
      throw ioError(`cannot write to ${path}`, error)
    }
  }

  return {
    firstLine: () => (isRegular ? readFirstLine(fd, compress) : undefined),
    write(bytes) {
      return new Promise((resolve) => {
        pieces.push(Buffer.from(bytes))
        waitingBytes += bytes.length
        if (waitingBytes >= pieceBytes || !isRegular) writeOut()
        resolve()
      })
    },
    async commit() {
      writeOut()
      faultPoint('sink-appended')
      if (!isRegular) return '0'
      if (durable) {
        await file.sync().catch((error: unknown) => {
          throw ioError(`cannot sync ${path}`, error)
        })
      }
      const { size, ino } = fstatSync(fd, { bigint: true })
      return `${size} ${ino}`
    },
    async close() {
      try {
        writeOut()
      } finally {
        await file.close()
      }
    },
  }
}

/** Open for reading too, to see a file's first line; but a pipe that is open for reading never lacks a reader. */
const openSink = async (path: string, replace: boolean): Promise<FileHandle> => {
  const { O_APPEND, O_CREAT, O_RDWR, O_TRUNC, O_WRONLY } = constants
  const flags = O_APPEND | O_CREAT | (replace ? O_TRUNC : 0)
  const existing = await stat(path).catch(() => undefined)
  try {
    if (existing?.isFile() !== false) {
      return await open(path, flags | O_RDWR).catch((error: unknown) => {
        if (systemErrorName(error) === 'EACCES') return open(path, flags | O_WRONLY)
        throw error
      })
    }
    return await open(path, flags | O_WRONLY)
  } catch (error) {
    throw ioError(`cannot write to ${path}`, error)
  }
}

interface Mark {
  readonly length: number
  readonly inode: string
}

const parseMark = (committed: string): Mark => {
  const match = /^(\d+) (\d+)$/.exec(committed)
  if (match === null) throw new KsError('io', `damaged file length in the state: ${committed.slice(0, 200)}`)
  return { length: Number(match[1]), inode: String(match[2]) }
}

/** Takes the file back to its last commit, unless it is not the file that was committed any more. */
const cutBack = (
  fd: number,
  path: string,
  stats: BigIntStats,
  { length, inode }: Mark,
  notice: (message: string) => void,
): void => {
  const size = Number(stats.size)
  if (size === 0) return
  if (inode !== String(stats.ino)) {
    notice(`${path} is another file than the one written before: going on at its end`)
  } else if (size < length) {
    notice(`${path} was truncated (${length} bytes had been written): going on at its end`)
  } else if (size > length) {
    truncate(fd, path, length)
    notice(
      `${path}: ${size - length} bytes that were written after the last commit are cut off, they will be written again`,
    )
  }
}

const truncate = (fd: number, path: string, length: number): void => {
  try {
    ftruncateSync(fd, length)
  } catch (error) {
    throw ioError(`cannot cut back ${path}`, error)
  }
}

/** Makes the name of a new file as durable as its content. */
const syncDirectory = async (path: string): Promise<void> => {
  const name = dirname(path)
  try {
    const directory = await open(name, 'r')
    await directory.sync().finally(() => directory.close())
  } catch (error) {
    throw ioError(`cannot sync ${name}`, error)
  }
}

/** True if a file that can be read has a last line without its end. */
const endsInMidLine = (fd: number): boolean => {
  const { size } = fstatSync(fd)
  const last = Buffer.alloc(1)
  try {
    return size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== 10
  } catch {
    return false // opened for writing only
  }
}

const readFirstLine = (fd: number, isCompressed: boolean): Buffer | undefined => {
  const bytes = Buffer.alloc(isCompressed ? pieceBytes / 16 : pieceBytes)
  try {
    const read = bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, 0))
    const head = isCompressed ? gunzipSync(read, { finishFlush: zlib.Z_SYNC_FLUSH }) : read
    const lineFeedAt = head.indexOf(10)
    if (lineFeedAt >= 0) return head.subarray(0, lineFeedAt)
    return head.length === 0 || read.length === bytes.length ? undefined : head
  } catch {
    return undefined // opened for writing only, or no gzip data
  }
}
