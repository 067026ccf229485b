// The key of a record of a topic: bytes in the batch, and a value only if somebody asks.

import { LazyKey } from '../model/lazy-key.ts'
import { deserialize, guessedValue, type SerdeName } from './primitive-serde.ts'

/** One object serves all records of a partition; `set` makes it the key of the next one. */
export class KeySlice extends LazyKey {
  buffer: Buffer = Buffer.alloc(0)
  start = 0
  end = 0
  readonly serde: SerdeName | undefined
  private known: unknown

  /** @param serde undefined guesses: JSON if the bytes are, a string otherwise. */
  constructor(serde: SerdeName | undefined) {
    super()
    this.serde = serde
  }

  set(buffer: Buffer, start: number, end: number): void {
    this.buffer = buffer
    this.start = start
    this.end = end
    this.known = undefined
  }

  override value(): unknown {
    if (this.known === undefined) {
      const bytes = this.buffer.subarray(this.start, this.end)
      this.known = this.serde === undefined ? guessedValue(bytes) : deserialize(this.serde, bytes)
    }
    return this.known
  }
}
