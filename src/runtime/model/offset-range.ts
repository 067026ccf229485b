// Which part of a topic is read, as people type it: rpk's grammar for -o, and kcat's words.

import { parseDuration } from './duration.ts'
import { KsError } from './errors.ts'
import { timestampFromValue } from './timestamp.ts'

/** A place in a partition. */
export type OffsetPoint =
  | { readonly kind: 'start' | 'end' | 'stored' }
  | { readonly kind: 'offset'; readonly offset: number }
  /** So many records before the end, or behind the start. */
  | { readonly kind: 'before-end' | 'after-start'; readonly count: number }
  /** The first record with this timestamp (ms) or a later one. */
  | { readonly kind: 'time'; readonly timestamp: number }

/** A part of every partition; without `to` it goes on for ever. */
export interface OffsetRange {
  readonly from: OffsetPoint
  readonly to: OffsetPoint | undefined
}

const hint = 'start, end, :end, -100 (the last 100), +5, 123, 123:456, @2026-11-01, @-1h, @-2d:-1d, @-1h:end'

/**
 * The range that a text names. Times behind `@` are durations before `nowMs`, milliseconds, or ISO 8601 (UTC).
 * @throws KsError usage if it names none.
 */
export const parseOffsetRange = (text: string, nowMs: number): OffsetRange => {
  const wrong = (): KsError => new KsError('usage', `-o ${text}: not a part of a topic`, { hint })
  const kcat = /^([se])@(\d+)$/.exec(text)
  if (kcat !== null) {
    const point: OffsetPoint = { kind: 'time', timestamp: Number(kcat[2]) }
    return kcat[1] === 's' ? { from: point, to: undefined } : { from: { kind: 'start' }, to: point }
  }
  const isTime = text.startsWith('@')
  const body = isTime ? text.slice(1) : text
  const separator = isTime ? timeSeparator(body) : body.indexOf(':')
  const fromText = separator < 0 ? body : body.slice(0, separator)
  const toText = separator < 0 ? undefined : body.slice(separator + 1)
  const point = (typed: string): OffsetPoint => {
    const found = wordPoint(typed) ?? (isTime ? timePoint(typed, nowMs) : numberPoint(typed))
    if (found === undefined) throw wrong()
    return found
  }
  const from: OffsetPoint = fromText === '' && toText !== undefined ? { kind: 'start' } : point(fromText)
  return { from, to: toText === undefined || toText === '' ? undefined : point(toText) }
}

const words: Readonly<Record<string, 'start' | 'end' | 'stored'>> = {
  start: 'start',
  beginning: 'start',
  oldest: 'start',
  earliest: 'start',
  end: 'end',
  newest: 'end',
  latest: 'end',
  stored: 'stored',
}

const wordPoint = (text: string): OffsetPoint | undefined => {
  const kind = Object.hasOwn(words, text) ? words[text] : undefined
  return kind === undefined ? undefined : { kind }
}

const numberPoint = (text: string): OffsetPoint | undefined => {
  if (!/^[+-]?\d+$/.test(text)) return undefined
  const count = Number(text.replace(/^[+-]/, ''))
  if (!Number.isSafeInteger(count)) return undefined
  if (text.startsWith('-')) return { kind: 'before-end', count }
  return text.startsWith('+') ? { kind: 'after-start', count } : { kind: 'offset', offset: count }
}

const timePoint = (text: string, nowMs: number): OffsetPoint | undefined => {
  const timestamp = timeFromText(text, nowMs)
  return timestamp === undefined ? undefined : { kind: 'time', timestamp }
}

/** A time as people type it, ms: `-1h` before `nowMs`, milliseconds, or ISO 8601 (UTC); undefined if it is none. */
export const timeFromText = (text: string, nowMs: number): number | undefined => {
  const before = /^-(.+)$/.exec(text)
  if (before === null) return timestampFromValue(text)
  const durationMs = parseDuration(before[1] ?? '')
  return durationMs === undefined ? undefined : nowMs - durationMs
}

/** The colon that separates two times; those inside of a time of day are not meant. */
const timeSeparator = (text: string): number => {
  for (let at = text.indexOf(':'); at >= 0; at = text.indexOf(':', at + 1)) {
    const isInside = /T\d\d(:\d\d)?$/.test(text.slice(0, at)) && /^\d\d/.test(text.slice(at + 1))
    if (!isInside) return at
  }
  return -1
}
