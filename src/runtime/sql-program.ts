// Statements of SQL, ready to run.

import type { CliContext } from './cli/context.ts'
import { KsError } from './model/errors.ts'
import { prepareProgram, type PreparedChain } from './run-chain.ts'
import { placeOfSink } from './place-options.ts'
import { sqlRecipe } from './program-recipe.ts'
import type { SharedValues } from './shared-options.ts'
import type { EmitMode } from './operators/emit.ts'
import { buildPlans, type TableEmits } from './sql/build-plan.ts'
import { parseStatements, type ParsedStatement } from './sql/parse.ts'
import { inputsOf, type Plan } from './sql/plan.ts'
import { planScript, type ScriptPlan } from './sql/plan-script.ts'
import { sqlError } from './sql/sql-error.ts'
import { stringifyJson } from './serde/json-parse.ts'
import type { ChainPlan } from './topology/chain-plan.ts'
import type { ChainSettings } from './topology/chain-settings.ts'
import { tombstoneRow } from './topology/row-forms.ts'
import { KTable, StreamsBuilder } from './topology/streams-builder.ts'
import type { Endpoint } from './topology/topology.ts'

/** What to run, and how. */
export interface SqlProgram {
  readonly text: string
  /** The file that it comes from. */
  readonly file: string | undefined
  readonly shared: SharedValues
  /** What ksqlDB refuses is refused. */
  readonly strict: boolean
  /** Values of variables (`${name}`). */
  readonly variables: ReadonlyMap<string, string>
  readonly commandLine: string
}

/** Statements that have been planned. */
export interface PreparedSql {
  readonly script: ScriptPlan
  /** What goes on when the topics are there; undefined if nothing does. */
  readonly chain: PreparedChain | undefined
  /** With what SET says. */
  readonly shared: SharedValues
}

/**
 * Parses and plans statements, and prepares their run.
 * @throws KsError compile for what is no statement or cannot be run; usage for options that do not go with it.
 */
export const prepareSql = async (program: SqlProgram, context: CliContext): Promise<PreparedSql> => {
  const { text, file, variables, strict } = program
  const statements = parseStatements(text, { name: file, variables })
  const [first] = statements
  if (first === undefined) throw sqlError({ text, name: file }, { start: 0, end: 0 }, 'there is no statement')
  const notices = new Set<string>()
  const failures = new Failures((message) => {
    if (!program.shared.quiet) context.warn(message)
  })
  const script = planScript(statements, {
    clock: () => context.now(),
    isStrict: strict,
    notice: (message) => notices.add(message),
    failed: (message) => {
      failures.add(message)
    },
  })
  // What is typed counts more than what a script says.
  const shared = { ...program.shared, property: [...script.settings, ...program.shared.property] }
  refuseOptions(shared, script)
  const { sinks, query } = script
  const isRun = sinks.length > 0 || query !== undefined
  if (!isRun && script.rows.length === 0 && script.topics.length === 0) {
    notices.add('nothing to run: what is declared here is known only to the statements behind it')
  }
  const chain = isRun ? await prepareQueries({ ...program, shared }, script, statements, context) : undefined
  if (!shared.quiet) for (const notice of notices) context.warn(notice)
  return { script, chain, shared }
}

const prepareQueries = async (
  program: SqlProgram,
  script: ScriptPlan,
  statements: readonly ParsedStatement[],
  context: CliContext,
): Promise<PreparedChain> => {
  const { shared, commandLine } = program
  const { sinks, query } = script
  const plans = plansOf(script)
  const places = distinct(plans.flatMap(sourcesOf))
  const topics = places.filter(({ kind }) => kind === 'topic')
  const [first] = places
  if (topics.length > 0 && topics.length < places.length) {
    throw new KsError('usage', 'a query reads topics or files, not both', {
      hint: 'a file beside a topic can be looked up: JOIN without WITHIN',
    })
  }
  const readsTopics = topics.length > 0
  const sink = query === undefined ? (sinks[0]?.place ?? placeOfSink(shared.to)) : placeOfSink(shared.to)
  // A query that reads a topic and does not say EMIT reads what is there; what others read goes on.
  const isBounded = readsTopics && query !== undefined && query.query.emit === undefined && shared.app === undefined
  const { plan, settings } = await prepareProgram(
    {
      shared: isBounded ? { ...shared, exit: true } : shared,
      commandLine,
      sources: first?.kind === 'file' ? [first.name] : [],
      readsTopics,
      topicsOf: () => topics.map(({ name }) => name),
      sink,
      stage: 'sql',
      untrusted: true,
      recipe: sqlRecipe(program, context.currentDirectory),
      fingerprint: ({ nodes, stores }) =>
        stringifyJson({
          sql: statements.map(({ text }) => text),
          nodes: nodes.map(({ name, kind, parents }) => [name, kind, parents]),
          stores: stores.map(({ name, kind }) => [name, kind]),
        }),
      build: (chainSettings) => chainPlanOf(script, statements, chainSettings, sink),
    },
    context,
  )
  return { plan, settings: { ...settings, script } }
}

const plansOf = ({ sinks, query }: ScriptPlan): readonly Plan[] => [
  ...sinks.map(({ input }) => input),
  ...(query === undefined ? [] : [query.plan]),
]

const chainPlanOf = (
  script: ScriptPlan,
  statements: readonly ParsedStatement[],
  settings: ChainSettings,
  sink: Endpoint,
): ChainPlan => {
  const { sinks, query } = script
  const source = statements[0]?.source ?? { text: '' }
  const builder = new StreamsBuilder()
  const emitsOf = (asked: EmitMode | undefined, windowed: EmitMode): TableEmits => ({
    plain: asked === 'final' ? 'flush' : (asked ?? 'flush'),
    windowed: asked ?? windowed,
  })
  const said = query?.query.emit
  const asked = said === 'CHANGES' ? 'changes' : said === 'FINAL' ? 'final' : settings.emit
  const shown = query && { plan: query.plan, emit: emitsOf(asked, settings.live ? 'flush' : 'final') }
  const { result, sourceNodes, grouping } = buildPlans(sinks, shown, {
    builder,
    source,
    clock: settings.clock,
    emit: emitsOf(settings.emit, 'flush'),
    isPartitioned: settings.partitioned,
  })
  result?.to(sink)
  const topology = builder.build()
  const isTable = query?.isTable === true && grouping !== undefined
  return {
    topology,
    needsTime: plansOf(script).some(usesTime),
    stateful: topology.stores.length > 0,
    tombstone: isTable ? (key, window) => tombstoneRow(grouping, key, window) : undefined,
    endsInTable: result instanceof KTable,
    sourceNodes,
    values: 'any',
  }
}

/** The streams that a plan reads, in the order in which they are built. */
export const sourcesOf = (plan: Plan): readonly Endpoint[] => {
  if (plan.kind === 'source') return [plan.place]
  // What is looked up is no stream.
  if (plan.kind === 'join' && plan.windows === undefined) return sourcesOf(plan.left)
  return inputsOf(plan).flatMap(sourcesOf)
}

const distinct = (places: readonly Endpoint[]): readonly Endpoint[] => [
  ...new Map(places.map((place) => [`${place.kind} ${place.name}`, place])).values(),
]

const usesTime = (plan: Plan): boolean =>
  ((plan.kind === 'aggregate' || plan.kind === 'join') && plan.windows !== undefined) || inputsOf(plan).some(usesTime)

const refuseOptions = (shared: SharedValues, { query, rows }: ScriptPlan): void => {
  if (shared.topic.length > 0) {
    throw new KsError('usage', `-t ${shared.topic.join(' -t ')}: the statement says what is read`, {
      hint: `FROM '@${shared.topic[0] ?? ''}'`,
    })
  }
  if (query === undefined && shared.to !== undefined) {
    throw new KsError('usage', `--to ${shared.to}: there is no SELECT at the end, whose results would go there`, {
      hint: 'WITH (KAFKA_TOPIC = …) or WITH (FILE = …) says where a stream or table goes',
    })
  }
  if (shared.app === undefined) return
  if (query?.plan.kind === 'sort') {
    throw new KsError('usage', '-a goes on for ever, and ORDER BY, OFFSET and LIMIT of groups need an end', {
      hint: 'leave out -a',
    })
  }
  if (rows.length > 0) {
    throw new KsError('usage', 'INSERT INTO … VALUES in a program with -a would insert its rows at each start', {
      hint: 'insert them in a script of its own',
    })
  }
}

/** The values that have become null because a function failed: said once for each reason. */
class Failures {
  private readonly known = new Set<string>()
  private readonly warn: (message: string) => void

  constructor(warn: (message: string) => void) {
    this.warn = warn
  }

  add(message: string): void {
    if (this.known.size >= maxFailuresTold || this.known.has(message)) return
    this.known.add(message)
    this.warn(`a value became null: ${message}`)
  }
}

const maxFailuresTold = 5
