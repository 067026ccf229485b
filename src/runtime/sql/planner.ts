// What planning a query needs to know, and what it tells.

import type * as Ast from './ast.ts'
import type { LoweringContext } from './lowering-context.ts'
import { resolveColumn, type Relation } from './relation.ts'
import { sqlError, type SqlSource } from './sql-error.ts'
import { typeFromName } from './type-name.ts'

/** What the planner of a statement works with. */
export interface Planner {
  readonly source: SqlSource
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  /** Something that the user may not expect. */
  notice(message: string): void
  /** A value became null because a function failed. */
  failed(message: string): void
  /** The queries of WITH around. */
  readonly named: ReadonlyMap<string, Ast.Query>
}

/** How expressions over a relation become trees. */
export const loweringOver = (
  planner: Planner,
  relation: Relation,
  known: LoweringContext['known'] = () => undefined,
): LoweringContext => ({
  source: planner.source,
  clock: planner.clock,
  column: (column) => resolveColumn(relation, column, planner.source),
  known,
  typeOf: (name) => typeFromName(name, planner.source),
  failed: (message) => {
    planner.failed(message)
  },
  parameters: [],
})

export const textOf = ({ start, end }: Ast.Span, { source }: Planner): string => source.text.slice(start, end)

/** For what is planned for later: says what works meanwhile. */
export const refuse = ({ source }: Planner, at: Ast.Span, what: string, hint: string): never => {
  throw sqlError(source, at, what, { hint })
}
