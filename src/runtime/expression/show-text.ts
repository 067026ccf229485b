// How values look inside strings: in templates, tostring() and join().

import { stringifyJson } from '../serde/json-parse.ts'
import { checkTextLength } from './limits.ts'

/** A string as it is, everything else as JSON text. */
export const showText = (value: unknown): string => (typeof value === 'string' ? value : stringifyJson(value))

/** The text of a template, or RecordError if it got too long. */
export const boundedText = (text: string): string => {
  checkTextLength(text.length, 'a template')
  return text
}
