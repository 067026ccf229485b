// KStream.join with a table that is loaded completely before the first record (Kafka Streams' GlobalKTable from a file).

import type { StreamRecord } from '../model/stream-record.ts'
import type { ProcessorSupplier } from './processor.ts'

/** A loaded table: the row of a key's text. */
export type LookupTable = ReadonlyMap<string, unknown>

/** How stream records and table rows come together. */
export interface TableJoin {
  /** The text of the key to look up; null if the record has none. */
  keyOf(record: StreamRecord): string | null
  /** The joined value; `row` is null in a left join without a match. */
  join(record: StreamRecord, row: unknown): unknown
  /** Records without a match pass too, joined with null. */
  readonly left: boolean
}

/** Joins each record with the row of its key. The table is read through a function, because it is loaded after building. */
export const tableJoin =
  (table: () => LookupTable, join: TableJoin): ProcessorSupplier =>
  (context) => {
    const rows = table()
    return {
      process: (record) => {
        const key = join.keyOf(record)
        const row = key === null ? undefined : rows.get(key)
        if (row !== undefined) context.forward(record.withValue(join.join(record, row)))
        else if (join.left) context.forward(record.withValue(join.join(record, null)))
        else if (key === null) context.drop(record, 'null key')
        else context.drop(record, 'unmatched')
      },
    }
  }
