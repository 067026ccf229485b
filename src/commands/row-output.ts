// What commands that print rows of state have in common.

import { commandsOf, findCommand, type StageCommand } from '../runtime/cli/command.ts'
import type { ToolContext } from '../runtime/main.ts'
import { sharedOptions } from '../runtime/shared-options.ts'
import { formatOfName, type Format } from '../runtime/stdio/format.ts'
import type { Chain } from '../runtime/topology/chain.ts'

const { outputFormat, ocsv, otsv, rawOutput, color } = sharedOptions

/** How rows are printed: in any format that chains have. */
export const formatOptions = { outputFormat, ocsv, otsv, rawOutput, color }

/** The format that options ask for; undefined if they do not say. */
export const rowFormat = (values: {
  readonly outputFormat: string | undefined
  readonly ocsv: boolean
  readonly otsv: boolean
  readonly rawOutput: boolean
}): Format | undefined => {
  if (values.rawOutput) return 'text'
  if (values.ocsv) return 'csv'
  if (values.otsv) return 'tsv'
  return values.outputFormat === undefined ? undefined : formatOfName(values.outputFormat)
}

/** Finds the commands of which programs are made. */
export const stageFinder =
  ({ frame }: ToolContext) =>
  (verb: string): StageCommand<Chain> | undefined => {
    const command = findCommand(commandsOf(frame), verb)
    return command?.kind === 'stage' ? command : undefined
  }
