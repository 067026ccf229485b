// GROUP BY and WINDOW: a table whose rows have the group's expressions and the results of the aggregates as fields.

import type { AnyWindows } from '../windows/any-windows.ts'
import type * as Ast from './ast.ts'
import { findSqlAggregate, resolveAggregate, withPair } from './aggregates.ts'
import { nameOf } from './names.ts'
import { coerced } from './coercion.ts'
import { expressionKey, findAll, nameIn } from './expression-key.ts'
import { lower } from './lower.ts'
import { defaultGraceMs } from './plan-join.ts'
import type { AggregateCall, PlanField } from './plan.ts'
import { loweringOver, textOf, type Planner } from './planner.ts'
import { ambiguousIn, fieldOf, noSpan, type Relation, type RelationColumn } from './relation.ts'
import { sqlError } from './sql-error.ts'
import { anyType, bigintType } from './sql-type.ts'
import { literalNode, type Typed } from './typed.ts'

/** `SUM(x)` and the like. */
export const isAggregateCall = (expression: Ast.Expression): expression is Ast.Call =>
  expression.kind === 'call' && findSqlAggregate(nameOf(expression.name)) !== undefined

/** The groups, and what expressions over them stand for. */
export interface Aggregated {
  readonly relation: Relation
  known(expression: Ast.Expression): Typed | undefined
}

export const planAggregate = (
  relation: Relation,
  select: Ast.Select,
  query: Ast.Query,
  planner: Planner,
  before: (expression: Ast.Expression) => Typed | undefined,
): Aggregated => {
  const { groupBy, window, items, having } = select
  const { source } = planner
  if (select.partitionBy.length > 0) {
    throw sqlError(source, select.partitionBy[0] ?? noSpan, 'PARTITION BY does not go with GROUP BY', {
      hint: 'GROUP BY says what the key is',
    })
  }
  if (relation.isTable && window !== undefined) {
    throw sqlError(source, window, 'the rows of a table have no time to be put into windows by', {
      hint: 'a stream has: leave out WINDOW, or group the stream',
    })
  }
  if (relation.isWindowed) throw sqlError(source, select.from, 'the rows of windows are not grouped again yet')
  if (query.emit === 'FINAL' && window === undefined) {
    throw sqlError(source, query, 'EMIT FINAL needs a WINDOW, which closes', { hint: 'WINDOW TUMBLING (SIZE 1 HOUR)' })
  }
  const isAmbiguous = ambiguousIn(relation)
  const keyOf = (expression: Ast.Expression): string => expressionKey(expression, isAmbiguous)
  const context = loweringOver(planner, relation, before)
  const used = new Set<string>()
  const groups = groupBy.map((expression, index) => {
    const inner = findAll(expression, isAggregateCall)[0]
    if (inner !== undefined) throw sqlError(source, inner, 'GROUP BY sees single rows, before they are aggregated')
    const typed = lower(expression, context)
    const item = items.find((one) => one.kind === 'expression' && keyOf(one.expression) === keyOf(expression))
    const given = (item?.kind === 'expression' ? item.alias : undefined) ?? nameIn(expression)
    const name = given === undefined || used.has(given.text) ? `KSQL_COL_${String(index)}` : given.text
    used.add(name)
    const field: PlanField = { name, node: typed.node, type: typed.type }
    return { key: keyOf(expression), expression, field, typed: groupColumn(field) }
  })
  // Without GROUP BY everything is one group.
  const keys: readonly PlanField[] =
    groups.length > 0
      ? groups.map(({ field }) => field)
      : [{ name: 'KSQL_ALL', node: literalNode(noSpan, 0), type: bigintType }]
  const wanted = [
    ...items.flatMap((item) => (item.kind === 'expression' ? [item.expression] : [])),
    ...(having === undefined ? [] : [having]),
  ].flatMap((expression) => findAll(expression, isAggregateCall).filter(isAggregateCall))
  const calls = new Map<string, AggregateCall>()
  for (const call of wanted) {
    if (calls.has(keyOf(call))) continue
    const resolved = aggregateCall(call, planner, context)
    if (relation.isTable && resolved.create().subtract === undefined) {
      throw sqlError(source, call, `${nameOf(call.name)} cannot take back what a row of a table was before`, {
        hint: 'COUNT, SUM, AVG, COLLECT_LIST and others can; over a stream all can',
      })
    }
    calls.set(keyOf(call), resolved)
  }
  const windows = window === undefined ? undefined : windowsOf(window, planner)
  const columns: RelationColumn[] = groups.map(({ field, expression, typed }) => ({
    name: expression.kind === 'column' ? nameOf(expression.name) : field.name,
    shown: field.name,
    qualifier: undefined,
    typed,
  }))
  const grouped: Relation = {
    plan: {
      kind: 'aggregate',
      input: relation.plan,
      keys,
      windows,
      isFinal: query.emit === 'FINAL',
      calls: [...calls.values()],
    },
    columns,
    open: [],
    isTable: true,
    isWindowed: window !== undefined,
    qualifiers: relation.qualifiers,
    key: groups.length === 0 ? undefined : groups.map(({ typed }) => typed),
  }
  const results = fieldOf('A', anyType).node
  const resultOf = new Map(
    [...calls].map(([key, { type }], index): readonly [string, Typed] => [
      key,
      { node: { kind: 'index', target: results, index: literalNode(noSpan, index), ...noSpan }, type },
    ]),
  )
  return {
    relation: grouped,
    known: (expression) => {
      const key = keyOf(expression)
      const group = groups.find((candidate) => candidate.key === key)
      if (group !== undefined) return group.typed
      const result = resultOf.get(key)
      if (result !== undefined) return result
      if (expression.kind === 'column' && !isWindowBound(expression)) {
        throw sqlError(source, expression, `${textOf(expression, planner)} has many values in a group`, {
          hint: 'it stands in GROUP BY, or in an aggregate: LATEST_BY_OFFSET(…), MAX(…), …',
        })
      }
      return undefined
    },
  }
}

const isWindowBound = ({ name }: Ast.Column): boolean => ['WINDOWSTART', 'WINDOWEND', 'ROWTIME'].includes(nameOf(name))

const groupColumn = ({ name, type }: PlanField): Typed => fieldOf(name, type, fieldOf('K', anyType).node)

const aggregateCall = (
  written: Ast.Call,
  planner: Planner,
  context: ReturnType<typeof loweringOver>,
): AggregateCall => {
  const call = withPair(written)
  const { source } = planner
  for (const argument of call.arguments) {
    const inner = findAll(argument, isAggregateCall)[0]
    if (inner !== undefined) throw sqlError(source, inner, 'an aggregate does not stand inside another one')
  }
  const values = call.arguments.map((argument) => lower(argument, context))
  const { argument, returns, create } = resolveAggregate(call, values, source)
  const at = argument && call.arguments[argument.position]
  const value = argument && values[argument.position]
  return {
    type: returns,
    create,
    argument: argument && at && value && coerced(value, argument.type, at, context).node,
  }
}

const windowsOf = (window: Ast.WindowClause, planner: Planner): AnyWindows => {
  const { kind, size, advance, grace } = window
  if (grace === undefined) {
    planner.notice(
      'WINDOW without GRACE PERIOD: late records count for 24 hours of event time (GRACE PERIOD 0 SECONDS)',
    )
  }
  const graceMs = grace?.ms ?? Math.max(0, defaultGraceMs - size.ms)
  switch (kind) {
    case 'TUMBLING':
      return { sizeMs: size.ms, advanceMs: size.ms, graceMs }
    case 'HOPPING':
      if (advance === undefined || advance.ms > size.ms) {
        throw sqlError(planner.source, advance ?? window, 'HOPPING advances by no more than its size', {
          hint: 'WINDOW HOPPING (SIZE 1 HOUR, ADVANCE BY 5 MINUTES)',
        })
      }
      return { sizeMs: size.ms, advanceMs: advance.ms, graceMs }
    case 'SESSION':
      return { gapMs: size.ms, graceMs }
    case 'SLIDING':
      return { differenceMs: size.ms, graceMs }
  }
}
