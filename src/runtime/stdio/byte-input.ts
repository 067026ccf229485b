// Where bytes come from. The reader asks and says where they are to go, so no byte is read before there is room for it, and
// text that is scanned in WebAssembly memory is read straight into it.

import type { FileIdentity } from './file-identity.ts'

/** One input: a file, a pipe, a terminal. */
export interface ByteInput {
  /** File name as given, or `<stdin>`. */
  readonly name: string
  /** Which file it is, for regular files. */
  readonly identity: FileIdentity | undefined
  /** How much there was when it was opened, to show progress: bytes on disk, compressed or not; undefined for a pipe. */
  readonly sizeBytes: number | undefined
  /** How many of those bytes have been read. */
  readonly consumedBytes: number
  /**
   * Reads up to `length` bytes of text (decompressed) into `target` at `offset`.
   * One read at a time; a read that waits when the input is closed gives 0.
   * @returns how many bytes; 0 at the end.
   * @throws KsError `io` if the system cannot read, `data` if it cannot be decompressed; the reason of the signal when
   * that is aborted, so that an interrupted record is not taken for a complete one.
   */
  read(target: Buffer, offset: number, length: number): Promise<number>
  /** Lets go of the file. May be called while a read waits, and more than once. */
  close(): Promise<void>
}

/** An input that can be looked at before it is read. */
export interface PeekableInput extends ByteInput {
  /** The next bytes, at most `length`, fewer only where the input ends. They are read again by `read`. */
  peek(length: number): Promise<Buffer>
}
