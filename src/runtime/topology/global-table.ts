// A table of which everybody has all rows (GlobalKTable): read completely before the first record, and from a topic kept up to
// date from then on, whatever the time of its records. Its rows are in memory, once per topology and not once per task.

import { plainKeyText } from '../serde/key-text.ts'
import { TableRow } from '../serde/joined-json.ts'
import type { LookupTable } from '../operators/table-join.ts'
import type { Endpoint, GlobalSource } from './topology.ts'

/** The text of the key that a row is found by; null for a row that nobody finds. */
export type RowKey = (key: unknown, value: unknown) => string | null

/** What a global table may be besides its source. */
export interface GlobalTableOptions {
  /** Rows are found by the keys of their records if it is not given. */
  readonly rowKey?: RowKey | undefined
  /** Of a topic: false reads it once, at the start. */
  readonly isFollowed?: boolean
}

export class GlobalTable implements GlobalSource {
  /** A topic or a file. */
  readonly endpoint: Endpoint
  readonly isFollowed: boolean
  private readonly rowKey: RowKey | undefined
  private readonly found = new Map<string, TableRow>()
  /** What the row of each record key is found by, if that is not the key itself. */
  private readonly foundBy = new Map<string, string>()

  constructor(endpoint: Endpoint, { rowKey, isFollowed = endpoint.kind === 'topic' }: GlobalTableOptions = {}) {
    this.endpoint = endpoint
    this.isFollowed = isFollowed
    this.rowKey = rowKey
  }

  get rows(): LookupTable {
    return this.found
  }

  /** Takes a record of the table; a null value deletes. Records of files have no keys, and of a topic those without are no rows. */
  add(key: unknown, value: unknown): void {
    const recordKey = plainKeyText(key)
    const by = value === null ? null : this.rowKey === undefined ? recordKey : this.rowKey(key, value)
    if (this.rowKey === undefined) {
      if (recordKey !== null && value === null) this.found.delete(recordKey)
    } else if (recordKey !== null) this.forget(recordKey, by)
    if (by !== null) this.found.set(by, TableRow.of(value))
  }

  /** The row that a record key had before goes, wherever its next one is. */
  private forget(recordKey: string, next: string | null): void {
    const before = this.foundBy.get(recordKey)
    if (before !== undefined && before !== next) this.found.delete(before)
    if (next === null) this.foundBy.delete(recordKey)
    else if (before !== next) this.foundBy.set(recordKey, next)
  }
}
