// Where the value of an option comes from: what was typed, else the environment variable it declares, else its default.
// Values are parsed here and nowhere else.

import { type ErrorDetails, KsError } from '../model/errors.ts'
import type { TypedOptions } from './define-command.ts'
import { longName, type Option, type OptionTable, type Values } from './options.ts'

/** The environment of the process, or a part of it. */
export type Environment = Readonly<Record<string, string | undefined>>

// Who said what the value of an option is; `name` is what to look for.
interface Origin {
  readonly kind: 'typed' | 'environment' | 'default'
  readonly name: string
}

/** The value of every option of a table. Throws KsError: usage for what was typed, config for the environment. */
export const resolveOptions = <const O extends OptionTable>(
  table: O,
  typed: TypedOptions,
  environment: Environment,
): Values<O> => {
  const values: Record<string, unknown> = {}
  for (const [key, option] of Object.entries(table)) {
    const { texts, origin } = textsOf(key, option, typed, environment)
    values[key] = parseTexts(option, texts, origin)
  }
  return values as Values<O> // one value per key, made by the option of that key
}

// The texts that decide an option's value (none for the default), and where they were found. An empty variable is unset.
const textsOf = (
  key: string,
  option: Option<unknown>,
  typed: TypedOptions,
  environment: Environment,
): { readonly texts: readonly string[]; readonly origin: Origin } => {
  const long = longName(key, option)
  const texts = typed.get(long)
  if (texts !== undefined) return { texts, origin: { kind: 'typed', name: long } }
  const variable = option.env === undefined ? '' : (environment[option.env] ?? '')
  if (option.env !== undefined && variable !== '') {
    return { texts: [variable], origin: { kind: 'environment', name: option.env } }
  }
  return { texts: [], origin: { kind: 'default', name: long } }
}

const parseTexts = (option: Option<unknown>, texts: readonly string[], origin: Origin): unknown => {
  try {
    return option.parse(texts)
  } catch (error) {
    if (!(error instanceof KsError) || origin.kind === 'default') throw error
    const { hint } = error
    const details: ErrorDetails = {
      didYouMean: error.didYouMean,
      cause: error,
      ...(hint === undefined ? {} : { hint }),
    }
    const message = `${origin.name}: ${error.message}`
    throw new KsError(origin.kind === 'environment' ? 'config' : error.kind, message, {
      ...details,
      ...(error.snippet === undefined ? {} : { snippet: error.snippet }),
    })
  }
}

/** Typed options where those of `winner` come last, so that they decide scalars and are added to lists. */
export const mergeTyped = (...fromWeakToStrong: readonly TypedOptions[]): TypedOptions => {
  const merged = new Map<string, readonly string[]>()
  for (const typed of fromWeakToStrong) {
    for (const [long, texts] of typed) merged.set(long, [...(merged.get(long) ?? []), ...texts])
  }
  return merged
}
