// The logical plan of a query, of which build-plan.ts makes nodes. Trees read the value that the input of their step hands on.

import type { Aggregator } from '../aggregates/aggregate-function.ts'
import type { Node } from '../expression/ast.ts'
import type { Endpoint } from '../topology/topology.ts'
import type { AnyWindows } from '../windows/any-windows.ts'
import type { JoinWindows } from '../windows/join-windows.ts'
import type { SqlType } from './sql-type.ts'

/** A field of a value that a step makes. */
export interface PlanField {
  readonly name: string
  readonly node: Node
  readonly type: SqlType
}

export interface SourcePlan {
  readonly kind: 'source'
  readonly place: Endpoint
}
export interface FilterPlan {
  readonly kind: 'filter'
  readonly input: Plan
  readonly condition: Node
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
/** A call of an aggregate. */
export interface AggregateCall {
  create(): Aggregator<unknown>
  /** Several arguments are an array. */
  readonly argument: Node | undefined
  readonly type: SqlType
}
/** A table of `{K: the keys' fields, A: the results of the calls}`. */
export interface AggregatePlan {
  readonly kind: 'aggregate'
  readonly input: Plan
  readonly keys: readonly PlanField[]
  readonly windows: AnyWindows | undefined
  readonly calls: readonly AggregateCall[]
}
/** The value is `{L: the left value, R: the right one}`; one of them null without a match. */
export interface JoinPlan {
  readonly kind: 'join'
  readonly type: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL'
  readonly left: Plan
  /** Of a lookup a source. */
  readonly right: Plan
  /** What both sides are equal in; one pair for each condition. */
  readonly leftKeys: readonly Node[]
  readonly rightKeys: readonly Node[]
  /** Records meet that are near in time; undefined: the right side is a file that is read before the first record. */
  readonly windows: JoinWindows | undefined
  /** What must hold besides, of the joined value. */
  readonly residual: Node | undefined
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
}
/** The first rows; then the query ends. */
export interface LimitPlan {
  readonly kind: 'limit'
  readonly input: Plan
  readonly limit: number
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

/** The plans that a plan reads from, directly. */
export const inputsOf = (plan: Plan): readonly Plan[] => {
  if (plan.kind === 'source') return []
  if (plan.kind === 'union') return plan.inputs
  return plan.kind === 'join' ? [plan.left, plan.right] : [plan.input]
}
