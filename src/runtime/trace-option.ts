// `--trace` as it is typed.

import { parsed } from './cli/options.ts'
import { KsError } from './model/errors.ts'

/** What is to be traced, and how it is shown. */
export interface Trace {
  /** So many of the records that are read; Infinity for all of them. */
  readonly limit: number
  readonly format: 'text' | 'json'
}

const parseTrace = (typed: string): Trace => {
  const isJson = /^json(:|$)/.test(typed)
  const records = isJson ? (/^json(?::(.*))?$/s.exec(typed)?.[1] ?? 'all') : typed
  if (!/^(all|[1-9]\d*)$/.test(records)) {
    throw new KsError('usage', `"${typed}" says not how many records`, {
      hint: '--trace 20, --trace all, or --trace json:20 for JSON lines',
    })
  }
  return { limit: records === 'all' ? Infinity : Number(records), format: isJson ? 'json' : 'text' }
}

/** Of chains, and of the tool that tests them. */
export const trace = parsed(parseTrace, {
  group: 'Terminal',
  valueName: '[json:]N|all',
  help: 'Shows on standard error what each node does with the first N records: key, value, time, window, old and new row, and why a record goes no further. `json:N`: a JSON object per line.',
})
