// FROM: files, topics and queries, and their joins.

import type { Node } from '../expression/ast.ts'
import type { Endpoint } from '../topology/topology.ts'
import type { JoinWindows } from '../windows/join-windows.ts'
import type * as Ast from './ast.ts'
import { coerced, commonType } from './coercion.ts'
import { columnsOf } from './expression-key.ts'
import { condition, lower } from './lower.ts'
import { nameOf } from './names.ts'
import type { JoinPlan } from './plan.ts'
import { loweringOver, refuse, type Planner } from './planner.ts'
import { noSpan, within, type Relation } from './relation.ts'
import { sqlError } from './sql-error.ts'
import { stringType } from './sql-type.ts'
import { recordNode, type Typed } from './typed.ts'

type PlanQuery = (query: Ast.Query, planner: Planner) => Relation

/** What ksqlDB waits for late records of a join or window that does not say: a day. */
export const defaultGraceMs = 86_400_000

export const planFrom = (from: Ast.Relation, planner: Planner, planQuery: PlanQuery): Relation => {
  switch (from.kind) {
    case 'named':
      return planNamed(from, planner, planQuery)
    case 'subquery':
      return aliased(planQuery(from.query, planner), from.alias, planner, from)
    case 'join':
      return planJoin(from, planner, planQuery)
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

const planNamed = (from: Ast.NamedRelation, planner: Planner, planQuery: PlanQuery): Relation => {
  const name = nameOf(from.name)
  const query = from.isPlace ? undefined : planner.named.get(name)
  if (query !== undefined) {
    // A query of WITH does not see itself.
    const others = new Map(planner.named)
    others.delete(name)
    return aliased(planQuery(query, { ...planner, named: others }), from.alias ?? from.name, planner, from)
  }
  const place = placeOf(from, planner)
  const qualifier = from.alias === undefined ? from.name.text.toUpperCase() : nameOf(from.alias)
  return {
    plan: { kind: 'source', place },
    columns: [],
    open: [{ qualifier, node: recordNode(noSpan), isText: /\.(csv|tsv)(\.gz)?$/.test(place.name) }],
    isTable: false,
    isWindowed: false,
    qualifiers: [qualifier],
  }
}

const placeOf = ({ name, isPlace, ...at }: Ast.NamedRelation, { source }: Planner): Endpoint => {
  const { text } = name
  if (isPlace ? text === '-' : text.toUpperCase() === 'STDIN') return { kind: 'stdin', name: '' }
  if (!isPlace) {
    throw sqlError(source, at, `nothing is called ${text}`, {
      hint: `a file stands in quotes, a topic has an @ in them: FROM '${text}.ndjson', FROM '@${text}', FROM stdin`,
    })
  }
  return text.startsWith('@') ? { kind: 'topic', name: text.slice(1) } : { kind: 'file', name: text }
}

interface KeyPair {
  readonly left: Typed
  readonly right: Typed
}

const planJoin = (join: Ast.JoinRelation, planner: Planner, planQuery: PlanQuery): Relation => {
  const left = planFrom(join.left, planner, planQuery)
  const right = planFrom(join.right, planner, planQuery)
  const shared = right.qualifiers.find((qualifier) => left.qualifiers.includes(qualifier))
  if (shared !== undefined) {
    throw sqlError(planner.source, join.right, `two sources are called ${shared}`, {
      hint: 'give one an alias: … AS b',
    })
  }
  if (left.isTable || right.isTable) {
    refuse(planner, join, 'the results of GROUP BY are not joined yet', 'join first, then group')
  }
  const windows = windowsOf(join, right, planner)
  const { pairs, rest } = conditionsOf(join, left, right, planner)
  const ofLeft = within(left, 'L')
  const ofRight = within(right, 'R')
  const joined: Relation = {
    plan: left.plan,
    columns: [...ofLeft.columns, ...ofRight.columns],
    open: [...ofLeft.open, ...ofRight.open],
    isTable: false,
    isWindowed: false,
    qualifiers: [...left.qualifiers, ...right.qualifiers],
  }
  const context = loweringOver(planner, joined)
  const residual: Node | undefined =
    rest.length === 0 ? undefined : { kind: 'and', operands: rest.map((one) => condition(one, context)), ...noSpan }
  const plan: JoinPlan = {
    kind: 'join',
    type: join.type,
    left: left.plan,
    right: right.plan,
    leftKeys: pairs.map((pair) => pair.left.node),
    rightKeys: pairs.map((pair) => pair.right.node),
    windows,
    residual,
  }
  return { ...joined, plan }
}

/** What both sides are equal in, and what must hold besides. */
const conditionsOf = (
  join: Ast.JoinRelation,
  left: Relation,
  right: Relation,
  planner: Planner,
): { readonly pairs: readonly KeyPair[]; readonly rest: readonly Ast.Expression[] } => {
  const terms = join.on.kind === 'and' ? join.on.operands : [join.on]
  const pairs: KeyPair[] = []
  const rest: Ast.Expression[] = []
  for (const term of terms) {
    const pair = term.kind === 'comparison' && term.operator === '=' ? pairOf(term, left, right, planner) : undefined
    if (pair === undefined) rest.push(term)
    else pairs.push(pair)
  }
  if (pairs.length === 0) {
    throw sqlError(planner.source, join.on, 'a join needs an equality of both sides', { hint: 'ON a.user_id = b.id' })
  }
  return { pairs, rest }
}

const pairOf = (
  { left, right }: Ast.Comparison,
  leftRelation: Relation,
  rightRelation: Relation,
  planner: Planner,
): KeyPair | undefined => {
  const [a, b] = [sideOf(left, leftRelation, rightRelation), sideOf(right, leftRelation, rightRelation)]
  if (a === undefined || b === undefined || a === b) return undefined
  const [ofLeft, ofRight] = a === 'left' ? [left, right] : [right, left]
  const context = loweringOver(planner, leftRelation)
  const other = loweringOver(planner, rightRelation)
  const typed = [lower(ofLeft, context), lower(ofRight, other)] as const
  const isAny = ({ type }: Typed): boolean => type.kind === 'ANY'
  // Undeclared columns meet as the texts of keys, so that 7 and "7" are equal.
  if (isAny(typed[0]) && isAny(typed[1])) return { left: typed[0], right: typed[1] }
  const type = isAny(typed[0]) || isAny(typed[1]) ? stringType : commonType(typed, ofLeft, context)
  return { left: coerced(typed[0], type, ofLeft, context), right: coerced(typed[1], type, ofRight, other) }
}

/** The side whose columns an expression names; undefined if those of both, or none. */
const sideOf = (expression: Ast.Expression, left: Relation, right: Relation): 'left' | 'right' | undefined => {
  const sides = columnsOf(expression).map((column) => {
    const isLeft = has(left, column)
    return isLeft === has(right, column) ? undefined : isLeft ? 'left' : 'right'
  })
  const [first] = sides
  return sides.every((one) => one === first) ? first : undefined
}

const has = (relation: Relation, { name, qualifier }: Ast.Column): boolean => {
  if (qualifier !== undefined) return relation.qualifiers.includes(nameOf(qualifier))
  return relation.columns.some((column) => column.name === nameOf(name)) || relation.open.length > 0
}

const windowsOf = (join: Ast.JoinRelation, right: Relation, planner: Planner): JoinWindows | undefined => {
  const { within: clause, type } = join
  if (clause === undefined) {
    if (right.plan.kind !== 'source' || right.plan.place.kind !== 'file') {
      refuse(planner, join, 'a join of two streams needs WITHIN', 'JOIN … WITHIN 1 HOUR ON …; only a file is looked up')
    }
    if (type === 'RIGHT' || type === 'FULL') {
      refuse(planner, join, `a file that is looked up has no ${type} JOIN`, 'INNER or LEFT')
    }
    return undefined
  }
  if (clause.grace === undefined) {
    planner.notice('JOIN without GRACE PERIOD: records without a match wait for 24 hours of event time')
  }
  return { beforeMs: clause.before.ms, afterMs: clause.after.ms, graceMs: clause.grace?.ms ?? defaultGraceMs }
}
