// CREATE STREAM and CREATE TABLE over a topic or a file: the columns, and how they are read.

import { compileTree, scopeOf, type Expression } from '../expression/compile.ts'
import { fixedZone } from '../model/java-date/zone.ts'
import { stringifyJson } from '../serde/json-parse.ts'
import type { Endpoint, RecordForm } from '../topology/topology.ts'
import type * as Ast from './ast.ts'
import type { CatalogSource, SourceColumn } from './catalog.ts'
import { nameOf } from './names.ts'
import type { Plan, PlanField } from './plan.ts'
import type { Planner } from './planner.ts'
import { readingFields, readingNodes, serdeOf, type Half } from './record-format.ts'
import { fieldOf, noSpan, type Relation, type RelationColumn } from './relation.ts'
import { readProperties, type SourceProperties } from './source-properties.ts'
import { sqlError } from './sql-error.ts'
import { showType, stringType, timestampType } from './sql-type.ts'
import { typeFromName } from './type-name.ts'
import { callOf, recordNode, variableNode } from './typed.ts'

/** A stream or table that is read from where its properties say. KsError compile for what cannot be. */
export const declareSource = (statement: Ast.CreateSource, planner: Planner): CatalogSource => {
  const { source } = planner
  const { name: written, isTable } = statement
  const name = nameOf(written)
  const properties = readProperties(statement.properties, source)
  const columns = statement.columns.map((column) => columnOf(column, isTable, planner))
  refuseTwins(columns, statement, planner)
  const place = placeOf(properties, statement, planner)
  if (columns.length === 0) {
    if (isTable) {
      throw sqlError(source, written, 'a table needs its columns, a PRIMARY KEY among them', {
        hint: `CREATE TABLE ${written.text} (id VARCHAR PRIMARY KEY, …) WITH (…)`,
      })
    }
    if (properties.valueFormat !== undefined && properties.valueFormat !== 'JSON') {
      throw sqlError(source, written, 'only the columns of JSON need no declaration')
    }
    const form: RecordForm | undefined = place.kind === 'topic' ? { key: undefined, value: 'json' } : undefined
    const open = openRelation(form === undefined ? place : { ...place, form })
    return { name, isTable, columns, properties, isDerived: false, relation: () => open }
  }
  if (isTable && !columns.some(({ isKey }) => isKey)) {
    throw sqlError(source, written, 'a table needs a PRIMARY KEY', { hint: 'id VARCHAR PRIMARY KEY' })
  }
  const reading = place.kind === 'topic' ? readsTopic : readsFile
  const { fields, endpoint, keyIsText } = reading(columns, properties, place, statement, planner)
  const plan: Plan = { kind: 'source', place: endpoint }
  const isNeeded = (used: ReadonlySet<string> | undefined, column: SourceColumn): boolean =>
    used?.has(column.name) ?? true
  if (isTable) {
    const keys = fields.filter((_, index) => columns[index]?.isKey)
    const table = relationOf({ kind: 'table', input: plan, name, keys, fields, keyIsText }, columns, true)
    return { name, isTable, columns, properties, isDerived: false, relation: () => table }
  }
  return {
    name,
    isTable,
    columns,
    properties,
    isDerived: false,
    relation: (used) => {
      const read = columns.filter((column) => isNeeded(used, column))
      const kept = fields.filter((_, index) => isNeeded(used, columns[index] as SourceColumn))
      const relation = relationOf({ kind: 'decode', input: plan, fields: kept }, read, false)
      const keys = columns.filter(({ isKey }) => isKey)
      // A key of which a part is not read is none that anybody could ask for.
      if (keys.every((key) => read.includes(key))) return relation
      return { ...relation, key: undefined, missingKey: keys.map((key) => key.name).join(', ') }
    },
  }
}

/** A source whose columns nobody has declared. */
export const openRelation = (place: Endpoint): Relation => ({
  plan: { kind: 'source', place },
  columns: [],
  open: [{ qualifier: '', node: recordNode(noSpan), isText: isTextFile(place) }],
  isTable: false,
  isWindowed: false,
  qualifiers: [],
  key: undefined,
})

/** Everything in it is text. */
const isTextFile = ({ kind, name }: Endpoint): boolean => kind === 'file' && /\.(csv|tsv)(\.gz)?$/.test(name)

/** The columns of a source as the fields that its plan makes. */
export const relationOf = (plan: Plan, columns: readonly SourceColumn[], isTable: boolean): Relation => {
  const all = columns.map(({ name, shown, type, isKey }) => {
    const column: RelationColumn = { name, shown, qualifier: undefined, typed: fieldOf(name, type) }
    return { column, isKey }
  })
  return {
    plan,
    columns: all.map(({ column }) => column),
    open: [],
    isTable,
    isWindowed: false,
    qualifiers: [],
    key: all.filter(({ isKey }) => isKey).map(({ column }) => column.typed),
  }
}

const columnOf = (column: Ast.ColumnDefinition, isTable: boolean, { source, types }: Planner): SourceColumn => {
  const { name, type, role } = column
  if (role === 'HEADERS' || typeof role === 'object')
    throw sqlError(source, column, 'columns of headers are not there yet')
  if (role === 'KEY' && isTable) {
    throw sqlError(source, column, 'the key of a table is its PRIMARY KEY', { hint: `${name.text} … PRIMARY KEY` })
  }
  if (role === 'PRIMARY KEY' && !isTable) {
    throw sqlError(source, column, 'a stream has no PRIMARY KEY', { hint: `${name.text} … KEY` })
  }
  const known = nameOf(name)
  if (pseudoColumns.includes(known)) throw sqlError(source, name, `${known} is what ks calls a column of its own`)
  return { name: known, shown: name.text, type: typeFromName(type, source, types), isKey: role !== 'VALUE' }
}

const pseudoColumns = ['ROWTIME', 'ROWPARTITION', 'ROWOFFSET', 'WINDOWSTART', 'WINDOWEND']

const refuseTwins = (columns: readonly SourceColumn[], at: Ast.Span, { source }: Planner): void => {
  const names = columns.map(({ name }) => name)
  const twin = names.find((name, index) => names.indexOf(name) !== index)
  if (twin !== undefined) throw sqlError(source, at, `two columns are called ${twin}`)
}

const placeOf = (
  properties: SourceProperties,
  { name, start, end }: Ast.CreateSource,
  { source }: Planner,
): Endpoint => {
  const { topic, file, keyFormat, valueFormat } = properties
  if (file === undefined) {
    if (topic !== undefined) return { kind: 'topic', name: topic }
    throw sqlError(source, { start, end }, `where the records of ${name.text} are is not said`, {
      hint: "WITH (KAFKA_TOPIC = 'clicks', VALUE_FORMAT = 'JSON') or WITH (FILE = 'clicks.ndjson')",
    })
  }
  if (topic !== undefined) throw sqlError(source, { start, end }, 'KAFKA_TOPIC and FILE: which is it?')
  if (keyFormat !== undefined || valueFormat !== undefined) {
    throw sqlError(source, { start, end }, 'the format of a file is what its name ends in', {
      hint: 'leave out FORMAT; .ndjson, .json, .csv and .tsv are known',
    })
  }
  return file === '-' ? { kind: 'stdin', name: '' } : { kind: 'file', name: file }
}

interface Reading {
  /** In the order of the columns. */
  readonly fields: readonly PlanField[]
  readonly endpoint: Endpoint
  /** The key of a record is the text of its only key column. */
  readonly keyIsText: boolean
}

type Reader = (
  columns: readonly SourceColumn[],
  properties: SourceProperties,
  place: Endpoint,
  at: Ast.CreateSource,
  planner: Planner,
) => Reading

const readsTopic: Reader = (columns, properties, place, at, planner) => {
  const { source } = planner
  const { key, value } = halvesOf(columns, properties, at, planner)
  const keyNodes = readingNodes(key, variableNode(noSpan, 'key'))
  const valueNodes = readingNodes(value, recordNode(noSpan))
  const fields = columns.map((column): PlanField => {
    const half = column.isKey ? key : value
    const node = (column.isKey ? keyNodes : valueNodes)[half.columns.indexOf(column)]
    if (node === undefined) throw new Error('a column that is nowhere')
    return { name: column.name, node, type: column.type }
  })
  const form: RecordForm = {
    key: serdeOf(key, at, source),
    value: serdeOf(value, at, source),
    timestamps: timestampsOf(fields, properties, planner),
  }
  return { fields, endpoint: { ...place, form }, keyIsText: form.key === 'string' && key.format === 'KAFKA' }
}

/** Files have no keys: the columns of a key are fields like the others. */
const readsFile: Reader = (columns, properties, place, { isTable }, planner) => {
  const nodes = readingFields(columns, recordNode(noSpan), isTextFile(place))
  const fields = columns.map(({ name, type }, index): PlanField => ({
    name,
    type,
    node: nodes[index] ?? recordNode(noSpan),
  }))
  const timestamps = timestampsOf(fields, properties, planner)
  // The rows of a table are there from the beginning, whatever time it is.
  const isTimeless = isTable && timestamps === undefined
  const form: RecordForm | undefined =
    timestamps === undefined && !isTimeless ? undefined : { key: undefined, value: 'json', timestamps, isTimeless }
  return { fields, endpoint: form === undefined ? place : { ...place, form }, keyIsText: false }
}

/** The key and the value of the records of a source. KsError compile if a format is missing. */
export const halvesOf = (
  columns: readonly SourceColumn[],
  { keyFormat, valueFormat, wrapsSingle, keyDelimiter, valueDelimiter }: SourceProperties,
  at: Ast.Span,
  { source }: Planner,
): { readonly key: Half; readonly value: Half } => {
  if (valueFormat === undefined) {
    throw sqlError(source, at, 'VALUE_FORMAT is missing', {
      hint: "VALUE_FORMAT = 'JSON'; DELIMITED, KAFKA and NONE are there too",
    })
  }
  const keys = columns.filter(({ isKey }) => isKey)
  const values = columns.filter(({ isKey }) => !isKey)
  const key: Half = {
    format: keyFormat ?? 'KAFKA',
    columns: keys,
    isBare: keys.length === 1,
    delimiter: keyDelimiter,
  }
  const isBare = values.length === 1 && wrapsSingle === false
  return { key, value: { format: valueFormat, columns: values, isBare, delimiter: valueDelimiter } }
}

const timestampsOf = (
  fields: readonly PlanField[],
  { timestamp }: SourceProperties,
  { source, clock }: Planner,
): Expression | undefined => {
  if (timestamp === undefined) return undefined
  const name = timestamp.column.toUpperCase()
  const field = fields.find((one) => one.name === timestamp.column || one.name === name)
  if (field === undefined) throw sqlError(source, timestamp.at, `there is no column ${timestamp.column}`)
  if (!['BIGINT', timestampType.kind, stringType.kind].includes(field.type.kind)) {
    throw sqlError(source, timestamp.at, `${name} is no time: that is a BIGINT (ms), a TIMESTAMP or a text (ISO 8601)`)
  }
  const { pattern } = timestamp
  if (pattern !== undefined && field.type.kind !== 'STRING') {
    throw sqlError(source, timestamp.at, `TIMESTAMP_FORMAT is for texts, ${name} is ${showType(field.type)}`)
  }
  const node =
    pattern === undefined
      ? field.node
      : callOf(noSpan, 'TIMESTAMP_FORMAT', [field.node], (value) => pattern.parseTimestamp(String(value), fixedZone(0)))
  const subject = `TIMESTAMP = ${stringifyJson(timestamp.column)}`
  return compileTree(node, { text: source.text, subject }, scopeOf({ subject, clock, linearRegex: true }))
}
