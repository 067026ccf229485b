// LZ4 frames. Written as the Java client does: independent blocks of 64 KiB, no checksums but that of the header, which is
// constant therefore. Read whatever the format has besides dictionaries; its checksums are not looked at, as the batch has
// its own. (LZ4 Frame Format Description; org.apache.kafka.common.compress.Lz4BlockOutputStream.)

import { compressedMax, type LzCall, lzFormats, runInLzMemory } from './lz-blocks.ts'

const frameMagic = 0x184d2204
const frameHeader = Buffer.from('04224d18604082', 'hex')
const blockBytes = 64 * 1024
/** A block that could not be compressed is there as it was. */
const storedFlag = 0x8000_0000

/** Compresses to one frame. */
export const compressLz4 = (input: Uint8Array): Buffer => {
  const blocks = Math.ceil(input.length / blockBytes)
  const outputMax = frameHeader.length + blocks * (4 + 32) + compressedMax(input.length) + 4
  return runInLzMemory(input, outputMax, ({ module, bytes, input: start, output }) => {
    module.clear()
    bytes.set(frameHeader, output)
    let at = output + frameHeader.length
    for (let done = 0; done < input.length; done += blockBytes) {
      const length = Math.min(blockBytes, input.length - done)
      let end = module.compress(lzFormats.lz4, start + done, length, at + 4)
      const isSmaller = end - at - 4 < length
      if (!isSmaller) {
        bytes.copyWithin(at + 4, start + done, start + done + length)
        end = at + 4 + length
      }
      bytes.writeUInt32LE(isSmaller ? end - at - 4 : length + storedFlag, at)
      at = end
    }
    bytes.writeUInt32LE(0, at)
    return at + 4
  })
}

interface Block {
  readonly at: number
  readonly end: number
  readonly stored: boolean
  /** How much may come of it, bytes. */
  readonly maxBytes: number
  /** True if matches cannot reach beyond its start. */
  readonly startsFrame: boolean
}

/**
 * Reads one or more frames, at most `maxBytes` of output.
 * @throws Error that says what is wrong with the input.
 */
export const decompressLz4 = (input: Buffer, maxBytes: number): Buffer => {
  const blocks = readFrames(input)
  const outputMax = Math.min(
    blocks.reduce((sum, block) => sum + block.maxBytes, 0),
    maxBytes,
  )
  return runInLzMemory(input, outputMax, (call) => {
    let to = call.output
    let low = to
    for (const block of blocks) {
      if (block.startsFrame) low = to
      to = readBlock(call, block, to, Math.min(to + block.maxBytes, call.output + outputMax), low)
      if (to === 0) throw new Error(`not an LZ4 block, or more than ${maxBytes} bytes`)
    }
    return to
  })
}

const readBlock = ({ module, bytes, input }: LzCall, block: Block, to: number, limit: number, low: number): number => {
  if (!block.stored) return module.readLz4(input + block.at, input + block.end, to, limit, low)
  const length = block.end - block.at
  if (length > limit - to) return 0
  bytes.copyWithin(to, input + block.at, input + block.end)
  return to + length
}

const readFrames = (input: Buffer): Block[] => {
  const blocks: Block[] = []
  for (let at = 0; at < input.length;) at = readFrame(input, at, blocks)
  return blocks
}

/** Adds the blocks of the frame at a position and returns the position after it. */
const readFrame = (input: Buffer, start: number, blocks: Block[]): number => {
  const need = (end: number): void => {
    if (end > input.length) throw new Error('an LZ4 frame is cut off')
  }
  need(start + frameHeader.length)
  const magic = input.readUInt32LE(start)
  if (magic >>> 4 === skippableMagic >>> 4) return start + 8 + input.readUInt32LE(start + 4)
  if (magic !== frameMagic) throw new Error('not an LZ4 frame')

  const flags = input.readUInt8(start + 4)
  if (flags >>> 6 !== 1) throw new Error(`version ${flags >>> 6} of LZ4 frames`)
  if ((flags & dictionaryFlag) !== 0) throw new Error('an LZ4 frame that needs a dictionary')
  const sizeCode = (input.readUInt8(start + 5) >>> 4) & 7
  if (sizeCode < 4) throw new Error('an LZ4 frame of an unknown block size')
  const blockMax = 2 ** (8 + 2 * sizeCode)
  const checksumBytes = (flags & blockChecksumFlag) === 0 ? 0 : 4

  let at = start + frameHeader.length + ((flags & contentSizeFlag) === 0 ? 0 : 8)
  for (let startsFrame = true; ; startsFrame = false) {
    need(at + 4)
    const word = input.readUInt32LE(at)
    at += 4
    if (word === 0) break
    const stored = word >= storedFlag
    const length = word % storedFlag
    need(at + length + checksumBytes)
    // A byte of a compressed block stands for at most 255.
    const maxBytes = stored ? length : Math.min(blockMax, length * 255)
    blocks.push({ at, end: at + length, stored, maxBytes, startsFrame })
    at += length + checksumBytes
  }
  const end = at + ((flags & contentChecksumFlag) === 0 ? 0 : 4)
  need(end)
  return end
}

const skippableMagic = 0x184d2a50
const blockChecksumFlag = 0x10
const contentSizeFlag = 0x08
const contentChecksumFlag = 0x04
const dictionaryFlag = 0x01
