// The total order of JSON values, as jq sorts them: null, false, true, numbers, strings, arrays, objects.

import { compareText } from './text-order.ts'

/** Negative, zero or positive as a is below, equal to or above b. Numbers and bigint compare by value. */
export const compareValues = (a: unknown, b: unknown): number => {
  if ((typeof a === 'number' || typeof a === 'bigint') && (typeof b === 'number' || typeof b === 'bigint')) {
    return a < b ? -1 : a > b ? 1 : 0
  }
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b)
  const rank = rankOf(a) - rankOf(b)
  if (rank !== 0) return rank
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let i = 0; i < Math.min(a.length, b.length); i++) {
      const order = compareValues(a[i], b[i])
      if (order !== 0) return order
    }
    return a.length - b.length
  }
  if (typeof a === 'object' && typeof b === 'object' && a !== null && b !== null) {
    const aEntries = Object.entries(a).sort(byName)
    const bEntries = Object.entries(b).sort(byName)
    const names = compareValues(
      aEntries.map(([name]) => name),
      bEntries.map(([name]) => name),
    )
    return names !== 0
      ? names
      : compareValues(
          aEntries.map(([, value]) => value as unknown),
          bEntries.map(([, value]) => value as unknown),
        )
  }
  return 0
}

const byName = (a: readonly [string, unknown], b: readonly [string, unknown]): number =>
  a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0

const rankOf = (value: unknown): number => {
  if (value === null || value === undefined) return 0
  if (value === false) return 1
  if (value === true) return 2
  if (typeof value === 'number' || typeof value === 'bigint') return 3
  if (typeof value === 'string') return 4
  return Array.isArray(value) ? 5 : 6
}
