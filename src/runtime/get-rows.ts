// ks get: finds the stage that has a store, and prints what is asked of it.

import { homedir } from 'node:os'
import type { StageCommand } from './cli/command.ts'
import type { CliContext } from './cli/context.ts'
import { colourJson } from './cli/terminal/colour-json.ts'
import { openDormantStores } from './dormant-stores.ts'
import { configuredStateDirectory } from './load-config.ts'
import { fromByteString, toByteString, type ByteString } from './model/byte-string.ts'
import { KsError } from './model/errors.ts'
import { nearestNames } from './model/nearest-name.ts'
import { noOrigin, StreamRecord } from './model/stream-record.ts'
import { readProgramOf, type StageProgram, type StoreName } from './program-recipe.ts'
import type { PlacedRow } from './query/row-text.ts'
import type { StoreQuery } from './query/store-query.ts'
import { rebuildTopology } from './rebuild-topology.ts'
import { stringifyJson } from './serde/json-parse.ts'
import { JsonText } from './serde/json-text.ts'
import { countStores, readRange, readRow, type OpenFiles } from './stage-rows.ts'
import { colouredEncoder } from './stdio/coloured-encoder.ts'
import { createEncoder } from './stdio/create-encoder.ts'
import type { Format } from './stdio/format.ts'
import { OutputBlock } from './stdio/output-block.ts'
import {
  assertApplicationId,
  findStateRoot,
  listApplicationIds,
  listStages,
  stateRootPath,
  type StageDirectory,
} from './stores/state-directory.ts'
import type { Chain } from './topology/chain.ts'

/** Where to look. */
export interface StatePlace {
  /** `-a`. */
  readonly app: string | undefined
  /** `--name`. */
  readonly stage: string | undefined
  readonly stateDir: string | undefined
  readonly config: string | undefined
  readonly profile: string | undefined
}

/** How rows are printed. */
export interface RowOutput {
  readonly format: Format
  readonly colour: 'auto' | 'always' | 'never'
}

export type FindStage = (verb: string) => StageCommand<Chain> | undefined

/** A stage with what it remembers of its program. */
export interface KnownStage {
  readonly directory: StageDirectory
  readonly program: StageProgram
}

/**
 * Prints the rows of a key, or of a range of keys; without a row of the key nothing.
 * @param key as it was typed; undefined for a range.
 * @returns how many there were.
 * @throws KsError usage for an application or a store that is not there, busy if it cannot be asked at the moment.
 */
export const printRows = async (
  place: StatePlace,
  store: string,
  key: string | undefined,
  query: StoreQuery,
  output: RowOutput,
  findStage: FindStage,
  context: CliContext,
): Promise<number> => {
  const { directory, program } = chooseStage(await findStages(place, context), store)
  const open = openerOf(program, [store], findStage, context)
  const found =
    key === undefined
      ? await readRange(directory, store, query, context, open)
      : await readRow(directory, store, key, query, context, open)
  try {
    if (found.elsewhere.length > 0) {
      context.warn(`not everything: tasks ${found.elsewhere.join(' ')} are with instances elsewhere`)
    }
    return await print(found.rows, output, context)
  } finally {
    await found.close()
  }
}

/** A store in a list. */
export interface ListedStore extends StoreName {
  readonly stage: string
  /** About how many rows it has. */
  readonly rows: number
}

/** The stores that can be asked. @throws KsError as `printRows`. */
export const listStores = async (
  place: StatePlace,
  findStage: FindStage,
  context: CliContext,
): Promise<readonly ListedStore[]> => {
  const lists: ListedStore[] = []
  for (const { directory, program } of await findStages(place, context)) {
    const { stores } = program
    const open = openerOf(
      program,
      stores.map(({ name }) => name),
      findStage,
      context,
    )
    const counts = stores.length === 0 ? [] : await countStores(directory, context, open)
    for (const { name, kind } of stores) {
      const rows = counts.filter(({ store }) => store === name).reduce((total, count) => total + count.rows, 0)
      lists.push({ stage: directory.stage, name, kind, rows })
    }
  }
  return lists
}

/** Prints objects as rows. Returns how many there are. */
export const printObjectRows = (objects: readonly object[], output: RowOutput, context: CliContext): Promise<number> =>
  print(
    objects.map((object) => ({ json: stringifyJson(object) })),
    output,
    context,
  )

/** The stages of an application that remember their program. @throws KsError as `printRows`. */
export const findStages = async (place: StatePlace, context: CliContext): Promise<readonly KnownStage[]> => {
  const { app, stage } = place
  if (app === undefined) {
    throw new KsError('usage', 'whose state? -a APP is missing', { hint: 'ks state ls lists the applications' })
  }
  assertApplicationId(app)
  const option = place.stateDir ?? (await configuredStateDirectory(place, context))
  const rootPath = stateRootPath({ option, environment: context.environment, homeDirectory: homedir })
  const root = await findStateRoot(rootPath, process.getuid?.())
  const directories = root === undefined ? [] : await listStages(root, app)
  if (directories.length === 0) {
    const others = root === undefined ? [] : await listApplicationIds(root)
    throw new KsError('usage', `there is no application '${app}' in ${rootPath}`, {
      didYouMean: nearestNames(app, others, 3),
      hint: others.length === 0 ? 'there is none at all yet' : `there are ${others.join(', ')}`,
    })
  }
  const known: KnownStage[] = []
  for (const directory of directories) {
    const program = await readProgramOf(directory)
    if (program !== undefined) known.push({ directory, program })
  }
  if (stage !== undefined) {
    const chosen = known.filter(({ directory }) => directory.stage === stage)
    if (chosen.length > 0) return chosen
    const names = directories.map((directory) => directory.stage)
    throw new KsError('usage', `application '${app}' has no stage '${stage}'`, {
      didYouMean: nearestNames(stage, names, 3),
      hint: `there are ${names.join(', ')}`,
    })
  }
  if (known.length > 0) return known
  throw new KsError('config', `the state of application '${app}' was written by an earlier version of ks`, {
    hint: 'run it once with this one',
  })
}

const chooseStage = (stages: readonly KnownStage[], store: string): KnownStage => {
  const [first, ...others] = stages.filter(({ program }) => program.stores.some(({ name }) => name === store))
  if (first === undefined) {
    const names = [...new Set(stages.flatMap(({ program }) => program.stores.map(({ name }) => name)))]
    throw new KsError('usage', `there is no store ${store}`, {
      didYouMean: nearestNames(store, names, 3),
      hint: names.length === 0 ? 'the application keeps none' : `there are ${names.join(', ')}`,
    })
  }
  if (others.length === 0) return first
  const names = [first, ...others].map(({ directory }) => directory.stage)
  throw new KsError('usage', `several stages have a store ${store}: ${names.join(', ')}`, {
    hint: `--name ${names[0] ?? ''} says which is meant`,
  })
}

/** Opens stores of a stage that nobody runs. */
export const openerOf =
  ({ recipe }: StageProgram, stores: readonly string[], findStage: FindStage, context: CliContext): OpenFiles =>
  async (stage) => {
    if (recipe === undefined) {
      throw new KsError('usage', `stage '${stage.stage}' belongs to a program of its own, which does not run`, {
        hint: 'it can be asked while it runs',
      })
    }
    return openDormantStores(stage, await rebuildTopology(recipe, stage, findStage, context), stores)
  }

/** Bytes that are printed at a time. */
const printBytes = 64 * 1024

const print = async (
  rows: AsyncIterable<Pick<PlacedRow, 'json'>> | Iterable<Pick<PlacedRow, 'json'>>,
  { format, colour }: RowOutput,
  context: CliContext,
): Promise<number> => {
  const style = await context.style(colour)
  const plain = createEncoder(format, undefined, () => false)
  const isPainted = style.enabled && (format === 'ndjson' || format === 'json')
  const encoder = isPainted ? colouredEncoder(plain, (json) => colourJson(json, style)) : plain
  const block = new OutputBlock()
  const hand = async (): Promise<void> => {
    if (block.size > 0) await context.print(fromByteString(block.take().toString('latin1') as ByteString))
  }
  let count = 0
  for await (const { json } of rows) {
    context.signal.throwIfAborted()
    encoder.encode(new StreamRecord(null, new JsonText(toByteString(json)), -1, noOrigin), block)
    count++
    if (block.size > printBytes) await hand()
  }
  encoder.finish(block)
  await hand()
  return count
}
