// The blocks of LZ4 and Snappy, both directions, in AssemblyScript: compiled to WebAssembly by the build. The two formats
// write down the same thing, literals and matches of at least four bytes in the last 64 KiB, in different ways, so they share
// the search. Nothing outside of the ranges that were passed is read or written, whatever the input says, but for up to
// `slack` bytes after the output, which the caller leaves free.
//
// Memory: a table of where sequences of four bytes were seen last, then what the caller lays out from `freeAddress` on.

const tableAddress: usize = 1024
const tableBits: u32 = 14
const tableSize: usize = (1 << tableBits) * 4
export const freeAddress: usize = tableAddress + tableSize
export const slack: i32 = 64

const lz4: i32 = 0
const snappy: i32 = 1

/** What the decoders give back for input that is not a block. */
const malformed: usize = 0

/** Forgets what earlier input was, so that the output depends on the input alone. */
export function clear(): void {
  memory.fill(tableAddress, 0, tableSize)
}

@inline
function cell(sequence: u32): usize {
  return tableAddress + (<usize>((sequence * 2654435761) >>> (32 - tableBits)) << 2)
}

/** Copies 16 bytes at a time, up to 15 bytes too many. Source and target may overlap if they are at least 16 bytes apart. */
@inline
function copyWide(to: usize, from: usize, length: usize): void {
  let done: usize = 0
  do {
    v128.store(to + done, v128.load(from + done))
    done += 16
  } while (done < length)
}

function copyMatch(to: usize, distance: usize, length: usize): void {
  const from = to - distance
  if (distance >= 16) {
    copyWide(to, from, length)
    return
  }
  for (let done: usize = 0; done < length; done++) store<u8>(to + done, load<u8>(from + done))
}

// Writing

@inline
function copyLiterals(to: usize, from: usize, length: usize): void {
  memory.copy(to, from, length)
}

function writeLz4Length(start: usize, length: usize): usize {
  let at = start
  let rest = length
  while (rest >= 255) {
    store<u8>(at++, 255)
    rest -= 255
  }
  store<u8>(at++, <u8>rest)
  return at
}

/** Literals, and a match unless `length` is 0. */
function writeLz4(start: usize, literals: usize, count: usize, distance: usize, length: usize): usize {
  const matchCode: usize = length == 0 ? 0 : length - 4
  let at = start + 1
  store<u8>(start, <u8>(((count < 15 ? count : 15) << 4) | (matchCode < 15 ? matchCode : 15)))
  if (count >= 15) at = writeLz4Length(at, count - 15)
  copyLiterals(at, literals, count)
  at += count
  if (length == 0) return at
  store<u16>(at, <u16>distance)
  at += 2
  return matchCode >= 15 ? writeLz4Length(at, matchCode - 15) : at
}

/** Literals, and a match unless `length` is 0. */
function writeSnappy(start: usize, literals: usize, count: usize, distance: usize, length: usize): usize {
  let at = start
  if (count > 0) {
    const code = count - 1
    if (code < 60) store<u8>(at++, <u8>(code << 2))
    else if (code < 256) {
      store<u8>(at, 60 << 2)
      store<u8>(at, <u8>code, 1)
      at += 2
    } else {
      store<u8>(at, 61 << 2)
      store<u16>(at, <u16>code, 1) // a block has at most 65536 bytes
      at += 3
    }
    copyLiterals(at, literals, count)
    at += count
  }
  let rest = length
  while (rest > 64) {
    // Never leaves less than four bytes.
    const part: usize = rest >= 68 ? 64 : 60
    store<u8>(at, <u8>(((part - 1) << 2) | 2))
    store<u16>(at, <u16>distance, 1)
    at += 3
    rest -= part
  }
  if (rest == 0) return at
  if (rest >= 12 || distance >= 2048) {
    store<u8>(at, <u8>(((rest - 1) << 2) | 2))
    store<u16>(at, <u16>distance, 1)
    return at + 3
  }
  store<u8>(at, <u8>(((distance >> 8) << 5) | ((rest - 4) << 2) | 1))
  store<u8>(at, <u8>distance, 1)
  return at + 2
}

@inline
function writeSequence(format: i32, at: usize, literals: usize, count: usize, distance: usize, length: usize): usize {
  return format == lz4
    ? writeLz4(at, literals, count, distance, length)
    : writeSnappy(at, literals, count, distance, length)
}

/**
 * Compresses a block of at most 65536 bytes; the result is at most length + length / 6 + 32 bytes. Returns its end. For
 * Snappy the length that goes before the block is the caller's.
 */
export function compress(format: i32, start: usize, length: usize, to: usize): usize {
  const end = start + length
  let out = to
  let literals = start
  // As LZ4 asks for: the last match begins twelve bytes before the end, the last five bytes are literals.
  if (length >= 13) {
    const searchEnd = end - 12
    const matchEnd = end - 5
    let at = start
    let misses: usize = 0
    while (at <= searchEnd) {
      const sequence = load<u32>(at)
      const where = cell(sequence)
      const candidate = <usize>load<u32>(where)
      store<u32>(where, <u32>at)
      // Also what was left by other input may be in the table: it counts if it holds here and now.
      if (candidate < start || candidate >= at || at - candidate > 65535 || load<u32>(candidate) != sequence) {
        at += 1 + (misses++ >> 6)
        continue
      }
      misses = 0
      let from = at
      let match = candidate
      while (from > literals && match > start && load<u8>(from - 1) == load<u8>(match - 1)) {
        from--
        match--
      }
      let next = at + 4
      let other = candidate + 4
      while (next + 8 <= matchEnd) {
        const difference = load<u64>(next) ^ load<u64>(other)
        if (difference != 0) {
          next += <usize>(ctz(difference) >> 3)
          other = 0
          break
        }
        next += 8
        other += 8
      }
      if (other != 0) {
        while (next < matchEnd && load<u8>(next) == load<u8>(other)) {
          next++
          other++
        }
      }
      out = writeSequence(format, out, literals, from - literals, from - match, next - from)
      literals = next
      at = next
      if (at <= searchEnd) store<u32>(cell(load<u32>(at - 2)), <u32>(at - 2))
    }
  }
  return writeSequence(format, out, literals, end - literals, 0, 0)
}

// Reading

/**
 * Reads an LZ4 block to `to`, at most up to `limit`; matches may reach back to `low`, where earlier blocks begin. Returns the
 * end of what was written; 0 if it is no block or does not fit.
 */
export function readLz4(start: usize, end: usize, to: usize, limit: usize, low: usize): usize {
  let at = start
  let out = to
  while (at < end) {
    const token = <usize>load<u8>(at++)
    let count = token >> 4
    if (count == 15) {
      let more: usize
      do {
        if (at >= end) return malformed
        more = <usize>load<u8>(at++)
        count += more
      } while (more == 255)
    }
    if (count > end - at || count > limit - out) return malformed
    if (count <= 16 && end - at >= 16) v128.store(out, v128.load(at))
    else memory.copy(out, at, count)
    at += count
    out += count
    if (at == end) return out

    if (end - at < 2) return malformed
    const distance = <usize>load<u16>(at)
    at += 2
    let length = token & 15
    if (length == 15) {
      let more: usize
      do {
        if (at >= end) return malformed
        more = <usize>load<u8>(at++)
        length += more
      } while (more == 255)
    }
    length += 4
    if (distance == 0 || distance > out - low || length > limit - out) return malformed
    copyMatch(out, distance, length)
    out += length
  }
  return malformed
}

/** Reads a Snappy block, after the length that goes before it, to `to`, exactly up to `limit`. Returns as `readLz4` does. */
export function readSnappy(start: usize, end: usize, to: usize, limit: usize): usize {
  let at = start
  let out = to
  while (at < end) {
    const tag = <usize>load<u8>(at++)
    const kind = tag & 3
    if (kind == 0) {
      let code = tag >> 2
      if (code >= 60) {
        const bytes = code - 59
        if (bytes > end - at) return malformed
        code = 0
        for (let index: usize = 0; index < bytes; index++) code |= <usize>load<u8>(at + index) << (index << 3)
        at += bytes
        if (code > 0x7fffffff) return malformed
      }
      const count = code + 1
      if (count > end - at || count > limit - out) return malformed
      if (count <= 16 && end - at >= 16) v128.store(out, v128.load(at))
      else memory.copy(out, at, count)
      at += count
      out += count
      continue
    }
    let length: usize
    let distance: usize
    if (kind == 1) {
      if (at >= end) return malformed
      length = 4 + ((tag >> 2) & 7)
      distance = ((tag >> 5) << 8) | <usize>load<u8>(at)
      at += 1
    } else if (kind == 2) {
      if (end - at < 2) return malformed
      length = 1 + (tag >> 2)
      distance = <usize>load<u16>(at)
      at += 2
    } else {
      if (end - at < 4) return malformed
      length = 1 + (tag >> 2)
      distance = <usize>load<u32>(at)
      at += 4
    }
    if (distance == 0 || distance > out - to || length > limit - out) return malformed
    copyMatch(out, distance, length)
    out += length
  }
  return out == limit ? out : malformed
}
