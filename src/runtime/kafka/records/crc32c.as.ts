// CRC-32C (Castagnoli, reflected polynomial 82F63B78) of a block, in AssemblyScript: compiled to WebAssembly by the build,
// because every byte that is fetched or produced passes through it. Sixteen bytes a step, one table per byte of them.
//
// Memory: sixteen tables of 256 u32 at `tablesAddress`, then the block at `inputAddress`.

const tablesAddress: usize = 1024
export const inputAddress: usize = tablesAddress + 16 * 1024
export const inputSize: usize = 65536 - inputAddress

/** Fills the tables; once, before the first `update`. */
export function prepare(): void {
  for (let byte: u32 = 0; byte < 256; byte++) {
    let remainder = byte
    for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (0x82f63b78 & (0 - (remainder & 1)))
    store<u32>(tablesAddress + (<usize>byte << 2), remainder)
  }
  for (let table: usize = 1; table < 16; table++) {
    for (let byte: usize = 0; byte < 256; byte++) {
      const before = load<u32>(tablesAddress + ((table - 1) << 10) + (byte << 2))
      store<u32>(
        tablesAddress + (table << 10) + (byte << 2),
        (before >>> 8) ^ load<u32>(tablesAddress + (<usize>(before & 255) << 2)),
      )
    }
  }
}

@inline
function entry(table: usize, byte: u32): u32 {
  return load<u32>(tablesAddress + (table << 10) + (<usize>(byte & 255) << 2))
}

@inline
function fourEntries(table: usize, word: u32): u32 {
  return entry(table + 3, word) ^ entry(table + 2, word >>> 8) ^ entry(table + 1, word >>> 16) ^ entry(table, word >>> 24)
}

/** The inverted checksum after the first `length` bytes of the block, from the one before them. */
export function update(state: u32, length: usize): u32 {
  let crc = state
  let at = inputAddress
  const limit = at + length
  while (at + 16 <= limit) {
    crc =
      fourEntries(12, load<u32>(at) ^ crc) ^
      fourEntries(8, load<u32>(at, 4)) ^
      fourEntries(4, load<u32>(at, 8)) ^
      fourEntries(0, load<u32>(at, 12))
    at += 16
  }
  while (at < limit) {
    crc = (crc >>> 8) ^ entry(0, crc ^ load<u8>(at))
    at++
  }
  return crc
}
