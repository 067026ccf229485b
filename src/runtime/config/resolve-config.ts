// From everything that can say what a property is to the one value that counts, and who said it. What is typed is stronger
// than the environment, that than files, those than defaults. Secrets are never taken from the command line, and no text
// that leaves here contains one.

import { KsError } from '../model/errors.ts'
import { checkTogether } from './check-together.ts'
import { createConfig, type Config, type Setting } from './config.ts'
import type { ConfigFile } from './config-files.ts'
import { readValue } from './property.ts'
import {
  findProperty,
  nameOfVariable,
  nearestProperties,
  type PropertyName,
  sharedProperty,
  topicSetting,
} from './property-table.ts'

/** A property that has an option of its own, such as `--brokers`. */
export interface OptionValue {
  readonly name: PropertyName
  readonly value: string
  /** What was typed: `--brokers`. */
  readonly origin: string
}

/** All that can say what a property is, strongest first. */
export interface ConfigSources {
  readonly options?: readonly OptionValue[]
  /** `-X NAME=VALUE`, in order; the last of a name counts. */
  readonly typed?: readonly (readonly [name: string, value: string])[]
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Strongest first, as `readConfigFiles` brings them. */
  readonly files?: readonly ConfigFile[]
}

// A value as somebody gave it. `kind` is the kind of error if it is wrong.
interface Claim {
  readonly name: string
  readonly text: string
  readonly origin: string
  /** How errors name the property together with its place. */
  readonly where: string
  readonly kind: 'usage' | 'config'
}

/** Variables with a short name. */
const ownVariables: readonly (readonly [variable: string, name: PropertyName])[] = [
  ['KS_STATE', 'state.dir'],
  ['KS_STATE_DIR', 'state.dir'],
  ['KS_APP', 'application.id'],
  ['KS_BROKERS', 'bootstrap.servers'],
]

/**
 * The configuration of a run. Throws a KsError: `usage` for what is wrong in `-X` or an option (an unknown name, a secret, a
 * value of the wrong type), `config` for a wrong value from elsewhere and for values that do not go together. Unknown names
 * in files and in the environment, and a file with secrets that others can read, are told in `warnings` of the result.
 */
export const resolveConfig = (sources: ConfigSources): Config => {
  const settings = new Map<string, Setting>()
  const warnings: string[] = []
  const take = (claims: readonly Claim[]): void => {
    for (const claim of namesOfTodayLast(claims)) set(settings, claim)
  }

  for (const file of [...(sources.files ?? [])].reverse()) {
    const claims = file.lines.map(({ name, value, line }) => {
      const origin = `${file.label}:${line}`
      return { name, text: value, origin, where: `${origin}: ${name}`, kind: 'config' } as const
    })
    take(known(claims, file.label, warnings))
    if (file.readableByOthers && claims.some(holdsSecret)) {
      warnings.push(`${file.label}: it contains secrets and others can read it: chmod 600 ${file.path}`)
    }
  }
  take(known(fromEnvironment(sources.environment ?? {}), 'environment', warnings))
  take((sources.typed ?? []).map((pair) => fromCommandLine(pair, warnings)))
  take(
    (sources.options ?? []).map(({ value, ...rest }) => ({ ...rest, text: value, where: rest.origin, kind: 'usage' })),
  )

  const config = createConfig(settings, warnings, sources.files ?? [])
  checkTogether(config)
  return config
}

// An old name counts less than the name of today from the same source; otherwise the last one counts.
const namesOfTodayLast = (claims: readonly Claim[]): readonly Claim[] => {
  const isOld = ({ name }: Claim): boolean => findProperty(name)?.isItsName === false
  return [...claims.filter(isOld), ...claims.filter((claim) => !isOld(claim))]
}

const holdsSecret = ({ name, text }: Claim): boolean =>
  text !== '' && findProperty(name)?.property.kind === 'secret' && !isPublic(name)

// Certificates are kept like secrets by Kafka because they come together with keys, but everybody may see them.
const isPublic = (name: string): boolean => {
  const found = findProperty(name)?.name
  return found === 'ssl.truststore.certificates' || found === 'ssl.keystore.certificate.chain'
}

const isKnown = ({ name }: Claim): boolean => findProperty(name) !== undefined || topicSetting(name) !== undefined

// The claims with known names; the others are told in one warning.
const known = (claims: readonly Claim[], source: string, warnings: string[]): readonly Claim[] => {
  const unknown = claims.filter((claim) => !isKnown(claim))
  const told = unknown.map(({ name, origin }) => {
    const place = source === 'environment' ? origin : `${name} (line ${origin.slice(source.length + 1)})`
    const shared = sharedProperty(name)
    if (shared !== undefined) return `${place}: ${shared} is the same for all clients`
    const near = nearestProperties(name)
    return near.length === 0 ? place : `${place}: did you mean ${near.join(' or ')}?`
  })
  const count = unknown.length
  if (count > 0) {
    warnings.push(`${source}: ${count === 1 ? 'unknown property' : `${count} unknown properties`}: ${told.join(', ')}`)
  }
  return claims.filter(isKnown)
}

const fromEnvironment = (environment: Readonly<Record<string, string | undefined>>): readonly Claim[] => {
  const claims: Claim[] = []
  // An empty variable is unset.
  const claim = (variable: string, name: string, value: string): void => {
    if (value !== '') claims.push({ name, text: value, origin: variable, where: variable, kind: 'config' })
  }
  for (const [variable, value = ''] of Object.entries(environment)) {
    const name = nameOfVariable(variable)
    if (name !== undefined) claim(variable, name, value)
  }
  for (const [variable, name] of ownVariables) claim(variable, name, environment[variable] ?? '')
  return claims
}

const fromCommandLine = ([name, text]: readonly [string, string], warnings: string[]): Claim => {
  const claim: Claim = { name, text, origin: '-X', where: `-X ${name}`, kind: 'usage' }
  const found = findProperty(name)
  if (found === undefined) {
    if (topicSetting(name) !== undefined) return claim
    const shared = sharedProperty(name)
    if (shared !== undefined) throw new KsError('usage', `-X ${name}: ${shared} is the same for all clients`)
    throw new KsError('usage', `-X ${name}: no such property`, { didYouMean: nearestProperties(name) })
  }
  const { property } = found
  if (property.used === 'java') throw new KsError('usage', `-X ${name}: has no effect in ks: ${property.help}`)
  if (property.kind === 'secret' && !isPublic(name)) {
    const variable = `KS_X_${found.name.replaceAll('.', '_').toUpperCase()}`
    throw new KsError('usage', `-X ${name}: everybody on this machine can see what is on a command line`, {
      hint: `put it in a file that only you can read (-F FILE, or a profile), or in ${variable}`,
    })
  }
  if (property.used === 'accepted') warnings.push(`-X ${name}: has no effect in ks: ${property.help}`)
  return claim
}

const set = (settings: Map<string, Setting>, { name: typed, text, origin, where, kind }: Claim): void => {
  const found = findProperty(typed)
  if (found === undefined) {
    settings.set(typed, { name: typed, property: undefined, client: undefined, text, value: text, origin })
    return
  }
  const { property, client } = found
  const name = client === undefined ? found.name : `${client}.${found.name}`
  // Java's values are not looked at: they mean nothing here.
  const isRead = property.used === true
  if (isRead && /^\$\{[\w-]+:.*\}$/.test(text.trim())) {
    throw new KsError(kind, `${where}: ks does not expand \${…}`, {
      hint:
        property.kind === 'secret' ? 'write the value itself, or name a file in the .file property' : 'write the value',
    })
  }
  const read = isRead ? readValue(property, text) : { value: text }
  if ('wrong' in read) throw new KsError(kind, `${where}=${text}: ${read.wrong}`)
  settings.set(name, { name, property, client, text: text.trim(), value: read.value, origin })
}
