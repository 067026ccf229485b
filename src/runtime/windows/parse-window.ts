// The window argument of the command line: `1m` tumbling, `5m/1m` hopping (size/advance).

import { parseDuration } from '../model/duration.ts'
import { KsError } from '../model/errors.ts'
import type { TimeWindows } from './time-windows.ts'

/** Windows from their text. KsError usage if it is none. */
export const parseWindow = (text: string, graceMs: number): TimeWindows => {
  const [sizeText = '', advanceText, ...rest] = text.split('/')
  if (/^(session|sliding)\b/.test(text)) {
    throw new KsError('usage', `--window ${text}: this version has tumbling and hopping windows only`, {
      hint: 'use SIZE (1m) or SIZE/ADVANCE (5m/1m)',
    })
  }
  const sizeMs = parseDuration(sizeText)
  const advanceMs = advanceText === undefined ? sizeMs : parseDuration(advanceText)
  if (sizeMs === undefined || advanceMs === undefined || rest.length > 0 || sizeMs <= 0) {
    throw new KsError('usage', `"${text}" is no window`, {
      hint: 'write SIZE (1m) or SIZE/ADVANCE (5m/1m); see ks help time',
    })
  }
  if (advanceMs <= 0 || advanceMs > sizeMs) {
    throw new KsError('usage', `--window ${text}: the advance must be above 0 and not above the size`, {
      hint: `for example ${sizeText}/${sizeText}`,
    })
  }
  return { sizeMs, advanceMs, graceMs }
}

/** The text that parseWindow reads. */
export const windowText = (windows: TimeWindows): string =>
  windows.sizeMs === windows.advanceMs
    ? `${String(windows.sizeMs)}ms`
    : `${String(windows.sizeMs)}ms/${String(windows.advanceMs)}ms`
