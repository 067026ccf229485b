// The one line on stderr that says what did not make it into the result, why, where it began, and which option would keep
// it. Nothing that ks drops is dropped in silence.

import { escapeControls } from './escape.ts'
import { formatInteger } from './human-format.ts'

/** Why records or windows are missing from the result. */
export type LossReason = keyof typeof wordings

/** What was lost for one reason. The same reason may come several times, once per thread. */
export interface Loss {
  readonly reason: LossReason
  readonly count: number
  /** Where it happened first: `clicks.ndjson:118`, `orders[2]@48813`. */
  readonly first: string
  /** What more is known about the first one: `window 12:00:00–12:01:00 closed 14 s before`. */
  readonly detail?: string
  /** Where they were put instead of being thrown away: `late.ndjson`, `@clicks_late`. */
  readonly keptIn?: string
}

interface Wording {
  /** What follows the number, for one and for several. */
  readonly one: string
  readonly many: string
  /** How to speak of several once they are known: `the … ones`. */
  readonly ones: string
  /** The option that would have kept them. */
  readonly option?: string
}

const wordings = {
  late: { one: 'record was late', many: 'records were late', ones: 'late', option: '--late FILE' },
  'bad line': { one: 'bad line skipped', many: 'bad lines skipped', ones: 'bad', option: '--on-error FILE' },
  'bad record': { one: 'bad record skipped', many: 'bad records skipped', ones: 'bad', option: '--on-error FILE' },
  'null key': { one: 'record had no key', many: 'records had no key', ones: 'keyless' },
  'null value': { one: 'record had no value', many: 'records had no value', ones: 'empty' },
  'negative timestamp': {
    one: 'record had a negative timestamp',
    many: 'records had a negative timestamp',
    ones: 'negative',
  },
  unmatched: { one: 'record had no match', many: 'records had no match', ones: 'unmatched', option: '--left' },
  expired: {
    one: 'record was older than the state that is kept',
    many: 'records were older than the state that is kept',
    ones: 'expired',
    option: '--grace DURATION',
  },
  unwindowed: { one: 'record had no window', many: 'records had no window', ones: 'unwindowed' },
  'open window': {
    one: 'window is still open and waits for the next run',
    many: 'windows are still open and wait for the next run',
    ones: 'open',
  },
} as const satisfies Record<string, Wording>

/** The line, without its line end; undefined if nothing was lost. */
export const summaryLine = (losses: readonly Loss[]): string | undefined => {
  const merged = mergeReasons(losses)
  if (merged.length === 0) return undefined
  const advice = adviceFor(merged)
  return `ks: ${merged.map(describe).join(', ')}${advice === undefined ? '' : `; ${advice}`}`
}

const mergeReasons = (losses: readonly Loss[]): Loss[] => {
  const byReason = new Map<LossReason, Loss>()
  for (const loss of losses) {
    if (loss.count <= 0) continue
    const earlier = byReason.get(loss.reason)
    byReason.set(loss.reason, earlier === undefined ? loss : { ...earlier, count: earlier.count + loss.count })
  }
  return [...byReason.values()]
}

const describe = ({ reason, count, first, detail, keptIn }: Loss): string => {
  const wording: Wording = wordings[reason]
  const known = [
    ...(detail === undefined ? [] : [detail]),
    count === 1 ? first : `${first} first`,
    ...(keptIn === undefined ? [] : [`kept in ${keptIn}`]),
  ]
  const what = count === 1 ? wording.one : wording.many
  return `${formatInteger(count)} ${what} (${escapeControls(known.join('; '))})`
}

/** Names the options for what was thrown away; says which records if they do not keep all of it. */
const adviceFor = (losses: readonly Loss[]): string | undefined => {
  const lost = losses.filter((loss) => loss.keptIn === undefined)
  const keepable = lost.filter((loss) => optionOf(loss) !== undefined)
  if (keepable.length === 0) return undefined
  const options = [...new Set(keepable.map(optionOf))]
  const count = keepable.reduce((sum, loss) => sum + loss.count, 0)
  const ones = [...new Set(keepable.map((loss) => wordings[loss.reason].ones))]
  const everything = keepable.length === losses.length
  const kept = everything ? (count === 1 ? 'it' : 'them') : `the ${ones.join(' and ')} ${count === 1 ? 'one' : 'ones'}`
  return `${options.join(' and ')} ${options.length === 1 ? 'keeps' : 'keep'} ${kept}`
}

const optionOf = ({ reason }: Loss): string | undefined => {
  const wording: Wording = wordings[reason]
  return wording.option
}
