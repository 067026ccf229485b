// From the tree of a query to its plan: sources, joins, WHERE, groups, projection, in the order in which they happen.

import type { Node } from '../expression/ast.ts'
import type * as Ast from './ast.ts'
import { nameOf } from './names.ts'
import { columnsOf, expressionKey, findAll, nameIn } from './expression-key.ts'
import { condition, lower } from './lower.ts'
import { isAggregateCall, planAggregate } from './plan-aggregate.ts'
import { planExplode } from './plan-explode.ts'
import { planFrom } from './plan-from.ts'
import type { Plan, PlanField } from './plan.ts'
import { retargeted } from './plan-sink.ts'
import { loweringOver, textOf, type Planner } from './planner.ts'
import { ambiguousIn, fieldOf, noSpan, type Relation, type RelationColumn } from './relation.ts'
import { sqlError } from './sql-error.ts'
import { fieldNode, type Typed } from './typed.ts'

/** The plan of a query with the columns of its results. */
export const planQuery = (query: Ast.Query, planner: Planner): Relation => {
  const scoped = withNamed(query, planner)
  const [first, ...others] = query.selects.map((select) => planSelect(select, query, scoped))
  if (first === undefined) throw new Error('a query without SELECT')
  let relation = first
  if (others.length > 0) {
    const inputs = others.map((other, index) => {
      const at = query.selects[index + 1] ?? query
      if (other.isTable || first.isTable) {
        throw sqlError(planner.source, at, 'UNION ALL puts streams together, and this is a table', {
          hint: 'the results of GROUP BY are a table',
        })
      }
      const columns = first.columns.map(({ name, shown, typed: { type } }) => ({ name, shown, type }))
      return retargeted(other, columns, 'place', at, planner)
    })
    const all = [first, ...inputs]
    const places = all.map(keyPlaces)
    const hasOneKey = places.every((place) => place !== undefined && place === places[0])
    const plan: Plan = { kind: 'union', inputs: all.map((one) => one.plan) }
    relation = { ...first, plan, key: hasOneKey ? first.key : undefined }
  }
  return ordered(relation, query, planner)
}

/** Which columns the key is made of, by their places. */
const keyPlaces = ({ key, columns }: Relation): string | undefined =>
  key?.map(({ node }) => columns.findIndex(({ typed }) => typed.node === node)).join(' ')

/** WITH: queries by name, planned where they are used. */
const withNamed = (query: Ast.Query, planner: Planner): Planner => {
  const named = new Map(planner.named)
  for (const { name, query: part } of query.with) {
    named.set(nameOf(name), part)
  }
  return { ...planner, named }
}

const planSelect = (select: Ast.Select, query: Ast.Query, planner: Planner): Relation => {
  const used = usedColumns(select, query)
  let relation = planFrom(select.from, { planner, planQuery, used })
  if (select.where !== undefined) {
    const aggregate = findAll(select.where, isAggregateCall)[0]
    if (aggregate !== undefined) {
      throw sqlError(planner.source, aggregate, 'WHERE sees single rows, before they are aggregated', {
        hint: 'HAVING sees groups',
      })
    }
    relation = filtered(relation, select.where, planner)
  }
  const exploded = planExplode(relation, select, planner)
  relation = exploded.relation
  const expressions = select.items.flatMap((item) => (item.kind === 'expression' ? [item.expression] : []))
  const aggregates = [...expressions, ...(select.having === undefined ? [] : [select.having])].flatMap((expression) =>
    findAll(expression, isAggregateCall),
  )
  let known = exploded.known
  if (select.groupBy.length > 0 || aggregates.length > 0 || select.window !== undefined) {
    const aggregated = planAggregate(relation, select, query, planner, known)
    relation = aggregated.relation
    known = aggregated.known
    if (select.having !== undefined) relation = filtered(relation, select.having, planner, known)
  } else {
    if (select.having !== undefined) {
      throw sqlError(planner.source, select.having, 'HAVING needs GROUP BY', { hint: 'WHERE filters rows' })
    }
    if (query.emit === 'FINAL') {
      throw sqlError(planner.source, query, 'EMIT FINAL is for windows', {
        hint: 'WINDOW TUMBLING (SIZE 1 HOUR) … GROUP BY',
      })
    }
  }
  return projected(relation, select, planner, known)
}

/** The names of all columns that a SELECT mentions; undefined if it takes all. */
const usedColumns = (select: Ast.Select, query: Ast.Query): ReadonlySet<string> | undefined => {
  const { items, where, groupBy, partitionBy, having, from } = select
  if (items.some(({ kind }) => kind === 'all')) return undefined
  const expressions = [
    ...items.flatMap((item) =>
      item.kind === 'expression' ? [item.expression] : item.kind === 'structAll' ? [item.base] : [],
    ),
    ...[where, having].filter((one) => one !== undefined),
    ...groupBy,
    ...partitionBy,
    ...query.orderBy.map(({ expression }) => expression),
    ...conditionsIn(from),
  ]
  return new Set(expressions.flatMap((expression) => columnsOf(expression)).map(({ name }) => nameOf(name)))
}

const conditionsIn = (from: Ast.Relation): readonly Ast.Expression[] =>
  from.kind === 'join' ? [from.on, ...conditionsIn(from.left), ...conditionsIn(from.right)] : []

const filtered = (
  relation: Relation,
  where: Ast.Expression,
  planner: Planner,
  known?: (expression: Ast.Expression) => Typed | undefined,
): Relation => ({
  ...relation,
  plan: {
    kind: 'filter',
    input: relation.plan,
    condition: condition(where, loweringOver(planner, relation, known)),
  },
})

/** What SELECT says, as an object of its columns. */
const projected = (
  relation: Relation,
  select: Ast.Select,
  planner: Planner,
  known: (expression: Ast.Expression) => Typed | undefined,
): Relation => {
  const { items, partitionBy } = select
  const [only] = items
  if (only?.kind === 'all' && items.length === 1 && partitionBy.length === 0 && relation.open.length === 1) {
    // Nobody knows the columns, and nobody has to: records pass as they are.
    return { ...relation, qualifiers: [] }
  }
  const context = loweringOver(planner, relation, known)
  const columns = items.flatMap((item, index) =>
    selected(item, index, relation, planner, (expression) => lower(expression, context)),
  )
  refuseDuplicates(columns, planner)
  const isAmbiguous = ambiguousIn(relation)
  const partitionKeys = partitionBy.map((expression) => expressionKey(expression, isAmbiguous))
  if (partitionBy.length > 0 && relation.isTable) {
    throw sqlError(planner.source, partitionBy[0] ?? noSpan, 'PARTITION BY is for streams', {
      hint: 'a table has the keys of its rows',
    })
  }
  const fields: PlanField[] = columns.map(({ shown, typed }) => ({ name: shown, node: typed.node, type: typed.type }))
  let plan: Plan = { kind: 'project', input: relation.plan, fields }
  const results = columns.map(({ name, shown, typed }): RelationColumn => ({
    name,
    shown,
    qualifier: undefined,
    typed: fieldOf(shown, typed.type),
  }))
  const resultWhere = (isIt: (column: SelectedColumn) => boolean): RelationColumn | undefined =>
    results[columns.findIndex(isIt)]
  const columnOf = (node: Node | undefined): Typed | undefined =>
    node === undefined ? undefined : resultWhere(({ typed }) => typed.node === node)?.typed
  let key = relation.key?.map(({ node }) => columnOf(node) ?? columnOf(relation.equals?.get(node)))
  if (partitionBy.length > 0) {
    const keys = partitionKeys.map((wanted, index) => {
      const found = resultWhere(
        ({ expression }) => expression !== undefined && expressionKey(expression, isAmbiguous) === wanted,
      )
      if (found !== undefined) return found
      throw sqlError(planner.source, partitionBy[index] ?? noSpan, 'the results lack this, which is to be their key', {
        hint: `SELECT ${textOf(partitionBy[index] ?? noSpan, planner)}, …`,
      })
    })
    plan = { kind: 'rekey', input: plan, keys: keys.map(({ shown, typed }) => ({ name: shown, ...typed })) }
    key = keys.map(({ typed }) => typed)
  }
  return {
    plan,
    columns: results,
    open: [],
    isTable: relation.isTable,
    isWindowed: relation.isWindowed,
    qualifiers: [],
    key: key?.every((one) => one !== undefined) ? key : undefined,
    missingKey: partitionBy.length > 0 ? undefined : (missingIn(relation, key) ?? relation.missingKey),
  }
}

/** The columns of the key that the results lack. */
const missingIn = (
  { key = [], columns }: Relation,
  found: readonly (Typed | undefined)[] | undefined,
): string | undefined => {
  const lost = key.filter((_, index) => found?.[index] === undefined)
  if (lost.length === 0 || found === undefined || found.length !== key.length) return undefined
  return lost.map((one) => columns.find(({ typed }) => typed.node === one.node)?.name ?? 'a column').join(', ')
}

interface SelectedColumn {
  readonly name: string
  readonly shown: string
  readonly typed: Typed
  readonly expression: Ast.Expression | undefined
}

const selected = (
  item: Ast.SelectItem,
  index: number,
  relation: Relation,
  planner: Planner,
  lowered: (expression: Ast.Expression) => Typed,
): readonly SelectedColumn[] => {
  switch (item.kind) {
    case 'all':
      return allColumns(item, relation, planner)
    case 'structAll': {
      const { node, type } = lowered(item.base)
      if (type.kind !== 'STRUCT') throw sqlError(planner.source, item, '->* needs a STRUCT')
      return type.fields.map((field) => ({
        name: field.name,
        shown: field.name,
        typed: { node: fieldNode(item, node, field.name), type: field.type },
        expression: undefined,
      }))
    }
    case 'expression': {
      const { expression, alias } = item
      const typed = lowered(expression)
      const given = alias ?? nameIn(expression)
      const name = given === undefined ? `KSQL_COL_${String(index)}` : nameOf(given)
      return [{ name, shown: planner.keepsCase ? (given?.text ?? name) : name, typed, expression }]
    }
  }
}

const allColumns = (
  item: Extract<Ast.SelectItem, { kind: 'all' }>,
  relation: Relation,
  planner: Planner,
): readonly SelectedColumn[] => {
  if (relation.open.length > 0) {
    throw sqlError(planner.source, item, '* stands alone where nobody has declared the columns', {
      hint: 'name the columns',
    })
  }
  const qualifier = item.qualifier === undefined ? undefined : nameOf(item.qualifier)
  const columns = relation.columns.filter((column) => qualifier === undefined || column.qualifier === qualifier)
  if (columns.length === 0) throw sqlError(planner.source, item, `nothing here is called ${qualifier ?? ''}`)
  // Of joins all columns have the name of their source in front (ksqlDB).
  const prefixes = new Set(relation.columns.map((column) => column.qualifier)).size > 1
  return columns.map((column) => {
    const name = prefixes && column.qualifier !== undefined ? `${column.qualifier}_${column.name}` : column.name
    return {
      name,
      shown: prefixes || !planner.keepsCase ? name : column.shown,
      typed: column.typed,
      expression: {
        kind: 'column',
        qualifier: undefined,
        name: { text: column.name, quoted: true, ...noSpan },
        ...noSpan,
      },
    }
  })
}

const refuseDuplicates = (columns: readonly SelectedColumn[], planner: Planner): void => {
  const seen = new Set<string>()
  for (const { name, shown, expression } of columns) {
    if (seen.has(name) || seen.has(`shown ${shown}`)) {
      throw sqlError(planner.source, expression ?? noSpan, `two columns are called ${seen.has(name) ? name : shown}`, {
        hint: '… AS another_name',
      })
    }
    seen.add(name).add(`shown ${shown}`)
  }
}

const ordered = (relation: Relation, query: Ast.Query, planner: Planner): Relation => {
  const { orderBy, limit, offset, emit } = query
  if (orderBy.length === 0 && offset === undefined) {
    if (limit === undefined) return relation
    // A table has its rows at the end, unless every change is wanted.
    const plan: Plan =
      relation.isTable && emit === undefined
        ? { kind: 'sort', input: relation.plan, by: [], offset: 0, limit }
        : { kind: 'limit', input: relation.plan, limit }
    return { ...relation, plan }
  }
  const place = orderBy[0]?.expression ?? query
  if (emit === 'CHANGES') {
    throw sqlError(planner.source, place, 'changes come in their own order', { hint: 'leave out EMIT CHANGES' })
  }
  const context = loweringOver(planner, relation)
  const by = orderBy.map(({ expression, isDescending }) => {
    // ORDER BY 2 is the second column.
    if (expression.kind === 'literal' && typeof expression.value === 'number') {
      const column = relation.columns[expression.value - 1]
      if (column === undefined)
        throw sqlError(planner.source, expression, `there is no column ${String(expression.value)}`)
      return { node: column.typed.node, isDescending }
    }
    return { node: lower(expression, context).node, isDescending }
  })
  return {
    ...relation,
    plan: { kind: 'sort', input: relation.plan, by, offset: offset ?? 0, limit: limit ?? Infinity },
  }
}
