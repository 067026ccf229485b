// Table functions in SELECT: EXPLODE makes a row of each element. Several of them go side by side; the shorter ones are null.

import type * as Ast from './ast.ts'
import { nameOf } from './names.ts'
import { expressionKey, findAll } from './expression-key.ts'
import { findSqlFunction } from './functions/all.ts'
import { lower } from './lower.ts'
import { loweringOver, type Planner } from './planner.ts'
import { ambiguousIn, fieldOf, within, type Relation } from './relation.ts'
import { sqlError } from './sql-error.ts'
import type { Typed } from './typed.ts'

/** The rows of the elements, and what the calls stand for in them. */
export interface Exploded {
  readonly relation: Relation
  known(expression: Ast.Expression): Typed | undefined
}

export const planExplode = (relation: Relation, select: Ast.Select, planner: Planner): Exploded => {
  const isTableFunction = (part: Ast.Expression): boolean =>
    part.kind === 'call' && findSqlFunction(nameOf(part.name))?.isTableFunction === true
  const calls = select.items.flatMap((item) =>
    item.kind === 'expression' ? findAll(item.expression, isTableFunction) : [],
  )
  if (calls.length === 0) return { relation, known: () => undefined }
  const [first] = calls
  if (relation.isTable && first !== undefined) {
    throw sqlError(planner.source, first, 'a table function needs a stream, this is a table')
  }
  const isAmbiguous = ambiguousIn(relation)
  const arrays = calls.map((call, index) => {
    const typed = lower(call, { ...loweringOver(planner, relation), tableFunction: call })
    return {
      key: expressionKey(call, isAmbiguous),
      field: { name: `E${String(index)}`, node: typed.node, type: typed.type },
    }
  })
  const inner = within(relation, 'R')
  return {
    relation: {
      ...relation,
      ...inner,
      plan: { kind: 'explode', input: relation.plan, arrays: arrays.map(({ field }) => field) },
    },
    known: (expression) => {
      if (!isTableFunction(expression)) return undefined
      const key = expressionKey(expression, isAmbiguous)
      const found = arrays.find((array) => array.key === key)
      if (found === undefined) return undefined
      return fieldOf(found.field.name, found.field.type)
    },
  }
}
