// Rows that ks makes itself: that of a deleted key, and records marked with their window for a stage in another process.

import { KsError } from '../model/errors.ts'
import { plainValue, type StreamRecord, type Window } from '../model/stream-record.ts'
import { stampFields } from '../operators/stamped-aggregate.ts'
import { setField } from '../serde/json-parse.ts'
import type { AnyWindows } from '../windows/any-windows.ts'
import { firstWindowStart } from '../windows/time-windows.ts'
import { noEndMs } from '../windows/unlimited-windows.ts'
import type { Grouping } from './group.ts'

/** The row that stands for a deleted key. */
export const tombstoneRow = (grouping: Grouping, key: string, window: Window | undefined): unknown => {
  const row = {}
  grouping.writeFields(row, key)
  return asDeleted(row, window)
}

/** Marks a row that has the fields of its key only. */
export const asDeleted = (row: object, window: Window | undefined): object => {
  if (window !== undefined) {
    setField(row, 'window_start', window.start)
    setField(row, 'window_end', window.end)
  }
  setField(row, '__deleted', true)
  return row
}

/**
 * What makes of a record one per window that it falls into, with the window in it.
 * @throws KsError usage for windows that depend on more than one record.
 */
export const stampOf = (windows: AnyWindows): ((record: StreamRecord) => Iterable<unknown>) => {
  if ('startMs' in windows) {
    const { startMs } = windows
    return (record) => (record.timestamp < startMs ? [] : [stampedWith(record, stampable(record), startMs, noEndMs)])
  }
  if (!('sizeMs' in windows)) {
    throw new KsError('usage', 'sessions and sliding windows are known only where they are aggregated', {
      hint: 'in one process: … window session:30m then count --by .user',
    })
  }
  const { sizeMs, advanceMs } = windows
  return (record) => stamped(record, sizeMs, advanceMs)
}

const stamped = function* (record: StreamRecord, sizeMs: number, advanceMs: number): Iterable<unknown> {
  const windows = { sizeMs, advanceMs, graceMs: 0 }
  const value = stampable(record)
  for (let start = firstWindowStart(windows, record.timestamp); start <= record.timestamp; start += advanceMs) {
    yield stampedWith(record, value, start, start + sizeMs)
  }
}

const stampedWith = (record: StreamRecord, value: object, start: number, end: number): object => {
  const row = { ...value }
  setField(row, stampFields.start, start)
  setField(row, stampFields.end, end)
  setField(row, stampFields.time, record.timestamp)
  return row
}

const stampable = (record: StreamRecord): object => {
  const value = plainValue(record.value)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  return { value }
}
