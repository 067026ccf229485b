// ks explain: what a chain would do, without doing it.

import { checkApplication, checkGroupChain } from '../runtime/check-group-chain.ts'
import { scanCommandLine } from '../runtime/cli/chain.ts'
import { findCommand, commandsOf } from '../runtime/cli/command.ts'
import { flag } from '../runtime/cli/options.ts'
import { parseCommandLine } from '../runtime/cli/parse.ts'
import { errorInFile, parseProgramFile } from '../runtime/cli/program-file.ts'
import { lookUpIn } from '../runtime/cli/scan.ts'
import { quoteShellWords } from '../runtime/cli/shell-words.ts'
import { escapeControls } from '../runtime/cli/terminal/escape.ts'
import type { ToolContext } from '../runtime/main.ts'
import { KsError } from '../runtime/model/errors.ts'
import type { ChainOrigin, CommandChain, PreparedChain } from '../runtime/run-chain.ts'
import { sharedOptions } from '../runtime/shared-options.ts'
import type { TopologyBuilder } from '../runtime/topology/topology-builder.ts'
import { durationText, explain, type Explanation, type Stage } from '../runtime/topology/explain.ts'
import { allowModules } from './allow-modules.ts'
import { isMissing, readProgram } from './read-program.ts'
import { clicks } from './sample-data.ts'
import sql, { readQuery } from './sql.ts'
import { tool } from './tool.ts'

const formatOptions = {
  mermaid: flag({ help: 'A Mermaid flowchart, for Markdown.' }),
  dot: flag({ help: 'A drawing for Graphviz: `ks explain --dot … | dot -Tsvg`.' }),
}

export default tool({
  name: 'explain',
  summary: 'Show the topology of a chain, without running it.',
  description: [
    'Nothing is opened and no broker is asked; what is wrong with the chain is said as when it runs.',
    'Under an application id a chain over topics is cut where records have to be brought together: each part, a sub-topology, has tasks of its own and reads what the one before has written to a repartition topic. Each node has the name that Kafka Streams would give it.',
    '`--mermaid` and `--dot` stand before the verb, or are the very last word.',
  ],
  operands: [
    {
      name: 'CHAIN',
      help: 'A chain or a query as on the command line (`sql "SELECT …"`), or a file: chains as `ks run` takes them, or a query (`.sql`).',
      kind: 'chain',
      min: 1,
      max: Infinity,
    },
  ],
  options: { ...formatOptions, allowModules, ...sharedOptions },
  examples: [
    {
      title: 'Before a job goes to work',
      run: 'ks explain count -t clicks --by .page --window 1m --grace 10s -a pages --to counts',
      output: `ks count -t clicks --by .page --window 1m --grace 10s -a pages --to counts

Sub-topology 0: tasks 0_0, 0_1, …, one per partition of clicks
  read topic clicks                      KSTREAM-SOURCE-0000000000
  count --by .page --window 1m
    set the key                          KSTREAM-KEY-SELECT-0000000001
    keep only the fields that it needs   KSTREAM-MAPVALUES-0000000002
    write pages-count-count-repartition  KSTREAM-REPARTITION-0000000003-SINK

Sub-topology 1: tasks 1_0, 1_1, …, one per partition of pages-count-count-repartition
  count --by .page --window 1m
    read pages-count-count-repartition  KSTREAM-REPARTITION-0000000003
    aggregate by key and window         KSTREAM-AGGREGATE-0000000004
  write topic counts                    KSTREAM-SINK-0000000005
  Stores
    count              a row per key and window; windows of 1m, grace 10s, rows kept for 1m10s
                       on disk; changelog (compact,delete after 1d1m10s): pages-count-count-changelog
                       memory: bounded by the keys of open windows
    count-stream-time  how far time has come: a few numbers

Run
  consumer group  pages-count
  guarantee       at least once: after a crash results since the last commit (every 30s) may come twice
  ends            not by itself (-e ends where the topics end)
  bad records     are left out and counted
  late records    are left out and counted
`,
    },
    {
      title: 'A drawing',
      run: 'ks explain --mermaid count --by .page clicks.ndjson',
      input: { 'clicks.ndjson': clicks },
      output: `flowchart TD
  t0[/"file clicks.ndjson"/]
  t1[/"standard output"/]
  subgraph c0["ks count --by .page clicks.ndjson"]
    subgraph c0_0["One task"]
      n0_0["read file clicks.ndjson<br/>KSTREAM-SOURCE-0000000000"]
      n0_1["count --by .page<br/>set the key<br/>KSTREAM-KEY-SELECT-0000000001"]
      n0_2["count --by .page<br/>bring together what has the same key (in this process)<br/>KSTREAM-REPARTITION-0000000002"]
      n0_3["count --by .page<br/>aggregate by key<br/>KSTREAM-AGGREGATE-0000000003"]
      s0_4[("count<br/>a row per key")]
    end
  end
  t0 --> n0_0
  n0_0 --> n0_1
  n0_1 --> n0_2
  n0_2 --> n0_3
  n0_3 -.- s0_4
  n0_3 --> t1
`,
    },
  ],
  seeAlso: ['run', 'test', 'kafka', 'application'],
  run: async ({ mermaid, dot, allowModules: allowed, ...shared }, operands, context) => {
    const last = operands.at(-1) ?? ''
    const format = operands.length > 1 ? formatWords.get(last) : undefined
    const words = format === undefined ? operands : operands.slice(0, -1)
    const explanations = await explainWords(words, context, { untrusted: true, allowModules: allowed }, shared)
    await context.print(await show(explanations, format ?? (mermaid ? 'mermaid' : dot ? 'dot' : 'text'), context))
    return 0
  },
})

type Format = 'text' | 'mermaid' | 'dot'

const formatWords: ReadonlyMap<string, Format> = new Map([
  ['--mermaid', 'mermaid'],
  ['--dot', 'dot'],
])

const show = async (explanations: readonly Explanation[], format: Format, context: ToolContext): Promise<string> => {
  if (format === 'text') {
    const { explainText } = await import('../runtime/topology/explain-text.ts')
    const { bold, dim } = await context.style('auto')
    return explainText(explanations, { bold, dim, plain: escapeControls })
  }
  const { explainDot, explainMermaid } = await import('../runtime/topology/explain-graph.ts')
  return format === 'dot' ? explainDot(explanations) : explainMermaid(explanations)
}

/** On the user's own command line. */
const typed: ChainOrigin = { untrusted: false, allowModules: true }

/** The chain of these words, or the chains of the file that they name. @param ofFile what is allowed in a file. */
const explainWords = async (
  words: readonly string[],
  context: ToolContext,
  ofFile: ChainOrigin,
  shared: CommandChain['shared'],
): Promise<readonly Explanation[]> => {
  const [first = ''] = words
  if (first === sql.name && words.length === 2) return [await explainQuery(undefined, words.slice(1), shared, context)]
  if (words.length === 1 && first.endsWith('.sql')) return [await explainQuery(first, [], shared, context)]
  const command = findCommand(commandsOf(context.frame), first)
  if (command !== undefined || words.length > 1) return [await explainChain(words, context, typed)]
  const { isModuleName, prepareModule } = await import('../runtime/topology-module.ts')
  if (isModuleName(first)) {
    const commandLine = `ks run ${quoteShellWords([first])}`
    const prepared = await prepareModule(first, shared, commandLine, context)
    return [explained(prepared, { commandLine, shared, stages: [] }, new Map())]
  }
  let text: string
  try {
    text = await readProgram(first)
  } catch (error) {
    // A word that is no file was meant as a verb, unless it looks like a path.
    if (isMissing(error) && /^[a-z-]+$/.test(first)) return [await explainChain(words, context, typed)]
    throw error
  }
  const explanations: Explanation[] = []
  for (const { argv, line } of parseProgramFile(text, first)) {
    try {
      explanations.push(await explainChain(argv, context, ofFile))
    } catch (error) {
      throw error instanceof KsError ? errorInFile(error, first, line) : error
    }
  }
  return explanations
}

const explainChain = async (
  argv: readonly string[],
  context: ToolContext,
  origin: ChainOrigin,
): Promise<Explanation> => {
  const { frame, environment, typedShared } = context
  const parsed = parseCommandLine(argv, frame, { environment, overrides: typedShared })
  if (parsed.kind !== 'chain') throw new KsError('usage', `${argv[0] ?? ''} is no verb: only chains can be explained`)
  const { prepareChain } = await import('../runtime/run-chain.ts')
  const watched = watchStages(parsed, stagesOf(argv, parsed, context))
  const prepared = await prepareChain(watched.chain, context, origin)
  return explained(prepared, parsed, watched.stages)
}

/** A query, which stands in the statement or in a file. */
const explainQuery = async (
  file: string | undefined,
  operands: readonly string[],
  shared: CommandChain['shared'],
  context: ToolContext,
): Promise<Explanation> => {
  const program = { ...(await readQuery(file, operands)), shared, strict: false, variables: new Map<string, string>() }
  const { prepareSql } = await import('../runtime/sql-program.ts')
  const { chain } = await prepareSql(program, context)
  if (chain === undefined) throw new KsError('usage', 'these statements run no query')
  return explained(chain, { commandLine: program.commandLine, shared, stages: [] }, new Map())
}

const explained = (
  prepared: PreparedChain,
  { commandLine, shared, stages }: Pick<CommandChain, 'commandLine' | 'shared' | 'stages'>,
  stageOf: ReadonlyMap<string, Stage>,
): Explanation => {
  const { plan, settings } = prepared
  const { durability, topics } = settings
  const ofGroup = topics !== undefined && topics.inputs.length > 0 && durability !== undefined
  if (ofGroup) checkGroupChain(plan.topology, settings, topics)
  if (topics !== undefined) checkApplication(topics, durability)
  return explain(plan.topology, {
    commandLine,
    prefix: ofGroup ? `${durability.applicationId}-${durability.stage}` : undefined,
    durable: durability !== undefined,
    graceMs: shared.grace,
    additionalRetentionMs: topics?.config.number('windowstore.changelog.additional.retention.ms') ?? 0,
    stages: stageOf,
    run: runRows(prepared, stages),
  })
}

/** The stages as they were typed, without the options of the whole chain, and the windows of each. */
const stagesOf = (argv: readonly string[], parsed: CommandChain, { frame }: ToolContext): readonly Stage[] => {
  const line = scanCommandLine(argv, frame)
  const scanned = line.kind === 'chain' ? line.stages : []
  let pending: string | undefined
  return parsed.stages.map(({ command, options, operands }, index): Stage => {
    const own = lookUpIn(command.options)
    const typed = (scanned[index]?.scanned ?? []).flatMap((item) =>
      item.kind === 'option' && own.has(item.known.long) ? item.words : [],
    )
    const chosen = options['window']
    const window = typeof chosen === 'string' ? chosen : 'window' in command.options ? pending : undefined
    pending = command.name === 'window' ? operands[0] : undefined
    return { text: quoteShellWords([command.name, ...operands, ...typed]), window }
  })
}

/** The chain, and the stage of each node once it has been built. */
const watchStages = (
  parsed: CommandChain,
  texts: readonly Stage[],
): { readonly chain: CommandChain; readonly stages: ReadonlyMap<string, Stage> } => {
  const stages = new Map<string, Stage>()
  let builder: TopologyBuilder | undefined
  let known = new Set<string>()
  const watched = parsed.stages.map((stage, index) => ({
    ...stage,
    command: {
      ...stage.command,
      build: (...[chain, options, operands, loaded]: Parameters<typeof stage.command.build>) => {
        // A chain may be built twice; the second time is the one that counts.
        if (index === 0) {
          builder = (chain.tableSoFar ?? chain.stream).builder
          known = namesIn(builder)
        }
        stage.command.build(chain, options, operands, loaded)
        const text = texts[index]
        for (const name of builder === undefined ? [] : namesIn(builder)) {
          if (known.has(name) || text === undefined) continue
          known.add(name)
          stages.set(name, text)
        }
      },
    },
  }))
  return { chain: { ...parsed, stages: watched }, stages }
}

const namesIn = (builder: TopologyBuilder): Set<string> => new Set(builder.build().nodes.map(({ name }) => name))

const runRows = (prepared: PreparedChain, stages: CommandChain['stages']): Explanation['run'] => {
  const { plan, settings } = prepared
  const { durability, topics } = settings
  const readsTopics = topics !== undefined && topics.inputs.length > 0
  const rows: (readonly [string, string])[] = []
  if (readsTopics) {
    const group = durability && `${durability.applicationId}-${durability.stage}`
    rows.push(['consumer group', group ?? 'none, and no positions are kept (-a APP)'])
  } else if (durability !== undefined) {
    rows.push(['application', `${durability.applicationId}, stage ${durability.stage}`])
  }
  rows.push(['guarantee', guarantee(prepared)], ['ends', ending(prepared, stages)])
  rows.push(['bad records', badRecords(settings)])
  // Only windows that close make records late; what knows how far time has come has such windows.
  if (plan.needsTime && plan.topology.stores.some(({ log }) => log === 'metadata')) {
    const place = settings.lateTopic === undefined ? settings.lateFile : `topic ${settings.lateTopic}`
    rows.push(['late records', place === undefined ? 'are left out and counted' : `go to ${place}`])
  }
  return rows
}

const guarantee = ({ plan, settings }: PreparedChain): string => {
  const { durability, topics } = settings
  if (durability === undefined) return 'none: each run begins anew and leaves nothing behind'
  const interval = durationText(settings.commitIntervalMs)
  if (topics?.exactlyOnce === true) {
    return `exactly once: positions, state and results change in one transaction (every ${interval})`
  }
  const onlyFiles = plan.topology.nodes.every(({ kind, endpoint }) => kind !== 'sink' || endpoint?.kind === 'file')
  const readsTopics = topics !== undefined && topics.inputs.length > 0
  if (onlyFiles && !readsTopics) return 'exactly once: after a crash the output is cut back to the last commit'
  return `at least once: after a crash results since the last commit (every ${interval}) may come twice`
}

const ending = ({ plan, settings }: PreparedChain, stages: CommandChain['stages']): string => {
  const { topics, limit, inputs } = settings
  const parts: string[] = []
  if (limit !== undefined) parts.push(`after ${String(limit)} records`)
  const hasHead = stages.some(({ command, options }) => command.name === 'head' && String(options['by']) === '')
  // With a second output the rest of the input still matters.
  const hasOneOutput = plan.topology.nodes.filter(({ kind }) => kind === 'sink').length === 1
  if (hasHead && hasOneOutput) parts.push('when head has had enough')
  if (topics !== undefined && topics.inputs.length > 0) {
    if (topics.exit) parts.push('where the topics end at its start')
    else if (topics.range?.to !== undefined) parts.push('at the end of the range (-o)')
    else if (parts.length === 0) parts.push('not by itself (-e ends where the topics end)')
  } else parts.push(inputs.length === 0 || inputs.includes('-') ? 'when standard input ends' : 'with its input')
  return parts.join(', or ')
}

const badRecords = ({ errorPolicy, asideFile, asideTopic }: PreparedChain['settings']): string => {
  switch (errorPolicy) {
    case 'fail':
      return 'end the run'
    case 'skip':
      return 'are left out and counted'
    case 'keep':
      return 'become error objects in the output'
    case 'aside':
      return `go to ${asideTopic === undefined ? (asideFile ?? '') : `topic ${asideTopic}`}`
  }
}
