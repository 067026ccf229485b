// From the words of a command line to typed values: the shape comes from chain.ts, commander reads the words of each
// command, settings.ts makes values of them. Nothing is printed here and nothing exits; what is wrong is a KsError.

import { nearestNames } from '../model/nearest-name.ts'
import { scanCommandLine, type ScannedStage } from './chain.ts'
import type { Frame, Operand, StageCommand, ToolCommand } from './command.ts'
import { readWords, type ReadWords, type TypedOptions } from './define-command.ts'
import { assignOperands, expectedOperands, operandUsage } from './operands.ts'
import type { OptionTable, Values } from './options.ts'
import { checkPlacement, type PlacedStage } from './placement.ts'
import { lookUpIn, type Scanned, toolOptions } from './scan.ts'
import { type Environment, mergeTyped, resolveOptions } from './settings.ts'
import { quoteShellWord } from './shell-words.ts'
import {
  commandLineText,
  type Line,
  looksLikeExpression,
  looksLikeFile,
  missingValue,
  unknownOption,
  usageError,
} from './usage-errors.ts'

/** One stage with its values, ready for `command.build(chain, options, operands)`. */
export interface ParsedStage<Chain> {
  readonly command: StageCommand<Chain>
  readonly options: Values<OptionTable>
  readonly operands: readonly string[]
}

/** A chain of stages: a topology with what it reads and where it goes. */
export interface ParsedChain<Chain, Shared extends OptionTable> {
  readonly kind: 'chain'
  readonly stages: readonly ParsedStage<Chain>[]
  /** Options of the whole chain, from all its stages. */
  readonly shared: Values<Shared>
  /** Files to read, in order; `-` is standard input. */
  readonly sources: readonly string[]
  /** The command line as one would type it. */
  readonly commandLine: string
}

/** A tool with its values, ready for `command.run(options, operands, context)`. */
export interface ParsedTool<Context> {
  readonly kind: 'tool'
  readonly command: ToolCommand<Context>
  readonly options: Values<OptionTable>
  readonly operands: readonly string[]
  /** The shared options that were typed, as `overrides` for a tool that runs chains. */
  readonly typedShared: TypedOptions
}

export type ParsedLine<Chain, Context, Shared extends OptionTable> =
  | ParsedChain<Chain, Shared>
  | ParsedTool<Context>
  /** `topic` is a command, a group with its subcommand, or the name of a help topic; undefined for the overview. */
  | { readonly kind: 'help'; readonly topic: string | undefined }
  | { readonly kind: 'version' }

/** What decides values besides the command line. */
export interface Surroundings {
  readonly environment: Environment
  /** Shared options that win over those of the chain, from the command that runs it. */
  readonly overrides?: TypedOptions
}

/** Reads a command line. Throws KsError: usage for what was typed, config for what an environment variable says. */
export const parseCommandLine = <Chain, Context, Shared extends OptionTable>(
  argv: readonly string[],
  frame: Frame<Chain, Context, Shared>,
  surroundings: Surroundings,
): ParsedLine<Chain, Context, Shared> => {
  const line: Line = { argv, frame }
  const scanned = scanCommandLine(argv, frame)
  switch (scanned.kind) {
    case 'chain':
      return parseChain(line, frame, scanned.leading, scanned.stages, surroundings)
    case 'tool':
      return parseTool(line, frame, scanned.command, scanned.scanned, surroundings)
    default:
      return scanned
  }
}

const parseChain = <Chain, Context, Shared extends OptionTable>(
  line: Line,
  frame: Frame<Chain, Context, Shared>,
  leading: readonly Scanned[],
  stages: readonly ScannedStage<Chain>[],
  surroundings: Surroundings,
): ParsedChain<Chain, Shared> => {
  const { environment, overrides = new Map() } = surroundings
  const readStages = stages.map((stage) => {
    const { command, scanned } = stage
    return { ...stage, read: readCommand(line, command, [command.options, frame.sharedOptions], scanned) }
  })
  const { typed } = readWords([frame.sharedOptions], commanderWords(leading))
  const allTyped = mergeTyped(typed, ...readStages.map(({ read }) => read.typed), overrides)
  // Values before operands: with jq's habits, `-c .a` has taken the expression, and that is what must be said.
  const shared = resolveOptions(frame.sharedOptions, allTyped, environment)
  const placed: PlacedStage<Chain>[] = []
  const parsed = readStages.map((stage): ParsedStage<Chain> => {
    const { command, scanned, read } = stage
    const options = resolveOptions(command.options, read.typed, environment)
    const words = scanned.filter((item) => item.kind === 'operand')
    const { taken, rest, missing } = assignOperands(expectedOperands(command.operands, read.typed), read.operands)
    checkOperands(line, command, words, taken, missing)
    const files = rest.flatMap((at) => words[at] ?? [])
    for (const file of files) checkFile(line, command, file)
    placed.push({ ...stage, files })
    return { command, options, operands: taken.flatMap((at) => read.operands[at] ?? []) }
  })
  checkPlacement(line, leading, placed)
  const sources = placed.flatMap(({ files }) => files.map(({ word }) => word))
  return { kind: 'chain', stages: parsed, shared, sources, commandLine: commandLineText(line) }
}

const parseTool = <Chain, Context, Shared extends OptionTable>(
  line: Line,
  frame: Frame<Chain, Context, Shared>,
  command: ToolCommand<Context>,
  scanned: readonly Scanned[],
  { environment }: Surroundings,
): ParsedTool<Context> => {
  const { typed, operands } = readCommand(line, command, [toolOptions(command.options, frame.sharedOptions)], scanned)
  const words = scanned.filter((item) => item.kind === 'operand')
  const { taken, rest, missing } = assignOperands(expectedOperands(command.operands, typed), operands)
  checkOperands(line, command, words, taken, missing)
  const extra = words[rest[0] ?? -1]
  if (extra !== undefined) {
    const usage = command.operands.map(operandUsage).join(' ')
    const takes = usage === '' ? 'takes no operands' : `takes ${usage}`
    throw usageError(line, extra.at, `unexpected operand ${quoteShellWord(extra.word)}: ${command.name} ${takes}`)
  }
  const options = resolveOptions(command.options, typed, environment)
  return { kind: 'tool', command, options, operands, typedShared: onlyShared(frame.sharedOptions, command, typed) }
}

// A tool may have an option of its own under the name of a shared one; that says nothing about chains.
const onlyShared = (shared: OptionTable, command: AnyStageOrTool, typed: TypedOptions): TypedOptions => {
  const ofChain = lookUpIn(shared)
  const ofTool = lookUpIn(command.options)
  return new Map([...typed].filter(([long]) => ofTool.get(long)?.option === ofChain.get(long)?.option))
}

type AnyStageOrTool = StageCommand<never> | ToolCommand<never>
type OperandWord = Extract<Scanned, { kind: 'operand' }>

const readCommand = (
  line: Line,
  command: AnyStageOrTool,
  tables: readonly OptionTable[],
  scanned: readonly Scanned[],
): ReadWords => {
  const lookup = lookUpIn(...tables)
  const read = readWords(tables, commanderWords(scanned))
  if (read.missingValue) {
    const final = scanned.at(-1)
    throw missingValue(line, final?.kind === 'option' ? (final.words[0] ?? '') : '', lookup)
  }
  if (read.unknown !== undefined) {
    const item = scanned.find(({ kind }) => kind === 'unknown')
    throw unknownOption(line, item?.at ?? line.argv.length, read.unknown, lookup, command)
  }
  return read
}

// The words for commander: one option per word, values apart, what stood behind `--` behind one again.
const commanderWords = (scanned: readonly Scanned[]): readonly string[] => {
  const words: string[] = []
  for (const item of scanned) {
    if (item.kind === 'option') words.push(...item.words)
    else if (item.kind !== 'help' && !(item.kind === 'operand' && item.literal)) words.push(item.word)
  }
  const literal = scanned.flatMap((item) => (item.kind === 'operand' && item.literal ? item.word : []))
  return literal.length === 0 ? words : [...words, '--', ...literal]
}

const checkOperands = (
  line: Line,
  command: AnyStageOrTool,
  words: readonly OperandWord[],
  taken: readonly number[],
  missing: Operand | undefined,
): void => {
  const program = line.frame.name
  for (const index of taken) {
    const word = words[index]
    if (word !== undefined) checkTaken(line, command, word)
  }
  if (missing === undefined) return
  const stray = words.find((word) => missing.kind === 'assignments' && looksLikeExpression(word.word))
  if (stray !== undefined) {
    const hint = `give the result a name: ${program} ${command.name} ${quoteShellWord(`name=${stray.word}`)}`
    throw usageError(line, stray.at, `${stray.word} is no ${missing.name}`, { hint })
  }
  const [example] = command.examples
  throw usageError(line, line.argv.length, `${command.name} needs ${operandUsage(missing)}`, {
    ...(example === undefined ? {} : { hint: `for example: ${example.run}` }),
  })
}

const checkTaken = (line: Line, command: AnyStageOrTool, { at, word }: OperandWord): void => {
  const [only] = command.operands
  if (only?.kind === 'expression' && looksLikeFile(word)) {
    throw usageError(line, at, `${word} stands where ${only.name} belongs`, {
      hint: `${only.name} comes first, then the file: ${line.frame.name} ${command.name} . ${quoteShellWord(word)}`,
    })
  }
  const choices = only?.choices
  if (choices !== undefined && !choices.includes(word)) {
    const didYouMean = nearestNames(word, choices, 2)
    throw usageError(line, at, `"${word}" is none of ${choices.join(', ')}`, { didYouMean })
  }
}

const checkFile = (line: Line, command: StageCommand<never>, { at, word, literal }: OperandWord): void => {
  const lookup = lookUpIn(command.options)
  const program = line.frame.name
  if (!literal && /^-\d+$/.test(word) && lookup.has('-n')) {
    const hint = `the number needs its letter: ${program} ${command.name} -n ${word.slice(1)}`
    throw usageError(line, at, `${word} is no file`, { hint })
  }
  if (!looksLikeExpression(word)) return
  const takesNames = command.operands.some(({ kind }) => kind === 'assignments')
  const meant =
    lookup.has('--by') && word.startsWith('.')
      ? `--by ${quoteShellWord(word)}`
      : takesNames
        ? quoteShellWord(`name=${word}`)
        : `one expression in quotes (${program} help expressions)`
  throw usageError(line, at, `${word} looks like an expression, but ${command.name} takes files here`, {
    hint: `write ${meant}, or ./${word} for a file of that name`,
  })
}
