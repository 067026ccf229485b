// The kinds of options a command can declare. An option describes itself (for help, man page and completion) and turns
// what was typed into a typed value; it validates but never does anything. Texts come in, in the order they were typed.

import { parseDuration } from '../model/duration.ts'
import { KsError } from '../model/errors.ts'
import { nearestNames } from '../model/nearest-name.ts'
import { parseByteSize } from './byte-size.ts'

/** What every option may say about itself. */
export interface OptionDetails {
  /** One sentence for `--help`; text in backticks is set apart. */
  readonly help: string
  /** One letter, without the dash. */
  readonly short?: string
  /** Without the dashes; if not given, the name under which the option is declared, in kebab-case. */
  readonly long?: string
  /** What stands for the value in help, in capitals. */
  readonly valueName?: string
  /** The environment variable that is asked when the option was not typed. */
  readonly env?: string
  /** Heading under which help lists it. */
  readonly group?: string
  /** Known, but not listed in help and completion. */
  readonly hidden?: boolean
  /** `source`: only in the first stage of a chain. `sink`: only in the last. Both may stand before the first verb. */
  readonly position?: 'source' | 'sink'
  /** Complete file names after this option. */
  readonly completes?: 'files'
  /** What help says about a default that is not fixed, as in "the terminal decides". */
  readonly defaultText?: string
  /** Tools have it too, not only chains. */
  readonly everywhere?: true
}

/** An option whose value has the type T. */
export interface Option<T> extends OptionDetails {
  readonly takesValue: boolean
  /** Typed more than once it collects; otherwise the last one wins. */
  readonly repeats: boolean
  /** A flag that can also be given as `--no-…`. */
  readonly negatable: boolean
  /** A flag that is on unless `--no-…` is given. */
  readonly onByDefault: boolean
  readonly choices: readonly string[]
  /** The value from the texts in the order typed; from no text, the default. Throws KsError usage for a bad text. */
  parse(texts: readonly string[]): T
}

/** Options by the name under which `build` and `run` see their values. */
export type OptionTable = Readonly<Record<string, Option<unknown>>>

/** The values of a table of options. */
export type Values<O extends OptionTable> = { readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never }

/** The details of an option that has a default, written as the user would type it. */
type WithDefault<T> = OptionDetails & { readonly default: T }

const plain = { takesValue: true, repeats: false, negatable: false, onByDefault: false, choices: [] } as const

/** True, false, or (negatable without default) undefined when nothing was said. */
export function flag(details: OptionDetails & { readonly negatable: true; readonly default: boolean }): Option<boolean>
export function flag(details: OptionDetails & { readonly negatable: true }): Option<boolean | undefined>
export function flag(details: OptionDetails): Option<boolean>
export function flag(
  details: OptionDetails & { readonly negatable?: true; readonly default?: boolean },
): Option<boolean | undefined> {
  const otherwise = details.negatable ? details.default : false
  return {
    ...plain,
    ...details,
    takesValue: false,
    negatable: details.negatable ?? false,
    onByDefault: otherwise === true,
    parse: (texts) => last(texts, parseBoolean, () => otherwise),
  }
}

/** Any text. */
export function text(details: WithDefault<string>): Option<string>
export function text(details: OptionDetails): Option<string | undefined>
export function text(details: OptionDetails & { readonly default?: string }): Option<string | undefined> {
  return parsed((typed) => typed, { valueName: 'TEXT', ...details })
}

/** The bounds of a whole number, both included. */
interface Bounds {
  readonly min?: number
  readonly max?: number
}

/** A whole number. */
export function integer(details: WithDefault<number> & Bounds): Option<number>
export function integer(details: OptionDetails & Bounds): Option<number | undefined>
export function integer(details: OptionDetails & Bounds & { readonly default?: number }): Option<number | undefined> {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER, default: otherwise, ...rest } = details
  const parse = (typed: string): number => {
    if (!/^[+-]?\d+$/.test(typed)) throw new KsError('usage', `"${typed}" is no whole number`)
    const number = Number(typed)
    if (number < min) throw new KsError('usage', `${typed} is below the minimum of ${String(min)}`)
    if (number > max) throw new KsError('usage', `${typed} is above the maximum of ${String(max)}`)
    return number
  }
  const named = { valueName: 'N', ...rest }
  return otherwise === undefined ? parsed(parse, named) : parsed(parse, { ...named, default: String(otherwise) })
}

/** A duration such as `90s` or `1h30m`, in milliseconds. */
export function duration(details: WithDefault<string>): Option<number>
export function duration(details: OptionDetails): Option<number | undefined>
export function duration(details: OptionDetails & { readonly default?: string }): Option<number | undefined> {
  const parse = (typed: string): number => {
    const ms = parseDuration(typed)
    if (ms !== undefined) return ms
    const hint = /^\d+$/.test(typed)
      ? `a number needs its unit: ${typed}s or ${typed}ms`
      : 'write 500ms, 90s, 1h30m or 2d'
    throw new KsError('usage', `"${typed}" is no duration`, { hint })
  }
  return parsed(parse, { valueName: 'DURATION', ...details })
}

/** A number of bytes such as `512K`, `64MB` or `2G`. */
export function size(details: WithDefault<string>): Option<number>
export function size(details: OptionDetails): Option<number | undefined>
export function size(details: OptionDetails & { readonly default?: string }): Option<number | undefined> {
  const parse = (typed: string): number => {
    const bytes = parseByteSize(typed)
    if (bytes !== undefined) return bytes
    throw new KsError('usage', `"${typed}" is no size`, { hint: 'write a number of bytes, 512K, 64MB or 2G' })
  }
  return parsed(parse, { valueName: 'SIZE', ...details })
}

/** One of the given words. */
export function choice<const C extends readonly string[]>(
  choices: C,
  details: WithDefault<C[number]>,
): Option<C[number]>
export function choice<const C extends readonly string[]>(
  choices: C,
  details: OptionDetails,
): Option<C[number] | undefined>
export function choice<const C extends readonly string[]>(
  choices: C,
  details: OptionDetails & { readonly default?: C[number] },
): Option<C[number] | undefined> {
  const parse = (typed: string): C[number] => {
    const chosen: C[number] | undefined = choices.find((word) => word === typed)
    if (chosen !== undefined) return chosen
    throw new KsError('usage', `"${typed}" is none of ${choices.join(', ')}`, {
      didYouMean: nearestNames(typed, choices, 2),
    })
  }
  return { ...parsed(parse, { valueName: choices.join('|'), ...details }), choices }
}

/** A text that `parse` turns into a value; `parse` throws KsError usage for what it does not take. */
export function parsed<T>(parse: (typed: string) => T, details: WithDefault<string>): Option<T>
export function parsed<T>(
  parse: (typed: string) => T,
  details: OptionDetails & { readonly default?: string },
): Option<T | undefined>
export function parsed<T>(
  parse: (typed: string) => T,
  details: OptionDetails & { readonly default?: string },
): Option<T | undefined> {
  const { default: otherwise, ...rest } = details
  const shown = otherwise === undefined ? {} : { defaultText: otherwise }
  const parseDefault = (): T | undefined => (otherwise === undefined ? undefined : parse(otherwise))
  return { ...plain, valueName: 'VALUE', ...shown, ...rest, parse: (texts) => last(texts, parse, parseDefault) }
}

/** Words between commas; several lists are joined. */
export const list = (details: OptionDetails): Option<readonly string[]> => ({
  ...plain,
  valueName: 'LIST',
  ...details,
  repeats: true,
  parse: (texts) =>
    texts
      .flatMap((typed) => typed.split(','))
      .map((word) => word.trim())
      .filter((word) => word !== ''),
})

/** Every text that was typed, in order. */
export const repeated = (details: OptionDetails): Option<readonly string[]> => ({
  ...plain,
  valueName: 'TEXT',
  ...details,
  repeats: true,
  parse: (texts) => texts,
})

/** Every `NAME=VALUE` that was typed, in order. */
export const pairs = (details: OptionDetails): Option<readonly (readonly [string, string])[]> => ({
  ...plain,
  valueName: 'NAME=VALUE',
  ...details,
  repeats: true,
  parse: (texts) =>
    texts.map((typed) => {
      const at = typed.indexOf('=')
      if (at <= 0) throw new KsError('usage', `"${typed}" is no NAME=VALUE`)
      return [typed.slice(0, at), typed.slice(at + 1)]
    }),
})

const last = <T>(texts: readonly string[], parse: (typed: string) => T, otherwise: () => T): T => {
  const typed = texts.at(-1)
  return typed === undefined ? otherwise() : parse(typed)
}

const parseBoolean = (typed: string): boolean => {
  if (/^(1|true|yes|on)$/i.test(typed)) return true
  if (/^(0|false|no|off)$/i.test(typed)) return false
  throw new KsError('usage', `"${typed}" is neither true nor false`)
}

/** The long name with its dashes. */
export const longName = (key: string, option: Option<unknown>): string =>
  `--${option.long ?? key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

/** The `--no-…` form of a long name. */
export const negatedName = (long: string): string => `--no-${long.slice(2)}`
