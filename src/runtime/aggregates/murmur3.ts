// MurmurHash3_x86_32 by Austin Appleby over the UTF-16 units of a string, as if they were little-endian bytes: the same on
// every machine, whatever form the engine keeps the string in. Stored sketches depend on it, so it never changes.

const mixBlock = (block: number): number => {
  const product = Math.imul(block, 0xcc9e2d51)
  return Math.imul((product << 15) | (product >>> 17), 0x1b873593)
}

/** The 32-bit hash of a text, unsigned. */
export const murmur3 = (text: string, seed: number): number => {
  const length = text.length
  let hash = seed
  let i = 0
  for (; i + 1 < length; i += 2) {
    hash ^= mixBlock(text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16))
    hash = (hash << 13) | (hash >>> 19)
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0
  }
  if (i < length) hash ^= mixBlock(text.charCodeAt(i))
  hash ^= length * 2
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
