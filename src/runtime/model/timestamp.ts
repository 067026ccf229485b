// Event times as records have them: milliseconds, or ISO 8601 text.

const withoutZone = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?$/

/** Milliseconds since the epoch of a number (ms) or an ISO 8601 text (UTC if it names no zone); undefined for anything else. */
export const timestampFromValue = (value: unknown): number | undefined => {
  if (typeof value === 'number') return Number.isFinite(value) ? Math.floor(value) : undefined
  if (typeof value === 'bigint') return Number(value)
  if (typeof value !== 'string') return undefined
  if (/^-?\d+$/.test(value)) return Number(value)
  // Date.parse alone would make a time of almost any text with a number in it.
  if (!/^\d{4}-\d\d(-\d\d)?([T ]|$)/.test(value)) return undefined
  const time = Date.parse(withoutZone.test(value) ? `${value.replace(' ', 'T')}Z` : value)
  return Number.isNaN(time) ? undefined : time
}
