// A chain as a program: what its commands have described, ready to be run by whoever has inputs and outputs.

import type { Window } from '../model/stream-record.ts'
import type { Topology } from './topology.ts'

/** A chain as a program. */
export interface ChainPlan {
  readonly topology: Topology
  /** Some operator looks at timestamps. */
  readonly needsTime: boolean
  /** Some operator keeps state. */
  readonly stateful: boolean
  /** The sink of the chain writes changes of a table; this is the row that stands for a deleted key. */
  readonly tombstone: ((keyText: string, window: Window | undefined) => unknown) | undefined
  /** The last stage ends in an aggregation or table: rows are updates. */
  readonly endsInTable: boolean
  readonly sourceNodes: readonly string[]
  /** `bytes`: values need not be read, and are printed as they are. */
  readonly values: 'any' | 'bytes'
}
