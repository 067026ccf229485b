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

/** A row as it is kept between runs. */
interface StoredRow {
  readonly key: unknown
  readonly value: unknown
  readonly rank: unknown
  /** Not there without windows. */
  readonly window?: Window
  /** Not there if the store has the row under it. */
  readonly keyText?: string
}

interface Ranking {
  readonly window: Window | undefined
  readonly rows: Map<string, RankedRow>
  changed: boolean
}

/** In place of a key: the row that says that a list has changed since it was shown. */
const changedMark = '\0changed'

/**
 * Ranks by `rankOf` (nulls never rank). Equal ranks: the key that sorts first; records of a stream: the one that came first.
 * Emits the whole list, best first, at each flush in which it changed.
 * @param closesAfterMs how long after its end a window can change; its ranking is forgotten then.
 */
export const top =
  (storeName: string, count: number, rankOf: ValueMapper, closesAfterMs: number): ProcessorSupplier =>
  (context) => {
    const store = context.keyValueStore<StoredRow>(storeName)
    const rankings = new Map<string, Ranking>()
    let origin = noOrigin
    let arrivals = 0

    const rankingOf = (window: Window | undefined): Ranking => {
      const windowKey = windowText(window)
      let ranking = rankings.get(windowKey)
      if (ranking === undefined) rankings.set(windowKey, (ranking = { window, rows: new Map(), changed: false }))
      return ranking
    }

    const idOf = ({ window }: Ranking, keyText: string): string =>
      window === undefined ? keyText : `${windowText(window)} ${keyText}`

    const save = (ranking: Ranking, { key, keyText, value, rank, timestamp }: RankedRow): void => {
      const { window } = ranking
      store.put(idOf(ranking, keyText), { key, value, rank, ...(window && { window, keyText }) }, timestamp)
    }

    const put = (ranking: Ranking, row: RankedRow): void => {
      ranking.rows.set(row.keyText, row)
      save(ranking, row)
    }

    const remove = (ranking: Ranking, keyText: string): void => {
      if (ranking.rows.delete(keyText)) store.put(idOf(ranking, keyText), undefined, context.streamTime)
    }

    const changed = (ranking: Ranking): void => {
      if (ranking.changed) return
      ranking.changed = true
      save(ranking, { key: null, keyText: changedMark, value: true, rank: null, timestamp: context.streamTime })
    }

    for (const { key: id, value: row, timestamp } of store.existing()) {
      if (row === undefined) continue
      const ranking = rankingOf(row.window)
      const { key, value, rank, keyText = id } = row
      if (keyText === changedMark) ranking.changed = true
      else {
        ranking.rows.set(keyText, { key, value, rank, keyText, timestamp })
        if (arrivalPattern.test(keyText)) arrivals = Math.max(arrivals, Number(keyText) + 1)
      }
    }

    return {
      process: (record) => {
        origin = record.origin
        const ranking = rankingOf(record.window)
        if (isTableRecord(record)) {
          const keyText = keyTextOf(record) ?? ''
          const { newValue: value } = record.value
          const rank = value === null ? null : rankOf(record.withValue(value))
          if (rank === null) remove(ranking, keyText)
          else put(ranking, { key: record.key, keyText, value, rank, timestamp: record.timestamp })
          changed(ranking)
          return
        }
        const rank = rankOf(record)
        if (rank === null) return
        if (ranking.rows.size >= count) {
          const lowest = lowestOf(ranking.rows)
          if (lowest === undefined || compareValues(rank, lowest.rank) <= 0) return
          remove(ranking, lowest.keyText)
        }
        // Arrival order in place of a key: later arrivals sort behind.
        const keyText = String(arrivals++).padStart(arrivalDigits, '0')
        const { key, value, timestamp } = record
        put(ranking, { key: keyValue(key), keyText, value: plainValue(value), rank, timestamp })
        changed(ranking)
      },
      flush: () => {
        for (const [windowKey, ranking] of rankings) {
          if (ranking.changed) {
            ranking.changed = false
            store.put(idOf(ranking, changedMark), undefined, context.streamTime)
            emitRanking(context, ranking, count, origin)
          }
          const { window } = ranking
          if (window === undefined || window.end + closesAfterMs > context.streamTime) continue
          for (const keyText of [...ranking.rows.keys()]) remove(ranking, keyText)
          rankings.delete(windowKey)
        }
      },
    }
  }

const arrivalDigits = 16
const arrivalPattern = /^\d{16}$/

const windowText = (window: Window | undefined): string =>
  window === undefined ? '' : `${String(window.start)}-${String(window.end)}`

const emitRanking = (context: ProcessorContext, ranking: Ranking, count: number, origin: RecordOrigin): void => {
  const best = [...ranking.rows.values()].sort(higherFirst).slice(0, count)
  for (const row of best) {
    context.forwardHeld(new StreamRecord(row.key, row.value, row.timestamp, origin, undefined, ranking.window))
  }
}

const higherFirst = (a: RankedRow, b: RankedRow): number =>
  compareValues(b.rank, a.rank) || (a.keyText < b.keyText ? -1 : a.keyText > b.keyText ? 1 : 0)

const lowestOf = (rows: ReadonlyMap<string, RankedRow>): RankedRow | undefined => {
  let lowest: RankedRow | undefined
  for (const row of rows.values()) if (lowest === undefined || higherFirst(row, lowest) > 0) lowest = row
  return lowest
}
