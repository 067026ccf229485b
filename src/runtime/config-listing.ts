// What `ks config` shows: what counts and who said so, what there is to set, and where files are looked for. No secret leaves
// it: values come masked from the configuration.

import { homedir } from 'node:os'
import path from 'node:path'
import { stat } from 'node:fs/promises'
import type { CliContext } from './cli/context.ts'
import { configDirectory } from './config/config-directory.ts'
import { listProfiles } from './config/config-files.ts'
import type { Config, ConfigEntry } from './config/config.ts'
import { mask } from './config/secret.ts'
import type { Property } from './config/property.ts'
import { findProperty, nearestProperties, properties, topicSetting } from './config/property-table.ts'
import { KsError } from './model/errors.ts'

/**
 * The entries of some properties, in the order asked for; without names those that somebody has set, with `all` the defaults
 * too. Throws KsError usage if there is no such property.
 */
export const chooseEntries = (config: Config, names: readonly string[], all: boolean): readonly ConfigEntry[] => {
  const entries = config.entries()
  if (names.length === 0) return entries.filter(({ isDefault }) => all || !isDefault)
  return names.map((typed) => {
    const found = findProperty(typed)
    if (found === undefined && topicSetting(typed) === undefined) {
      throw new KsError('usage', `there is no property ${typed}`, {
        didYouMean: nearestProperties(typed),
        hint: 'ks config ls lists them',
      })
    }
    const name = found === undefined ? typed : found.client === undefined ? found.name : `${found.client}.${found.name}`
    const entry = entries.find((each) => each.name === name)
    if (entry !== undefined) return entry
    // Not set; a client without a value of its own has the common one.
    const common = found?.client === undefined ? undefined : entries.find((each) => each.name === found.name)
    return common === undefined ? unsetEntry(name, found?.property) : { ...common, name }
  })
}

const unsetEntry = (name: string, property: Property | undefined): ConfigEntry => ({
  name,
  value: property?.default ?? '',
  origin: 'default',
  isDefault: true,
  used: property?.used ?? true,
  help: property?.help ?? '',
})

/** A line of a properties file: what has a meaning of its own there is escaped. */
export const propertyLine = ({ name, value }: Pick<ConfigEntry, 'name' | 'value'>): string => {
  const escaped = value
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replace(/^ /, '\\ ')
  return `${name}=${escaped}`
}

/** One property that ks knows. */
export interface PropertyHelp {
  readonly name: string
  /** Empty if there is none, or if whoever uses it works it out. */
  readonly default: string
  readonly used: Property['used']
  readonly help: string
}

/**
 * Properties whose name or help has all of the words in it, in order of their names. With `all` also those that are only
 * understood, because files for other programs have them.
 */
export const searchProperties = (words: readonly string[], all: boolean): readonly PropertyHelp[] =>
  Object.entries<Property>(properties)
    .filter(([, { used }]) => all || used === true)
    .map(([name, { used, help, kind, default: value = '' }]) => ({
      name,
      default: kind === 'secret' && value !== '' ? mask : value,
      used,
      help,
    }))
    .filter(({ name, help }) => {
      const text = `${name} ${help}`.toLowerCase()
      return words.every((word) => text.includes(word.toLowerCase()))
    })
    .sort((left, right) => (left.name < right.name ? -1 : 1))

/** A place where a file is looked for. */
export interface ConfigPlace {
  /** `-F, KS_CONFIG`, `profile dev`, `default`. */
  readonly what: string
  readonly path: string
  readonly exists: boolean
  /** Whether this invocation reads it. */
  readonly isRead: boolean
}

/** Where files are looked for, strongest first: the one that is named, profiles, the user's own. */
export const configPlaces = async (
  { config: file, profile }: { readonly config: string | undefined; readonly profile: string | undefined },
  { environment, currentDirectory }: CliContext,
): Promise<readonly ConfigPlace[]> => {
  const places: ConfigPlace[] = []
  const add = async (what: string, place: string, isRead: boolean): Promise<void> => {
    const exists = await isThere(place)
    places.push({ what, path: place, exists, isRead: isRead && exists })
  }
  const named = file ?? (environment['KS_CONFIG'] || undefined)
  if (named !== undefined) {
    await add(file === undefined ? 'KS_CONFIG' : '-F', path.resolve(currentDirectory, named), true)
  }
  const directory = configDirectory({ environment, homeDirectory: homedir })
  if (directory === undefined) return places
  const chosen = profile ?? (environment['KS_PROFILE'] || undefined)
  const known = await listProfiles(directory)
  const profiles = chosen === undefined || known.includes(chosen) ? known : [...known, chosen]
  for (const name of profiles) {
    await add(`profile ${name}`, path.join(directory, 'profiles', `${name}.properties`), name === chosen)
  }
  if (profiles.length === 0) await add('profile NAME', path.join(directory, 'profiles', 'NAME.properties'), false)
  await add('default', path.join(directory, 'config'), named === undefined)
  return places
}

const isThere = async (place: string): Promise<boolean> => {
  try {
    await stat(place)
    return true
  } catch {
    return false
  }
}
