// What planning a query needs to know, and what it tells.

import type * as Ast from './ast.ts'
import type { Catalog } from './catalog.ts'
import type { LoweringContext } from './lowering-context.ts'
import { resolveColumn, type Relation } from './relation.ts'
import { sqlError, type SqlSource } from './sql-error.ts'
import type { SqlType } from './sql-type.ts'
import { typeFromName } from './type-name.ts'

/** What the planner of a statement works with. */
export interface Planner {
  readonly source: SqlSource
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  /** Something that the user may not expect. */
  notice(message: string): void
  /** The statement means something that ksqlDB refuses, for the reason given. KsError compile with `--strict`. */
  beyond(at: Ast.Span, reason: string): void
  /** A value became null because a function failed. */
  failed(message: string): void
  /** The queries of WITH around. */
  readonly named: ReadonlyMap<string, Ast.Query>
  readonly catalog: Catalog
  /** Those of CREATE TYPE. */
  readonly types: ReadonlyMap<string, SqlType>
  /** Results are called as their names were typed, for people who look at them; otherwise as SQL takes the names. */
  readonly keepsCase: boolean
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
  typeOf: (name) => typeFromName(name, planner.source, planner.types),
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
