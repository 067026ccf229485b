// Feeds a decoder as a reader does: piece by piece, what it left at the front, and notes what it says.

import type { RecordDecoder, ResumePoint } from '../../src/runtime/stdio/record-decoder.ts'

/** A record, or a piece that is none. `raw` is its text, `position` where it stands in the input. */
export type Decoded =
  | { readonly value: unknown; readonly raw: string; readonly position: number; readonly line: number }
  | { readonly bad: string; readonly raw: string; readonly at: number; readonly line: number }

export interface DecodeOptions {
  /** Where the input is cut; sorted or not. Default: nowhere. */
  readonly cuts?: readonly number[]
  readonly resume?: ResumePoint
  /** Stop after so many records and bad pieces. */
  readonly limit?: number
  /** The last piece is not the end. */
  readonly open?: boolean
}

/** Everything a decoder finds in an input, and how much of it was taken. */
export const decodeInChunks = (
  decoder: RecordDecoder,
  input: string | Uint8Array,
  options: DecodeOptions = {},
): { readonly found: readonly Decoded[]; readonly taken: number } => {
  const bytes = Buffer.from(input)
  const { cuts = [], limit = Infinity, open = false } = options
  const ends = [...new Set([...cuts.filter((cut) => cut <= bytes.length), bytes.length])].sort((a, b) => a - b)
  const found: Decoded[] = []
  let taken = 0
  decoder.reset(options.resume)
  for (const end of [...ends, bytes.length]) {
    const last = !open && end === bytes.length && found.length < limit
    // Behind other bytes and before others, so that a decoder that leaves its range is found out.
    const margin = Buffer.from('","\n\t"')
    const block = Buffer.concat([margin, bytes.subarray(taken, end), margin])
    const start = margin.length
    const position = (offset: number): number => taken + offset - start
    const raw = (from: number, to: number): string => block.toString('latin1', from, to)
    const next = decoder.decode(block, start, start + end - taken, last, {
      record(value, from, to) {
        found.push({ value, raw: raw(from, to), position: position(from), line: decoder.line })
        return found.length < limit
      },
      bad(message, at, from, to) {
        found.push({ bad: message, raw: raw(from, to), at: position(at), line: decoder.line })
        return found.length < limit
      },
    })
    taken += next - start
    if (found.length >= limit) break
  }
  return { found, taken }
}

/** Only the values of the records. */
export const valuesOf = (found: readonly Decoded[]): readonly unknown[] =>
  found.flatMap((one) => ('value' in one ? [one.value] : []))
