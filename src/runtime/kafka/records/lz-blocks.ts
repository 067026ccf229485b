// The memory in which lz-blocks.as.ts works: input and output of one call lie in it one after the other, and the result is
// copied out, so that nothing outside sees it.

import wasm from './lz-blocks.as.ts?wasm'

/** The functions of lz-blocks.as.ts; addresses and lengths in bytes. */
export interface LzModule {
  readonly memory: WebAssembly.Memory
  readonly freeAddress: WebAssembly.Global
  readonly slack: WebAssembly.Global
  clear(): void
  compress(format: number, start: number, length: number, to: number): number
  readLz4(start: number, end: number, to: number, limit: number, low: number): number
  readSnappy(start: number, end: number, to: number, limit: number): number
}

/** As in lz-blocks.as.ts. */
export const lzFormats = { lz4: 0, snappy: 1 } as const

/** How much a block of so many bytes may become when it is compressed, bytes. */
export const compressedMax = (length: number): number => length + Math.ceil(length / 6) + 32

const pageBytes = 65536
/** Memory of a module never shrinks: one that has become larger than this is not kept. */
const keptMaxBytes = 16 * 1024 * 1024

let compiled: WebAssembly.Module | undefined
let kept: LzModule | undefined

const instantiate = (): LzModule => {
  compiled ??= new WebAssembly.Module(Buffer.from(wasm, 'base64'))
  // The exports of a module have no static type; these are the ones that lz-blocks.as.ts declares.
  return new WebAssembly.Instance(compiled, {}).exports as unknown as LzModule
}

/** What a call works on. `bytes` is the memory itself, for headers between blocks. */
export interface LzCall {
  readonly module: LzModule
  readonly bytes: Buffer
  /** Address of the first byte of the input. */
  readonly input: number
  /** Address of the first byte of the output. */
  readonly output: number
}

/** Runs a function that writes at most `outputBytes` bytes and returns the address after the last; gives the bytes. */
export const runInLzMemory = (input: Uint8Array, outputBytes: number, run: (call: LzCall) => number): Buffer => {
  const module = kept ?? instantiate()
  kept = undefined
  const start = module.freeAddress.value as number
  const slack = module.slack.value as number
  const output = start + input.length + slack
  const missing = output + outputBytes + slack - module.memory.buffer.byteLength
  if (missing > 0) module.memory.grow(Math.ceil(missing / pageBytes))
  const bytes = Buffer.from(module.memory.buffer)
  bytes.set(input, start)
  const end = run({ module, bytes, input: start, output })
  const result = Buffer.allocUnsafeSlow(end - output)
  result.set(bytes.subarray(output, end))
  if (bytes.length <= keptMaxBytes) kept = module
  return result
}
