// The window argument of the command line: `1m` tumbling, `5m/1m` hopping (size/advance), `session:30m` (gap), `sliding:5m`
// (difference), `unlimited` and `unlimited:2026-11-01` (start).

import { parseDuration } from '../model/duration.ts'
import { KsError } from '../model/errors.ts'
import { timestampFromValue } from '../model/timestamp.ts'
import type { AnyWindows } from './any-windows.ts'
import type { TimeWindows } from './time-windows.ts'
import { unlimitedFrom, type UnlimitedWindows } from './unlimited-windows.ts'

const spellings =
  'write SIZE (1m), SIZE/ADVANCE (5m/1m), session:GAP, sliding:DIFFERENCE or unlimited[:START]; see ks help time'

/** Windows from their text. KsError usage if it is none. */
export const parseWindow = (text: string, graceMs: number): AnyWindows => {
  const unlimited = /^unlimited(?::(.*))?$/s.exec(text)
  if (unlimited !== null) return parseUnlimitedWindow(text, unlimited[1], graceMs)
  const named = /^(session|sliding):(.*)$/s.exec(text)
  if (named === null) return parseTimeWindow(text, graceMs)
  const durationMs = parseDuration(named[2] ?? '')
  if (durationMs === undefined || durationMs <= 0)
    throw new KsError('usage', `"${text}" is no window`, { hint: spellings })
  return named[1] === 'session' ? { gapMs: durationMs, graceMs } : { differenceMs: durationMs, graceMs }
}

const parseTimeWindow = (text: string, graceMs: number): TimeWindows => {
  const [sizeText = '', advanceText, ...rest] = text.split('/')
  const sizeMs = parseDuration(sizeText)
  const advanceMs = advanceText === undefined ? sizeMs : parseDuration(advanceText)
  if (sizeMs === undefined || advanceMs === undefined || rest.length > 0 || sizeMs <= 0) {
    throw new KsError('usage', `"${text}" is no window`, { hint: spellings })
  }
  if (advanceMs <= 0 || advanceMs > sizeMs) {
    throw new KsError('usage', `--window ${text}: the advance must be above 0 and not above the size`, {
      hint: `for example ${sizeText}/${sizeText}`,
    })
  }
  return { sizeMs, advanceMs, graceMs }
}

const parseUnlimitedWindow = (text: string, startText: string | undefined, graceMs: number): UnlimitedWindows => {
  if (graceMs > 0) {
    throw new KsError('usage', `--grace: the window ${text} never closes, so that no record is late`, {
      hint: 'leave it out',
    })
  }
  if (startText === undefined) return unlimitedFrom(0)
  const startMs = timestampFromValue(startText)
  if (startMs !== undefined && startMs >= 0) return unlimitedFrom(startMs)
  throw new KsError('usage', `"${text}" is no window`, {
    hint: 'it begins at a time: unlimited:2026-11-01, unlimited:2026-11-01T06:00Z or milliseconds since 1970',
  })
}
