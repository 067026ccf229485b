// The K highest rows of a table (per window, if it is windowed) or of a stream. All rows of a table are kept, because a row
// that falls makes room for one that was below; of a stream only K records are.

import { compareValues } from '../model/compare-values.ts'
import { keyValue } from '../model/lazy-key.ts'
import { noOrigin, plainValue, StreamRecord, type RecordOrigin, type Window } from '../model/stream-record.ts'
import { isTableRecord, keyTextOf } from './grouping.ts'
import type { ProcessorContext, ProcessorSupplier } from './processor.ts'
import type { ValueMapper } from './stateless.ts'

interface RankedRow {
  readonly key: unknown
  readonly keyText: string
  readonly value: unknown
  readonly rank: unknown
  readonly timestamp: number
}

/** A row of a table without windows, as it is kept between runs. */
interface StoredRow {
  readonly key: unknown
  readonly value: unknown
  readonly rank: unknown
}

interface Ranking {
  readonly window: Window | undefined
  readonly rows: Map<string, RankedRow>
  changed: boolean
}

/**
 * Ranks by `rankOf` (nulls never rank). Equal ranks: the key that sorts first; records of a stream: the one that came first.
 * Emits the whole list, best first, at each flush in which it changed; a window's list when its rows come as final results.
 */
export const top =
  (storeName: string, count: number, rankOf: ValueMapper): ProcessorSupplier =>
  (context) => {
    const store = context.keyValueStore<StoredRow>(storeName)
    const rankings = new Map<string, Ranking>()
    // Rows of a table without windows outlive the run: the next one brings only those that change.
    const kept: Ranking = { window: undefined, rows: new Map(), changed: false }
    rankings.set('', kept)
    for (const { key, value, timestamp } of store.existing()) {
      if (value !== undefined) kept.rows.set(key, { ...value, keyText: key, timestamp })
    }
    let origin = noOrigin
    let arrivals = 0
    return {
      process: (record) => {
        origin = record.origin
        const window = record.window
        const windowKey = window === undefined ? '' : `${String(window.start)}-${String(window.end)}`
        let ranking = rankings.get(windowKey)
        if (ranking === undefined) {
          ranking = { window, rows: new Map(), changed: false }
          rankings.set(windowKey, ranking)
        }
        ranking.changed = true
        if (isTableRecord(record)) {
          const keyText = keyTextOf(record) ?? ''
          const value = record.value.newValue
          const rank = value === null ? null : rankOf(record.withValue(value))
          const row = rank === null ? undefined : { key: record.key, keyText, value, rank, timestamp: record.timestamp }
          if (row === undefined) ranking.rows.delete(keyText)
          else ranking.rows.set(keyText, row)
          if (window === undefined) store.put(keyText, row && { key: row.key, value, rank }, record.timestamp)
          return
        }
        const rank = rankOf(record)
        if (rank === null) return
        const rows = ranking.rows
        if (rows.size >= count) {
          const lowest = lowestOf(rows)
          if (lowest === undefined || compareValues(rank, lowest.rank) <= 0) return
          rows.delete(lowest.keyText)
        }
        // Arrival order in place of a key: later arrivals sort behind.
        const keyText = String(arrivals++).padStart(16, '0')
        rows.set(keyText, {
          key: keyValue(record.key),
          keyText,
          value: plainValue(record.value),
          rank,
          timestamp: record.timestamp,
        })
      },
      flush: () => {
        for (const [windowKey, ranking] of rankings) {
          if (!ranking.changed) continue
          ranking.changed = false
          emitRanking(context, ranking, count, origin)
          if (ranking.window !== undefined) rankings.delete(windowKey)
        }
      },
    }
  }

const emitRanking = (context: ProcessorContext, ranking: Ranking, count: number, origin: RecordOrigin): void => {
  const best = [...ranking.rows.values()].sort(higherFirst).slice(0, count)
  for (const row of best) {
    context.forward(new StreamRecord(row.key, row.value, row.timestamp, origin, undefined, ranking.window))
  }
}

const higherFirst = (a: RankedRow, b: RankedRow): number =>
  compareValues(b.rank, a.rank) || (a.keyText < b.keyText ? -1 : a.keyText > b.keyText ? 1 : 0)

const lowestOf = (rows: ReadonlyMap<string, RankedRow>): RankedRow | undefined => {
  let lowest: RankedRow | undefined
  for (const row of rows.values()) if (lowest === undefined || higherFirst(row, lowest) > 0) lowest = row
  return lowest
}
