// The one table of properties that ks knows, and how a name that somebody typed leads into it: prefixes of clients, older
// names, librdkafka's names. Every other file takes names, types and defaults from here.

import { nearestNames } from '../model/nearest-name.ts'
import { consumerProperties, producerProperties } from './client-properties.ts'
import { connectionProperties, securityProperties } from './connection-properties.ts'
import type { Client, Property, PropertyKind } from './property.ts'
import { streamsProperties } from './streams-properties.ts'

/** All properties by name. */
export const properties = {
  ...connectionProperties,
  ...securityProperties,
  ...streamsProperties,
  ...consumerProperties,
  ...producerProperties,
}

/** Name of a known property, without prefix. */
export type PropertyName = keyof typeof properties

/** Names of the properties of a kind. */
export type NameOf<K extends PropertyKind> = {
  [N in PropertyName]: (typeof properties)[N] extends Property<K> ? N : never
}[PropertyName]

/** Other names of properties: Kafka's old ones, and librdkafka's, which files for kcat have. */
const otherNames: ReadonlyMap<string, PropertyName> = new Map([
  ['cache.max.bytes.buffering', 'statestore.cache.max.bytes'],
  ['default.deserialization.exception.handler', 'deserialization.exception.handler'],
  ['default.production.exception.handler', 'production.exception.handler'],

  ['metadata.broker.list', 'bootstrap.servers'],
  ['sasl.mechanisms', 'sasl.mechanism'],
  ['sasl.oauthbearer.config', 'sasl.login.callback.handler.class'],
  ['ssl.ca.location', 'ssl.truststore.location'],
  ['ssl.ca.pem', 'ssl.truststore.certificates'],
  ['ssl.certificate.pem', 'ssl.keystore.certificate.chain'],
  ['ssl.key.pem', 'ssl.keystore.key'],
  ['socket.timeout.ms', 'request.timeout.ms'],
  ['topic.metadata.refresh.interval.ms', 'metadata.max.age.ms'],
  ['fetch.wait.max.ms', 'fetch.max.wait.ms'],
  ['fetch.message.max.bytes', 'max.partition.fetch.bytes'],
  ['message.max.bytes', 'max.request.size'],
  ['queue.buffering.max.ms', 'linger.ms'],
  ['compression.codec', 'compression.type'],
  ['request.required.acks', 'acks'],
  ['message.timeout.ms', 'delivery.timeout.ms'],
] as const)

/** A name that was looked up. */
export interface FoundProperty {
  readonly property: Property
  /** The name of today, without prefix. */
  readonly name: PropertyName
  readonly client: Client | undefined
  /** False: an older name or that of another program was typed. */
  readonly isItsName: boolean
}

const clientNames: readonly Client[] = [
  'main.consumer',
  'restore.consumer',
  'global.consumer',
  'consumer',
  'producer',
  'admin',
]

const isName = (name: string): name is PropertyName => Object.hasOwn(properties, name)

/** The property of a name, which may have the prefix of a client that can have a value of its own; else undefined. */
export const findProperty = (typed: string): FoundProperty | undefined => {
  const plain = findPlain(typed)
  if (plain !== undefined) return { ...plain, client: undefined }
  const client = prefixOf(typed)
  if (client === undefined) return undefined
  const found = findPlain(typed.slice(client.length + 1))
  return found?.property.clients?.includes(client) === true ? { ...found, client } : undefined
}

const prefixOf = (typed: string): Client | undefined =>
  clientNames.find((candidate) => typed.startsWith(`${candidate}.`))

/** The property that has one value for all clients although `typed` asks for one client's own; else undefined. */
export const sharedProperty = (typed: string): PropertyName | undefined => {
  const client = prefixOf(typed)
  const found = client === undefined ? undefined : findPlain(typed.slice(client.length + 1))
  return found === undefined || findProperty(typed) !== undefined ? undefined : found.name
}

const findPlain = (typed: string): Omit<FoundProperty, 'client'> | undefined => {
  const name = otherNames.get(typed) ?? typed
  return isName(name) ? { property: properties[name], name, isItsName: name === typed } : undefined
}

/** The setting of a topic in `topic.NAME`, which ks passes on to the topics it makes; undefined for any other name. */
export const topicSetting = (typed: string): string | undefined =>
  otherNames.has(typed) ? undefined : /^topic\.([a-z][a-z0-9.]*)$/.exec(typed)?.[1]

/** Names that could be meant by one that is not known, nearest first. */
export const nearestProperties = (typed: string): readonly string[] => {
  const client = prefixOf(typed)
  const names = [...Object.keys(properties), ...otherNames.keys()]
  if (client === undefined) return nearestNames(typed, names)
  const near = nearestNames(typed.slice(client.length + 1), names)
  return near.map((name) => (findProperty(`${client}.${name}`) === undefined ? name : `${client}.${name}`))
}

const environmentPrefix = 'KS_X_'

const variablePart = (name: string): string => name.replaceAll(/[.-]/g, '_').toUpperCase()

const namesByVariable: ReadonlyMap<string, string> = new Map(
  [...otherNames.keys(), ...Object.keys(properties)].map((name) => [variablePart(name), name]),
)

/** The name that the variable `KS_X_COMMIT_INTERVAL_MS` stands for; undefined if it does not begin with `KS_X_`. */
export const nameOfVariable = (variable: string): string | undefined => {
  if (!variable.startsWith(environmentPrefix)) return undefined
  const part = variable.slice(environmentPrefix.length)
  const plain = namesByVariable.get(part)
  if (plain !== undefined) return plain
  const client = clientNames.find((candidate) => part.startsWith(`${variablePart(candidate)}_`))
  const name = client === undefined ? undefined : namesByVariable.get(part.slice(client.length + 1))
  return name === undefined ? part.toLowerCase().replaceAll('_', '.') : `${client}.${name}`
}
