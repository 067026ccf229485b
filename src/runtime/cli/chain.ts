// The shape of a command line: help, a tool, or a chain of stages joined by `then` (or `+`). Needs only declarations, so
// `ks --help` is answered without loading the parser.

import {
  type Command,
  type CommandGroup,
  commandsOf,
  findCommand,
  type Frame,
  type StageCommand,
  type ToolCommand,
} from './command.ts'
import { nearestNames } from '../model/nearest-name.ts'
import { lookUpIn, type OptionLookup, type Scanned, scanWords, toolOptions } from './scan.ts'
import { type Line, missingValue, notAStage, unknownCommand, unknownOption, usageError } from './usage-errors.ts'

/** One stage of a chain with the words that belong to it. */
export interface ScannedStage<Chain> {
  readonly command: StageCommand<Chain>
  /** Index of the verb in the command line. */
  readonly at: number
  readonly scanned: readonly Scanned[]
}

/** A command line taken apart; only the words themselves are still unread. */
export type ScannedLine<Chain, Context> =
  | { readonly kind: 'help'; readonly topic: string | undefined }
  | { readonly kind: 'version' }
  | { readonly kind: 'chain'; readonly leading: readonly Scanned[]; readonly stages: readonly ScannedStage<Chain>[] }
  | { readonly kind: 'tool'; readonly command: ToolCommand<Context>; readonly scanned: readonly Scanned[] }

const separators: readonly string[] = ['then', '+']

/** True for the bare words that end a stage. */
export const isSeparator = (word: string): boolean => separators.includes(word)

/** Takes a command line apart. Throws KsError usage if there is no such command or the chain has a hole. */
export const scanCommandLine = <Chain, Context>(
  argv: readonly string[],
  frame: Frame<Chain, Context>,
): ScannedLine<Chain, Context> => {
  const line: Line = { argv, frame }
  const shared = lookUpIn(frame.sharedOptions)
  const { scanned: leading, next } = scanWords(argv, 0, shared, () => true)
  if (argv.length === 0 || leading.some(({ kind }) => kind === 'help')) return { kind: 'help', topic: undefined }
  if (leading.some((item) => item.kind === 'unknown' && /^(--version|-V)$/.test(item.word))) return { kind: 'version' }
  checkLeading(line, leading, next, shared)

  const command = findCommand(commandsOf(frame), argv[next] ?? '')
  if (command === undefined) throw unknownCommand(line, next, 'command')
  switch (command.kind) {
    case 'help':
      return { kind: 'help', topic: helpTopic(line, next + 1) }
    case 'tool':
      return scanTool(line, frame, command, command.name, leading, next + 1)
    case 'group':
      return scanGroup(line, frame, command, leading, next + 1)
    case 'stage':
      return scanChain(line, frame, leading, next)
  }
}

const checkLeading = (line: Line, leading: readonly Scanned[], next: number, shared: OptionLookup): void => {
  const unknown = leading.find((item) => item.kind === 'unknown')
  if (unknown !== undefined) throw unknownOption(line, unknown.at, unknown.word, shared)
  if (next < line.argv.length) return
  const final = leading.at(-1)
  if (final?.kind === 'option' && final.incomplete) throw missingValue(line, final.words[0] ?? '', shared)
  throw usageError(line, next, 'a command is missing', { hint: `${line.frame.name} --help lists the commands` })
}

const scanChain = <Chain, Context>(
  line: Line,
  frame: Frame<Chain, Context>,
  leading: readonly Scanned[],
  start: number,
): ScannedLine<Chain, Context> => {
  const { argv } = line
  const stages: ScannedStage<Chain>[] = []
  for (let at = start; ;) {
    const command = verbAt(line, frame, at)
    const { scanned, next } = scanWords(argv, at + 1, lookUpIn(command.options, frame.sharedOptions), isSeparator)
    if (scanned.some(({ kind }) => kind === 'help')) return { kind: 'help', topic: command.name }
    stages.push({ command, at, scanned })
    if (next >= argv.length) return { kind: 'chain', leading, stages }
    at = next + 1
  }
}

const verbAt = <Chain, Context>(line: Line, frame: Frame<Chain, Context>, at: number): StageCommand<Chain> => {
  const word = line.argv[at]
  const separator = line.argv[at - 1] ?? ''
  if (word === undefined || isSeparator(word)) {
    throw usageError(line, at, `a verb is missing after ${separator}`, { hint: `${frame.name} --help lists the verbs` })
  }
  if (word.startsWith('-')) {
    throw usageError(line, at, `${separator} needs a verb, and ${word} is an option`, {
      hint: `options stand behind the verb: ${separator} VERB ${word}`,
    })
  }
  const command = findCommand(commandsOf(frame), word)
  if (command === undefined) throw unknownCommand(line, at, 'verb')
  if (command.kind !== 'stage') throw notAStage(line, at)
  return command
}

const scanGroup = <Chain, Context>(
  line: Line,
  frame: Frame<Chain, Context>,
  group: CommandGroup<Context>,
  leading: readonly Scanned[],
  start: number,
): ScannedLine<Chain, Context> => {
  const word = line.argv[start] ?? ''
  if (word === '--help' || word === '-h') return { kind: 'help', topic: group.name }
  const named = findCommand(group.subcommands, word)
  if (named !== undefined) return scanTool(line, frame, named, `${group.name} ${named.name}`, leading, start + 1)
  const otherwise = group.subcommands.find(({ name }) => name === group.otherwise)
  if (otherwise !== undefined) {
    return scanTool(line, frame, otherwise, `${group.name} ${otherwise.name}`, leading, start)
  }
  const names = group.subcommands.filter(({ hidden }) => !hidden).map(({ name }) => name)
  const message = word === '' ? `${frame.name} ${group.name} needs a subcommand` : `unknown subcommand "${word}"`
  const didYouMean = nearestNames(word, names, 2)
  throw usageError(line, start, message, { didYouMean, hint: `one of ${names.join(', ')}` })
}

const scanTool = <Chain, Context>(
  line: Line,
  frame: Frame<Chain, Context>,
  command: ToolCommand<Context>,
  topic: string,
  leading: readonly Scanned[],
  start: number,
): ScannedLine<Chain, Context> => {
  const lookup = lookUpIn(toolOptions(command.options, frame.sharedOptions))
  for (const item of leading) {
    if (item.kind === 'option' && !lookup.has(item.known.long)) {
      throw unknownOption(line, item.at, item.words[0] ?? '', lookup, command)
    }
  }
  // A chain as operand keeps its own options: from its verb on the words are not this command's.
  const takesChain = command.operands.some(({ kind }) => kind === 'chain')
  const beginsChain = (word: string): boolean => takesChain && findCommand(commandsOf(frame), word)?.kind === 'stage'
  const { scanned, next } = scanWords(line.argv, start, lookup, beginsChain)
  if (scanned.some(({ kind }) => kind === 'help')) return { kind: 'help', topic }
  const chain = line.argv
    .slice(next)
    .map((word, index): Scanned => ({ kind: 'operand', at: next + index, word, literal: true }))
  return { kind: 'tool', command, scanned: [...leading, ...scanned, ...chain] }
}

/** The topic that `ks help WORDS` asks for, as renderHelp knows it. */
const helpTopic = (line: Line, start: number): string | undefined => {
  const words = line.argv.slice(start).filter((word) => word !== '--help' && word !== '-h')
  const [first, second] = words
  if (first === undefined) return undefined
  const { frame } = line
  const command = findCommand(commandsOf(frame), first)
  if (command?.kind === 'group' && second !== undefined) {
    const subcommand = findCommand(command.subcommands, second)
    if (subcommand !== undefined) return `${command.name} ${subcommand.name}`
  }
  const last = start + words.length - 1
  if (words.length > 1) throw usageError(line, last, 'help takes one topic', { hint: `${frame.name} help ${first}` })
  if (command !== undefined) return command.name
  if (frame.topics.some(({ name }) => name === first)) return first
  const known = [...commandNames(commandsOf(frame)), ...frame.topics.map(({ name }) => name)]
  throw usageError(line, start, `no help on "${first}"`, {
    didYouMean: nearestNames(first, known, 3),
    hint: `topics: ${frame.topics.map(({ name }) => name).join(', ')}`,
  })
}

const commandNames = <Chain, Context>(commands: readonly Command<Chain, Context>[]): readonly string[] =>
  commands.filter(({ hidden }) => !hidden).map(({ name }) => name)
