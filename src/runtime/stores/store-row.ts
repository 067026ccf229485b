// A row of a typed store: found once per record, changed in place, written at the next commit.

import type { ByteString } from '../model/byte-string.ts'
import { TableRow } from '../serde/joined-json.ts'

/** One row. `value` is undefined when the row does not exist (any more). */
export interface StoreRow<V> {
  readonly key: string
  value: V | undefined
  /** Event time of the last update, ms. */
  timestamp: number
  /** Changed since the last commit. */
  dirty: boolean
  /** For operators: something about this row has not been forwarded yet. */
  pending: boolean
  /** The store remembers, beyond this run, that the row is pending. */
  pendingStored: boolean
  /** What was last forwarded about this row (for old values of table changes); undefined if nothing yet. */
  forwarded: unknown
}

/** Values of a store as JSON data and back. */
export interface RowCodec<V> {
  encode(value: V): unknown
  decode(json: unknown): V
  /** The values are JSON text already: it is kept as it is, and `encode` and `decode` are not asked. */
  readonly text?: { encode(value: V): ByteString; decode(json: ByteString): V }
  /** `long`: in changelogs the values are 8-byte integers, as Kafka Streams' count() writes them. */
  readonly changelog?: 'long'
}

/** Rows whose values are JSON data already. */
export const plainCodec: RowCodec<unknown> = { encode: (value) => value, decode: (json) => json }

/** Rows of a table that are joined to records: their JSON text. */
export const tableRowCodec: RowCodec<unknown> = {
  ...plainCodec,
  text: { encode: (value) => (value as TableRow).json(), decode: (json) => new TableRow(json) },
}

/** A row that does not exist. */
export const newRow = <V>(key: string): StoreRow<V> => ({
  key,
  value: undefined,
  timestamp: -1,
  dirty: false,
  pending: false,
  pendingStored: false,
  forwarded: undefined,
})
