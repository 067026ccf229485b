// What the shared options of a chain mean for its run, in one frozen object.

import type { ErrorPolicy } from './stdio/input-faults.ts'
import type { Config } from './config/config.ts'
import type { Expression } from './expression/compile.ts'
import type { RecordingLevel } from './metrics/metric-table.ts'
import type { Sampling } from './metrics/sampled-stat.ts'
import type { ListenAddress } from './model/listen-address.ts'
import type { OffsetRange } from './model/offset-range.ts'
import type { Header } from './model/stream-record.ts'
import type { StageProgram } from './program-recipe.ts'
import type { SerdeName } from './serde/primitive-serde.ts'
import type { ScriptPlan } from './sql/plan-script.ts'
import type { Format } from './stdio/format.ts'
import type { TimestampRule } from './stdio/sources.ts'
import type { Trace } from './trace-option.ts'

/** Where a chain's state lives. */
export interface Durability {
  readonly applicationId: string
  readonly stage: string
  /** Equal for programs that may go on with each other's state. */
  readonly fingerprint: string
  /** For those who ask for the state. */
  readonly program: StageProgram
  readonly stateDirectory: string | undefined
  readonly lockWaitMs: number
}

/** `--serve`. */
export interface ServeSettings {
  readonly address: ListenAddress
  readonly tokenFile: string | undefined
}

/** `--metrics`, and what the configuration says of metrics. */
export interface MetricsSettings {
  readonly address: ListenAddress
  readonly level: RecordingLevel
  readonly sampling: Sampling
  /** `client.id`, or what names the run; the threads are named after it. */
  readonly clientId: string
}

/** What a chain has to do with Kafka. */
export interface TopicSettings {
  readonly config: Config
  /** The input is in topics; otherwise it is a file or a pipe. */
  readonly isInput: boolean
  /** Topics to read (`-t`), without those of tables: what is nothing but tables has none. */
  readonly inputs: readonly string[]
  /** `-o`; undefined is the committed position, or what `auto.offset.reset` says. */
  readonly range: OffsetRange | undefined
  /** `-e`: end where the topics end now. */
  readonly exit: boolean
  /** `-p`: partitions to read, all if undefined; without topics to read, the one to write to. */
  readonly partition: number | undefined
  /** undefined guesses, see KeySlice. */
  readonly readKey: SerdeName | undefined
  readonly readValue: SerdeName
  readonly writeKey: SerdeName | undefined
  readonly writeValue: SerdeName
  /** `-k`: the key of what is written. */
  readonly keyExpression: Expression | undefined
  /** `-H`: added to what is written. */
  readonly headers: readonly Header[]
  readonly exactlyOnce: boolean
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
  /** Topic for records that could not be processed, with the policy `aside`. */
  readonly asideTopic: string | undefined
  readonly lateTopic: string | undefined
  /** `-c`: end after so many records were read. */
  readonly limit: number | undefined
  /** undefined if nothing is read from or written to Kafka. */
  readonly topics: TopicSettings | undefined
  readonly durability: Durability | undefined
  readonly live: boolean
  readonly colour: 'auto' | 'always' | 'never'
  readonly progress: boolean | undefined
  readonly quiet: boolean
  readonly verbose: boolean
  /** `--trace`, if given. */
  readonly trace: Trace | undefined
  /** Status 4 if nothing was written. */
  readonly exitStatus: boolean
  /** `--metrics`; undefined counts nothing. */
  readonly metrics: MetricsSettings | undefined
  /** What statements of SQL mean that run; undefined for other programs. */
  readonly script?: ScriptPlan
  /** `--serve`; undefined listens nowhere but at the socket of the application. */
  readonly serve: ServeSettings | undefined
}

/** Standard input as a pipe may go on for ever; files end. */
export const isEndless = (inputs: readonly string[]): boolean => inputs.length === 0 || inputs.includes('-')
