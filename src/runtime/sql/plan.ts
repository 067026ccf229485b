// The logical plan of a query: what EXPLAIN prints and build-plan.ts makes nodes of. Trees read the value that the input of
// their step hands on.

import type { Node } from '../expression/ast.ts'
import type { AnyWindows } from '../windows/any-windows.ts'
import type { JoinWindows } from '../windows/join-windows.ts'
import type { Aggregator } from '../aggregates/aggregate-function.ts'
import type { SourceDefinition } from './catalog.ts'
import type { SqlType } from './sql-type.ts'

/** A field of a value that a step makes. */
export interface PlanField {
  readonly name: string
  readonly node: Node
  readonly type: SqlType
  /** As SQL. */
  readonly text: string
}

export interface SourcePlan {
  readonly kind: 'source'
  readonly source: SourceDefinition
}
export interface FilterPlan {
  readonly kind: 'filter'
  readonly input: Plan
  readonly condition: Node
  readonly text: string
}
/** The value becomes an object of the fields. */
export interface ProjectPlan {
  readonly kind: 'project'
  readonly input: Plan
  readonly fields: readonly PlanField[]
}
/** A record for each element: `{R: the value, E0: an element of the first array, …}`. */
export interface ExplodePlan {
  readonly kind: 'explode'
  readonly input: Plan
  readonly arrays: readonly PlanField[]
}
/** The key becomes that of the fields, which the value has. */
export interface RekeyPlan {
  readonly kind: 'rekey'
  readonly input: Plan
  readonly keys: readonly PlanField[]
}
/** A call of an aggregate; its result is the field `name`. */
export interface AggregateCall {
  readonly name: string
  create(): Aggregator<unknown>
  readonly argument: Node | undefined
  readonly supportsTables: boolean
  readonly type: SqlType
  readonly text: string
}
/** A table of the keys' fields and the calls' results. */
export interface AggregatePlan {
  readonly kind: 'aggregate'
  readonly input: Plan
  readonly keys: readonly PlanField[]
  /** The keys are those that the records have. */
  readonly isByRecordKey: boolean
  readonly windows: AnyWindows | undefined
  readonly windowText: string
  readonly calls: readonly AggregateCall[]
  readonly isFinal: boolean
}
/** The value is `{L: the left value, R: the right one}`; one of them null without a match. */
export interface JoinPlan {
  readonly kind: 'join'
  readonly type: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL'
  readonly left: Plan
  readonly right: Plan
  /**
   * `streams`: near in time. `table`: the left stream meets the row of the right table. `tables`: rows of equal keys.
   * `foreign key`: the row of the right table that the left one names. `lookup`: the right side is read before the first record.
   */
  readonly how: 'streams' | 'table' | 'tables' | 'foreign key' | 'lookup'
  /** What both sides are equal in; one pair for each condition. */
  readonly leftKeys: readonly Node[]
  readonly rightKeys: readonly Node[]
  /** The records of the side have that key anyway. */
  readonly isLeftKeyed: boolean
  readonly isRightKeyed: boolean
  readonly windows: JoinWindows | undefined
  /** Null results come at once and may be followed by matches (no GRACE PERIOD). */
  readonly isEager: boolean
  /** What must hold besides, of the joined value. */
  readonly residual: Node | undefined
  readonly text: string
}
export interface UnionPlan {
  readonly kind: 'union'
  readonly inputs: readonly Plan[]
}
/** Rows at the end of the input, in order. */
export interface SortPlan {
  readonly kind: 'sort'
  readonly input: Plan
  readonly by: readonly { readonly node: Node; readonly isDescending: boolean }[]
  readonly offset: number
  readonly limit: number
  readonly text: string
}
/** The first rows; then the query ends. */
export interface LimitPlan {
  readonly kind: 'limit'
  readonly input: Plan
  readonly limit: number
}
/** The updates of a table as a stream. */
export interface UpdatesPlan {
  readonly kind: 'updates'
  readonly input: Plan
}

export type Plan =
  | SourcePlan
  | FilterPlan
  | ProjectPlan
  | ExplodePlan
  | RekeyPlan
  | AggregatePlan
  | JoinPlan
  | UnionPlan
  | SortPlan
  | LimitPlan
  | UpdatesPlan
