// What turns records into bytes, whatever the format.

import type { StreamRecord } from '../model/stream-record.ts'
import type { OutputBlock } from './output-block.ts'

/** Writes the records of one output. */
export interface RecordEncoder {
  /**
   * Appends a record. Bytes of the value may be appended by reference (`appendBytes`).
   * @throws RecordError if the format cannot say what the record says; nothing has been appended then.
   */
  encode(record: StreamRecord, out: OutputBlock): void
  /** Appends what can only be said at the end; no record follows. */
  finish(out: OutputBlock): void
}
