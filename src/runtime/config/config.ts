// What was resolved, to be asked by name. A value of a client's own (`producer.linger.ms`) counts more than the common one,
// wherever each came from, as in Kafka Streams. Secrets come out as `Secret` only.

import type { ConfigFile } from './config-files.ts'
import { type Client, type Property, type PropertyValue, readValue } from './property.ts'
import { type NameOf, type PropertyName, properties } from './property-table.ts'
import { mask, Secret } from './secret.ts'

/** A property that somebody has set. */
export interface Setting {
  /** With prefix. */
  readonly name: string
  /** Undefined for `topic.…`, which is the broker's. */
  readonly property: Property | undefined
  readonly client: Client | undefined
  /** As it was typed. */
  readonly text: string
  readonly value: PropertyValue
  readonly origin: string
}

/** One line of `ks config show`. */
export interface ConfigEntry {
  readonly name: string
  /** As it was typed, the default if it was not; `***` for a secret. Empty if nothing is set. */
  readonly value: string
  /** `-X`, `KS_BROKERS`, `prod.properties:12`, `profile dev:3`, `default`. */
  readonly origin: string
  readonly isDefault: boolean
  readonly used: Property['used']
  readonly help: string
}

type NumberName = NameOf<'number' | 'duration' | 'size'>

/**
 * The configuration of a run. `client` asks for what counts for one client; without it the value that all have in common is
 * meant, but for properties that only consumers or only producers have.
 */
export interface Config {
  /** The text; empty if it is not set and has no default. */
  text(name: NameOf<'text' | 'choice'>, client?: Client): string
  /** The number: ms for durations, bytes for sizes. */
  number(name: NumberName, client?: Client): number
  flag(name: NameOf<'flag'>, client?: Client): boolean
  list(name: NameOf<'list'>, client?: Client): readonly string[]
  /** Undefined if it is not set. */
  secret(name: NameOf<'secret'>): Secret | undefined
  /** True unless the default counts. */
  isSet(name: PropertyName, client?: Client): boolean
  /** Who said what the value is; `default` if nobody did. */
  origin(name: PropertyName, client?: Client): string
  /** What `topic.…` says about topics that ks makes, by the name it has for the broker. */
  topicSettings(): Readonly<Record<string, string>>
  /** All that is set and all defaults of what has an effect, by name. */
  entries(): readonly ConfigEntry[]
  /** What is worth telling once, without full stops. */
  readonly warnings: readonly string[]
  /** What was read for it, secrets included: a function, so that nobody prints them by accident. */
  files(): readonly ConfigFile[]
}

/** Makes the configuration of settings by full name. */
export const createConfig = (
  settings: ReadonlyMap<string, Setting>,
  warnings: readonly string[],
  files: readonly ConfigFile[],
): Config => {
  const find = (name: PropertyName, client: Client | undefined): Setting | undefined => {
    for (const prefix of prefixes(properties[name], client)) {
      const setting = settings.get(`${prefix}.${name}`)
      if (setting !== undefined) return setting
    }
    return settings.get(name)
  }
  const defaultOf = ({ exactlyOnceDefault, default: otherwise }: Property): string | undefined =>
    settings.get('processing.guarantee')?.value === 'exactly_once_v2' ? (exactlyOnceDefault ?? otherwise) : otherwise
  const value = (name: PropertyName, client: Client | undefined): PropertyValue | undefined => {
    const setting = find(name, client)
    if (setting !== undefined) return setting.value
    const typed = defaultOf(properties[name])
    return typed === undefined ? undefined : readDefault(name, properties[name], typed)
  }

  return {
    text: (name, client) => String(value(name, client) ?? ''),
    number: (name, client) => Number(value(name, client)),
    flag: (name, client) => value(name, client) === true,
    list: (name, client) => {
      const items = value(name, client)
      return typeof items === 'object' ? items : []
    },
    secret: (name) => {
      const text = value(name, undefined)
      return text === undefined || text === '' ? undefined : new Secret(String(text))
    },
    isSet: (name, client) => find(name, client) !== undefined,
    origin: (name, client) => find(name, client)?.origin ?? 'default',
    topicSettings: () => Object.fromEntries(topicSettingsIn(settings)),
    entries: () => {
      const set = [...settings.values()].map(entryOf)
      const unset = Object.entries(properties)
        .filter(([name, { used }]) => used === true && !settings.has(name))
        .map(([name, property]) => defaultEntry(name, property, defaultOf(property)))
      return [...set, ...unset].sort((left, right) => (left.name < right.name ? -1 : 1))
    },
    warnings,
    files: () => files,
  }
}

// Which prefixes are asked, strongest first. StreamsConfig: those of one consumer count more than those of all.
const prefixes = (property: Property, client: Client | undefined): readonly Client[] => {
  const asked = client ?? onlyClient(property)
  if (asked === undefined || asked === 'producer' || asked === 'admin' || asked === 'consumer') {
    return asked === undefined ? [] : [asked]
  }
  return [asked, 'consumer']
}

const onlyClient = ({ clients = [] }: Property): Client | undefined => {
  if (clients.length === 1) return clients[0]
  return clients.length > 0 && clients.every((client) => client.endsWith('consumer')) ? 'main.consumer' : undefined
}

const readDefault = (name: string, property: Property, typed: string): PropertyValue => {
  const read = readValue(property, typed)
  if ('wrong' in read) throw new Error(`the default of ${name} is ${read.wrong}`)
  return read.value
}

const topicSettingsIn = (settings: ReadonlyMap<string, Setting>): readonly (readonly [string, string])[] =>
  [...settings.values()].flatMap(({ name, property, text }) =>
    property === undefined ? [[name.slice('topic.'.length), text] as const] : [],
  )

const showable = (property: Property | undefined, text: string): string =>
  property?.kind === 'secret' && text !== '' ? mask : text

const entryOf = ({ name, property, text, origin }: Setting): ConfigEntry => ({
  name,
  value: showable(property, text),
  origin,
  isDefault: false,
  used: property?.used ?? true,
  help: property?.help ?? 'Setting of the topics that ks makes',
})

const defaultEntry = (name: string, { used, help }: Property, text: string | undefined): ConfigEntry => ({
  name,
  value: text ?? '',
  origin: 'default',
  isDefault: true,
  used,
  help,
})
