// FROM: streams and tables that have been declared, files, topics and queries.

import { nearestNames } from '../model/nearest-name.ts'
import type { Endpoint } from '../topology/topology.ts'
import type * as Ast from './ast.ts'
import { openRelation } from './declared-source.ts'
import { nameOf } from './names.ts'
import { planJoin } from './plan-join.ts'
import type { Planner } from './planner.ts'
import type { Relation } from './relation.ts'
import { sqlError } from './sql-error.ts'

type PlanQuery = (query: Ast.Query, planner: Planner) => Relation

/** What a FROM is planned with. */
export interface FromContext {
  readonly planner: Planner
  readonly planQuery: PlanQuery
  /** The names of the columns that the query needs; undefined for all. */
  readonly used: ReadonlySet<string> | undefined
}

/** The rows that a query begins with. KsError compile. */
export const planFrom = (from: Ast.Relation, context: FromContext): Relation => {
  const { planner, planQuery } = context
  switch (from.kind) {
    case 'named':
      return planNamed(from, context)
    case 'subquery':
      return aliased(planQuery(from.query, planner), from.alias, planner, from)
    case 'join':
      return planJoin(from, planFrom(from.left, context), planFrom(from.right, context), planner)
  }
}

const aliased = (relation: Relation, alias: Ast.Identifier | undefined, planner: Planner, at: Ast.Span): Relation => {
  if (relation.plan.kind === 'sort' || relation.plan.kind === 'limit') {
    throw sqlError(planner.source, at, 'ORDER BY and LIMIT stand at the end of the outermost query')
  }
  if (alias === undefined) return { ...relation, qualifiers: [] }
  const qualifier = nameOf(alias)
  return {
    ...relation,
    qualifiers: [qualifier],
    columns: relation.columns.map((column) => ({ ...column, qualifier })),
    open: relation.open.map((one) => ({ ...one, qualifier })),
  }
}

const planNamed = (from: Ast.NamedRelation, { planner, planQuery, used }: FromContext): Relation => {
  const name = nameOf(from.name)
  const query = from.isPlace ? undefined : planner.named.get(name)
  if (query !== undefined) {
    // A query of WITH does not see itself.
    const others = new Map(planner.named)
    others.delete(name)
    return aliased(planQuery(query, { ...planner, named: others }), from.alias ?? from.name, planner, from)
  }
  const declared = from.isPlace ? undefined : planner.catalog.get(name)
  if (declared !== undefined) return aliased(declared.relation(used), from.alias ?? from.name, planner, from)
  const qualifier = from.alias === undefined ? from.name.text.toUpperCase() : nameOf(from.alias)
  const open = openRelation(placeOf(from, planner))
  return { ...open, open: open.open.map((one) => ({ ...one, qualifier })), qualifiers: [qualifier] }
}

const placeOf = ({ name, isPlace, ...at }: Ast.NamedRelation, { source, catalog }: Planner): Endpoint => {
  const { text } = name
  if (isPlace ? text === '-' : text.toUpperCase() === 'STDIN') return { kind: 'stdin', name: '' }
  if (!isPlace) {
    throw sqlError(source, at, `nothing is called ${text}`, {
      didYouMean: nearestNames(nameOf(name), [...catalog.keys()]),
      hint: `a file stands in quotes, a topic has an @ in them: FROM '${text}.ndjson', FROM '@${text}', FROM stdin`,
    })
  }
  return text.startsWith('@') ? { kind: 'topic', name: text.slice(1) } : { kind: 'file', name: text }
}
