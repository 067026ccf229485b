// What the shared options, and those of aggregations, say to the stages of a chain.

import type { EmitMode } from '../operators/emit.ts'

/** What holds for all stages of a chain. */
export interface ChainSettings {
  /** `--arg` and `--argjson`. */
  readonly arguments: ReadonlyMap<string, unknown>
  readonly clock: () => number
  /** `--grace`, ms. */
  readonly graceMs: number
  /** `--emit`, if given. */
  readonly emit: EmitMode | undefined
  /** Results go to a live view: windows show before they close. */
  readonly live: boolean
  /** Partitions are processed apart, under an application id: what belongs together must be brought together. */
  readonly partitioned: boolean
  /** Says a line on standard error. */
  tell(line: string): void
  /** Expressions come from a file, not from the user's own command line. */
  readonly untrusted: boolean
}

/** Where an aggregation happens. */
export interface AggregatePlace {
  readonly window: string | undefined
  readonly store: string | undefined
  /** `--ttl`, ms. */
  readonly ttl?: number | undefined
}

/** What an aggregation says to the stages behind it, too. */
export interface AggregateOptions extends AggregatePlace {
  /** Name of the last result column. */
  readonly lastColumn: string
}
