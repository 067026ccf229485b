// Options that name a place for records: `--to`, and `--late` and `--on-error` for those beside the output.

import { KsError } from './model/errors.ts'
import { isFileName } from './stdio/format.ts'
import type { ErrorPolicy } from './stdio/input-faults.ts'
import type { Endpoint } from './topology/topology.ts'

/** A place for records beside the output: a topic with `@`, or a file. */
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

/** Where `--to` sends the results: standard output, a file, or a topic. */
export const placeOfSink = (to: string | undefined): Endpoint => {
  if (to === undefined || to === '-') return { kind: 'stdout', name: '' }
  return isFileName(to) ? { kind: 'file', name: to } : { kind: 'topic', name: to.replace(/^@/, '') }
}

/** What `--on-error` says. */
export const errorPolicy = (
  typed: string,
): { readonly policy: ErrorPolicy; readonly file: string | undefined; readonly topic: string | undefined } => {
  if (typed === 'fail' || typed === 'skip' || typed === 'keep') {
    return { policy: typed, file: undefined, topic: undefined }
  }
  return { policy: 'aside', ...placeOption('--on-error', typed) }
}
