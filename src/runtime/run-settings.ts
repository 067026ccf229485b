// What the shared options of a chain mean for its run, in one frozen object.

import type { ErrorPolicy } from './stdio/input-faults.ts'
import type { Format } from './stdio/format.ts'
import type { TimestampRule } from './stdio/sources.ts'

/** Where a chain's state lives. */
export interface Durability {
  readonly applicationId: string
  readonly stage: string
  /** Equal for programs that may go on with each other's state. */
  readonly fingerprint: string
  readonly stateDirectory: string | undefined
  readonly lockWaitMs: number
}

/** How a chain runs. */
export interface RunSettings {
  readonly commandLine: string
  /** Files in order; empty means standard input. */
  readonly inputs: readonly string[]
  readonly inputFormat: Format | undefined
  readonly timestamps: TimestampRule
  readonly maxRecordBytes: number
  readonly outputFormat: Format | undefined
  /** true, false, or as the input came. */
  readonly envelope: boolean | undefined
  /** Emit what has changed so often (ms); undefined: at the end, at silence, at commits. */
  readonly emitEveryMs: number | undefined
  /** Nothing is emitted before the end of the input, but for windows that close. */
  readonly emitFinalOnly: boolean
  readonly idleMs: number | undefined
  readonly commitIntervalMs: number
  readonly errorPolicy: ErrorPolicy
  /** File for records that could not be processed, with the policy `aside`. */
  readonly asideFile: string | undefined
  readonly maxErrors: number | undefined
  readonly lateFile: string | undefined
  readonly durability: Durability | undefined
  readonly live: boolean
  readonly colour: 'auto' | 'always' | 'never'
  readonly progress: boolean | undefined
  readonly quiet: boolean
  readonly verbose: boolean
  /** Status 4 if nothing was written. */
  readonly exitStatus: boolean
}
