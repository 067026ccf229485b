// From a parsed chain to a run: builds the topology, reads the shared options, hands both to the app.

import type { CliContext } from './cli/context.ts'
import { compileExpression } from './expression/compile.ts'
import type { ParsedChain } from './cli/parse.ts'
import { nearestNames } from './model/nearest-name.ts'
import { KsError } from './model/errors.ts'
import { parseJsonText, stringifyJson } from './serde/json-parse.ts'
import type { RunSettings } from './run-settings.ts'
import type { SharedValues, sharedOptions } from './shared-options.ts'
import { formatOfName, isFileName, type Format } from './stdio/format.ts'
import type { ErrorPolicy } from './stdio/input-faults.ts'
import type { TimestampRule } from './stdio/sources.ts'
import type { TestableChain } from './testing/run-test-case.ts'
import { Chain, type ChainPlan } from './topology/chain.ts'
import type { Endpoint } from './topology/topology.ts'

/** A chain as the command line gives it. */
export type CommandChain = ParsedChain<Chain, typeof sharedOptions>

/** A chain that is ready to run. */
export interface PreparedChain {
  readonly plan: ChainPlan
  readonly settings: RunSettings
}

/** The topology of a chain for tests: every update is seen, and inputs and outputs may be topics. */
export const prepareTest = (parsed: CommandChain, context: CliContext): TestableChain => {
  const { shared, stages, sources } = parsed
  const source: Endpoint = shared.topic === undefined ? sourceEndpoint(sources) : { kind: 'topic', name: shared.topic }
  const toTopic = shared.to !== undefined && !isFileName(shared.to)
  const chain = new Chain(source, {
    arguments: expressionArguments(shared),
    clock: () => context.now(),
    graceMs: shared.grace,
    emit: shared.emit?.mode ?? (toTopic ? 'changes' : undefined),
    live: false,
    tell: () => undefined,
    untrusted: true,
  })
  for (const { command, options, operands } of stages) command.build(chain, options, operands)
  const sink: Endpoint = toTopic ? { kind: 'topic', name: shared.to.replace(/^@/, '') } : sinkEndpoint(shared.to)
  const timestamps = timestampRule(shared, context, true)
  return { topology: chain.finish(sink).topology, timestamps: timestamps === 'now' ? undefined : timestamps }
}

/** Builds the topology and settles everything that can be settled before anything is opened. Throws KsError. */
export const prepareChain = (parsed: CommandChain, context: CliContext, untrusted: boolean): PreparedChain => {
  const { shared, stages, sources } = parsed
  if (shared.topic !== undefined) {
    throw new KsError('usage', `-t ${shared.topic}: this version reads files and pipes, not topics`, {
      hint: 'kcat -t TOPIC -J -e | ks … reads what kcat prints',
    })
  }
  const properties = readProperties(shared)
  const onTerminal = context.outputTerminal !== undefined && shared.to === undefined
  const formatChosen =
    shared.outputFormat ?? (shared.ocsv || shared.otsv || shared.rawOutput || shared.envelope === true)
  const wantsLive =
    shared.live ?? (onTerminal && context.outputTerminal?.obeysEscapes === true && formatChosen === false)
  const build = (live: boolean): ChainPlan => {
    const chain = new Chain(sourceEndpoint(sources), {
      arguments: expressionArguments(shared),
      clock: () => context.now(),
      graceMs: shared.grace,
      emit: shared.emit?.mode,
      live,
      tell: (line) => {
        context.tell(`${line}\n`)
      },
      untrusted,
    })
    for (const { command, options, operands } of stages) command.build(chain, options, operands)
    return chain.finish(sinkEndpoint(shared.to))
  }
  const plain = build(false)
  const live = wantsLive && plain.endsInTable && shared.emit?.mode !== 'final'
  const plan = live ? build(true) : plain
  const { policy, file } = errorPolicy(shared.onError)
  const applicationId = shared.app ?? properties.applicationId
  const stage = shared.name ?? stages.map(({ command }) => command.name).join('_')
  const settings: RunSettings = {
    commandLine: parsed.commandLine,
    inputs: sources,
    inputFormat: inputFormat(shared),
    timestamps: timestampRule(shared, context, untrusted),
    maxRecordBytes: shared.maxLine,
    outputFormat: outputFormat(shared),
    envelope: shared.envelope,
    emitEveryMs: shared.emit?.everyMs,
    emitFinalOnly: shared.emit?.mode === 'final',
    idleMs: shared.idle,
    commitIntervalMs: properties.commitIntervalMs,
    errorPolicy: policy,
    asideFile: file,
    maxErrors: shared.maxErrors,
    lateFile: shared.late === undefined ? undefined : fileOption('--late', shared.late),
    durability:
      applicationId === undefined
        ? undefined
        : {
            applicationId,
            stage,
            fingerprint: fingerprintOf(parsed),
            stateDirectory: shared.stateDir ?? properties.stateDirectory,
            lockWaitMs: shared.lockWait,
          },
    live,
    colour: shared.color,
    progress: shared.progress,
    quiet: shared.quiet,
    verbose: shared.verbose,
    exitStatus: shared.exitStatus,
  }
  return { plan, settings }
}

const sourceEndpoint = (sources: readonly string[]): Endpoint =>
  sources.length === 0 ? { kind: 'stdin', name: '' } : { kind: 'file', name: sources.join(', ') }

const sinkEndpoint = (to: string | undefined): Endpoint => {
  if (to === undefined || to === '-') return { kind: 'stdout', name: '' }
  return { kind: 'file', name: fileOption('--to', to) }
}

const fileOption = (option: string, value: string): string => {
  if (value.startsWith('@') || !isFileName(value)) {
    const name = value.replace(/^@/, '')
    throw new KsError('usage', `${option} ${value}: this version writes files only`, {
      hint: `write ${option} ./${name} for a file`,
    })
  }
  return value
}

const errorPolicy = (typed: string): { policy: ErrorPolicy; file: string | undefined } => {
  if (typed === 'fail' || typed === 'skip' || typed === 'keep') return { policy: typed, file: undefined }
  return { policy: 'aside', file: fileOption('--on-error', typed) }
}

const expressionArguments = (shared: SharedValues): ReadonlyMap<string, unknown> => {
  const values = new Map<string, unknown>(shared.arg)
  for (const [name, json] of shared.argjson) {
    try {
      values.set(name, parseJsonText(json))
    } catch (error) {
      throw new KsError('usage', `--argjson ${name}: ${json} is no JSON`, {
        cause: error,
        hint: `--arg ${name}=… makes it a string`,
      })
    }
  }
  return values
}

const inputFormat = (shared: SharedValues): Format | undefined => {
  if (shared.rawInput) return 'text'
  if (shared.icsv) return 'csv'
  if (shared.itsv) return 'tsv'
  return shared.inputFormat === undefined ? undefined : formatOfName(shared.inputFormat)
}

const outputFormat = (shared: SharedValues): Format | undefined => {
  if (shared.rawOutput) return 'text'
  if (shared.ocsv) return 'csv'
  if (shared.otsv) return 'tsv'
  return shared.outputFormat === undefined ? undefined : formatOfName(shared.outputFormat)
}

const timestampRule = (shared: SharedValues, context: CliContext, untrusted: boolean): TimestampRule => {
  if (shared.ts === undefined || shared.ts === 'now') return shared.ts
  const options = { arguments: expressionArguments(shared), clock: () => context.now(), linearRegex: untrusted }
  return compileExpression(shared.ts, { ...options, subject: '--ts' })
}

interface Properties {
  readonly commitIntervalMs: number
  readonly applicationId: string | undefined
  readonly stateDirectory: string | undefined
}

const propertyNames = ['application.id', 'commit.interval.ms', 'state.dir'] as const

/** Kafka's names of what a run without Kafka has too. */
const readProperties = (shared: SharedValues): Properties => {
  const values = new Map<string, string>()
  for (const [name, value] of shared.property) {
    if (!propertyNames.some((known) => known === name)) {
      throw new KsError('usage', `-X ${name}: no such property`, { didYouMean: nearestNames(name, propertyNames) })
    }
    values.set(name, value)
  }
  const interval = values.get('commit.interval.ms') ?? '30000'
  if (!/^\d+$/.test(interval)) {
    throw new KsError('usage', `-X commit.interval.ms=${interval}: not a number of milliseconds`)
  }
  return {
    commitIntervalMs: Number(interval),
    applicationId: values.get('application.id'),
    stateDirectory: values.get('state.dir'),
  }
}

/** What makes two programs the same for their state: verbs, their operands and options; not inputs, outputs or the terminal. */
const fingerprintOf = ({ stages, shared }: CommandChain): string =>
  stringifyJson({
    stages: stages.map(({ command, options, operands }) => ({ verb: command.name, options, operands })),
    ts: shared.ts ?? null,
    arguments: [shared.arg, shared.argjson],
  })
