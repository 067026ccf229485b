// Reads inputs to their ends.

import type { ByteInput } from '../../src/runtime/stdio/byte-input.ts'
import { openInputs, type OpenedInput, type OpenInputsOptions } from '../../src/runtime/stdio/open-inputs.ts'

/** All that an input still gives, in reads of at most so many bytes. */
export const readAll = async (input: ByteInput, readBytes = 64 * 1024): Promise<Buffer> => {
  const pieces: Buffer[] = []
  for (;;) {
    const target = Buffer.alloc(readBytes + 2, '#')
    const count = await input.read(target, 1, readBytes)
    if (count === 0) return Buffer.concat(pieces)
    pieces.push(target.subarray(1, 1 + count))
  }
}

/** What an input gave. */
export interface ReadInput extends Pick<OpenedInput, 'startPosition' | 'holdPartialLine' | 'resume'> {
  readonly name: string
  readonly text: string
}

/** Reads inputs as a run does: complete lines are processed and their positions noted, and then the run ends. */
export const readInputs = async (
  names: readonly string[],
  options: Partial<OpenInputsOptions> = {},
): Promise<{ readonly inputs: readonly ReadInput[]; readonly notices: readonly string[] }> => {
  const notices: string[] = []
  const inputs: ReadInput[] = []
  const all = { notice: (message: string) => notices.push(message), signal: new AbortController().signal, ...options }
  for await (const { input, startPosition, holdPartialLine, resume } of openInputs(names, all)) {
    const text = (await readAll(input)).toString()
    const processed = holdPartialLine ? text.slice(0, text.lastIndexOf('\n') + 1) : text
    inputs.push({ name: input.name, text: processed, startPosition, holdPartialLine, resume })
    if (input.identity !== undefined) {
      options.positions?.advance(input.identity, startPosition + Buffer.byteLength(processed))
    }
  }
  return { inputs, notices }
}
