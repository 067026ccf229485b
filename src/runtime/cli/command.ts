// What a command declares about itself. Parser, help, man page, completion, the table in the README and the tests are all
// made from this one object. A declaration describes and validates; it opens nothing, so help needs neither files nor
// broker.

import type { OptionTable, Values } from './options.ts'
import type { Block } from './prose.ts'

/** What stands after the options. */
export interface Operand {
  /** As in the usage line, in capitals. */
  readonly name: string
  readonly help: string
  /**
   * `assignments` are the operands of the form `NAME=EXPR`, wherever they stand; all other kinds are taken from the left.
   * `chain` takes everything from the first verb on, unread. The kind also decides what completion offers.
   */
  readonly kind:
    | 'expression'
    | 'assignments'
    | 'fields'
    | 'window'
    | 'sources'
    | 'sinks'
    | 'file'
    | 'topic'
    | 'name'
    | 'statement'
    | 'chain'
    | 'words'
  readonly min: number
  /** Infinity for any number; a stage with such an operand takes no source files. */
  readonly max: number
  /** The only words that are allowed. */
  readonly choices?: readonly string[]
  /** Long name, with its dashes, of an option that takes the place of this operand. */
  readonly unless?: string
}

/** A command line with the files it needs and what it prints; the test-suite runs every one. */
export interface Example {
  readonly title: string
  /** A shell line. */
  readonly run: string
  /** Text of the files in the working directory, by name. */
  readonly input?: Readonly<Record<string, string>>
  /** Topics that must be there, with their numbers of partitions: the example needs a broker. */
  readonly topics?: Readonly<Record<string, number>>
  /** Other names on the broker that belong to this example alone: applications. */
  readonly apps?: readonly string[]
  readonly output: string
}

/** What all kinds of commands say about themselves. */
export interface Description {
  readonly name: string
  readonly aliases?: readonly string[]
  /** One sentence that fits beside the name in 80 columns. */
  readonly summary: string
  readonly description: readonly Block[]
  readonly operands: readonly Operand[]
  readonly examples: readonly Example[]
  /** Names of commands and help topics. */
  readonly seeAlso?: readonly string[]
  /** Known, but listed nowhere. */
  readonly hidden?: true
}

/**
 * A verb that can stand in a chain. Operands that its declaration does not claim are source files. `Chain` is what builds
 * the topology.
 */
export interface StageCommand<Chain, O extends OptionTable = OptionTable, Prepared = unknown> extends Description {
  readonly kind: 'stage'
  readonly options: O
  /** Nothing may follow it in a chain. */
  readonly endsChain?: true
  /** The topic that the chain writes to, if its last stage says so. */
  readonly topicSink?: (operands: readonly string[]) => string
  /** Loads code of the user that `build` needs, before anything is built. Throws KsError. */
  prepare?(operands: readonly string[], where: { readonly currentDirectory: string }): Promise<Prepared>
  /**
   * Adds this stage to the chain. Throws KsError for what cannot be built; opens nothing.
   * @param prepared what `prepare` has loaded.
   */
  build(chain: Chain, options: Values<O>, operands: readonly string[], prepared: Prepared): void
}

/** A command that stands alone. */
export interface ToolCommand<Context, O extends OptionTable = OptionTable> extends Description {
  readonly kind: 'tool'
  readonly options: O
  /** Does it and returns the exit status. */
  run(options: Values<O>, operands: readonly string[], context: Context): Promise<number>
}

/** A command that is only a first word: `ks state ls`. */
export interface CommandGroup<Context> extends Omit<Description, 'operands'> {
  readonly kind: 'group'
  readonly subcommands: readonly ToolCommand<Context>[]
  /** The subcommand that is meant when none is named. */
  readonly otherwise?: string
}

/** `ks help`; the parser answers it itself. */
export interface HelpCommand extends Description {
  readonly kind: 'help'
}

export type Command<Chain, Context> = StageCommand<Chain> | ToolCommand<Context> | CommandGroup<Context> | HelpCommand

/** A text of `ks help TOPIC`, also a man page in section 7. */
export interface HelpTopic {
  readonly name: string
  /** One sentence. */
  readonly summary: string
  /** Made when it is shown. */
  body(): readonly Block[]
}

/** Everything that the command line knows. */
export interface Frame<Chain, Context, Shared extends OptionTable = OptionTable> {
  /** The name of the program. */
  readonly name: string
  readonly version: string
  /** One sentence for the head of the help. */
  readonly summary: string
  /** All commands under their headings, in the order of help. */
  readonly sections: readonly {
    readonly title: string
    readonly commands: readonly Command<Chain, Context>[]
  }[]
  /** Options of every stage; declared once. */
  readonly sharedOptions: Shared
  readonly topics: readonly HelpTopic[]
}

/** A frame of which only the descriptions matter: for help, man pages, completion and lint. */
export type AnyFrame = Frame<never, never>

/** A command of which only the description matters. */
export type AnyCommand = Command<never, never>

/** Declares a verb; `build` receives typed values of `options`. */
export const defineStage = <Chain, const O extends OptionTable, Prepared>(
  declaration: Omit<StageCommand<Chain, O, Prepared>, 'kind'>,
): StageCommand<Chain, O, Prepared> => ({ kind: 'stage', ...declaration })

/** Declares a tool; `run` receives typed values of `options`. */
export const defineTool = <Context, const O extends OptionTable>(
  declaration: Omit<ToolCommand<Context, O>, 'kind'>,
): ToolCommand<Context, O> => ({ kind: 'tool', ...declaration })

/** Declares a word with subcommands. */
export const defineGroup = <Context>(declaration: Omit<CommandGroup<Context>, 'kind'>): CommandGroup<Context> => ({
  kind: 'group',
  ...declaration,
})

/** All commands of a frame in the order of help. */
export const commandsOf = <Chain, Context>(frame: Frame<Chain, Context>): readonly Command<Chain, Context>[] =>
  frame.sections.flatMap((section) => section.commands)

/** The names by which a command can be called. */
export const namesOf = (command: Pick<Description, 'name' | 'aliases'>): readonly string[] => [
  command.name,
  ...(command.aliases ?? []),
]

/** The command of this name or alias. */
export const findCommand = <C extends Pick<Description, 'name' | 'aliases'>>(
  commands: readonly C[],
  name: string,
): C | undefined => commands.find((command) => namesOf(command).includes(name))
