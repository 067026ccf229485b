// Which partition a record goes to: by the key as the Java client's default partitioner does, so that a topic that several
// clients write stays co-partitioned; without a key, one partition for the length of a batch.

import type { BytesPart } from '../records/batch-builder.ts'

const multiplier = 0x5bd1e995
const seed = 0x9747b28c

/** Up to this length a loop is faster than a call that copies. */
const loopMaxBytes = 48

let scratch = Buffer.allocUnsafe(1024)

/** The partition of a key: `toPositive(murmur2(key)) % partitions`, as Java's BuiltInPartitioner.partitionForKey. */
export const partitionForKey = (key: Exclude<BytesPart, null>, partitions: number): number => {
  let hash: number
  if (typeof key === 'string') {
    if (key.length > scratch.length) scratch = Buffer.allocUnsafe(key.length * 2)
    if (key.length > loopMaxBytes) scratch.write(key, 0, 'latin1')
    else for (let index = 0; index < key.length; index++) scratch[index] = key.charCodeAt(index)
    hash = murmur2OfRange(scratch, 0, key.length)
  } else {
    hash = murmur2OfRange(key.buffer, key.start, key.end)
  }
  return (hash & 0x7fffffff) % partitions
}

/** MurmurHash2 of a range of bytes, 32 bits signed; no slice is made, because this runs once per record. */
const murmur2OfRange = (bytes: Uint8Array, start: number, end: number): number => {
  const length = end - start
  const tail = start + (length & ~3)
  let hash = seed ^ length
  for (let i = start; i < tail; i += 4) {
    let word = at(bytes, i) | (at(bytes, i + 1) << 8) | (at(bytes, i + 2) << 16) | (at(bytes, i + 3) << 24)
    word = Math.imul(word, multiplier)
    word = Math.imul(word ^ (word >>> 24), multiplier)
    hash = Math.imul(hash, multiplier) ^ word
  }
  const rest = end - tail
  if (rest === 3) hash ^= at(bytes, tail + 2) << 16
  if (rest >= 2) hash ^= at(bytes, tail + 1) << 8
  if (rest >= 1) hash = Math.imul(hash ^ at(bytes, tail), multiplier)
  hash = Math.imul(hash ^ (hash >>> 13), multiplier)
  return hash ^ (hash >>> 15)
}

const at = (bytes: Uint8Array, index: number): number => bytes[index] ?? 0
