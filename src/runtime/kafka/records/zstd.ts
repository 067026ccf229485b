// Zstandard: Node's own where it has it (22.15 and later), otherwise libzstd as WebAssembly, loaded when it is needed.

import zlib from 'node:zlib'

/** Both directions; `decompress` gives at most `maxBytes` or throws. */
export interface ZstdCodec {
  compress(input: Uint8Array): Buffer
  decompress(input: Buffer, maxBytes: number): Buffer
}

/** What newer versions of Node have in node:zlib. */
interface NodeZstd {
  readonly zstdCompressSync?: (input: Uint8Array) => Buffer
  readonly zstdDecompressSync?: (input: Uint8Array, options: { maxOutputLength: number }) => Buffer
}

/** The codec of this Node; undefined if it has none. */
export const nodeZstd = (): ZstdCodec | undefined => {
  const { zstdCompressSync, zstdDecompressSync } = zlib as NodeZstd
  if (zstdCompressSync === undefined || zstdDecompressSync === undefined) return undefined
  return {
    compress: (input) => zstdCompressSync(input),
    decompress: (input, maxBytes) => zstdDecompressSync(input, { maxOutputLength: maxBytes }),
  }
}

/** As the Java client's compression.zstd.level. */
const level = 3

let packaged: Promise<ZstdCodec> | undefined

/** The codec of the package; loading it takes some milliseconds, once: its `init` must not be called again. */
export const packagedZstd = (): Promise<ZstdCodec> => {
  packaged ??= loadPackage()
  return packaged
}

const loadPackage = async (): Promise<ZstdCodec> => {
  const { init, compress, decompress } = await import('@bokuweb/zstd-wasm')
  await init()
  return {
    compress: (input) => asBuffer(compress(input, level)),

    decompress(input, maxBytes) {
      const contentBytes = contentSize(input)
      if (contentBytes !== undefined && contentBytes > maxBytes) throw new Error(`more than ${maxBytes} bytes`)
      if (contentBytes !== undefined) return asBuffer(decompress(input))
      // Streams, such as the Java client writes, do not say how much they hold; libzstd does not say what is missing.
      for (let size = Math.min(Math.max(firstGuessBytes, input.length * 8), maxBytes); ;) {
        try {
          return asBuffer(decompress(input, { defaultHeapSize: size }))
        } catch (error) {
          if (size >= maxBytes) throw error
          size = Math.min(size * 4, maxBytes)
        }
      }
    },
  }
}

const firstGuessBytes = 1024 * 1024

const asBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer => Buffer.from(buffer, byteOffset, byteLength)

/** The size that the header of a frame gives; undefined if it has none (RFC 8878, 3.1.1.1). */
const contentSize = (input: Buffer): number | undefined => {
  if (input.length < 5) throw new Error('a Zstandard frame is cut off')
  if (input.readUInt32LE(0) !== 0xfd2fb528) throw new Error('not a Zstandard frame')
  const descriptor = input.readUInt8(4)
  const isSingleSegment = (descriptor & 0x20) !== 0
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0
  const at = 5 + (isSingleSegment ? 0 : 1) + dictionaryBytes
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6] ?? 0
  if (at + sizeBytes > input.length) throw new Error('a Zstandard frame is cut off')
  if (sizeBytes === 0) return undefined
  if (sizeBytes === 8) return Number(input.readBigUInt64LE(at))
  return input.readUIntLE(at, sizeBytes) + (sizeBytes === 2 ? 256 : 0)
}
