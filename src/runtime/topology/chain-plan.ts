// A chain as a program: what its commands have described, ready to be run by whoever has inputs and outputs.

import type { Window } from '../model/stream-record.ts'
import type { Endpoint, Topology } from './topology.ts'

/** Something that must be read completely before the first record. */
export interface TableLoad {
  readonly endpoint: Endpoint
  /** Called with each value, in order, and with the key of its record, which files do not have. */
  add(value: unknown, key: unknown): void
}

/** A chain as a program: what to run and what to prepare. */
export interface ChainPlan {
  readonly topology: Topology
  readonly loads: readonly TableLoad[]
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
