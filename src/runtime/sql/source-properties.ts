// What WITH says about a stream or table: where its records are, and how they look.

import { compileJavaDatePattern, type JavaDatePattern } from '../model/java-date/java-date-pattern.ts'
import { nearestNames } from '../model/nearest-name.ts'
import type * as Ast from './ast.ts'
import { sqlError, type SqlSource } from './sql-error.ts'

/** How a key or a value is written. */
export type FormatName = 'JSON' | 'DELIMITED' | 'KAFKA' | 'NONE'

/** The properties of a source; what is undefined nobody has said. */
export interface SourceProperties {
  readonly topic: string | undefined
  /** A file in place of a topic. Beyond ksqlDB. */
  readonly file: string | undefined
  readonly keyFormat: FormatName | undefined
  readonly valueFormat: FormatName | undefined
  readonly partitions: number | undefined
  readonly replicas: number | undefined
  readonly retentionMs: number | undefined
  /** The column with the time of a record, and the pattern of a text (java.time.DateTimeFormatter). */
  readonly timestamp:
    { readonly column: string; readonly at: Ast.Span; readonly pattern: JavaDatePattern | undefined } | undefined
  /** False: a single value stands alone, without an object around it. */
  readonly wrapsSingle: boolean | undefined
  readonly keyDelimiter: string
  readonly valueDelimiter: string
}

type Property = Ast.Properties[number]

/** KsError compile for a property that is unknown, not there yet or has a value that cannot be. */
export const readProperties = (properties: Ast.Properties, source: SqlSource): SourceProperties => {
  const known = new Map<string, Property>()
  for (const property of properties) {
    const { name } = property
    if (known.has(name)) throw sqlError(source, property, `${name} is said twice`)
    const later = laterProperties.get(name)
    if (later !== undefined) throw sqlError(source, property, `${name} is not there yet`, { hint: later })
    if (!propertyNames.includes(name)) {
      throw sqlError(source, property, `there is no property ${name}`, {
        didYouMean: nearestNames(name, propertyNames),
        hint: `properties: ${propertyNames.join(', ')}`,
      })
    }
    known.set(name, property)
  }
  const text = (name: string): string | undefined => {
    const property = known.get(name)
    if (property === undefined) return undefined
    if (typeof property.value === 'string' && property.value !== '') return property.value
    throw sqlError(source, property, `${name} is a text in quotes`)
  }
  const count = (name: string): number | undefined => {
    const property = known.get(name)
    if (property === undefined) return undefined
    const number = Number(property.value)
    if (Number.isSafeInteger(number) && number > 0) return number
    throw sqlError(source, property, `${name} is a number from 1 on`)
  }
  const format = (name: string): FormatName | undefined => {
    const property = known.get(name) ?? known.get('FORMAT')
    return property === undefined ? undefined : formatOf(property, source)
  }
  const delimiter = (name: string): string => {
    const property = known.get(name)
    if (property === undefined) return ','
    const character = namedDelimiters.get(String(property.value).toUpperCase()) ?? String(property.value)
    if (character.length === 1) return character
    throw sqlError(source, property, `${name} is one character, SPACE or TAB`)
  }
  const timestamp = known.get('TIMESTAMP')
  const alone = timestamp === undefined ? known.get('TIMESTAMP_FORMAT') : undefined
  if (alone !== undefined) {
    throw sqlError(source, alone, 'TIMESTAMP_FORMAT is that of the column that TIMESTAMP names', {
      hint: "TIMESTAMP = 'at'",
    })
  }
  const wraps = known.get('WRAP_SINGLE_VALUE')
  if (wraps !== undefined && typeof wraps.value !== 'boolean') {
    throw sqlError(source, wraps, 'WRAP_SINGLE_VALUE is TRUE or FALSE')
  }
  return {
    topic: text('KAFKA_TOPIC'),
    file: text('FILE'),
    keyFormat: format('KEY_FORMAT'),
    valueFormat: format('VALUE_FORMAT'),
    partitions: count('PARTITIONS'),
    replicas: count('REPLICAS'),
    retentionMs: count('RETENTION_MS'),
    timestamp:
      timestamp === undefined
        ? undefined
        : { column: text('TIMESTAMP') ?? '', at: timestamp, pattern: patternOf(known.get('TIMESTAMP_FORMAT'), source) },
    wrapsSingle: wraps === undefined ? undefined : wraps.value === true,
    keyDelimiter: delimiter('KEY_DELIMITER'),
    valueDelimiter: delimiter('VALUE_DELIMITER'),
  }
}

const propertyNames = [
  ...['KAFKA_TOPIC', 'FILE', 'FORMAT', 'KEY_FORMAT', 'VALUE_FORMAT', 'PARTITIONS', 'REPLICAS', 'RETENTION_MS'],
  ...['TIMESTAMP', 'TIMESTAMP_FORMAT', 'WRAP_SINGLE_VALUE', 'KEY_DELIMITER', 'VALUE_DELIMITER'],
]

const laterProperties = new Map([
  ['WINDOW_TYPE', 'a windowed table is made by CREATE TABLE … AS SELECT … WINDOW …'],
  ['WINDOW_SIZE', 'a windowed table is made by CREATE TABLE … AS SELECT … WINDOW …'],
  ...['KEY_SCHEMA_ID', 'VALUE_SCHEMA_ID', 'KEY_SCHEMA_FULL_NAME', 'VALUE_SCHEMA_FULL_NAME'].map(
    (name): [string, string] => [name, 'ks knows no schema registry: declare the columns'],
  ),
])

const formatNames: readonly FormatName[] = ['JSON', 'DELIMITED', 'KAFKA', 'NONE']

const formatOf = (property: Property, source: SqlSource): FormatName => {
  const name = String(property.value).toUpperCase()
  const found = formatNames.find((format) => format === name)
  if (found !== undefined) return found
  throw sqlError(source, property, `there is no format ${name}`, {
    hint: `formats: ${formatNames.join(', ')}`,
    didYouMean: nearestNames(name, formatNames),
  })
}

const patternOf = (property: Property | undefined, source: SqlSource): JavaDatePattern | undefined => {
  if (property === undefined) return undefined
  try {
    const pattern = compileJavaDatePattern(String(property.value))
    pattern.checkReading()
    return pattern
  } catch (error) {
    throw sqlError(source, property, error instanceof Error ? error.message : String(error))
  }
}

const namedDelimiters = new Map([
  ['SPACE', ' '],
  ['TAB', '\t'],
])
