// MurmurHash2 as Kafka's default partitioner computes it: 32 bits, seed 0x9747b28c.

const multiplier = 0x5bd1e995

/** The hash as a signed 32-bit integer. */
export const murmur2 = (data: Uint8Array): number => {
  const { length } = data
  const byte = (index: number): number => data[index] ?? 0
  let hash = 0x9747b28c ^ length
  const tail = length & ~3
  for (let i = 0; i < tail; i += 4) {
    let word = byte(i) | (byte(i + 1) << 8) | (byte(i + 2) << 16) | (byte(i + 3) << 24)
    word = Math.imul(word, multiplier)
    word = Math.imul(word ^ (word >>> 24), multiplier)
    hash = Math.imul(hash, multiplier) ^ word
  }
  const rest = length - tail
  if (rest === 3) hash ^= byte(tail + 2) << 16
  if (rest >= 2) hash ^= byte(tail + 1) << 8
  if (rest >= 1) hash = Math.imul(hash ^ byte(tail), multiplier)
  hash = Math.imul(hash ^ (hash >>> 13), multiplier)
  return hash ^ (hash >>> 15)
}
