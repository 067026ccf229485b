// A file that records are put aside in, as they came in. Like every output it grows at its end and is compressed if its name
// says so.

import { toByteString, type ByteString } from '../model/byte-string.ts'
import { stringifyJson } from '../serde/json-parse.ts'
import { openFileOutput, type FileOutput } from './file-output.ts'

export class RawFile {
  private readonly output: FileOutput
  private waiting = ''

  private constructor(output: FileOutput) {
    this.output = output
  }

  /** Opens for appending. KsError io if it cannot be written. */
  static async open(path: string): Promise<RawFile> {
    return new RawFile(await openFileOutput(path, { replace: false, durable: false, notice: () => undefined }))
  }

  /** Appends a record's text and a line feed. */
  append(text: ByteString): void {
    this.waiting += `${text}\n`
  }

  /** Appends a value as a line of JSON. */
  appendValue(value: unknown): void {
    this.append(toByteString(stringifyJson(value)))
  }

  /** Hands everything to the system. KsError io if it does not take it. */
  async flush(): Promise<void> {
    if (this.waiting === '') return
    const bytes = Buffer.from(this.waiting, 'latin1')
    this.waiting = ''
    await this.output.write(bytes)
    await this.output.commit()
  }

  async close(): Promise<void> {
    await this.flush()
    await this.output.close()
  }
}
