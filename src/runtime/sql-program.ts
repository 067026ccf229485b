// A query in SQL, ready to run.

import type { CliContext } from './cli/context.ts'
import { KsError } from './model/errors.ts'
import { prepareProgram, type PreparedChain } from './run-chain.ts'
import { placeOfSink } from './place-options.ts'
import { sqlRecipe } from './program-recipe.ts'
import type { SharedValues } from './shared-options.ts'
import { buildPlan } from './sql/build-plan.ts'
import { withJsonValues } from './sql/output-value.ts'
import { parseStatement, type ParsedStatement } from './sql/parse.ts'
import { inputsOf, type Plan } from './sql/plan.ts'
import { planQuery } from './sql/plan-query.ts'
import { sqlError } from './sql/sql-error.ts'
import type { Query } from './sql/ast.ts'
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
  readonly commandLine: string
}

/**
 * Parses and plans a query, and prepares its run.
 * @throws KsError compile for what is no query or cannot be run; usage for options that do not go with it.
 */
export const prepareSql = async (program: SqlProgram, context: CliContext): Promise<PreparedChain> => {
  const { text, file, shared, commandLine } = program
  const parsed = parseStatement(text, { name: file })
  const query = queryOf(parsed)
  const notices = new Set<string>()
  const failures = new Failures((message) => {
    if (!shared.quiet) context.warn(message)
  })
  const relation = planQuery(query, {
    source: parsed.source,
    clock: () => context.now(),
    named: new Map(),
    notice: (message) => notices.add(message),
    failed: (message) => {
      failures.add(message)
    },
  })
  const { isTable } = relation
  const plan = withJsonValues(relation)
  const places = sourcesOf(plan)
  const topics = places.filter(({ kind }) => kind === 'topic')
  const [first] = places
  if (topics.length > 0 && topics.length < places.length) {
    throw new KsError('usage', 'a query reads topics or files, not both', {
      hint: 'a file beside a topic can be looked up: JOIN without WITHIN',
    })
  }
  refuseOptions(shared, relation.plan)
  const readsTopics = topics.length > 0
  const sink = placeOfSink(shared.to)
  const prepared = await prepareProgram(
    {
      // What reads a topic and does not say EMIT reads what is there.
      shared: readsTopics && query.emit === undefined && shared.app === undefined ? { ...shared, exit: true } : shared,
      commandLine,
      sources: first?.kind === 'file' ? [first.name] : [],
      readsTopics,
      topicsOf: () => [...new Set(topics.map(({ name }) => name))],
      sink,
      stage: 'sql',
      untrusted: true,
      recipe: sqlRecipe(text, shared, context.currentDirectory),
      fingerprint: ({ nodes, stores }) =>
        stringifyJson({
          sql: parsed.text,
          nodes: nodes.map(({ name, kind, parents }) => [name, kind, parents]),
          stores: stores.map(({ name, kind }) => [name, kind]),
        }),
      build: (settings) => chainPlanOf(plan, isTable, query, parsed, settings, sink),
    },
    context,
  )
  if (!shared.quiet) for (const notice of notices) context.warn(notice)
  return prepared
}

const queryOf = ({ statement, source }: ParsedStatement): Query => {
  if (statement.kind === 'query') return statement.query
  throw sqlError(source, statement, 'ks sql runs a SELECT', {
    hint: 'other statements are not there yet; --to TOPIC writes the results into a topic',
  })
}

const chainPlanOf = (
  plan: Plan,
  isTable: boolean,
  { emit }: Query,
  { source }: ParsedStatement,
  settings: ChainSettings,
  sink: Endpoint,
): ChainPlan => {
  const builder = new StreamsBuilder()
  const asked = emit === 'CHANGES' ? 'changes' : emit === 'FINAL' ? 'final' : settings.emit
  const { result, sourceNodes, grouping } = buildPlan(plan, {
    builder,
    source,
    clock: settings.clock,
    emit: {
      plain: asked === 'final' ? 'flush' : (asked ?? 'flush'),
      windowed: asked ?? (settings.live ? 'flush' : 'final'),
    },
    isPartitioned: settings.partitioned,
  })
  result.to(sink)
  const topology = builder.build()
  return {
    topology,
    needsTime: usesTime(plan),
    stateful: topology.stores.length > 0,
    tombstone: grouping === undefined || !isTable ? undefined : (key, window) => tombstoneRow(grouping, key, window),
    endsInTable: result instanceof KTable,
    sourceNodes,
    values: 'any',
  }
}

/** The streams that a plan reads, in the order in which they are built. */
const sourcesOf = (plan: Plan): readonly Endpoint[] => {
  if (plan.kind === 'source') return [plan.place]
  // What is looked up is no stream.
  if (plan.kind === 'join' && plan.windows === undefined) return sourcesOf(plan.left)
  return inputsOf(plan).flatMap(sourcesOf)
}

const usesTime = (plan: Plan): boolean =>
  ((plan.kind === 'aggregate' || plan.kind === 'join') && plan.windows !== undefined) || inputsOf(plan).some(usesTime)

const refuseOptions = (shared: SharedValues, plan: Plan): void => {
  if (shared.topic.length > 0) {
    throw new KsError('usage', `-t ${shared.topic.join(' -t ')}: the statement says what is read`, {
      hint: `FROM '@${shared.topic[0] ?? ''}'`,
    })
  }
  if (plan.kind === 'sort' && shared.app !== undefined) {
    throw new KsError('usage', '-a goes on for ever, and ORDER BY, OFFSET and LIMIT of groups need an end', {
      hint: 'leave out -a',
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
