// Text out of gzip files, of one member or many (`cat a.gz b.gz`, a sink that appends a member per commit).

import { Readable } from 'node:stream'
import { createGunzip, type Gunzip } from 'node:zlib'
import { KsError } from '../model/errors.ts'
import type { ByteInput, PeekableInput } from './byte-input.ts'
import { streamInput } from './stream-input.ts'

const compressedBytes = 64 * 1024
const textBytes = 256 * 1024

/** True if a text that begins with these bytes is gzip data. */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

/** Decompresses an input, which belongs to the result from here on. Damaged data are a KsError `data`. */
export const gzipInput = (source: ByteInput, signal: AbortSignal): PeekableInput => {
  const compressed = new Readable({
    highWaterMark: compressedBytes,
    read() {
      const bytes = Buffer.allocUnsafeSlow(compressedBytes)
      source.read(bytes, 0, compressedBytes).then(
        (count) => {
          this.push(count === 0 ? null : bytes.subarray(0, count))
        },
        (error: unknown) => {
          this.destroy(error instanceof Error ? error : new Error(String(error)))
        },
      )
    },
  })
  const gunzip = createGunzip({ chunkSize: textBytes })
  compressed.on('error', (error) => {
    gunzip.destroy(error)
  })
  compressed.pipe(gunzip)
  const text = streamInput(gunzip, source.name, {
    signal,
    describeError: (error) => (isZlibError(error) ? damaged(source.name, gunzip, error) : error),
  })
  return {
    name: source.name,
    identity: source.identity,
    sizeBytes: source.sizeBytes,
    get consumedBytes() {
      return gunzip.bytesWritten
    },
    read: (target, offset, length) => text.read(target, offset, length),
    peek: (length) => text.peek(length),
    async close() {
      compressed.destroy()
      await text.close()
      await source.close()
    },
  }
}

/**
 * Decompresses an input if it begins like gzip data. Nothing is read before the first read asks for it, so a pipe on which
 * nothing comes holds up nobody.
 */
export const gunzipIfNeeded = (source: PeekableInput, signal: AbortSignal): ByteInput => {
  let chosen: ByteInput | undefined
  const choose = async (): Promise<ByteInput> => {
    // The second byte may be long in coming: it is waited for only if the first one is right.
    const first = await source.peek(1)
    return first[0] === 0x1f && isGzip(await source.peek(2)) ? gzipInput(source, signal) : source
  }
  return {
    name: source.name,
    identity: source.identity,
    sizeBytes: source.sizeBytes,
    get consumedBytes() {
      return (chosen ?? source).consumedBytes
    },
    async read(target, offset, length) {
      chosen ??= await choose()
      return chosen.read(target, offset, length)
    },
    close: () => (chosen ?? source).close(),
  }
}

const isZlibError = (error: Error): boolean => 'code' in error && String(error.code).startsWith('Z_')

const damaged = (name: string, gunzip: Gunzip, error: Error): KsError => {
  const truncated = 'code' in error && error.code === 'Z_BUF_ERROR'
  const what = truncated ? 'the gzip data end too early' : `damaged gzip data (${error.message})`
  return new KsError('data', `${name}: ${what}, after ${String(gunzip.bytesWritten)} compressed bytes`, {
    cause: error,
  })
}
