// What planning a query needs to know, and what it tells.

import type { Catalog, SourceDefinition } from './catalog.ts'
import type * as Ast from './ast.ts'
import { resolveColumn, type Relation } from './relation.ts'
import type { LoweringContext } from './lowering-context.ts'
import { sqlError, type SqlSource } from './sql-error.ts'
import type { SqlType } from './sql-type.ts'
import { typeFromName } from './type-name.ts'

/** What the planner of a statement works with. */
export interface Planner {
  readonly catalog: Catalog
  readonly source: SqlSource
  readonly clock: () => number
  /** Only what ksqlDB takes. */
  readonly isStrict: boolean
  /** Results are called as they are typed; otherwise by the names that SQL makes of them. */
  readonly keepsSpelling: boolean
  /** What is in quotes in FROM. */
  place(name: string, at: Ast.Span): SourceDefinition
  /** Something that the user may not expect. */
  notice(message: string): void
  /** A value became null because a function failed. */
  failed(message: string): void
  /** The queries of WITH around. */
  readonly named?: ReadonlyMap<string, Ast.Query>
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
  typeOf: (name) => typeOf(planner, name),
  failed: (message) => {
    planner.failed(message)
  },
  parameters: [],
})

export const typeOf = ({ catalog, source }: Pick<Planner, 'catalog' | 'source'>, name: Ast.TypeName): SqlType =>
  typeFromName(name, catalog, source)

/** Refuses what ksqlDB does not take, if only that is wanted. */
export const beyondKsql = ({ isStrict, source }: Planner, at: Ast.Span, what: string): void => {
  if (isStrict) throw sqlError(source, at, `ksqlDB refuses this: ${what}`, { hint: 'without --strict it runs' })
}
