// Dates, times and timestamps as ISO 8601 text, which is what CAST reads and writes. Days since the epoch, milliseconds of the
// day, milliseconds since the epoch.

export const msPerDay = 86_400_000
/** The last moment that a Date can hold, and with a minus sign the first. */
export const maximalTimestamp = 8.64e15

const pad = (value: number, width: number): string => String(value).padStart(width, '0')

/** The proleptic Gregorian date of a day. */
export const dateOfDay = (
  day: number,
): { readonly year: number; readonly month: number; readonly dayOfMonth: number } => {
  const date = new Date(day * msPerDay)
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, dayOfMonth: date.getUTCDate() }
}

/** The day of a date; undefined if there is no such date. */
export const dayOfDate = (year: number, month: number, dayOfMonth: number): number | undefined => {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, dayOfMonth)
  const isDate = date.getUTCMonth() === month - 1 && date.getUTCDate() === dayOfMonth
  return isDate ? date.getTime() / msPerDay : undefined
}

/** `2025-11-03`; years beyond four digits have a sign. */
export const dateText = (day: number): string => {
  const { year, month, dayOfMonth } = dateOfDay(day)
  const sign = year < 0 ? '-' : year > 9999 ? '+' : ''
  return `${sign}${pad(Math.abs(year), 4)}-${pad(month, 2)}-${pad(dayOfMonth, 2)}`
}

/** `13:24`, `13:24:05` or `13:24:05.120`: no more than there is. */
export const timeText = (ms: number): string => {
  const minutes = `${pad(Math.floor(ms / 3_600_000), 2)}:${pad(Math.floor(ms / 60_000) % 60, 2)}`
  if (ms % 60_000 === 0) return minutes
  const seconds = `${minutes}:${pad(Math.floor(ms / 1000) % 60, 2)}`
  return ms % 1000 === 0 ? seconds : `${seconds}.${pad(ms % 1000, 3)}`
}

/** `2025-11-03T13:24:05.120` */
export const timestampText = (timestamp: number): string => {
  const day = Math.floor(timestamp / msPerDay)
  const ms = timestamp - day * msPerDay
  const seconds = `${pad(Math.floor(ms / 3_600_000), 2)}:${pad(Math.floor(ms / 60_000) % 60, 2)}:${pad(Math.floor(ms / 1000) % 60, 2)}`
  return `${dateText(day)}T${seconds}.${pad(ms % 1000, 3)}`
}

const timePattern = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?$/

/** Milliseconds of the day of a text like `13:24:05.12`; undefined if it is none. */
export const parseTimeText = (text: string): number | undefined => {
  const match = timePattern.exec(text)
  return match === null ? undefined : msOfParts(match[1], match[2], match[3], match[4])
}

const msOfParts = (hour = '0', minute = '0', second = '0', fraction = ''): number | undefined => {
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  const ms = Number(fraction.padEnd(3, '0').slice(0, 3))
  return (Number(hour) * 60 + Number(minute)) * 60_000 + Number(second) * 1000 + ms
}

const timestampPattern =
  /^([+-]?\d{4,6})(?:-(\d\d?)(?:-(\d\d?))?)?(?:[T ](?:(\d\d?)(?::(\d\d?)(?::(\d\d?)(?:\.(\d{1,9}))?)?)?)?)?(Z|[+-]\d\d(?::?\d\d)?)?$/

/**
 * Milliseconds since the epoch of a text like `2025-11-03T13:24:05.12+01:00`, UTC if it names no zone; what is missing at its
 * end is the start of the year, the month, the day …; undefined if it is none.
 */
export const parseTimestampText = (text: string): number | undefined => {
  const match = timestampPattern.exec(text)
  if (match === null) return undefined
  const [, year, month = '1', dayOfMonth = '1', hour, minute, second, fraction, zone = 'Z'] = match
  const day = dayOfDate(Number(year), Number(month), Number(dayOfMonth))
  const ms = msOfParts(hour, minute, second, fraction)
  if (day === undefined || ms === undefined) return undefined
  return day * msPerDay + ms - offsetMs(zone)
}

/** Milliseconds by which a zone like `+01:00` is ahead of UTC. */
const offsetMs = (zone: string): number => {
  if (zone === 'Z') return 0
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0')
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000
}

/** The day of a text like `2025-11-03` or the start of one; undefined if it is none or has a time of the day. */
export const parseDateText = (text: string): number | undefined => {
  const timestamp = /[T ]/.test(text) ? undefined : parseTimestampText(text)
  return timestamp === undefined ? undefined : Math.floor(timestamp / msPerDay)
}
