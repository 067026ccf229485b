// JOIN: streams within a span of time, streams and tables with the rows of a table, and with a file that is looked up.

import type { Node } from '../expression/ast.ts'
import type { JoinWindows } from '../windows/join-windows.ts'
import type * as Ast from './ast.ts'
import { coerced, commonType } from './coercion.ts'
import { columnsOf } from './expression-key.ts'
import { condition, lower } from './lower.ts'
import { nameOf } from './names.ts'
import type { JoinPlan, TableJoinPlan } from './plan.ts'
import { loweringOver, refuse, type Planner } from './planner.ts'
import { noSpan, within, type Relation } from './relation.ts'
import { sqlError } from './sql-error.ts'
import { stringType } from './sql-type.ts'
import type { Typed } from './typed.ts'

/** What ksqlDB waits for late records of a join or window that does not say: a day. */
export const defaultGraceMs = 86_400_000

interface KeyPair {
  readonly left: Typed
  readonly right: Typed
}

/** The rows of both sides that belong together: `{L, R}`. KsError compile for what cannot be joined. */
export const planJoin = (join: Ast.JoinRelation, left: Relation, right: Relation, planner: Planner): Relation => {
  const shared = right.qualifiers.find((qualifier) => left.qualifiers.includes(qualifier))
  if (shared !== undefined) {
    throw sqlError(planner.source, join.right, `two sources are called ${shared}`, {
      hint: 'give one an alias: … AS b',
    })
  }
  const { pairs, rest } = conditionsOf(join, left, right, planner)
  const [ofLeft, ofRight] = [within(left, 'L'), within(right, 'R')]
  const both = {
    columns: [...ofLeft.columns, ...ofRight.columns],
    open: [...ofLeft.open, ...ofRight.open],
    qualifiers: [...left.qualifiers, ...right.qualifiers],
  }
  const shape: Relation = { plan: left.plan, ...both, isTable: false, isWindowed: left.isWindowed, key: undefined }
  const context = loweringOver(planner, shape)
  const residual: Node | undefined =
    rest.length === 0 ? undefined : { kind: 'and', operands: rest.map((one) => condition(one, context)), ...noSpan }
  const leftKey = keyOfSide(
    left,
    ofLeft,
    pairs.map((pair) => pair.left),
  )
  const rightKey = keyOfSide(
    right,
    ofRight,
    pairs.map((pair) => pair.right),
  )
  const [own, other] = join.type === 'RIGHT' ? [rightKey, leftKey] : [leftKey, rightKey]
  // Of all rows of an inner join both sides have the key.
  const equals =
    join.type === 'INNER' && own !== undefined && other !== undefined
      ? new Map(own.map(({ node }, index) => [node, other[index]?.node ?? node]))
      : undefined
  if (right.isTable || left.isTable) {
    const plan = planTableJoin(join, left, right, pairs, residual, planner)
    if (plan.by === 'stream') return { ...shape, plan, key: own, equals }
    const isByKey = plan.by !== 'foreign'
    return { ...shape, plan, isTable: true, key: isByKey ? own : ofLeft.key, equals: isByKey ? equals : undefined }
  }
  const plan: JoinPlan = {
    kind: 'join',
    type: join.type,
    left: left.plan,
    right: right.plan,
    leftKeys: pairs.map((pair) => pair.left.node),
    rightKeys: pairs.map((pair) => pair.right.node),
    windows: windowsOf(join, right, planner),
    residual,
  }
  if (plan.windows === undefined) return { ...shape, plan, key: ofLeft.key }
  return join.type === 'FULL' ? { ...shape, plan } : { ...shape, plan, key: own, equals }
}

/** The columns that a side is joined by, which are the key of the results; undefined if it is joined by something else. */
const keyOfSide = (
  before: Pick<Relation, 'columns'>,
  after: Pick<Relation, 'columns'>,
  keys: readonly Typed[],
): readonly Typed[] | undefined => {
  const columns = keys.map(({ node }) => {
    const index = before.columns.findIndex(({ typed }) => typed.node === node)
    return after.columns[index]?.typed
  })
  return columns.every((column) => column !== undefined) ? columns : undefined
}

/** A join in which at least one side is a table. */
const planTableJoin = (
  join: Ast.JoinRelation,
  left: Relation,
  right: Relation,
  pairs: readonly KeyPair[],
  residual: Node | undefined,
  planner: Planner,
): TableJoinPlan => {
  const { source } = planner
  const { type } = join
  if (!right.isTable) {
    throw sqlError(source, join, 'a table is not joined with a stream', {
      hint: 'the other way round: FROM the_stream s JOIN the_table t ON …',
    })
  }
  if (join.within !== undefined) {
    throw sqlError(source, join.within, 'WITHIN is for two streams', {
      hint: 'a table has the row as it is: leave it out',
    })
  }
  const [pair, second] = pairs
  if (pair === undefined || second !== undefined) {
    throw sqlError(source, join.on, 'a table is joined by one equality', {
      hint: 'the key of the table = an expression',
    })
  }
  const isKeyOf = ({ key }: Relation, { node }: Typed): boolean => key?.length === 1 && key[0]?.node === node
  if (!isKeyOf(right, pair.right)) {
    throw sqlError(source, join.on, 'a table is joined by its key', {
      hint:
        right.key?.length === 1
          ? 'GROUP BY or PRIMARY KEY says what its key is'
          : 'a table whose key has several columns is not joined yet',
    })
  }
  const plan = {
    kind: 'tableJoin',
    type,
    left: left.plan,
    right: right.plan,
    leftKey: pair.left.node,
    residual,
  } as const
  if (type === 'FULL' && residual !== undefined) {
    throw sqlError(source, join.on, 'a FULL JOIN of tables has one condition: both sides would need a row of their own')
  }
  if (right.isWindowed) {
    throw sqlError(source, join.right, 'the rows of windows are found by window and key, not by a key alone', {
      hint: 'put the table without windows to the right',
    })
  }
  if (!left.isTable) {
    if (type === 'INNER' || type === 'LEFT') return { ...plan, by: 'stream' }
    throw sqlError(source, join, `a stream and a table have no ${type} JOIN`, { hint: 'JOIN or LEFT JOIN' })
  }
  const isByKey = isKeyOf(left, pair.left)
  if (!isByKey && left.isWindowed) {
    throw sqlError(source, join.on, 'a windowed table is joined by its key')
  }
  if ((left.isWindowed || !isByKey) && (type === 'RIGHT' || type === 'FULL')) {
    throw sqlError(source, join, `this join has no ${type} JOIN`, { hint: 'JOIN or LEFT JOIN' })
  }
  if (left.isWindowed) {
    planner.beyond(
      join,
      'ksqlDB does not join a windowed table with one without windows; here the join is by the key inside the window, which stays',
    )
    return { ...plan, by: 'windows' }
  }
  return { ...plan, by: isByKey ? 'keys' : 'foreign' }
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
