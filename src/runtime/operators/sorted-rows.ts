// All rows of a stream, or the latest of each key of a table, in order at the end of the input: ORDER BY, OFFSET and LIMIT. They
// are kept in memory.

import { StreamRecord } from '../model/stream-record.ts'
import { plainValue } from '../model/stream-record.ts'
import { compareValues } from '../model/compare-values.ts'
import { keyTextOf } from './grouping.ts'
import type { ProcessorSupplier } from './processor.ts'
import type { ValueMapper } from './stateless.ts'

/** One term of an order; nulls come last either way. */
export interface SortTerm {
  readonly valueOf: ValueMapper
  readonly isDescending: boolean
}

/** Which of the rows are wanted. */
export interface SortedRows {
  readonly by: readonly SortTerm[]
  readonly offset: number
  /** Infinity for all. */
  readonly limit: number
  /** Records are updates: the last one of a key and window counts, and null deletes. */
  readonly isTable: boolean
}

interface Row {
  readonly record: StreamRecord
  readonly terms: readonly unknown[]
}

/** Forwards the rows when the input has ended. */
export const sortedRows =
  ({ by, offset, limit, isTable }: SortedRows): ProcessorSupplier =>
  (context) => {
    const rows = new Map<string | number, Row>()
    let arrivals = 0
    let hasEnded = false
    const compare = (left: Row, right: Row): number => {
      for (const [index, { isDescending }] of by.entries()) {
        const [a, b] = [left.terms[index] ?? null, right.terms[index] ?? null]
        if (a === null && b === null) continue
        if (a === null || b === null) return a === null ? 1 : -1
        const order = compareValues(a, b)
        if (order !== 0) return isDescending ? -order : order
      }
      return 0
    }
    return {
      process: (record) => {
        const { key, timestamp, origin, headers, window } = record
        const id = isTable ? `${String(window?.start)} ${String(window?.end)} ${keyTextOf(record) ?? ''}` : arrivals++
        const value = plainValue(record.value)
        if (isTable && value === null) {
          rows.delete(id)
          return
        }
        const kept = new StreamRecord(isTable ? key : null, value, timestamp, { ...origin }, headers, window)
        rows.set(id, { record: kept, terms: by.map(({ valueOf }) => valueOf(kept)) })
      },
      endOfInput: () => {
        hasEnded = true
      },
      flush: () => {
        if (!hasEnded) return
        for (const { record } of [...rows.values()].sort(compare).slice(offset, offset + limit)) context.forward(record)
        rows.clear()
      },
    }
  }
