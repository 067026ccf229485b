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
/** The value becomes an object of the fields of a stream; records without a value are left out. */
export interface DecodePlan {
  readonly kind: 'decode'
  readonly input: Plan
  readonly fields: readonly PlanField[]
}
/** The latest value of each key, as an object of the fields; a record without a value deletes. */
export interface TablePlan {
  readonly kind: 'table'
  readonly input: Plan
  readonly name: string
  readonly keys: readonly PlanField[]
  readonly fields: readonly PlanField[]
  /** The keys of the records are the texts of the only key field already, in their partitions. */
  readonly keyIsText: boolean
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
  /** Windows are shown when they close (EMIT FINAL). */
  readonly isFinal: boolean
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
/** The value is `{L: the left value, R: the row of the table}`. */
export interface TableJoinPlan {
  readonly kind: 'tableJoin'
  /** RIGHT and FULL only by keys. */
  readonly type: JoinPlan['type']
  readonly left: Plan
  readonly right: Plan
  /**
   * `stream`: records of a stream; of a table `keys`: rows of equal keys, `foreign`: rows that name the key of a right one,
   * `windows`: rows of windows with the row of the same key.
   */
  readonly by: 'stream' | 'keys' | 'foreign' | 'windows'
  /** The key of the right row that a left one goes with. */
  readonly leftKey: Node
  /** What must hold besides, of the joined value. */
  readonly residual: Node | undefined
}
/** The changes of a table as a stream; those that delete a row are left out. */
export interface ChangesPlan {
  readonly kind: 'changes'
  readonly input: Plan
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
  | DecodePlan
  | TablePlan
  | FilterPlan
  | ProjectPlan
  | ExplodePlan
  | RekeyPlan
  | AggregatePlan
  | JoinPlan
  | TableJoinPlan
  | ChangesPlan
  | UnionPlan
  | SortPlan
  | LimitPlan

/** The plans that a plan reads from, directly. */
export const inputsOf = (plan: Plan): readonly Plan[] => {
  if (plan.kind === 'source') return []
  if (plan.kind === 'union') return plan.inputs
  return plan.kind === 'join' || plan.kind === 'tableJoin' ? [plan.left, plan.right] : [plan.input]
}

/** Where the results of a query go that others read. */
export interface SinkPlan {
  /** Of the stream or table. */
  readonly name: string
  readonly input: Plan
  readonly place: Endpoint
  /** undefined: as it is. */
  readonly key: HalfPlan | undefined
  /** undefined: as it is. For a file these are all columns. */
  readonly value: HalfPlan | undefined
}

/** How the key or the value of a record is made of columns. */
export interface HalfPlan {
  readonly fields: readonly PlanField[]
  /** `bare`: the only column as it is, `object`: a field for each, `row`: cells with a delimiter between them. */
  readonly form: 'bare' | 'object' | { readonly delimiter: string }
}
