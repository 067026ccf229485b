// What a record prints as: changes of a table as rows, deleted rows as their key.

import { Change } from './model/change.ts'
import { type StreamRecord, type Window } from './model/stream-record.ts'

/** The row that stands for a deleted key. */
export type Tombstone = (keyText: string, window: Window | undefined) => unknown

/** The record as sinks write it; undefined if it says nothing (the deletion of a row that never was there). */
export const presentRecord = (record: StreamRecord, tombstone: Tombstone | undefined): StreamRecord | undefined => {
  const { value } = record
  if (!(value instanceof Change)) return record
  if (value.newValue !== null) return record.withValue(value.newValue)
  if (tombstone === undefined || typeof record.key !== 'string') return undefined
  return record.withValue(tombstone(record.key, record.window))
}
