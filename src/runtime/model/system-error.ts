// What the operating system says when a read or a write fails, in its own words and with the name that manuals index.

import { getSystemErrorMap } from 'node:util'
import { KsError } from './errors.ts'

/** The name of a system error, such as `ENOENT`; undefined for any other error. */
export const systemErrorName = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

/** The reason as words: `no such file or directory (ENOENT)`. */
export const systemErrorText = (error: unknown): string => {
  if (error instanceof Error && 'errno' in error && typeof error.errno === 'number') {
    const known = getSystemErrorMap().get(error.errno)
    if (known !== undefined) return `${known[1]} (${known[0]})`
  }
  return error instanceof Error ? error.message : String(error)
}

/**
 * The error that ends the run.
 * @param attempt what was tried, as in `cannot read orders.ndjson`.
 */
export const ioError = (attempt: string, error: unknown, hint?: string): KsError =>
  error instanceof KsError
    ? error
    : new KsError('io', `${attempt}: ${systemErrorText(error)}`, {
        cause: error,
        ...(hint === undefined ? {} : { hint }),
      })
