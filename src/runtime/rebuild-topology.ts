// The topology of a stage whose program does not run, built as that program has built it.

import type { StageCommand } from './cli/command.ts'
import type { CliContext } from './cli/context.ts'
import { KsError } from './model/errors.ts'
import type { ProgramRecipe } from './program-recipe.ts'
import { defaultShared, type SharedValues } from './shared-options.ts'
import type { Chain } from './topology/chain.ts'
import type { Topology } from './topology/topology.ts'

/** Where the program is at home. */
interface ProgramPlace {
  readonly applicationId: string
  readonly stage: string
}

/**
 * Nothing is opened. A module is loaded again.
 * @param findStage the command of a verb.
 * @throws KsError config if there is no such command any more; what the program itself throws.
 */
export const rebuildTopology = async (
  recipe: ProgramRecipe,
  { applicationId, stage }: ProgramPlace,
  findStage: (verb: string) => StageCommand<Chain> | undefined,
  context: CliContext,
): Promise<Topology> => {
  const shared: SharedValues = {
    ...defaultShared(),
    ...recipe.shared,
    app: applicationId,
    name: stage,
    quiet: true,
  }
  const place = { ...context, currentDirectory: recipe.directory }
  switch (recipe.kind) {
    case 'chain': {
      const stages = recipe.stages.map(({ verb, options, operands }) => {
        const command = findStage(verb)
        if (command === undefined) {
          throw new KsError('config', `the program of stage '${stage}' uses ${verb}, which this version of ks lacks`)
        }
        return { command, options, operands }
      })
      const { prepareChain } = await import('./run-chain.ts')
      const parsed = { kind: 'chain', stages, shared, sources: recipe.files, commandLine: 'ks get' } as const
      return (await prepareChain(parsed, place, { untrusted: true, allowModules: true })).plan.topology
    }
    case 'sql': {
      const { prepareSql } = await import('./sql-program.ts')
      const { text, strict, variables } = recipe
      const program = { text, file: undefined, shared, strict, variables: new Map(variables), commandLine: 'ks get' }
      const { chain } = await prepareSql(program, place)
      if (chain === undefined) throw new KsError('config', `the program of stage '${stage}' runs nothing`)
      return chain.plan.topology
    }
    case 'module': {
      const { prepareModule } = await import('./topology-module.ts')
      return (await prepareModule(recipe.file, shared, 'ks get', place)).plan.topology
    }
  }
}
