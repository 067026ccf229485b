// Turns declared options into a commander command and lets it read words. Commander neither prints nor exits nor looks at
// the environment here, and collects texts instead of parsing them, so that every value is parsed in one place.

import { Command, CommanderError, Option as CommanderOption } from 'commander'
import { longName, negatedName, type OptionTable } from './options.ts'

/** The texts that were typed, in order, by the long name of the option; of a flag, `true` or `false`. */
export type TypedOptions = ReadonlyMap<string, readonly string[]>

/** What commander makes of some words. */
export interface ReadWords {
  readonly typed: TypedOptions
  readonly operands: readonly string[]
  /** The first word that looks like an option and is none. */
  readonly unknown: string | undefined
  /** The last option should have a value and the line ends. */
  readonly missingValue: boolean
}

/** Reads the words of one command with the options of these tables. */
export const readWords = (tables: readonly OptionTable[], words: readonly string[]): ReadWords => {
  const typed = new Map<string, string[]>()
  const command = defineCommand(tables, (long, text) => {
    const texts = typed.get(long)
    if (texts === undefined) typed.set(long, [text])
    else texts.push(text)
  })
  try {
    const { operands, unknown } = command.parseOptions([...words])
    return { typed, operands, unknown: unknown[0], missingValue: false }
  } catch (error) {
    if (!(error instanceof CommanderError) || error.code !== 'commander.optionMissingArgument') throw error
    return { typed, operands: [], unknown: undefined, missingValue: true }
  }
}

const silent = (): void => undefined

const defineCommand = (tables: readonly OptionTable[], collect: (long: string, text: string) => void): Command => {
  const command = new Command()
    .exitOverride()
    .configureOutput({ writeOut: silent, writeErr: silent, outputError: silent })
    .helpOption(false)
    .helpCommand(false)
  for (const table of tables) {
    for (const [key, option] of Object.entries(table)) {
      const long = longName(key, option)
      const flags = option.short === undefined ? long : `-${option.short}, ${long}`
      // Never variadic: that would swallow operands. What repeats is collected.
      command.addOption(
        option.takesValue
          ? new CommanderOption(`${flags} <value>`).argParser((text) => {
              collect(long, text)
            })
          : new CommanderOption(flags).argParser(() => {
              collect(long, 'true')
            }),
      )
      if (option.negatable) {
        command.addOption(
          new CommanderOption(negatedName(long)).argParser(() => {
            collect(long, 'false')
          }),
        )
      }
    }
  }
  return command
}
