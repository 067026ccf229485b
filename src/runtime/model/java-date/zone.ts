// Zones of time as Java's ZoneId has them: offsets, `UTC+2`, and the regions of the tz database, which Intl knows. Offsets are exact,
// and each zone remembers when it changed them, so that Intl is asked once for each day of a year that is in use.

/** A zone. */
export interface Zone {
  /** As Java writes it: `Europe/Berlin`, `+02:00`, `Z`, `UTC+02:00`. */
  readonly id: string
  readonly kind: 'offset' | 'region'
  /** By how many seconds the zone is ahead of UTC at a moment (ms since the epoch). */
  offsetAt(timestamp: number): number
}

const msPerDay = 86_400_000
const maximalOffset = 18 * 3600

const twoDigits = (value: number): string => String(value).padStart(2, '0')

/** `Z`, `+02:00` or `-00:53:28`, of seconds. */
export const offsetId = (offset: number): string => {
  if (offset === 0) return 'Z'
  const size = Math.abs(offset)
  const minutes = `${twoDigits(Math.floor(size / 3600))}:${twoDigits(Math.floor(size / 60) % 60)}`
  return `${offset < 0 ? '-' : '+'}${minutes}${size % 60 === 0 ? '' : `:${twoDigits(size % 60)}`}`
}

/** A zone that is always as many seconds ahead of UTC. */
export const fixedZone = (offset: number, prefix = ''): Zone => ({
  id: prefix === '' ? offsetId(offset) : offset === 0 ? prefix : prefix + offsetId(offset),
  kind: 'offset',
  offsetAt: () => offset,
})

const offsetPattern = /^([+-])(?:(\d)|(\d\d)(?::?(\d\d)(?::?(\d\d))?)?)$/

/** The seconds of `+2`, `+02`, `+0200`, `+02:00`, `+02:00:00`; undefined if it is none of them or more than 18 hours. */
const parseOffset = (text: string): number | undefined => {
  const match = offsetPattern.exec(text)
  // Either no colon or one before each part.
  if (match === null || /^.\d\d(:\d\d\d\d|\d\d:\d\d)$/.test(text)) return undefined
  const [, sign, digit, hours = digit, minutes = '0', seconds = '0'] = match
  if (Number(minutes) > 59 || Number(seconds) > 59) return undefined
  const offset = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
  return offset > maximalOffset ? undefined : sign === '-' ? -offset : offset
}

const regions = new Map<string, Zone>()

/** The zone of an id; undefined if there is none. Regions may be in whatever case. */
export const findZone = (id: string): Zone | undefined => {
  const known = regions.get(id)
  if (known !== undefined) return known
  if (id === 'Z') return fixedZone(0)
  const [, prefix = '', rest = ''] = /^(UTC|GMT|UT|)(.*)$/.exec(id) ?? []
  if (prefix !== '' && rest === '') return fixedZone(0, prefix)
  if (/^[+-]/.test(rest)) {
    const offset = parseOffset(rest)
    return offset === undefined ? undefined : fixedZone(offset, prefix)
  }
  const region = regionOf(id)
  if (region !== undefined) regions.set(id, region)
  return region
}

// Of the names of three letters, most of which mean several zones, Java knows these only.
const regionPattern = /^(?:(?:CET|EET|MET|WET|PRC|ROC|ROK|UCT)|[a-z][a-z0-9~/._+-]{3,}|GB|NZ)$/i

const regionOf = (id: string): Zone | undefined => {
  if (!regionPattern.test(id)) return undefined
  try {
    const offsets = new Intl.DateTimeFormat('en-US', { timeZone: id, timeZoneName: 'longOffset' })
    return { id, kind: 'region', offsetAt: rememberedOffsets((timestamp) => offsetIn(offsets.format(timestamp))) }
  } catch {
    return undefined
  }
}

/** The seconds of a text that ends with `GMT-07:52:58`. */
const offsetIn = (text: string): number => parseOffset(text.slice(text.lastIndexOf('GMT') + 3)) ?? 0

/** From a moment on (ms since the epoch) the zone has an offset (seconds). */
interface Change {
  readonly from: number
  readonly offset: number
}

const mostYears = 400

const rememberedOffsets = (offsetAt: (timestamp: number) => number): ((timestamp: number) => number) => {
  const years = new Map<number, readonly Change[]>()
  let last: { readonly year: number; readonly changes: readonly Change[] } = { year: NaN, changes: [] }
  return (timestamp) => {
    const year = Math.floor(timestamp / msPerYear)
    if (year !== last.year) {
      let changes = years.get(year)
      if (changes === undefined) {
        changes = changesOf(year * msPerYear, (year + 1) * msPerYear, offsetAt)
        if (years.size === mostYears) years.clear()
        years.set(year, changes)
      }
      last = { year, changes }
    }
    const { changes } = last
    let index = changes.length - 1
    while (index > 0 && timestamp < (changes[index] as Change).from) index--
    return (changes[index] as Change).offset
  }
}

// Any period would do.
const msPerYear = 366 * msPerDay

const changesOf = (start: number, end: number, offsetAt: (timestamp: number) => number): readonly Change[] => {
  const ask = (timestamp: number): number => offsetAt(Math.max(-latest, Math.min(latest, timestamp)))
  const changes: Change[] = [{ from: start, offset: ask(start) }]
  let before = ask(start)
  for (let day = start; day < end; day += msPerDay) {
    const after = ask(day + msPerDay)
    if (after === before) continue
    // The first moment that is not as before, to the second.
    let low = day
    let high = day + msPerDay
    while (high - low > 1000) {
      const middle = low + Math.floor((high - low) / 2000) * 1000
      if (ask(middle) === before) low = middle
      else high = middle
    }
    changes.push({ from: high, offset: after })
    before = after
  }
  return changes
}

const latest = 8.64e15

/**
 * The moment (ms since the epoch) of a local time (ms since the local epoch). As in Java a time that is left out when clocks go
 * forward is as much later, and of one that comes twice the first is meant.
 */
export const instantOf = (local: number, zone: Zone): number => {
  const before = zone.offsetAt(local - msPerDay) * 1000
  if (zone.offsetAt(local - before) * 1000 === before) return local - before
  const after = zone.offsetAt(local + msPerDay) * 1000
  return zone.offsetAt(local - after) * 1000 === after ? local - after : local - before
}

/** True in summer time: the zone is ahead of what it is in January or in July. */
export const isSummerTime = (zone: Zone, timestamp: number): boolean => {
  const date = new Date(timestamp)
  const january = date.setUTCMonth(0, 1)
  const july = date.setUTCMonth(6, 1)
  return zone.offsetAt(timestamp) > Math.min(zone.offsetAt(january), zone.offsetAt(july))
}
