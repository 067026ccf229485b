// Opens the inputs that a command line names, one after another: files, pipes with a name, `-` for standard input.

import { constants, fstatSync, readlinkSync } from 'node:fs'
import { access, realpath, stat } from 'node:fs/promises'
import { Socket } from 'node:net'
import { join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { isatty, ReadStream } from 'node:tty'
import { KsError } from '../model/errors.ts'
import type { ByteInput } from './byte-input.ts'
import { fileInput } from './file-input.ts'
import { formatOfFile } from './format.ts'
import { gunzipIfNeeded } from './gzip-input.ts'
import {
  closeDescriptor,
  continueRegular,
  openForReading,
  regularFile,
  rotatedFiles,
  type RegularFile,
  type RegularInputOptions,
} from './regular-input.ts'
import type { ResumePoint } from './record-decoder.ts'
import { streamInput } from './stream-input.ts'
import { ioError } from '../model/system-error.ts'

/** The name that messages give standard input. */
export const standardInputName = '<stdin>'

/** An input, ready to be read. */
export interface OpenedInput {
  readonly input: ByteInput
  /** The name that was asked for, which says the format; a file that was moved aside has another one by now. */
  readonly readAs: string
  /** Where in its text (decompressed) the input stands, in bytes. */
  readonly startPosition: number
  /** For the decoder's `reset`, where an earlier run has left one. */
  readonly resume: ResumePoint | undefined
  /** A last line without a line break is still being written: leave it for a later run. */
  readonly holdPartialLine: boolean
}

/** How to open. */
export interface OpenInputsOptions extends RegularInputOptions {
  /** Read in place of the process's own standard input. */
  readonly standardInput?: Readable
}

/**
 * The inputs in order; no names mean standard input. An input is closed when the next one is asked for, and with positions
 * what was read of it has to be in the table by then.
 * @throws KsError `io` naming the file that cannot be read, before any input is opened if it can be known.
 */
export async function* openInputs(names: readonly string[], options: OpenInputsOptions): AsyncGenerator<OpenedInput> {
  const wanted = (names.length === 0 ? ['-'] : names).map((name) => (name === '/dev/stdin' ? '-' : name))
  if (wanted.filter((name) => name === '-').length > 1) {
    throw new KsError('usage', 'standard input (-) can be read only once')
  }
  for (const name of wanted) if (name !== '-') await checkReadable(name)
  for (const name of wanted) {
    options.signal.throwIfAborted()
    yield* name === '-' ? openStandardInput(options) : openPath(name, options)
  }
}

async function* openStandardInput(options: OpenInputsOptions): AsyncGenerator<OpenedInput> {
  const { signal, standardInput } = options
  if (standardInput !== undefined) {
    yield* openStream(standardInput, standardInputName, signal)
    return
  }
  const stats = fstatSync(0, { bigint: true })
  if (stats.isDirectory()) throw directoryError('standard input')
  if (stats.isFile()) {
    const path = standardInputPath()
    const file = regularFile(0, standardInputName, stats, {
      path: path ?? standardInputName,
      file: path ?? '',
      rotated: false,
    })
    yield* openRegular(file, options)
  } else if (stats.isCharacterDevice() && !isatty(0)) {
    yield* withoutPosition(fileInput({ descriptor: 0, name: standardInputName, ...noIdentity }, null, signal))
  } else yield* openStream(streamOf(0), standardInputName, signal)
}

async function* openPath(name: string, options: OpenInputsOptions): AsyncGenerator<OpenedInput> {
  const { signal } = options
  const descriptor = await openForReading(name)
  const stats = fstatSync(descriptor, { bigint: true })
  if (stats.isFIFO() || isatty(descriptor)) {
    yield* openStream(streamOf(descriptor), name, signal)
    return
  }
  try {
    if (stats.isFile()) {
      const path = resolve(name)
      const file = regularFile(descriptor, name, stats, { path, file: await realpath(path), rotated: false })
      yield* openRegular(file, options)
    } else yield* withoutPosition(fileInput({ descriptor, name, ...noIdentity }, null, signal))
  } finally {
    await closeDescriptor(descriptor)
  }
}

/** What is left of files that had this path before, then the file itself. */
async function* openRegular(current: RegularFile, options: OpenInputsOptions): AsyncGenerator<OpenedInput> {
  for await (const file of rotatedFiles(current, options)) {
    const opened = await continueRegular(file, options)
    if (opened !== undefined) yield* handOver({ ...opened, readAs: current.name })
  }
  const opened = await continueRegular(current, options)
  if (opened !== undefined) yield* handOver({ ...opened, readAs: current.name })
}

const noIdentity = { identity: undefined, sizeBytes: undefined }

const openStream = (stream: Readable, name: string, signal: AbortSignal): AsyncGenerator<OpenedInput> =>
  withoutPosition(gunzipIfNeeded(streamInput(stream, name, { signal }), signal))

/** A stream of a terminal, pipe or socket; it closes the descriptor when it is destroyed. */
const streamOf = (descriptor: number): Readable =>
  isatty(descriptor) ? new ReadStream(descriptor) : new Socket({ fd: descriptor, readable: true, writable: false })

/** An input that a later run cannot go on with. */
const withoutPosition = (input: ByteInput): AsyncGenerator<OpenedInput> =>
  handOver({ input, readAs: input.name, startPosition: 0, resume: undefined, holdPartialLine: false })

/** Yields an input and closes it when the next one is asked for. */
async function* handOver(opened: OpenedInput): AsyncGenerator<OpenedInput> {
  try {
    yield opened
  } finally {
    await opened.input.close()
  }
}

/** The path of a file that a shell has opened as standard input, where the system tells. */
const standardInputPath = (): string | undefined => {
  try {
    return readlinkSync('/proc/self/fd/0')
  } catch {
    return undefined
  }
}

const checkReadable = async (name: string): Promise<void> => {
  try {
    const stats = await stat(name)
    if (stats.isDirectory()) throw directoryError(name)
    await access(name, constants.R_OK)
  } catch (error) {
    throw ioError(`cannot open ${name}`, error, hintFor(name))
  }
}

const directoryError = (name: string): KsError =>
  new KsError('io', `${name} is a directory`, { hint: `name the files in it: ${join(name, '*')}` })

/** What somebody may have meant who named a file that cannot be opened. */
const hintFor = (name: string): string | undefined => {
  if (/[\s=<>!|(){}[\]"'$+*]|^\.\w/.test(name)) return 'an expression is one argument: put it in quotes'
  const topic = name.replace(/^@/, '')
  if (/^[\w.-]+$/.test(topic) && formatOfFile(name) === undefined) return `if ${topic} is a topic: -t ${topic}`
  return undefined
}
