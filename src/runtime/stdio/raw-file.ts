// A file that records are put aside in, as they came in.

import { open, type FileHandle } from 'node:fs/promises'
import { toByteString, type ByteString } from '../model/byte-string.ts'
import { stringifyJson } from '../serde/json-parse.ts'
import { ioError } from './system-error.ts'

export class RawFile {
  private readonly path: string
  private readonly handle: FileHandle
  private waiting = ''

  private constructor(path: string, handle: FileHandle) {
    this.path = path
    this.handle = handle
  }

  /** Opens for appending. KsError io if it cannot be written. */
  static async open(path: string): Promise<RawFile> {
    try {
      return new RawFile(path, await open(path, 'a'))
    } catch (error) {
      throw ioError(`cannot write ${path}`, error)
    }
  }

  /** Appends a record's text and a line feed. */
  append(text: ByteString): void {
    this.waiting += `${text}\n`
  }

  /** Appends a value as a line of JSON. */
  appendValue(value: unknown): void {
    this.append(toByteString(stringifyJson(value)))
  }

  async flush(): Promise<void> {
    if (this.waiting === '') return
    const text = this.waiting
    this.waiting = ''
    try {
      await this.handle.appendFile(text, 'latin1')
    } catch (error) {
      throw ioError(`cannot write ${this.path}`, error)
    }
  }

  async close(): Promise<void> {
    await this.flush()
    await this.handle.close()
  }
}
