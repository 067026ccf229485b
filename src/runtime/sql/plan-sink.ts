// Where the results of CREATE … AS SELECT and INSERT INTO go: the key and the value of the records of a topic, or the rows of a
// file.

import { nearestNames } from '../model/nearest-name.ts'
import type { Endpoint } from '../topology/topology.ts'
import type * as Ast from './ast.ts'
import type { CatalogSource, SourceColumn } from './catalog.ts'
import { coerced } from './coercion.ts'
import { halvesOf } from './declared-source.ts'
import { nameOf } from './names.ts'
import { jsonNode } from './output-value.ts'
import type { HalfPlan, Plan, PlanField, SinkPlan } from './plan.ts'
import { loweringOver, type Planner } from './planner.ts'
import { serdeOf, type Half } from './record-format.ts'
import { fieldOf, type Relation, type RelationColumn } from './relation.ts'
import { readProperties, type SourceProperties } from './source-properties.ts'
import { sqlError } from './sql-error.ts'
import type { Typed } from './typed.ts'

/** The stream or table that CREATE … AS SELECT makes, and where its records go. KsError compile for what cannot be. */
export const planCreateAs = (
  statement: Ast.CreateAsSelect,
  results: Relation,
  planner: Planner,
): { readonly source: CatalogSource; readonly sink: SinkPlan } => {
  const { source } = planner
  const { name: written, isTable } = statement
  const name = nameOf(written)
  const relation = asDeclared(results, statement, planner)
  const said = readProperties(statement.properties, source)
  if (said.timestamp !== undefined) {
    throw sqlError(source, said.timestamp.at, 'TIMESTAMP is for sources that are read', {
      hint: 'the results have the times of the records that they come from',
    })
  }
  const columns = columnsOf(relation)
  requireKey(results, statement, planner)
  const left = leftmost(statement.query, planner)
  const properties: SourceProperties = {
    ...said,
    topic: said.topic ?? (said.file === undefined ? name : undefined),
    keyFormat: said.keyFormat ?? left?.keyFormat,
    valueFormat: said.valueFormat ?? left?.valueFormat ?? 'JSON',
  }
  const inputs: Plan[] = [relation.plan]
  const joined: Relation = isTable ? relation : { ...relation, plan: { kind: 'union', inputs } }
  const sink = planSink(name, { ...joined, isTable }, columns, properties, statement, planner)
  return {
    sink,
    source: {
      name,
      isTable,
      columns,
      properties,
      isDerived: true,
      relation: () => joined,
      add: ({ plan }) => {
        inputs.push(plan)
      },
    },
  }
}

/** A sink of a stream or table for the results of INSERT INTO, or those of its own query. */
export const planSink = (
  name: string,
  { plan: input, key: keyTyped, columns: results, open }: Relation,
  columns: readonly SourceColumn[],
  properties: SourceProperties,
  at: Ast.Span,
  planner: Planner,
): SinkPlan => {
  const place = placeOf(properties)
  const fields = results.map(({ name: column, typed: { node, type } }): PlanField => ({
    name: column,
    node: jsonNode(node, type),
    type,
  }))
  const isKey = columns.map((column) => column.isKey)
  const fieldsOf = (typed: Typed): readonly PlanField[] =>
    fields.filter((_, index) => results[index]?.typed.node === typed.node)
  const isOpen = open.length > 0
  if (place.kind !== 'topic') {
    return { name, input, place, key: undefined, value: isOpen ? undefined : { fields, form: 'object' } }
  }
  const halves = halvesOf(columns, properties, at, planner)
  const { source } = planner
  const key =
    keyTyped === undefined
      ? undefined
      : halfPlan(
          halves.key,
          // In the order of the key itself, whatever that of the columns is.
          keyTyped.length === 0 ? fields.filter((_, index) => isKey[index]) : keyTyped.flatMap(fieldsOf),
        )
  const value = isOpen
    ? undefined
    : halfPlan(
        halves.value,
        fields.filter((_, index) => !isKey[index]),
      )
  // A key that nobody has declared is written as it is.
  const isAny = halves.key.format === 'KAFKA' && halves.key.columns.some(({ type }) => type.kind === 'ANY')
  const form = {
    key: keyTyped === undefined || isAny ? undefined : serdeOf(halves.key, at, source),
    value: isOpen ? ('json' as const) : serdeOf(halves.value, at, source),
  }
  return { name, input, place: { ...place, form }, key, value }
}

const halfPlan = ({ format, isBare, delimiter }: Half, fields: readonly PlanField[]): HalfPlan => {
  switch (format) {
    case 'NONE':
      return { fields: [], form: 'object' }
    case 'KAFKA':
      return { fields, form: 'bare' }
    case 'DELIMITED':
      return { fields, form: { delimiter } }
    case 'JSON':
      return { fields, form: isBare ? 'bare' : 'object' }
  }
}

const placeOf = ({ topic, file }: SourceProperties): Endpoint => {
  if (file === undefined) return { kind: 'topic', name: topic ?? '' }
  return file === '-' ? { kind: 'stdout', name: '' } : { kind: 'file', name: file }
}

/** The results with the columns of another relation, which meet by their places or by name. KsError compile if they do not. */
export const retargeted = (
  relation: Relation,
  columns: readonly { readonly name: string; readonly shown: string; readonly type: RelationColumn['typed']['type'] }[],
  by: 'place' | 'name',
  at: Ast.Span,
  planner: Planner,
): Relation => {
  const { source } = planner
  if (relation.open.length > 0 && relation.columns.length === 0) {
    // Records of which nobody knows the columns pass as they are, into something of which nobody knows them either.
    if (columns.length === 0) return relation
    throw sqlError(source, at, '* of a source without declared columns does not say which they are', {
      hint: `SELECT ${columns.map(({ shown }) => shown).join(', ')}`,
    })
  }
  if (relation.columns.length !== columns.length) {
    const [own, others] = [relation.columns.length, columns.length]
    throw sqlError(source, at, `this has ${String(own)} columns where ${String(others)} are wanted`, {
      hint: `${columns.map(({ name }) => name).join(', ')}`,
    })
  }
  const context = loweringOver(planner, relation)
  const found = columns.map(({ name }, index) => {
    const column = by === 'place' ? relation.columns[index] : relation.columns.find((one) => one.name === name)
    if (column !== undefined) return column
    const names = relation.columns.map((one) => one.name)
    throw sqlError(source, at, `the results have no column ${name}`, {
      didYouMean: nearestNames(name, names),
      hint: `… AS ${name}`,
    })
  })
  const fields = columns.map(({ shown, type }, index): PlanField => {
    const { node } = coerced((found[index] as RelationColumn).typed, type, at, context)
    return { name: shown, node, type }
  })
  const results = columns.map(({ name, shown, type }): RelationColumn => ({
    name,
    shown,
    qualifier: undefined,
    typed: fieldOf(shown, type),
  }))
  const key = relation.key?.map((typed) => results[found.findIndex((column) => column.typed === typed)]?.typed)
  return {
    ...relation,
    plan: { kind: 'project', input: relation.plan, fields },
    columns: results,
    key: key?.every((one) => one !== undefined) ? key : undefined,
  }
}

/** The results as a stream or a table, as the statement says. */
const asDeclared = (results: Relation, { isTable, query, name }: Ast.CreateAsSelect, planner: Planner): Relation => {
  if (isTable === results.isTable) return results
  if (isTable) {
    throw sqlError(planner.source, query, `this is a stream: CREATE STREAM ${name.text} AS SELECT …`, {
      hint: 'GROUP BY makes a table',
    })
  }
  planner.beyond(name, 'ksqlDB makes no STREAM of a table; here the changes of the table are the stream')
  return { ...results, plan: { kind: 'changes', input: results.plan }, isTable: false }
}

/** ksqlDB's rule: what the key is made of must be among the results. */
const requireKey = (
  { key, missingKey }: Relation,
  { query, isTable }: Ast.CreateAsSelect,
  { source }: Planner,
): void => {
  if (missingKey === undefined || (key !== undefined && key.length > 0)) return
  throw sqlError(source, query, `the results lack ${missingKey}, which is the key`, {
    hint: isTable
      ? `SELECT ${missingKey}, …; AS_VALUE(…) copies a key into the value`
      : `SELECT ${missingKey}, …, or PARTITION BY another column`,
  })
}

const columnsOf = ({ columns, key }: Relation): readonly SourceColumn[] =>
  columns.map(({ name, typed }) => ({
    name,
    shown: name,
    type: typed.type,
    isKey: key?.some(({ node }) => node === typed.node) ?? false,
  }))

/** The formats of the first source of a query, which its results have too. */
const leftmost = (query: Ast.Query, planner: Planner): SourceProperties | undefined => {
  const first = (from: Ast.Relation): SourceProperties | undefined => {
    if (from.kind === 'join') return first(from.left)
    if (from.kind === 'subquery') return leftmost(from.query, planner)
    return from.isPlace ? undefined : planner.catalog.get(nameOf(from.name))?.properties
  }
  const from = query.selects[0]?.from
  return from === undefined ? undefined : first(from)
}
