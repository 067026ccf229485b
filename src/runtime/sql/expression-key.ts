// Expressions that are the same although they stand at different places, and what is in them.

import type * as Ast from './ast.ts'
import { nameOf } from './names.ts'

/**
 * A text that is equal for expressions that are equal: names as SQL takes them, whatever qualifies them.
 * @param isAmbiguous a name that needs its qualifier
 */
export const expressionKey = (expression: Ast.Expression, isAmbiguous: (name: string) => boolean): string =>
  JSON.stringify(expression, (key, value: unknown) => {
    if (key === 'start' || key === 'end') return undefined
    if (typeof value === 'bigint') return `${String(value)}n`
    if (!isNode(value)) return value
    if (value.kind === 'column') {
      const column = value as Ast.Column
      const name = nameOf(column.name)
      return isAmbiguous(name) && column.qualifier !== undefined ? `${nameOf(column.qualifier)}.${name}` : name
    }
    if (value.kind === 'call') return { ...value, name: nameOf((value as Ast.Call).name) }
    return value
  })

const isNode = (value: unknown): value is { readonly kind: string } =>
  typeof value === 'object' && value !== null && 'kind' in value

/** What an expression is called that has no alias: a column, or a field of one. */
export const nameIn = (expression: Ast.Expression): Ast.Identifier | undefined =>
  expression.kind === 'column' ? expression.name : expression.kind === 'dereference' ? expression.field : undefined

/** The direct parts of an expression. */
export const partsOf = (expression: Ast.Expression): readonly Ast.Expression[] => {
  switch (expression.kind) {
    case 'literal':
    case 'column':
    case 'unit':
      return []
    case 'dereference':
      return [expression.base]
    case 'subscript':
      return [expression.base, expression.index]
    case 'arithmetic':
    case 'comparison':
      return [expression.left, expression.right]
    case 'negate':
    case 'not':
    case 'isNull':
    case 'cast':
      return [expression.operand]
    case 'and':
    case 'or':
      return expression.operands
    case 'between':
      return [expression.operand, expression.low, expression.high]
    case 'in':
      return [expression.operand, ...expression.items]
    case 'like':
      return [expression.operand, expression.pattern]
    case 'case':
      return [
        ...(expression.operand === undefined ? [] : [expression.operand]),
        ...expression.branches.flatMap(({ when, then }) => [when, then]),
        ...(expression.otherwise === undefined ? [] : [expression.otherwise]),
      ]
    case 'call':
      return expression.arguments
    case 'lambda':
      return [expression.body]
    case 'array':
      return expression.items
    case 'map':
      return expression.entries.flatMap(({ key, value }) => [key, value])
    case 'struct':
      return expression.fields.map(({ value }) => value)
    case 'atTimeZone':
      return [expression.operand, expression.zone]
  }
}

/** The outermost parts, the expression itself among them, that are of a kind. */
export const findAll = (
  expression: Ast.Expression,
  isWanted: (part: Ast.Expression) => boolean,
): readonly Ast.Expression[] =>
  isWanted(expression) ? [expression] : partsOf(expression).flatMap((part) => findAll(part, isWanted))

/** The columns that an expression names, those of lambdas' parameters not among them. */
export const columnsOf = (expression: Ast.Expression, parameters: readonly string[] = []): readonly Ast.Column[] => {
  if (expression.kind === 'column') {
    return expression.qualifier === undefined && parameters.includes(nameOf(expression.name)) ? [] : [expression]
  }
  const inner = expression.kind === 'lambda' ? [...parameters, ...expression.parameters.map(nameOf)] : parameters
  return partsOf(expression).flatMap((part) => columnsOf(part, inner))
}
