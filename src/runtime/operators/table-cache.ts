// The record cache of a table that has no store (Kafka Streams' statestore.cache.max.bytes): of several updates of a row only the
// last one goes on, at the next flush, with the row as it was before the first of them.

import { Change } from '../model/change.ts'
import { plainValue } from '../model/stream-record.ts'
import { isTableRecord, type TableRecord } from './grouping.ts'
import type { ProcessorSupplier } from './processor.ts'

/** Holds updates back until the task flushes or commits: they are in no store. */
export const cacheTable: ProcessorSupplier = (context) => {
  const held = new Map<string, TableRecord>()
  const flush = (): void => {
    for (const record of held.values()) context.forwardHeld(record)
    held.clear()
  }
  return {
    process: (record) => {
      if (!isTableRecord(record) || typeof record.key !== 'string') throw new Error('a table expects changes')
      const { newValue, oldValue, isLatest } = record.value
      if (!isLatest) {
        context.forward(record)
        return
      }
      const first = held.get(record.key)
      const change = new Change(plainValue(newValue), first === undefined ? plainValue(oldValue) : first.value.oldValue)
      held.set(record.key, record.withValue(change) as TableRecord)
    },
    flush,
    flushHeld: flush,
  }
}
