// From a parsed chain to a run: builds the topology, reads the shared options, hands both to the app.

import { homedir } from 'node:os'
import type { CliContext } from './cli/context.ts'
import { compileExpression } from './expression/compile.ts'
import type { ParsedChain } from './cli/parse.ts'
import { KsError } from './model/errors.ts'
import { parseJsonText, stringifyJson } from './serde/json-parse.ts'
import type { Config } from './config/config.ts'
import { checkOptions } from './check-options.ts'
import { isConfigured } from './config/config-directory.ts'
import { loadConfig } from './load-config.ts'
import { metricsSettings } from './metrics-settings.ts'
import { parseOffsetRange } from './model/offset-range.ts'
import { errorPolicy, placeOfSink, placeOption } from './place-options.ts'
import { askableStores, chainRecipe, type ProgramRecipe } from './program-recipe.ts'
import type { RunSettings, TopicSettings } from './run-settings.ts'
import type { SharedValues, sharedOptions } from './shared-options.ts'
import { formatOfFile, formatOfName, isFileName, type Format } from './stdio/format.ts'
import type { TimestampRule } from './stdio/sources.ts'
import type { TestableChain } from './testing/run-test-case.ts'
import { Chain } from './topology/chain.ts'
import type { ChainPlan } from './topology/chain-plan.ts'
import type { ChainSettings } from './topology/chain-settings.ts'
import type { Endpoint, Topology } from './topology/topology.ts'

/** A chain as the command line gives it. */
export type CommandChain = ParsedChain<Chain, typeof sharedOptions>

/** A chain that is ready to run. */
export interface PreparedChain {
  readonly plan: ChainPlan
  readonly settings: RunSettings
}

/** Where a chain was written. */
export interface ChainOrigin {
  /** Not on the user's own command line: its regular expressions run in linear time. */
  readonly untrusted: boolean
  /** It may run modules in JavaScript all the same. */
  readonly allowModules: boolean
}

/** Adds the stages of a chain, whatever they have loaded before. */
type BuildStages = (chain: Chain) => void

/** Loads what the stages need. */
const prepareStages = async (
  { stages }: CommandChain,
  context: CliContext,
  { untrusted, allowModules }: ChainOrigin,
): Promise<BuildStages> => {
  const prepared: unknown[] = []
  for (const { command, operands } of stages) {
    if (command.prepare !== undefined && untrusted && !allowModules) {
      throw new KsError(
        'usage',
        `${command.name} ${operands.join(' ')} runs a module, which a file may not do by itself`,
        {
          hint: '--allow-modules lets it',
        },
      )
    }
    prepared.push(await command.prepare?.(operands, context))
  }
  return (chain) => {
    for (const [index, { command, options, operands }] of stages.entries()) {
      command.build(chain, options, operands, prepared[index])
    }
  }
}

/** The topology of a chain for tests: every update is seen, and inputs and outputs may be topics. */
export const prepareTest = async (
  parsed: CommandChain,
  context: CliContext,
  allowModules: boolean,
): Promise<TestableChain> => {
  const { shared, sources } = parsed
  const buildStages = await prepareStages(parsed, context, { untrusted: true, allowModules })
  const toTopic = shared.to !== undefined && !isFileName(shared.to)
  const chain = new Chain(sourceEndpoints(shared.topic, sources), {
    arguments: expressionArguments(shared),
    clock: () => context.now(),
    graceMs: shared.grace,
    emit: shared.emit?.mode ?? (toTopic ? 'changes' : undefined),
    live: false,
    partitioned: false,
    tell: () => undefined,
    untrusted: true,
  })
  buildStages(chain)
  const timestamps = timestampRule(shared, context, true)
  return {
    topology: chain.finish(sinkOf(parsed)).topology,
    timestamps: timestamps === 'now' ? undefined : timestamps,
  }
}

/** Builds the topology and settles everything that can be settled before anything is opened. Throws KsError. */
export const prepareChain = async (
  parsed: CommandChain,
  context: CliContext,
  origin: ChainOrigin,
): Promise<PreparedChain> => {
  const { shared, stages, sources, commandLine } = parsed
  const buildStages = await prepareStages(parsed, context, origin)
  const sink = sinkOf(parsed)
  return prepareProgram(
    {
      shared,
      commandLine,
      sources,
      readsTopics: shared.topic.length > 0,
      topicsOf: () => shared.topic.map((name) => name.replace(/^@/, '')),
      sink,
      stage: stages.map(({ command }) => command.name).join('_'),
      untrusted: origin.untrusted,
      fingerprint: (topology) => fingerprintOf(parsed, topology),
      recipe: chainRecipe(parsed, context.currentDirectory),
      build: (settings) => {
        const chain = new Chain(sourceEndpoints(shared.topic, sources), settings)
        buildStages(chain)
        return chain.finish(sink)
      },
    },
    context,
  )
}

/** What is to be run, whoever has described it. */
export interface Program {
  readonly shared: SharedValues
  readonly commandLine: string
  /** Files to read. */
  readonly sources: readonly string[]
  /** It reads topics. */
  readonly readsTopics: boolean
  /** The topics that it reads, without those of tables. */
  topicsOf(topology: Topology): readonly string[]
  readonly sink: Endpoint
  /** `<application id>-<stage>` is the group, unless `--name` says otherwise. */
  readonly stage: string
  readonly untrusted: boolean
  /** Equal for programs that may go on with each other's state. */
  fingerprint(topology: Topology): string
  /** undefined for what is not started from a shell. */
  readonly recipe: ProgramRecipe | undefined
  build(settings: ChainSettings): ChainPlan
}

/** As prepareChain. */
export const prepareProgram = async (program: Program, context: CliContext): Promise<PreparedChain> => {
  const { shared, sources, sink, untrusted, commandLine } = program
  const { readsTopics } = program
  if (readsTopics && sources.length > 0) {
    throw new KsError(
      'usage',
      `-t ${shared.topic.join(' -t ')} and the file ${sources.join(' ')}: which is the input?`,
      {
        hint: 'one of them can be added with: then merge …',
      },
    )
  }
  const config = await configOf(program, context)
  const applicationId = shared.app ?? (config?.text('application.id') || undefined)
  const onTerminal = context.outputTerminal !== undefined && sink.kind === 'stdout'
  const formatChosen =
    shared.outputFormat ?? (shared.ocsv || shared.otsv || shared.rawOutput || shared.envelope === true)
  const wantsLive =
    shared.live ??
    (onTerminal &&
      context.outputTerminal?.obeysEscapes === true &&
      formatChosen === false &&
      shared.trace === undefined)
  const everyUpdate = config?.isSet('statestore.cache.max.bytes') && config.number('statestore.cache.max.bytes') === 0
  const topicEmit = everyUpdate ? 'changes' : 'flush'
  const build = (live: boolean): ChainPlan =>
    program.build({
      arguments: expressionArguments(shared),
      clock: () => context.now(),
      graceMs: shared.grace,
      emit: shared.emit?.mode ?? (sink.kind === 'topic' ? topicEmit : undefined),
      live,
      partitioned: readsTopics && applicationId !== undefined,
      tell: (line) => {
        context.tell(`${line}\n`)
      },
      untrusted,
    })
  const plain = build(false)
  // Nothing may come between the table on the terminal and itself.
  const isAlone = plain.topology.nodes.filter(({ endpoint }) => endpoint?.kind === 'stdout').length === 1
  const live = wantsLive && plain.endsInTable && isAlone && shared.emit?.mode !== 'final'
  const plan = live ? build(true) : plain
  const late = placeOption('--late', shared.late)
  if (late.file !== undefined && !['ndjson', 'json', 'text', undefined].includes(formatOfFile(late.file))) {
    throw new KsError('usage', `--late ${late.file}: late records are written as NDJSON`, {
      hint: 'give the file a name that ends in .ndjson',
    })
  }
  const deadLetters = readsTopics ? config?.text('errors.dead.letter.queue.topic.name') || undefined : undefined
  const goesOn = readsTopics || shared.maxErrors !== undefined
  const errors = errorPolicy(
    shared.onError ?? (deadLetters === undefined ? (goesOn ? 'skip' : 'fail') : `@${deadLetters}`),
  )
  if (errors.policy === 'fail' && shared.maxErrors !== undefined) {
    throw new KsError('usage', '--on-error fail ends the run at the first bad record, whatever --max-errors says', {
      hint: 'leave out --on-error fail',
    })
  }
  const usesTopics =
    plan.topology.nodes.some(({ endpoint }) => endpoint?.kind === 'topic') ||
    plan.topology.globals.some(({ endpoint }) => endpoint.kind === 'topic') ||
    late.topic !== undefined ||
    errors.topic !== undefined
  const byName = sink.kind === 'file' ? formatOfFile(sink.name) : undefined
  checkOptions(shared, {
    usesTopics,
    readsTopics,
    writesTopic: sink.kind === 'topic',
    outputFormat: outputFormat(shared) ?? byName,
  })
  const topics = usesTopics
    ? topicSettings(program, plan.topology, config ?? (await defaultConfig(context, shared.quiet)), context)
    : undefined
  const isDurable = applicationId !== undefined
  const everyMs = shared.emit?.everyMs
  // What results are shown is decided at commits there, so that a task that moves has shown what it has committed.
  const emitsAtCommits = readsTopics && isDurable && everyMs !== undefined
  const settings: RunSettings = {
    commandLine,
    inputs: sources,
    inputFormat: inputFormat(shared),
    timestamps: timestampRule(shared, context, untrusted),
    maxRecordBytes: shared.maxLine,
    outputFormat: outputFormat(shared),
    envelope: shared.envelope,
    emitEveryMs: emitsAtCommits ? undefined : everyMs,
    emitFinalOnly: shared.emit?.mode === 'final',
    idleMs: shared.idle,
    commitIntervalMs: emitsAtCommits ? everyMs : (config?.number('commit.interval.ms') ?? 30_000),
    errorPolicy: errors.policy,
    asideFile: errors.file,
    asideTopic: errors.topic,
    maxErrors: shared.maxErrors,
    lateFile: late.file,
    lateTopic: late.topic,
    limit: shared.limit,
    topics,
    durability: isDurable
      ? {
          applicationId,
          stage: shared.name ?? program.stage,
          fingerprint: program.fingerprint(plan.topology),
          program: { recipe: program.recipe, stores: askableStores(plan.topology) },
          stateDirectory: shared.stateDir ?? (config?.text('state.dir') || undefined),
          lockWaitMs: shared.lockWait,
        }
      : undefined,
    live,
    colour: shared.color,
    // A status line among them would hide what is traced.
    progress: shared.progress ?? (shared.trace === undefined ? undefined : false),
    quiet: shared.quiet,
    verbose: shared.verbose,
    trace: shared.trace,
    exitStatus: shared.exitStatus,
    serve: shared.serve === undefined ? undefined : { address: shared.serve, tokenFile: shared.tokenFile },
    metrics: metricsSettings(
      shared.metrics,
      config,
      isDurable ? `${applicationId}-${shared.name ?? program.stage}` : 'ks',
    ),
  }
  return { plan, settings }
}

const sourceEndpoints = (topics: readonly string[], files: readonly string[]): readonly Endpoint[] => {
  if (topics.length > 0) return topics.map((name) => ({ kind: 'topic', name: name.replace(/^@/, '') }))
  return [files.length === 0 ? { kind: 'stdin', name: '' } : { kind: 'file', name: files.join(', ') }]
}

/** Where a chain ends: where its last stage says, or `--to`. */
const sinkOf = ({ shared, stages }: CommandChain): Endpoint => {
  const { to } = shared
  const last = stages.at(-1)
  const topic = last?.command.topicSink?.(last.operands)
  if (topic !== undefined) {
    if (to === undefined) return { kind: 'topic', name: topic }
    throw new KsError('usage', `--to ${to} and ${last?.command.name ?? ''} ${topic}: which is the output?`)
  }
  return placeOfSink(to)
}

/**
 * The configuration, if anything says what is in it or needs it. Files that nobody asked for by an option are read without a
 * word about what is odd in them: most of it is about clusters.
 */
const configOf = async ({ shared, sink, readsTopics }: Program, context: CliContext): Promise<Config | undefined> => {
  const asked =
    readsTopics ||
    shared.property.length > 0 ||
    shared.config !== undefined ||
    shared.profile !== undefined ||
    sink.kind === 'topic'
  if (!asked && !isConfigured({ environment: context.environment, homeDirectory: homedir })) return undefined
  return loadConfig({ ...shared, quiet: shared.quiet || !asked }, context)
}

const defaultConfig = (context: CliContext, quiet: boolean): Promise<Config> =>
  loadConfig({ brokers: undefined, config: undefined, profile: undefined, property: [], eos: false, quiet }, context)

const topicSettings = (
  { shared, readsTopics, topicsOf, untrusted }: Program,
  topology: Topology,
  config: Config,
  context: CliContext,
): TopicSettings => ({
  config,
  isInput: readsTopics,
  inputs: topicsOf(topology),
  range: shared.offset === undefined ? undefined : parseOffsetRange(shared.offset, context.now()),
  exit: shared.exit,
  partition: shared.partition,
  readKey: shared.key?.read,
  readValue: shared.value.read,
  writeKey: shared.key?.write,
  writeValue: shared.value.write,
  keyExpression:
    shared.keyExpression === undefined
      ? undefined
      : compileExpression(shared.keyExpression, {
          subject: '-k',
          arguments: expressionArguments(shared),
          clock: () => context.now(),
          linearRegex: untrusted,
        }),
  headers: shared.header.map(([name, value]) => ({ name, value: Buffer.from(value, 'utf8') })),
  exactlyOnce: config.text('processing.guarantee') === 'exactly_once_v2',
})

/** `--arg` and `--argjson`. */
export const expressionArguments = (shared: SharedValues): ReadonlyMap<string, unknown> => {
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

/** What makes two programs the same for their state: verbs, their operands and options; not inputs, outputs or the terminal. */
const fingerprintOf = ({ stages, shared }: CommandChain, topology: Topology): string =>
  stringifyJson({
    stages: stages.map(({ command, options, operands }) => ({ verb: command.name, options, operands })),
    ts: shared.ts ?? null,
    arguments: [shared.arg, shared.argjson],
    // What a module declares is not on the command line.
    ...(stages.some(({ command }) => command.prepare !== undefined)
      ? { stores: topology.stores.map(({ name, kind }) => [name, kind]) }
      : {}),
  })
