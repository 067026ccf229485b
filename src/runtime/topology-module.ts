// A topology that a module in JavaScript describes, ready to run.

import { basename } from 'node:path'
import { StreamsBuilder } from './api/streams-builder.ts'
import { JoinWindows, SessionWindows, SlidingWindows, TimeWindows, UnlimitedWindows } from './api/windows.ts'
import type { CliContext } from './cli/context.ts'
import { KsError } from './model/errors.ts'
import { loadModule } from './processors/load-module.ts'
import { describe } from './processors/processor.ts'
import { moduleRecipe } from './program-recipe.ts'
import { expressionArguments, prepareProgram, type PreparedChain, type Program } from './run-chain.ts'
import { stringifyJson } from './serde/json-parse.ts'
import type { SharedValues } from './shared-options.ts'
import type { ChainPlan } from './topology/chain-plan.ts'
import type { Topology } from './topology/topology.ts'

/** What a module gets besides the builder, so that it need not import anything. */
export const topologyTools = { TimeWindows, SessionWindows, SlidingWindows, UnlimitedWindows, JoinWindows } as const

/** Describes a topology. */
export type DescribeTopology = (builder: StreamsBuilder, tools: typeof topologyTools) => void

/** True for the name of a module. */
export const isModuleName = (file: string): boolean => /\.[cm]?[jt]s$/.test(file)

/**
 * Loads a module and prepares the topology that its default export describes.
 * @throws KsError of loadModule; config for a module that describes none; usage for options that say what the module says.
 */
export const prepareModule = async (
  file: string,
  shared: SharedValues,
  commandLine: string,
  context: CliContext,
): Promise<PreparedChain> => {
  const { default: described } = await loadModule(file, context.currentDirectory)
  if (typeof described !== 'function') {
    throw new KsError('config', `${file} has no default export that describes a topology`, {
      hint: 'export default (builder, { TimeWindows }) => { builder.stream(…)… }',
    })
  }
  if (shared.topic.length > 0 || shared.to !== undefined) {
    throw new KsError(
      'usage',
      `${file} says itself what it reads and writes; ${shared.to === undefined ? '-t' : '--to'} cannot`,
    )
  }
  const build: Program['build'] = ({ emit }) =>
    planOf(topologyOf(described as DescribeTopology, file, emit === 'changes' ? 'changes' : 'flush', shared))
  const recipe = moduleRecipe(file, shared, context.currentDirectory)
  return prepareProgram(programOf(build, { file, shared, commandLine, recipe }), context)
}

const topologyOf = (
  describeTopology: DescribeTopology,
  file: string,
  emit: 'changes' | 'flush',
  shared: SharedValues,
): Topology => {
  const builder = new StreamsBuilder({ emit, appConfigs: Object.fromEntries(expressionArguments(shared)) })
  try {
    describeTopology(builder, topologyTools)
  } catch (error) {
    if (error instanceof KsError) throw error
    throw new KsError('config', `${file}: ${describe(error)}`, { cause: error })
  }
  return builder.build()
}

/** A described topology as what can be run. @throws KsError config if it reads or writes nothing. */
export const planOf = (topology: Topology): ChainPlan => {
  const sources = topology.nodes.filter(({ kind }) => kind === 'source')
  if (sources.length === 0) {
    const hasTables = topology.globals.length > 0
    throw new KsError(
      'config',
      hasTables
        ? 'the topology has nothing but global tables, which no record looks into'
        : 'the topology reads no topic',
    )
  }
  return {
    topology,
    needsTime: true,
    stateful: topology.stores.length > 0,
    tombstone: undefined,
    endsInTable: false,
    sourceNodes: sources.map(({ name }) => name),
    values: 'any',
  }
}

/** A topology in topics as a program. @param of what messages call it, and what else was said. */
export const programOf = (
  build: Program['build'],
  { file, shared, commandLine, recipe }: Pick<Program, 'shared' | 'commandLine' | 'recipe'> & { readonly file: string },
): Program => ({
  shared,
  commandLine,
  sources: [],
  readsTopics: true,
  topicsOf: ({ nodes, stores }) => {
    const tables = new Set(stores.flatMap(({ log }) => (typeof log === 'object' ? [log.sourceTopic] : [])))
    const topics = nodes.flatMap(({ kind, endpoint }) =>
      kind === 'source' && endpoint !== undefined ? [endpoint.name] : [],
    )
    return [...new Set(topics)].filter((topic) => !tables.has(topic))
  },
  // Where its results go stands in the topology; here only the kind of place counts.
  sink: { kind: 'topic', name: '' },
  // In the names of groups and topics, which have dashes of their own.
  stage: basename(file)
    .replace(/\.[^.]*$/, '')
    .replace(/[^A-Za-z0-9._]/g, '_'),
  untrusted: false,
  recipe,
  fingerprint: ({ nodes, stores }) =>
    stringifyJson({
      nodes: nodes.map(({ name, kind, parents, endpoint }) => [name, kind, parents, endpoint?.name ?? null]),
      stores: stores.map(({ name, kind }) => [name, kind]),
    }),
  build,
})
