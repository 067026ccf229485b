// Standard output. A slow reader slows the writer down, a reader that has gone is a normal end, and nothing is taken for
// written before the system has it.

import { fstatSync, readFileSync, statSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'
import type { Writable } from 'node:stream'
import { isatty, WriteStream } from 'node:tty'
import { KsError } from '../model/errors.ts'
import { ioError, systemErrorName } from '../model/system-error.ts'

/** Where bytes go. */
export interface ByteOutput {
  /**
   * Takes bytes, which may be overwritten afterwards; waits while too much is on its way.
   * @throws ReaderGone, or KsError `io` with the system's reason, of this write or an earlier one.
   */
  write(bytes: Buffer): Promise<void>
  /** Throws what a write that was not waited for has failed with. */
  check?(): void
  /** Waits until the system has everything written so far; throws as `write` does. */
  commit(): Promise<void>
  /** Waits as `commit` does. A reader that has gone is no error here, and what has been thrown is not thrown again. */
  close(): Promise<void>
}

/**
 * Nobody reads standard output any more (`ks … | head`): stop and end normally. What has come since the last commit is not
 * committed: a pipe takes bytes that its reader may never have looked at, and the next run makes them again.
 */
export class ReaderGone extends Error {
  constructor() {
    super('the reader of the output has gone')
    this.name = 'ReaderGone'
  }
}

/** So many bytes may wait for a reader. */
const queueMaxBytes = 4 * 1024 * 1024

const standardOutputName = 'standard output'

let standardOutput: ByteOutput | undefined
let standardOutputFailed: (() => void) | undefined

/**
 * Standard output, opened at the first call: a descriptor can be watched once, so all runs of a process share it. Nobody else
 * may write to it from then on.
 * @param failed called when a write has failed, which the next call of a method throws; takes the place of an earlier one.
 * @throws KsError `io` if the process was started without one.
 */
export const sharedStandardOutput = (failed?: () => void): ByteOutput => {
  standardOutputFailed = failed
  standardOutput ??= openStandardOutput()
  return standardOutput
}

const openStandardOutput = (): ByteOutput => {
  const descriptor = 1
  if (wasClosed(descriptor)) {
    throw new KsError('io', `${standardOutputName} is closed`, { hint: 'to throw the output away: >/dev/null' })
  }
  const stats = fstatSync(descriptor)
  if (stats.isFile()) return descriptorOutput(descriptor, standardOutputName)
  if (stats.isCharacterDevice()) {
    if (isatty(descriptor)) return streamOutput(new WriteStream(descriptor), standardOutputName)
    return descriptorOutput(descriptor, standardOutputName)
  }
  return streamOutput(new Socket({ fd: descriptor, readable: false, writable: true }), standardOutputName, () => {
    standardOutputFailed?.()
  })
}

/** Writes to a pipe, socket or terminal, which is not ended at the close. */
export const streamOutput = (stream: Writable, name: string, failed?: () => void): ByteOutput => {
  let queuedBytes = 0
  let failure: Error | undefined
  let thrown = false
  let wake: (() => void) | undefined

  const settle = (error: Error | null | undefined): void => {
    if (error && failure === undefined) {
      failure = writeError(name, error)
      failed?.()
    }
    wake?.()
    wake = undefined
  }
  stream.on('error', settle)

  const waitUntilQueued = async (limitBytes: number): Promise<void> => {
    while (queuedBytes > limitBytes && failure === undefined) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  const throwFailure = (): void => {
    if (failure === undefined) return
    thrown = true
    throw failure
  }

  return {
    check: throwFailure,
    async write(bytes) {
      throwFailure()
      queuedBytes += bytes.length
      stream.write(Buffer.from(bytes), (error) => {
        queuedBytes -= bytes.length
        settle(error)
      })
      await waitUntilQueued(queueMaxBytes)
      throwFailure()
    },
    async commit() {
      await waitUntilQueued(0)
      throwFailure()
    },
    async close() {
      await waitUntilQueued(0)
      if (!thrown && !(failure instanceof ReaderGone)) throwFailure()
    },
  }
}

/** Writes to an open file or device, which is not closed at the close. */
const descriptorOutput = (descriptor: number, name: string): ByteOutput => ({
  write(bytes) {
    return new Promise((resolve, reject) => {
      try {
        writeFully(descriptor, bytes)
        resolve()
      } catch (error) {
        reject(writeError(name, error))
      }
    })
  },
  commit: () => Promise.resolve(),
  close: () => Promise.resolve(),
})

/**
 * Writes all bytes to where the descriptor stands.
 * @throws the system's error.
 */
export const writeFully = (descriptor: number, bytes: Buffer): void => {
  // A nearly full disk takes a part and refuses the rest.
  for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done)
}

const goneNames: readonly (string | undefined)[] = [
  'EPIPE',
  'ECONNRESET',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
]

const writeError = (name: string, error: unknown): Error =>
  goneNames.includes(systemErrorName(error)) ? new ReaderGone() : ioError(`cannot write to ${name}`, error)

/**
 * True if the process was started with the descriptor closed (`>&-`). Node.js then opens /dev/null in its place, for reading
 * and writing, where a shell's `>/dev/null` opens it for writing only; Linux shows which it was.
 */
const wasClosed = (descriptor: number): boolean => {
  try {
    if (fstatSync(descriptor).rdev !== statSync('/dev/null').rdev) return false
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1'))?.[1] ?? ''
    return (parseInt(flags, 8) & accessMode) === readAndWrite
  } catch {
    return false
  }
}

const accessMode = 3
const readAndWrite = 2
