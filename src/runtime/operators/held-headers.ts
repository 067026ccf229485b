// The headers of rows that are held back until the next flush: those of the last record that has changed the row, as in Kafka
// Streams' record cache. Most records have none, and then nothing is kept.

import { noHeaders, type Header } from '../model/stream-record.ts'

export class HeldHeaders<Row> {
  private readonly held = new Map<Row, readonly Header[]>()

  /** A record with these headers has changed the row. */
  set(row: Row, headers: readonly Header[]): void {
    if (headers.length > 0) this.held.set(row, headers)
    else if (this.held.size > 0) this.held.delete(row)
  }

  of(row: Row): readonly Header[] {
    return this.held.get(row) ?? noHeaders
  }

  clear(): void {
    this.held.clear()
  }
}
