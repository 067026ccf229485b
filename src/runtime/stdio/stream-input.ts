// Input that arrives when it arrives: pipes, terminals, sockets, and the output of a decompressor. Read through a stream,
// because a blocked read(2) in the thread pool would keep the process from ending.

import type { Readable } from 'node:stream'
import type { PeekableInput } from './byte-input.ts'
import { ioError } from '../model/system-error.ts'

/** What a stream may come with. */
export interface StreamInputOptions {
  readonly signal: AbortSignal
  /** Turns an error of the stream into the one to throw; by default KsError `io`. */
  readonly describeError?: (error: Error) => Error
}

/** Reads a stream, which belongs to the input from here on. */
export const streamInput = (stream: Readable, name: string, options: StreamInputOptions): PeekableInput => {
  const { signal, describeError = (error) => ioError(`cannot read ${name}`, error) } = options
  // What the stream gave and nobody has taken yet.
  let chunk: Buffer = noBytes
  let consumed = 0
  let ended = false
  let failure: Error | undefined
  let wake: (() => void) | undefined

  const awake = (): void => {
    const waiting = wake
    wake = undefined
    waiting?.()
  }
  const abort = (): void => {
    stream.destroy()
    awake()
  }
  const end = (): void => {
    ended = true
    signal.removeEventListener('abort', abort)
    awake()
  }
  stream.on('readable', awake)
  stream.on('end', end)
  stream.on('close', end)
  stream.on('error', (error) => {
    failure ??= describeError(error)
    awake()
  })
  signal.addEventListener('abort', abort, { once: true })

  /** The next piece; undefined at the end. */
  const next = async (): Promise<Buffer | undefined> => {
    for (;;) {
      signal.throwIfAborted()
      // Without an encoding a byte stream gives buffers.
      const piece = stream.read() as Buffer | null
      if (piece !== null) return piece
      if (failure !== undefined) throw failure
      if (ended) return undefined
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }

  return {
    name,
    identity: undefined,
    sizeBytes: undefined,
    get consumedBytes() {
      return consumed
    },
    async read(target, offset, length) {
      if (chunk.length === 0) chunk = (await next()) ?? noBytes
      const count = chunk.copy(target, offset, 0, length)
      chunk = chunk.subarray(count)
      consumed += count
      return count
    },
    async peek(length) {
      while (chunk.length < length) {
        const piece = await next()
        if (piece === undefined) break
        chunk = chunk.length === 0 ? piece : Buffer.concat([chunk, piece])
      }
      return chunk.subarray(0, length)
    },
    close() {
      stream.destroy()
      end()
      return Promise.resolve()
    },
  }
}

const noBytes = Buffer.alloc(0)
