// Pull queries: a SELECT over the rows that a table has now. Which rows of which store are needed follows from the condition; what
// becomes of them is a plan like that of any other query, over a source that has just these rows.

import { keyText } from '../model/record-key.ts'
import { nearestNames } from '../model/nearest-name.ts'
import { stringifyJson } from '../serde/json-parse.ts'
import type * as Ast from './ast.ts'
import type { Catalog, CatalogSource } from './catalog.ts'
import { coerced } from './coercion.ts'
import { columnsOf } from './expression-key.ts'
import { lower } from './lower.ts'
import { nameOf } from './names.ts'
import { withJsonValues } from './output-value.ts'
import type { ParsedStatement } from './parse.ts'
import { inputsOf, type Plan } from './plan.ts'
import { planQuery } from './plan-query.ts'
import { loweringOver, type Planner } from './planner.ts'
import { noSpan, type Relation, type RelationColumn } from './relation.ts'
import { sqlError, type SqlSource } from './sql-error.ts'
import { bigintType, type SqlType } from './sql-type.ts'
import { fieldNode, variableNode } from './typed.ts'

/** The source of the plan of a pull query: the rows of its store. */
export const rowsSource = 'rows'

/** A pull query. */
export interface PullPlan {
  /** Over records of `rowsSource`: rows as objects of their columns, with their windows. */
  readonly plan: Plan
  readonly store: string
  /** The texts of the keys that rows can have; undefined for any. */
  readonly keys: readonly string[] | undefined
  /** From when to when their windows can begin, ms, both included. */
  readonly windows: { readonly start?: number; readonly end?: number }
  readonly columns: readonly PullColumn[]
  /** For each column the field of a row that it is; undefined if the rows have to go through the plan. */
  readonly direct: readonly RowField[] | undefined
  readonly source: SqlSource
}

/** A field of a row, or a bound of its window. */
export type RowField = { readonly field: string } | { readonly bound: 'start' | 'end' }

/** A column of the results. */
export interface PullColumn {
  readonly name: string
  /** As it was typed. */
  readonly shown: string
  readonly type: SqlType
  readonly isKey: boolean
}

/** KsError compile for a query that is none, or over something that keeps no rows. */
export const planPull = (parsed: ParsedStatement, planner: Planner): PullPlan => {
  const { source } = planner
  const { statement } = parsed
  if (statement.kind !== 'query') throw sqlError(source, statement, 'only a SELECT can be asked')
  const { query } = statement
  if (query.emit !== undefined) {
    throw sqlError(source, query, 'EMIT is for queries that go on; what is there now needs none')
  }
  const unknown = query.selects.flatMap(columnsIn).find(({ name }) => unknownOfRows.includes(nameOf(name)))
  if (unknown !== undefined) throw sqlError(source, unknown, `the rows of a table have no ${nameOf(unknown.name)} here`)
  const table = tableOf(query, planner)
  const stored = storedTables(planner.catalog)
  const used = new Set<CatalogSource>()
  const catalog: Catalog = new Map(
    [...planner.catalog].map(([name, one]) => [
      name,
      { ...one, relation: () => overRows(one, stored, used, planner, query) },
    ]),
  )
  const relation = planQuery(query, { ...planner, catalog })
  const [store, other] = used
  if (store === undefined) throw sqlError(source, query, 'only a table of the program can be asked')
  if (other !== undefined || !readsOnlyRows(relation.plan)) {
    throw sqlError(source, query, 'a query over what is there now has one table')
  }
  const bounds = table === undefined ? {} : boundsOf(query, table, planner)
  const plan = withJsonValues(relation)
  const isSettled = table === store && bounds.isEverything === true
  return {
    plan,
    direct: directFields(plan, isSettled),
    store: store.name,
    keys: table === store ? bounds.keys : undefined,
    windows: {
      ...(bounds.start === undefined ? {} : { start: bounds.start }),
      ...(bounds.end === undefined ? {} : { end: bounds.end }),
    },
    columns: relation.columns.map(({ name, shown, typed }) => ({
      name,
      shown,
      type: typed.type,
      isKey: relation.key?.some(({ node }) => node === typed.node) ?? false,
    })),
    source,
  }
}

const unknownOfRows = ['ROWTIME', 'ROWPARTITION', 'ROWOFFSET']

const columnsIn = ({ items, where, groupBy, having }: Ast.Select): readonly Ast.Column[] =>
  [
    ...items.flatMap((item) => (item.kind === 'expression' ? [item.expression] : [])),
    ...[where, having].filter((one) => one !== undefined),
    ...groupBy,
  ].flatMap((expression) => columnsOf(expression))

/** The fields that a plan does nothing but take. @param isSettled its condition holds for all rows that it gets. */
const directFields = (plan: Plan, isSettled: boolean): readonly RowField[] | undefined => {
  if (plan.kind !== 'project') return undefined
  const { input } = plan
  const isPlain = input.kind === 'source' || (isSettled && input.kind === 'filter' && input.input.kind === 'source')
  if (!isPlain) return undefined
  const fields = plan.fields.map(({ node }): RowField | undefined => {
    if (node.kind !== 'field') return undefined
    const { target, name } = node
    if (target.kind === 'record') return { field: name }
    const isBound = target.kind === 'variable' && target.name === 'window' && (name === 'start' || name === 'end')
    return isBound ? { bound: name } : undefined
  })
  return fields.every((field) => field !== undefined) ? fields : undefined
}

/** The table that a simple query is about. */
const tableOf = ({ selects, with: named }: Ast.Query, { catalog }: Planner): CatalogSource | undefined => {
  const [only, second] = selects
  if (only === undefined || second !== undefined || only.from.kind !== 'named' || only.from.isPlace) return undefined
  const name = nameOf(only.from.name)
  return named.some((one) => nameOf(one.name) === name) ? undefined : catalog.get(name)
}

/** Tables whose rows are in a store of their name, by their plans. */
const storedTables = (catalog: Catalog): ReadonlyMap<Plan, CatalogSource> => {
  const stored = new Map<Plan, CatalogSource>()
  for (const source of catalog.values()) {
    if (!source.isTable) continue
    const { plan } = source.relation(undefined)
    if (hasStore(plan, stored)) stored.set(plan, source)
  }
  return stored
}

/** The rows of a plan are those of a store, or made of them one by one, and no other table has them. */
const hasStore = (plan: Plan, others: ReadonlyMap<Plan, CatalogSource>): boolean => {
  if (others.has(plan)) return false
  if (plan.kind === 'filter' || plan.kind === 'project') return hasStore(plan.input, others)
  return plan.kind === 'aggregate' || plan.kind === 'table'
}

/** A table as what its store has, or as what becomes of the rows of another one that has a store. */
const overRows = (
  source: CatalogSource,
  stored: ReadonlyMap<Plan, CatalogSource>,
  used: Set<CatalogSource>,
  planner: Planner,
  at: Ast.Span,
): Relation => {
  const relation = source.relation(undefined)
  const rows: Plan = { kind: 'source', place: { kind: 'topic', name: rowsSource } }
  const replaced = (plan: Plan): Plan | undefined => {
    const store = stored.get(plan)
    if (store !== undefined) {
      used.add(store)
      return rows
    }
    if (plan.kind !== 'filter' && plan.kind !== 'project') return undefined
    const input = replaced(plan.input)
    return input && { ...plan, input }
  }
  const plan = source.isTable ? replaced(relation.plan) : undefined
  if (plan === undefined) {
    const names = [...new Set([...stored.values()].map(({ name }) => name))]
    throw sqlError(planner.source, at, `${source.name} keeps no rows that could be asked`, {
      didYouMean: nearestNames(source.name, names),
      hint: names.length === 0 ? 'tables with GROUP BY do' : `${names.join(', ')} can be asked`,
    })
  }
  return { ...relation, plan, isTable: false, columns: relation.isWindowed ? withBounds(relation) : relation.columns }
}

/** The bounds of windows are columns behind the key. */
const withBounds = ({ columns, key = [] }: Relation): readonly RelationColumn[] => {
  const isKey = ({ typed }: RelationColumn): boolean => key.some(({ node }) => node === typed.node)
  const bound = (name: string, field: string): RelationColumn => {
    const node = fieldNode(noSpan, variableNode(noSpan, 'window'), field)
    return { name, shown: name, qualifier: undefined, typed: { node, type: bigintType } }
  }
  const bounds = [bound('WINDOWSTART', 'start'), bound('WINDOWEND', 'end')]
  const own = columns.filter(({ name }) => name !== 'WINDOWSTART' && name !== 'WINDOWEND')
  return [...own.filter(isKey), ...bounds, ...own.filter((column) => !isKey(column))]
}

interface Bounds {
  readonly keys?: readonly string[]
  readonly start?: number
  readonly end?: number
  /** The condition says nothing else. */
  readonly isEverything?: boolean
}

/** What WHERE says of keys and windows by equality and order; the rest is for the plan, which looks at everything again. */
const boundsOf = ({ selects }: Ast.Query, table: CatalogSource, planner: Planner): Bounds => {
  const where = selects[0]?.where
  const terms = where === undefined ? [] : where.kind === 'and' ? where.operands : [where]
  const keyColumns = table.columns.filter(({ isKey }) => isKey)
  const [keyColumn] = keyColumns
  let keys: readonly string[] | undefined
  let start = -Infinity
  let end = Infinity
  let isEverything = true
  const nothing: Relation = { ...table.relation(undefined), columns: [], open: [] }
  const literalOf = (expression: Ast.Expression, type: SqlType): unknown => {
    if (expression.kind !== 'literal' && expression.kind !== 'negate') return undefined
    const context = loweringOver(planner, nothing)
    return coerced(lower(expression, context), type, expression, context).literal
  }
  for (const term of terms) {
    const equal = keyColumns.length === 1 && keyColumn !== undefined ? equalTo(term, keyColumn.name) : undefined
    if (equal !== undefined && keyColumn !== undefined) {
      const values = equal.map((expression) => literalOf(expression, keyColumn.type))
      const texts = values.map((value) =>
        value === undefined || value === null ? null : keyText(value, stringifyJson),
      )
      const found = texts.filter((text) => text !== null)
      // DECIMAL and the like are not texts that could be looked up.
      if (keys === undefined && found.length === texts.length && keyColumn.type.kind !== 'DECIMAL') {
        keys = [...new Set(found)]
        continue
      }
    }
    const bound = term.kind === 'comparison' ? startBound(term) : undefined
    const ms = bound === undefined ? undefined : literalOf(bound.value, bigintType)
    if (bound === undefined || typeof ms !== 'number' || term.kind !== 'comparison') {
      isEverything = false
      continue
    }
    // The bounds of a question are included.
    if (term.operator === '<' || term.operator === '>') isEverything = false
    if (bound.operator !== '<') start = Math.max(start, ms)
    if (bound.operator !== '>') end = Math.min(end, ms)
  }
  return {
    isEverything,
    ...(keys === undefined ? {} : { keys }),
    ...(start === -Infinity ? {} : { start }),
    ...(end === Infinity ? {} : { end }),
  }
}

const isColumn = (expression: Ast.Expression, name: string): boolean =>
  expression.kind === 'column' && nameOf(expression.name) === name

/** `column = x`, `x = column`, `column IN (…)`. */
const equalTo = (term: Ast.Expression, name: string): readonly Ast.Expression[] | undefined => {
  if (term.kind === 'in' && !term.negated && isColumn(term.operand, name)) return term.items
  if (term.kind !== 'comparison' || term.operator !== '=') return undefined
  if (isColumn(term.left, name)) return [term.right]
  return isColumn(term.right, name) ? [term.left] : undefined
}

const mirrored = { '<': '>', '>': '<', '=': '=' } as const

/** What a comparison says of WINDOWSTART; equality belongs to both sides. */
const startBound = ({ left, operator, right }: Ast.Comparison) => {
  const kind =
    operator === '='
      ? '='
      : operator.startsWith('<') && operator !== '<>'
        ? '<'
        : operator.startsWith('>')
          ? '>'
          : undefined
  if (kind === undefined) return undefined
  if (isColumn(left, 'WINDOWSTART')) return { operator: kind, value: right }
  return isColumn(right, 'WINDOWSTART') ? { operator: mirrored[kind], value: left } : undefined
}

/** A plan reads the rows that are there now, and nothing else. */
const readsOnlyRows = (plan: Plan): boolean =>
  plan.kind === 'source' ? plan.place.name === rowsSource : inputsOf(plan).every(readsOnlyRows)
