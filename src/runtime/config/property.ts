// What a row of the table of properties says, and how the text of a value is read. A value that is read is valid: it has
// the type and the range of its row.

import { parseDuration } from '../model/duration.ts'

/** What the value of a property is. Durations are milliseconds, sizes bytes. */
export type PropertyKind = 'text' | 'list' | 'choice' | 'flag' | 'number' | 'duration' | 'size' | 'secret'

/** Who inside of ks can have a value of its own, by the prefix `NAME.` (Kafka Streams' StreamsConfig.consumerPrefix and so on). */
export type Client = 'main.consumer' | 'restore.consumer' | 'global.consumer' | 'consumer' | 'producer' | 'admin'

/**
 * `true`: it decides something. `accepted`: it is understood but changes nothing, for a reason that is told. `java`: it
 * names a Java class or something else that only a JVM has; there is a reason or another way.
 */
export type Use = true | 'accepted' | 'java'

/** One known property. */
export interface Property<K extends PropertyKind = PropertyKind> {
  readonly kind: K
  readonly used: Use
  /** One sentence without a full stop: what it does, or why it does nothing. */
  readonly help: string
  /** As it would be typed; undefined: none, or whoever uses it works it out. */
  readonly default?: string | undefined
  /** The default with `processing.guarantee=exactly_once_v2`, if it is another. */
  readonly exactlyOnceDefault?: string | undefined
  /** Who can have a value of its own; nobody if it is not given. */
  readonly clients?: readonly Client[] | undefined
  /** What can be typed, in lower case, and what it means. */
  readonly choices?: ReadonlyMap<string, string> | undefined
  readonly min?: number | undefined
  readonly max?: number | undefined
}

/** What a value becomes when it is read. */
export type PropertyValue = string | number | boolean | readonly string[]

/** What can be said besides kind, default and help. */
export type More = Partial<Pick<Property, 'exactlyOnceDefault' | 'clients' | 'min' | 'max' | 'used'>>

/** Both of Kafka Streams' consumers that ks has, and what they have in common. */
export const consumers: readonly Client[] = ['consumer', 'main.consumer', 'restore.consumer', 'global.consumer']
const largestInt = 2 ** 31 - 1

const row = <K extends PropertyKind>(kind: K, value: string | undefined, help: string, more: More): Property<K> => ({
  kind,
  used: true,
  default: value,
  help,
  ...more,
})

/** A text; the empty one counts as not set. */
export const text = (value: string | undefined, help: string, more: More = {}): Property<'text'> =>
  row('text', value, help, more)

/** Texts separated by commas. */
export const list = (value: string | undefined, help: string, more: More = {}): Property<'list'> =>
  row('list', value, help, more)

/** `true` or `false`. */
export const flag = (value: string, help: string, more: More = {}): Property<'flag'> => row('flag', value, help, more)

/** A whole number. */
export const number = (value: string, help: string, more: More = {}): Property<'number'> =>
  row('number', value, help, { min: 0, max: largestInt, ...more })

/** Milliseconds: `30000`, or with a unit, `30s`. */
export const duration = (value: string, help: string, more: More = {}): Property<'duration'> =>
  row('duration', value, help, { min: 0, max: largestInt, ...more })

/** Bytes: `1048576`, or with a unit, `1MB`; units are powers of 1024. */
export const size = (value: string, help: string, more: More = {}): Property<'size'> =>
  row('size', value, help, { min: 0, max: largestInt, ...more })

/** A password or the like: never on the command line, never shown. */
export const secret = (help: string, more: More = {}): Property<'secret'> => row('secret', undefined, help, more)

/** One of some words in any case; `synonyms` are other words for them. */
export const choice = (
  value: string | undefined,
  words: readonly string[],
  help: string,
  more: More & { readonly synonyms?: Readonly<Record<string, string>> } = {},
): Property<'choice'> => {
  const { synonyms = {}, ...rest } = more
  const choices = new Map([...words.map((word) => [word.toLowerCase(), word] as const), ...Object.entries(synonyms)])
  return { ...row('choice', value, help, rest), choices }
}

/** Understood, and without effect for a reason. */
export const accepted = (help: string, value?: string): Property<'text'> =>
  row('text', value, help, { used: 'accepted', clients: [...consumers, 'producer', 'admin'] })

/** For a JVM only; `help` says what ks has instead. */
export const java = (help: string): Property<'text'> =>
  row('text', undefined, help, { used: 'java', clients: [...consumers, 'producer', 'admin'] })

/** The value that a text means, or what is wrong with it: `not a number`. The text is not repeated in it. */
export const readValue = (
  property: Property,
  typed: string,
): { readonly value: PropertyValue } | { readonly wrong: string } => {
  const trimmed = typed.trim()
  switch (property.kind) {
    case 'secret':
      return { value: typed }
    case 'text':
      return { value: trimmed }
    case 'list':
      return { value: trimmed.split(',').flatMap((item) => item.trim() || []) }
    case 'flag': {
      const word = trimmed.toLowerCase()
      return word === 'true' || word === 'false' ? { value: word === 'true' } : { wrong: 'neither true nor false' }
    }
    case 'choice': {
      const meant = property.choices?.get(trimmed.toLowerCase())
      const words = [...new Set(property.choices?.values())]
      return meant === undefined ? { wrong: `not one of ${words.join(', ')}` } : { value: meant }
    }
    case 'number':
      return inRange(property, readNumber(trimmed), 'a whole number')
    case 'duration':
      return inRange(property, readNumber(trimmed) ?? parseDuration(trimmed), 'a number of milliseconds')
    case 'size':
      return inRange(property, readNumber(trimmed) ?? readSize(trimmed), 'a number of bytes')
  }
}

const inRange = (
  { min, max }: Property,
  value: number | undefined,
  what: string,
): { readonly value: number } | { readonly wrong: string } => {
  if (value === undefined) return { wrong: `not ${what}` }
  if (min !== undefined && value < min) return { wrong: `less than ${min}, the smallest` }
  if (max !== undefined && value > max) return { wrong: `more than ${max}, the largest` }
  return { value }
}

// Java's long goes further than the whole numbers of a double; such a number only ever means "without end".
const readNumber = (typed: string): number | undefined =>
  /^[+-]?\d{1,19}$/.test(typed)
    ? Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number(typed), Number.MAX_SAFE_INTEGER))
    : undefined

const unitBytes: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }

const readSize = (typed: string): number | undefined => {
  const [, digits, unit = ''] = /^(\d{1,15})\s?([kmg]?)(?:i?b)?$/i.exec(typed) ?? []
  return digits === undefined ? undefined : Number(digits) * (unitBytes[unit.toLowerCase()] ?? 1)
}
