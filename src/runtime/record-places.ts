// Where records go that are no results: `--late`, `--on-error`.

import { KsError } from './model/errors.ts'
import { isFileName } from './stdio/format.ts'
import type { ErrorPolicy } from './stdio/input-faults.ts'

/** A place for records beside the output: a topic with `@`, or a file. Throws KsError usage. */
export const placeOption = (
  option: string,
  typed: string | undefined,
): { readonly topic: string | undefined; readonly file: string | undefined } => {
  if (typed === undefined) return { topic: undefined, file: undefined }
  if (typed.startsWith('@')) return { topic: typed.slice(1), file: undefined }
  if (typed === '-') {
    throw new KsError('usage', `${option} -: standard output is for the results`, { hint: `${option} /dev/stderr` })
  }
  if (isFileName(typed)) return { topic: undefined, file: typed }
  throw new KsError('usage', `${option} ${typed}: a topic or a file?`, {
    hint: `${option} @${typed} for a topic, ${option} ./${typed} for a file`,
  })
}

/** `--on-error` as typed. Throws KsError usage. */
export const errorPolicy = (
  typed: string,
): { readonly policy: ErrorPolicy; readonly file: string | undefined; readonly topic: string | undefined } => {
  if (typed === 'fail' || typed === 'skip' || typed === 'keep') {
    return { policy: typed, file: undefined, topic: undefined }
  }
  return { policy: 'aside', ...placeOption('--on-error', typed) }
}
