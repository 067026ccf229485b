// FROM: sources by name, by place and as queries, and their joins.

import { mapChildren, type Node } from '../expression/ast.ts'
import type { JoinWindows } from '../windows/join-windows.ts'
import type * as Ast from './ast.ts'
import { nameOf, type SourceDefinition } from './catalog.ts'
import { coerced, commonType } from './coercion.ts'
import { readColumns } from './column-reader.ts'
import { columnsOf } from './expression-key.ts'
import { condition, lower } from './lower.ts'
import type { JoinPlan, Plan } from './plan.ts'
import { beyondKsql, loweringOver, type Planner } from './planner.ts'
import { noSpan, rerooted, within, type Relation, type RelationColumn } from './relation.ts'
import { sqlError } from './sql-error.ts'
import { stringType, type SqlType } from './sql-type.ts'
import { fieldNode, literalNode, recordNode, type Typed } from './typed.ts'

type PlanQuery = (query: Ast.Query, planner: Planner) => Relation

/** What ksqlDB waits for late records of a join or window that does not say: a day. */
export const defaultGraceMs = 86_400_000

export const planFrom = (from: Ast.Relation, planner: Planner, planQuery: PlanQuery): Relation => {
  switch (from.kind) {
    case 'named':
      return planNamed(from, planner, planQuery)
    case 'subquery': {
      beyondKsql(planner, from, 'a query in FROM')
      return aliased(planQuery(from.query, planner), from.alias, planner, from)
    }
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
  const query = from.isPlace ? undefined : planner.named?.get(name)
  if (query !== undefined) {
    const others = new Map(planner.named)
    others.delete(name)
    const relation = planQuery(query, { ...planner, named: others })
    return aliased(relation, from.alias ?? from.name, planner, from)
  }
  const isStdin = !from.isPlace && name === 'STDIN' && planner.catalog.find(name) === undefined
  if (from.isPlace || isStdin) beyondKsql(planner, from, 'a file or a topic in FROM')
  const source = from.isPlace
    ? planner.place(from.name.text, from)
    : isStdin
      ? planner.place('-', from)
      : planner.catalog.get(from.name, planner.source)
  return relationOf(source, from.alias === undefined ? source.name : nameOf(from.alias))
}

/** A source as the relation that it is. */
export const relationOf = (source: SourceDefinition, qualifier: string): Relation => ({
  plan: { kind: 'source', source },
  columns: readColumns(source, qualifier),
  open:
    source.columns === undefined
      ? [{ qualifier, node: recordNode(noSpan), isText: /\.(csv|tsv)(\.gz)?$/.test(source.place.name) }]
      : [],
  isTable: source.isTable,
  window: source.window,
  qualifiers: [qualifier],
})

interface KeyPair {
  readonly left: Typed
  readonly right: Typed
  readonly leftColumn: RelationColumn | undefined
  readonly rightColumn: RelationColumn | undefined
}

const planJoin = (join: Ast.JoinRelation, planner: Planner, planQuery: PlanQuery): Relation => {
  const left = planFrom(join.left, planner, planQuery)
  const right = planFrom(join.right, planner, planQuery)
  const shared = right.qualifiers.find((qualifier) => left.qualifiers.includes(qualifier))
  if (shared !== undefined) {
    throw sqlError(planner.source, join.right, `two sources are called ${shared}`, { hint: 'give one an alias: … AS b' })
  }
  const { pairs, rest } = conditionsOf(join, left, right, planner)
  if (pairs.length > 1 || rest.length > 0) {
    beyondKsql(planner, join.on, 'a join by more than one equality')
  }
  const how = howToJoin(join, left, right, pairs, planner)
  const sides = { left: side(left, how === 'table' || how === 'lookup'), right: side(right, false) }
  const isRawRight = how === 'table' || how === 'lookup'
  const { columns: leftColumns, open: leftOpen } = within(sides.left, 'L')
  const { columns: rightColumns, open: rightOpen } = isRawRight
    ? withinRow(right, pairs)
    : within(sides.right, 'R')
  const joined: Relation = {
    plan: left.plan,
    columns: keyed(leftColumns, rightColumns, join, how, pairs),
    open: [...leftOpen, ...rightOpen],
    isTable: how === 'tables' || how === 'foreign key',
    window: left.window,
    qualifiers: [...left.qualifiers, ...right.qualifiers],
  }
  const context = loweringOver(planner, joined)
  const residual: Node | undefined =
    rest.length === 0
      ? undefined
      : { kind: 'and', operands: rest.map((one) => condition(one, context)), ...noSpan }
  const plan: JoinPlan = {
    kind: 'join',
    type: join.type,
    left: left.isTable && how === 'table' ? { kind: 'updates', input: sides.left.plan } : sides.left.plan,
    right: isRawRight ? right.plan : sides.right.plan,
    how,
    leftKeys: pairs.map(({ left: { node } }) => sides.left.adapt(node)),
    rightKeys: pairs.map(({ right: { node } }) => (isRawRight ? node : sides.right.adapt(node))),
    isLeftKeyed: pairs.length === 1 && pairs[0]?.leftColumn?.isKey === true,
    isRightKeyed: pairs.length === 1 && pairs[0]?.rightColumn?.isKey === true,
    windows: how === 'streams' ? windowsOf(join, planner) : undefined,
    isEager: join.within !== undefined && join.within.grace === undefined && join.type !== 'INNER',
    residual,
    text: planner.source.text.slice(join.on.start, join.on.end),
  }
  return { ...joined, plan }
}

/** A side with its columns as the fields of its values, keys among them, so that its key may become another one. */
const side = (
  relation: Relation,
  staysAsItIs: boolean,
): Pick<Relation, 'columns' | 'open' | 'plan'> & { adapt(node: Node): Node } => {
  if (relation.columns.length === 0 || staysAsItIs && relation.columns.every(({ isKey }) => !isKey)) {
    return { ...relation, adapt: (node) => node }
  }
  const isSeveral = new Set(relation.columns.map(({ qualifier }) => qualifier)).size > 1
  const fieldOf = ({ qualifier, name }: RelationColumn): string =>
    isSeveral && qualifier !== undefined ? `${qualifier}.${name}` : name
  const fields = relation.columns.map((column) => ({
    name: fieldOf(column),
    node: column.typed.node,
    type: column.typed.type,
    text: column.name,
  }))
  const opened = relation.open.map(({ qualifier, node, isText }) => ({ qualifier, node, isText, field: `${qualifier}.*` }))
  const plan: Plan = {
    kind: 'project',
    input: relation.plan,
    fields: [
      ...fields,
      ...opened.map(({ field, node }) => ({ name: field, node, type: { kind: 'ANY' } as const, text: '*' })),
    ],
  }
  const texts = new Map(relation.columns.map((column) => [column.typed.node, fieldOf(column)]))
  const adapt = (node: Node): Node => {
    const field = texts.get(node)
    if (field !== undefined) return fieldNode(noSpan, recordNode(noSpan), field)
    return replaced(node, (part) => {
      const name = texts.get(part)
      return name === undefined ? undefined : fieldNode(noSpan, recordNode(noSpan), name)
    })
  }
  return {
    plan,
    columns: relation.columns.map((column) => ({
      ...column,
      typed: { ...column.typed, node: fieldNode(noSpan, recordNode(noSpan), fieldOf(column)) },
    })),
    open: opened.map(({ qualifier, field, isText }) => ({
      qualifier,
      isText,
      node: fieldNode(noSpan, recordNode(noSpan), field),
    })),
    adapt,
  }
}

const replaced = (node: Node, replace: (part: Node) => Node | undefined): Node => {
  const other = replace(node)
  if (other !== undefined) return other
  return mapChildren(node, (child) => replaced(child, replace))
}

/** The columns of a row that a table has as it came; its key is what the left side is equal to. */
const withinRow = (right: Relation, pairs: readonly KeyPair[]): Pick<Relation, 'columns' | 'open'> => {
  const row = fieldNode(noSpan, recordNode(noSpan), 'R')
  const leftRoot = fieldNode(noSpan, recordNode(noSpan), 'L')
  const [pair] = pairs
  return {
    columns: right.columns.map((column) => {
      if (pair?.rightColumn !== column || !column.isKey) {
        return { ...column, typed: { ...column.typed, node: rerooted(column.typed.node, row) } }
      }
      const node: Node = {
        kind: 'conditional',
        test: { kind: 'comparison', operator: '!=', left: row, right: literalNode(noSpan, null), ...noSpan },
        then: rerooted(pair.left.node, leftRoot),
        otherwise: literalNode(noSpan, null),
        ...noSpan,
      }
      return { ...column, typed: { ...column.typed, node } }
    }),
    open: right.open.map((one) => ({ ...one, node: rerooted(one.node, row) })),
  }
}

/** The column that the key of the results is: of the left side, or of the only side whose rows are all there. */
const keyed = (
  left: readonly RelationColumn[],
  right: readonly RelationColumn[],
  { type }: Ast.JoinRelation,
  how: JoinPlan['how'],
  [pair]: readonly KeyPair[],
): readonly RelationColumn[] => {
  if (how === 'foreign key' || how === 'lookup') return [...left, ...right.map((column) => ({ ...column, isKey: false }))]
  const isKey = (column: RelationColumn, of: RelationColumn | undefined): boolean =>
    of !== undefined && column.name === of.name && column.qualifier === of.qualifier
  return [
    ...left.map((column) => ({ ...column, isKey: type !== 'RIGHT' && isKey(column, pair?.leftColumn) })),
    ...right.map((column) => ({ ...column, isKey: type === 'RIGHT' && isKey(column, pair?.rightColumn) })),
  ]
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
  const contexts = [loweringOver(planner, leftRelation), loweringOver(planner, rightRelation)] as const
  const typed = [lower(ofLeft, contexts[0]), lower(ofRight, contexts[1])] as const
  const type = joinType(typed, ofLeft, contexts[0])
  return {
    left: coerced(typed[0], type, ofLeft, contexts[0]),
    right: coerced(typed[1], type, ofRight, contexts[1]),
    leftColumn: plainColumn(ofLeft, leftRelation),
    rightColumn: plainColumn(ofRight, rightRelation),
  }
}

/** Undeclared columns meet as texts, so that 7 and "7" are equal. */
const joinType = (
  typed: readonly [Typed, Typed],
  at: Ast.Span,
  context: Parameters<typeof commonType>[2],
): SqlType => {
  const [a, b] = typed
  if (a.type.kind === 'ANY' && b.type.kind === 'ANY') return a.type
  if (a.type.kind === 'ANY' || b.type.kind === 'ANY') return stringType
  return commonType(typed, at, context)
}

const plainColumn = (expression: Ast.Expression, relation: Relation): RelationColumn | undefined => {
  if (expression.kind !== 'column') return undefined
  const name = nameOf(expression.name)
  const qualifier = expression.qualifier === undefined ? undefined : nameOf(expression.qualifier)
  return relation.columns.find(
    (column) => column.name === name && (qualifier === undefined || column.qualifier === qualifier),
  )
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

const howToJoin = (
  join: Ast.JoinRelation,
  left: Relation,
  right: Relation,
  pairs: readonly KeyPair[],
  planner: Planner,
): JoinPlan['how'] => {
  const refuse = (what: string, hint: string, at: Ast.Span = join): never => {
    throw sqlError(planner.source, at, what, { hint })
  }
  const rightSource = right.plan.kind === 'source' ? right.plan.source : undefined
  const isRightKeyed = pairs.length === 1 && pairs[0]?.rightColumn?.isKey === true
  if (join.within !== undefined && (left.isTable || right.isTable)) {
    refuse('WITHIN is for two streams', 'a table has its rows until they change', join.within)
  }
  const isLookup = rightSource !== undefined && rightSource.place.kind === 'file' && join.within === undefined
  if (isLookup && (join.type === 'INNER' || join.type === 'LEFT')) {
    if (!right.isTable) beyondKsql(planner, join.right, 'a file that is looked up')
    return 'lookup'
  }
  if (!left.isTable && !right.isTable) {
    if (join.within === undefined) {
      refuse('a join of two streams needs WITHIN', 'JOIN … WITHIN 1 HOUR ON …')
    }
    return 'streams'
  }
  if (left.isTable && !right.isTable) {
    refuse('a table cannot be joined with a stream', 'the stream stands first: FROM stream JOIN table ON …')
  }
  if (!left.isTable) {
    if (join.type === 'RIGHT' || join.type === 'FULL') {
      refuse(`a stream and a table have no ${join.type} JOIN`, 'only the stream brings results: INNER or LEFT')
    }
    if (!isRightKeyed) {
      refuse('a table is joined by its primary key', `its key is ${keyNames(right)}`, join.on)
    }
    return 'table'
  }
  if (left.window !== undefined || right.window !== undefined) {
    beyondKsql(planner, join, 'a table of windows joined with another one')
    if (right.window !== undefined) {
      refuse('rows of windows have no match in a table', 'the table of windows stands first')
    }
    planner.notice('the rows of windows meet the rows of the other table as they are then')
    if (!isRightKeyed || join.type === 'RIGHT' || join.type === 'FULL') {
      refuse('a table is joined by its primary key', `its key is ${keyNames(right)}`, join.on)
    }
    return 'table'
  }
  if (!isRightKeyed) refuse('the right table is joined by its primary key', `its key is ${keyNames(right)}`, join.on)
  if (pairs[0]?.leftColumn?.isKey === true) return 'tables'
  if (join.type === 'RIGHT' || join.type === 'FULL') {
    refuse(`a join by a foreign key is INNER or LEFT, not ${join.type}`, 'rows that no other one names have no key')
  }
  return 'foreign key'
}

const keyNames = ({ columns }: Relation): string =>
  columns
    .filter(({ isKey }) => isKey)
    .map(({ name }) => name)
    .join(', ') || 'not declared'

const windowsOf = ({ within: clause }: Ast.JoinRelation, planner: Planner): JoinWindows => {
  if (clause === undefined) throw new Error('a join of streams without WITHIN')
  if (clause.grace === undefined) {
    planner.notice('no GRACE PERIOD: late records are joined for 24 hours, and records without a match show at once')
  }
  return {
    beforeMs: clause.before.ms,
    afterMs: clause.after.ms,
    graceMs: clause.grace?.ms ?? defaultGraceMs,
  }
}
