// KStream.join and leftJoin with a table of which every instance has all rows (KStreamGlobalKTableJoin): by any key, without a
// repartition, and without regard to the times of the rows.

import type { StreamRecord } from '../model/stream-record.ts'
import type { ProcessorSupplier } from './processor.ts'

/** The row of a key's text. */
export type LookupTable = ReadonlyMap<string, unknown>

/** How stream records and table rows come together. */
export interface TableJoin {
  /** The text of the key to look up; null if the record has none. */
  keyOf(record: StreamRecord): string | null
  /** The joined value; `row` is null in a left join without a match. */
  join(record: StreamRecord, row: unknown): unknown
  /** Records without a match pass too, joined with null; those without a key as well (KIP-962). */
  readonly left: boolean
}

/** Joins each record with the row of its key. */
export const tableJoin =
  (rows: LookupTable, join: TableJoin): ProcessorSupplier =>
  (context) => ({
    process: (record) => {
      if (record.value === null) {
        context.drop(record, 'null value')
        return
      }
      const key = join.keyOf(record)
      const row = key === null ? undefined : rows.get(key)
      if (row !== undefined) context.forward(record.withValue(join.join(record, row)))
      else if (join.left) context.forward(record.withValue(join.join(record, null)))
      else context.drop(record, key === null ? 'null key' : 'unmatched')
    },
  })
