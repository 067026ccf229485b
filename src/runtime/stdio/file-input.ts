// Regular files, read at explicit positions, and devices, which have none.

import { read } from 'node:fs'
import type { PeekableInput } from './byte-input.ts'
import type { FileIdentity } from './file-identity.ts'
import { ioError } from '../model/system-error.ts'

/** What has been found out about an open file. */
export interface OpenFile {
  readonly descriptor: number
  readonly name: string
  readonly identity: FileIdentity | undefined
  readonly sizeBytes: number | undefined
}

/**
 * Reads an open file. The descriptor stays the caller's, to be closed after the input: closing the input waits for a read
 * that is under way, since the number of a closed descriptor may soon be another file's.
 * @param position where to begin; null to read where the descriptor stands and to move it, which whoever shares it sees.
 */
export const fileInput = (file: OpenFile, position: number | null, signal: AbortSignal): PeekableInput => {
  const { descriptor, name } = file
  let consumed = position ?? 0
  let peeked: Buffer = Buffer.alloc(0)
  let reading: Promise<unknown> = Promise.resolve()
  let closed = false

  const readFile = async (target: Buffer, offset: number, length: number): Promise<number> => {
    signal.throwIfAborted()
    if (closed) return 0
    const count = readAt(descriptor, target, offset, length, position === null ? null : consumed + peeked.length)
    reading = count.catch(() => undefined)
    try {
      return await count
    } catch (error) {
      throw ioError(`cannot read ${name}`, error)
    }
  }

  return {
    name,
    identity: file.identity,
    sizeBytes: file.sizeBytes,
    get consumedBytes() {
      return consumed
    },
    async read(target, offset, length) {
      let count = peeked.copy(target, offset, 0, length)
      if (count > 0) peeked = peeked.subarray(count)
      else count = await readFile(target, offset, length)
      consumed += count
      return count
    },
    async peek(length) {
      while (peeked.length < length) {
        const more = Buffer.allocUnsafe(length - peeked.length)
        const count = await readFile(more, 0, more.length)
        if (count === 0) break
        peeked = Buffer.concat([peeked, more.subarray(0, count)])
      }
      return peeked.subarray(0, length)
    },
    async close() {
      closed = true
      await reading
    },
  }
}

const readAt = (descriptor: number, target: Buffer, offset: number, length: number, at: number | null) =>
  new Promise<number>((resolve, reject) => {
    read(descriptor, target, offset, length, at, (error, count) => {
      if (error === null) resolve(count)
      else reject(error)
    })
  })
