// The compressions of record batches, by the names of `compression.type` and the numbers of the attributes (KIP-98, KIP-110).

import zlib from 'node:zlib'
import { compressLz4, decompressLz4 } from './lz4-frame.ts'
import { compressSnappy, decompressSnappy } from './snappy.ts'
import { nodeZstd, packagedZstd, type ZstdCodec } from './zstd.ts'

/** In the order of their numbers. */
export const compressionTypes = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const

/** A value of `compression.type`. */
export type CompressionType = (typeof compressionTypes)[number]

/** The number of a compression in the attributes of a batch. */
export const compressionCode = (type: CompressionType): number => compressionTypes.indexOf(type)

/** The compression with a number; undefined if there is none. */
export const compressionOf = (code: number): CompressionType | undefined => compressionTypes[code]

let zstd: ZstdCodec | undefined

const loadedZstd = (): ZstdCodec => {
  zstd ??= nodeZstd()
  if (zstd === undefined) throw new Error('loadCompression was not called for zstd')
  return zstd
}

/** True if the compression can be used without waiting for `loadCompression`. */
export const isLoaded = (type: CompressionType): boolean => {
  if (type !== 'zstd') return true
  zstd ??= nodeZstd()
  return zstd !== undefined
}

/** Loads what a compression needs; to be awaited before it is used the first time. */
export const loadCompression = async (type: CompressionType): Promise<void> => {
  if (!isLoaded(type)) zstd = await packagedZstd()
}

/** Compresses the records of a batch. */
export const compress = (type: CompressionType, input: Buffer): Buffer => {
  switch (type) {
    case 'none':
      return input
    case 'gzip':
      return zlib.gzipSync(input)
    case 'snappy':
      return compressSnappy(input)
    case 'lz4':
      return compressLz4(input)
    case 'zstd':
      return loadedZstd().compress(input)
  }
}

/** Decompresses the records of a batch. @throws Error if they are malformed or more than `maxBytes`. */
export const decompress = (type: CompressionType, input: Buffer, maxBytes: number): Buffer => {
  switch (type) {
    case 'none':
      return input
    case 'gzip':
      return zlib.gunzipSync(input, { maxOutputLength: maxBytes })
    case 'snappy':
      return decompressSnappy(input, maxBytes)
    case 'lz4':
      return decompressLz4(input, maxBytes)
    case 'zstd':
      return loadedZstd().decompress(input, maxBytes)
  }
}
