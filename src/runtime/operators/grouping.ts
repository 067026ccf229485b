// Keys of groups and changes of tables, as the operators see them.

import { Change } from '../model/change.ts'
import { keyText } from '../model/record-key.ts'
import type { StreamRecord } from '../model/stream-record.ts'
import { stringifyJson } from '../serde/json-parse.ts'

/** The text of a record's key, null if it has none. */
export const keyTextOf = (record: StreamRecord): string | null => keyText(record.key, stringifyJson)

/** A record on an edge behind a table. */
export type TableRecord = StreamRecord & { readonly value: Change }

/** True for a record on an edge behind a table. */
export const isTableRecord = (record: StreamRecord): record is TableRecord => record.value instanceof Change
