// MurmurHash3_x64_128 by Austin Appleby, as Kafka Streams' Murmur3.hash128 computes it: the hash by which an answer in a
// foreign-key join is known to belong to the row as it is now. 64-bit numbers are pairs of 32-bit ones, because BigInt would
// allocate for every step.

import type { ByteString } from '../model/byte-string.ts'

/** Kafka Streams' DEFAULT_SEED. */
const seed = 104_729

// The result of the last 64-bit operation.
let high = 0
let low = 0

const add = (aHigh: number, aLow: number, bHigh: number, bLow: number): void => {
  const sum = (aLow >>> 0) + (bLow >>> 0)
  low = sum | 0
  high = (aHigh + bHigh + (sum > 0xffffffff ? 1 : 0)) | 0
}

const multiply = (aHigh: number, aLow: number, bHigh: number, bLow: number): void => {
  const a0 = aLow & 0xffff
  const a1 = aLow >>> 16
  const b0 = bLow & 0xffff
  const b1 = bLow >>> 16
  const lowest = a0 * b0
  const middle = a1 * b0 + (lowest >>> 16)
  const other = a0 * b1 + (middle & 0xffff)
  low = (other << 16) | (lowest & 0xffff)
  high = (a1 * b1 + (middle >>> 16) + (other >>> 16) + Math.imul(aHigh, bLow) + Math.imul(aLow, bHigh)) | 0
}

/** @param by 1 to 63, not 32. */
const rotate = (aHigh: number, aLow: number, by: number): void => {
  const [upper, lower] = by < 32 ? [aHigh, aLow] : [aLow, aHigh]
  const shift = by & 31
  high = (upper << shift) | (lower >>> (32 - shift))
  low = (lower << shift) | (upper >>> (32 - shift))
}

const mixFirst = (kHigh: number, kLow: number): void => {
  multiply(kHigh, kLow, 0x87c37b91, 0x114253d5)
  rotate(high, low, 31)
  multiply(high, low, 0x4cf5ad43, 0x2745937f)
}

const mixSecond = (kHigh: number, kLow: number): void => {
  multiply(kHigh, kLow, 0x4cf5ad43, 0x2745937f)
  rotate(high, low, 33)
  multiply(high, low, 0x87c37b91, 0x114253d5)
}

/** Shifts right by 33, which leaves the upper half empty, and takes the exclusive or with what was there. */
const fold = (aHigh: number, aLow: number): void => {
  high = aHigh
  low = aLow ^ (aHigh >>> 1)
}

const finish = (aHigh: number, aLow: number): void => {
  fold(aHigh, aLow)
  multiply(high, low, 0xff51afd7, 0xed558ccd)
  fold(high, low)
  multiply(high, low, 0xc4ceb9fe, 0x1a85ec53)
  fold(high, low)
}

const word = (bytes: string, at: number): number =>
  at + 4 <= bytes.length
    ? bytes.charCodeAt(at) |
      (bytes.charCodeAt(at + 1) << 8) |
      (bytes.charCodeAt(at + 2) << 16) |
      (bytes.charCodeAt(at + 3) << 24)
    : partOfWord(bytes, at)

/** Bytes behind the end are 0. */
const partOfWord = (bytes: string, at: number): number => {
  let result = 0
  for (let index = at; index < bytes.length; index++) result |= bytes.charCodeAt(index) << ((index - at) * 8)
  return result
}

const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, '0')

/** The hash of some bytes as 32 hexadecimal digits: both 64-bit halves, each with the highest byte first. */
export const hash128 = (bytes: ByteString): string => {
  const { length } = bytes
  let h1High = 0
  let h1Low = seed
  let h2High = 0
  let h2Low = seed
  let at = 0
  for (; at + 16 <= length; at += 16) {
    mixFirst(word(bytes, at + 4), word(bytes, at))
    rotate(h1High ^ high, h1Low ^ low, 27)
    add(high, low, h2High, h2Low)
    multiply(high, low, 0, 5)
    add(high, low, 0, 0x52dce729)
    h1High = high
    h1Low = low
    mixSecond(word(bytes, at + 12), word(bytes, at + 8))
    rotate(h2High ^ high, h2Low ^ low, 31)
    add(high, low, h1High, h1Low)
    multiply(high, low, 0, 5)
    add(high, low, 0, 0x38495ab5)
    h2High = high
    h2Low = low
  }
  // Zeros leave the halves as they are.
  mixSecond(word(bytes, at + 12), word(bytes, at + 8))
  h2High ^= high
  h2Low ^= low
  mixFirst(word(bytes, at + 4), word(bytes, at))
  h1High ^= high
  h1Low ^= low
  h1Low ^= length
  h2Low ^= length
  add(h1High, h1Low, h2High, h2Low)
  h1High = high
  h1Low = low
  add(h2High, h2Low, h1High, h1Low)
  h2High = high
  h2Low = low
  finish(h1High, h1Low)
  h1High = high
  h1Low = low
  finish(h2High, h2Low)
  h2High = high
  h2Low = low
  add(h1High, h1Low, h2High, h2Low)
  h1High = high
  h1Low = low
  add(h2High, h2Low, h1High, h1Low)
  return hex(h1High) + hex(h1Low) + hex(high) + hex(low)
}
