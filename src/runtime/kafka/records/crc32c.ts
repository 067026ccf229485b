// CRC-32C, the checksum of record batches (KIP-98). WebAssembly does it, block by block: the copy into its memory costs less
// than what the wider steps win.

import wasm from './crc32c.as.ts?wasm'

interface ChecksumModule {
  readonly memory: WebAssembly.Memory
  readonly inputAddress: WebAssembly.Global
  readonly inputSize: WebAssembly.Global
  prepare(): void
  update(state: number, length: number): number
}

interface Checksum {
  readonly update: (state: number, length: number) => number
  readonly block: Uint8Array
}

let checksum: Checksum | undefined

const open = (): Checksum => {
  const module = new WebAssembly.Module(Buffer.from(wasm, 'base64'))
  // The exports of a module have no static type; these are the ones that crc32c.as.ts declares.
  const exports = new WebAssembly.Instance(module, {}).exports as unknown as ChecksumModule
  exports.prepare()
  const { memory, inputAddress, inputSize, update } = exports
  return { update, block: new Uint8Array(memory.buffer, inputAddress.value as number, inputSize.value as number) }
}

/** The CRC-32C of the bytes from `start` up to `end`, as an unsigned 32-bit number. */
export const crc32c = (bytes: Uint8Array, start: number, end: number): number => {
  checksum ??= open()
  const { update, block } = checksum
  let state = -1
  for (let at = start; at < end; at += block.length) {
    const length = Math.min(block.length, end - at)
    block.set(bytes.subarray(at, at + length))
    state = update(state, length)
  }
  return ~state >>> 0
}
