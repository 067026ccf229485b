// What a stage remembers of its program, so that its state can be read while nothing runs: how the topology is built again, and
// which stores can be asked.

import path from 'node:path'
import type { ParsedChain } from './cli/parse.ts'
import type { SharedValues, sharedOptions } from './shared-options.ts'
import { readRecordFile, replaceRecordFile } from './stores/private-files.ts'
import { programFile, type StageDirectory } from './stores/state-directory.ts'
import type { Chain } from './topology/chain.ts'
import type { StoreKind, Topology } from './topology/topology.ts'

/** Shared options that a topology depends on. */
type RecipeOptions = Pick<SharedValues, 'topic' | 'arg' | 'argjson' | 'grace'>

/** From what a topology can be built again. */
export type ProgramRecipe = {
  /** What relative names of modules belong to. */
  readonly directory: string
  readonly shared: RecipeOptions
} & (
  | {
      readonly kind: 'chain'
      readonly stages: readonly {
        readonly verb: string
        readonly options: Readonly<Record<string, unknown>>
        readonly operands: readonly string[]
      }[]
      readonly files: readonly string[]
    }
  | {
      readonly kind: 'sql'
      readonly text: string
      readonly strict: boolean
      readonly variables: readonly (readonly [name: string, value: string])[]
    }
  | { readonly kind: 'module'; readonly file: string }
)

/** A store that can be asked. */
export interface StoreName {
  readonly name: string
  readonly kind: StoreKind
}

/** A program as its stage remembers it. */
export interface StageProgram {
  /** undefined for a program that ks did not start itself. */
  readonly recipe: ProgramRecipe | undefined
  readonly stores: readonly StoreName[]
}

/** Of a chain of commands. */
export const chainRecipe = (
  { stages, shared, sources }: Pick<ParsedChain<Chain, typeof sharedOptions>, 'stages' | 'shared' | 'sources'>,
  directory: string,
): ProgramRecipe => ({
  kind: 'chain',
  directory,
  shared: recipeOptions(shared),
  stages: stages.map(({ command, options, operands }) => ({ verb: command.name, options, operands })),
  files: sources,
})

/** What is said in SQL. */
interface SqlText {
  readonly text: string
  readonly strict: boolean
  readonly variables: ReadonlyMap<string, string>
  readonly shared: SharedValues
}

/** Of statements in SQL. */
export const sqlRecipe = ({ text, strict, variables, shared }: SqlText, directory: string): ProgramRecipe => ({
  kind: 'sql',
  directory,
  shared: recipeOptions(shared),
  text,
  strict,
  variables: [...variables],
})

/** Of a topology in a module. */
export const moduleRecipe = (file: string, shared: SharedValues, directory: string): ProgramRecipe => ({
  kind: 'module',
  directory,
  shared: recipeOptions(shared),
  file: path.resolve(directory, file),
})

const recipeOptions = ({ topic, arg, argjson, grace }: SharedValues): RecipeOptions => ({ topic, arg, argjson, grace })

const programFormat = 1

/** The stores that can be asked. */
export const askableStores = ({ stores }: Topology): readonly StoreName[] =>
  stores.flatMap(({ name, kind, view }) => (view === undefined ? [] : [{ name, kind }]))

/** Remembers the program of a stage that this process has. KsError io. */
export const saveProgram = async (stage: StageDirectory, { recipe, stores }: StageProgram): Promise<void> => {
  const file = programFile(stage)
  const record = { format: programFormat, recipe: recipe ?? null, stores }
  // Most starts find what they would write, and a write waits for the disk.
  if (JSON.stringify(await readRecordFile(file)) !== JSON.stringify(record)) await replaceRecordFile(file, record)
}

/** The program that has run last; undefined if no version of ks that remembers programs has run yet. */
export const readProgramOf = async (stage: StageDirectory): Promise<StageProgram | undefined> => {
  const record = await readRecordFile(programFile(stage))
  if (record?.['format'] !== programFormat) return undefined
  // What `saveProgram` has written, whole or not at all.
  const { recipe, stores } = record as unknown as { recipe: ProgramRecipe | null; stores: readonly StoreName[] }
  return { recipe: recipe ?? undefined, stores }
}
