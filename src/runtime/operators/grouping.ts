// Keys of groups and changes of tables, as the operators see them.

import { Change } from '../model/change.ts'
import { keyText } from '../model/record-key.ts'
import type { StreamRecord } from '../model/stream-record.ts'
import { stringifyJson } from '../serde/json-parse.ts'
import type { ProcessorContext } from './processor.ts'

/** The text of a record's key, null if it has none. */
export const keyTextOf = (record: StreamRecord): string | null => keyText(record.key, stringifyJson)

/** The text of a record's key; null, and the record is dropped, if it has none. */
export const keyOrDrop = (context: ProcessorContext, record: StreamRecord): string | null => {
  const key = keyTextOf(record)
  if (key === null) context.drop(record, 'null key')
  return key
}

/** True if a record has a time; otherwise it is dropped. */
export const hasTime = (context: ProcessorContext, record: StreamRecord): boolean => {
  if (record.timestamp >= 0) return true
  context.drop(record, 'no timestamp')
  return false
}

/** A record on an edge behind a table. */
export type TableRecord = StreamRecord & { readonly value: Change }

/** True for a record on an edge behind a table. */
export const isTableRecord = (record: StreamRecord): record is TableRecord => record.value instanceof Change
