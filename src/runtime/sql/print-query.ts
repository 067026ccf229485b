// Queries as canonical SQL, on one line.

import type { Identifier, JoinRelation, Query, Relation, Select, SelectItem, WindowClause } from './ast.ts'
import { printDuration, printExpression, printName, printString, printValue } from './print-expression.ts'

/** A query, which parses to the same tree. */
export const printQuery = (query: Query): string => {
  const named = query.with.map(({ name, query: inner }) => `${printName(name)} AS (${printQuery(inner)})`)
  const order = query.orderBy.map(
    ({ expression, isDescending }) => printExpression(expression) + (isDescending ? ' DESC' : ''),
  )
  return join([
    clause('WITH', named),
    query.selects.map(printSelect).join(' UNION ALL '),
    clause('ORDER BY', order),
    query.emit && `EMIT ${query.emit}`,
    query.limit !== undefined && `LIMIT ${String(query.limit)}`,
    query.offset !== undefined && `OFFSET ${String(query.offset)}`,
  ])
}

const printSelect = (select: Select): string =>
  join([
    clause('SELECT', select.items.map(printItem)),
    `FROM ${printRelation(select.from)}`,
    select.window && `WINDOW ${printWindow(select.window)}`,
    select.where && `WHERE ${printExpression(select.where)}`,
    clause('GROUP BY', select.groupBy.map(printValue)),
    clause('PARTITION BY', select.partitionBy.map(printValue)),
    select.having && `HAVING ${printExpression(select.having)}`,
  ])

const printItem = (item: SelectItem): string => {
  switch (item.kind) {
    case 'all':
      return item.qualifier === undefined ? '*' : `${printName(item.qualifier)}.*`
    case 'structAll':
      return `${printExpression(item.base)}->*`
    case 'expression':
      return printExpression(item.expression) + printAlias(item.alias)
  }
}

const printAlias = (alias: Identifier | undefined): string => (alias === undefined ? '' : ` AS ${printName(alias)}`)

const printRelation = (relation: Relation): string => {
  switch (relation.kind) {
    case 'named':
      return (
        (relation.isPlace ? printString(relation.name.text) : printName(relation.name)) + printAlias(relation.alias)
      )
    case 'subquery':
      return `(${printQuery(relation.query)})${printAlias(relation.alias)}`
    case 'join':
      return printJoin(relation)
  }
}

const printJoin = ({ type, left, right, within, on }: JoinRelation): string =>
  join([
    printRelation(left),
    type === 'INNER' ? 'JOIN' : `${type} JOIN`,
    printRelation(right),
    within && printWithin(within),
    `ON ${printExpression(on)}`,
  ])

const printWithin = ({ before, after, grace }: NonNullable<JoinRelation['within']>): string => {
  const span = before.ms === after.ms ? printDuration(before) : `(${printDuration(before)}, ${printDuration(after)})`
  return join([`WITHIN ${span}`, grace && `GRACE PERIOD ${printDuration(grace)}`])
}

const printWindow = ({ kind, size, advance, retention, grace }: WindowClause): string => {
  const parts = [
    kind === 'SESSION' ? printDuration(size) : `SIZE ${printDuration(size)}`,
    advance && `ADVANCE BY ${printDuration(advance)}`,
    retention && `RETENTION ${printDuration(retention)}`,
    grace && `GRACE PERIOD ${printDuration(grace)}`,
  ]
  return `${kind} (${parts.filter((part) => part !== undefined).join(', ')})`
}

const clause = (words: string, items: readonly string[]): string | undefined =>
  items.length === 0 ? undefined : `${words} ${items.join(', ')}`

/** The parts that are there, with spaces between. */
export const join = (parts: readonly (string | false | undefined)[]): string =>
  parts.filter((part) => typeof part === 'string' && part !== '').join(' ')
