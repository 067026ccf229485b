// Snappy as Kafka's clients have it: written with the framing of xerial's snappy-java, as the Java client does; read with it
// or as one bare block, as librdkafka and others write.

import { compressedMax, lzFormats, runInLzMemory } from './lz-blocks.ts'

const magic = Buffer.from('82534e4150505900', 'hex')
/** The magic, the version and the lowest version that can read it. */
const streamHeader = Buffer.concat([magic, Buffer.of(0, 0, 0, 1, 0, 0, 0, 1)])
/** As snappy-java's SnappyOutputStream. */
const blockBytes = 32 * 1024
const lengthMaxBytes = 5

/** Compresses with xerial framing. */
export const compressSnappy = (input: Uint8Array): Buffer => {
  const blocks = Math.ceil(input.length / blockBytes)
  const outputMax = streamHeader.length + blocks * (4 + lengthMaxBytes) + compressedMax(input.length) + blocks * 32
  return runInLzMemory(input, outputMax, ({ module, bytes, input: start, output }) => {
    module.clear()
    bytes.set(streamHeader, output)
    let at = output + streamHeader.length
    for (let done = 0; done < input.length; done += blockBytes) {
      const length = Math.min(blockBytes, input.length - done)
      const end = module.compress(lzFormats.snappy, start + done, length, writeLength(bytes, at + 4, length))
      bytes.writeInt32BE(end - at - 4, at)
      at = end
    }
    return at
  })
}

/**
 * Reads what any client of Kafka writes as Snappy, at most `maxBytes` of output.
 * @throws Error that says what is wrong with the input.
 */
export const decompressSnappy = (input: Buffer, maxBytes: number): Buffer => {
  const blocks = isFramed(input) ? framedBlocks(input) : [{ at: 0, end: input.length }]
  const sized = blocks.map(({ at, end }) => ({ ...readLength(input, at), end }))
  const outputBytes = sized.reduce((sum, { length }) => sum + length, 0)
  if (outputBytes > maxBytes) throw new Error(`more than ${maxBytes} bytes`)
  return runInLzMemory(input, outputBytes, ({ module, input: start, output }) => {
    let to = output
    for (const { at, end, length } of sized) {
      if (module.readSnappy(start + at, start + end, to, to + length) === 0) throw new Error('not a Snappy block')
      to += length
    }
    return to
  })
}

const isFramed = (input: Buffer): boolean =>
  input.length >= streamHeader.length && input.subarray(0, magic.length).equals(magic)

const framedBlocks = (input: Buffer): { readonly at: number; readonly end: number }[] => {
  const blocks = []
  for (let at = streamHeader.length; at < input.length;) {
    // Streams may have been put one after the other.
    if (isFramed(input.subarray(at))) {
      at += streamHeader.length
      continue
    }
    const length = at + 4 <= input.length ? input.readInt32BE(at) : -1
    at += 4
    if (length < 0 || at + length > input.length) throw new Error('a Snappy block is cut off')
    blocks.push({ at, end: at + length })
    at += length
  }
  return blocks
}

const writeLength = (bytes: Buffer, start: number, length: number): number => {
  let at = start
  let rest = length
  for (; rest >= 128; rest >>>= 7) bytes[at++] = (rest & 127) | 128
  bytes[at++] = rest
  return at
}

/** The length of a block's content, and where what follows it begins. */
const readLength = (input: Buffer, start: number): { readonly at: number; readonly length: number } => {
  let length = 0
  for (let index = 0; index < lengthMaxBytes; index++) {
    const byte = input[start + index]
    if (byte === undefined) break
    length += (byte & 127) * 2 ** (7 * index)
    if (byte < 128) return { at: start + index + 1, length }
  }
  throw new Error('a Snappy block without its length')
}
