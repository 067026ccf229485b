// Usage errors: each shows the command line with the place in it, the nearest names, and what to type instead.

import { type ErrorDetails, KsError, type Snippet } from '../model/errors.ts'
import { nearestNames } from '../model/nearest-name.ts'
import { type AnyCommand, type AnyFrame, commandsOf, findCommand, namesOf } from './command.ts'
import { habitHint } from './habits.ts'
import { lookUpIn, type OptionLookup } from './scan.ts'
import { quoteShellWord, quoteShellWords } from './shell-words.ts'

/** A command line and what is known about it. */
export interface Line {
  readonly argv: readonly string[]
  readonly frame: AnyFrame
}

/** The whole command line as one would type it. */
export const commandLineText = (line: Line): string => quoteShellWords([line.frame.name, ...line.argv])

/** A usage error at the word of this index; at the end of the line if there is no such word. */
export const usageError = (line: Line, at: number, message: string, details: ErrorDetails = {}): KsError =>
  new KsError('usage', message, { snippet: snippetAt(line, at), ...details })

const snippetAt = (line: Line, at: number): Snippet => {
  const words = [line.frame.name, ...line.argv].map((word) => quoteShellWord(withoutSecret(word)).replace(/\s/g, ' '))
  const before = words.slice(0, at + 1).join(' ')
  return { text: words.join(' '), column: before.length + 1, length: words[at + 1]?.length ?? 1 }
}

/** A word without the value of a property that is secret: what is shown ends up in logs. */
const withoutSecret = (word: string): string =>
  word.replace(/^([\w.=-]*(?:password|secret|jaas\.config|keystore\.key)[\w.]*=).+$/is, '$1***')

/** No command has this name. */
export const unknownCommand = (line: Line, at: number, wanted: 'command' | 'verb'): KsError => {
  const word = line.argv[at] ?? ''
  const { frame } = line
  const known = commandsOf(frame).filter(
    (command) => !command.hidden && (wanted === 'command' || command.kind === 'stage'),
  )
  const didYouMean = nearestNames(word, known.flatMap(namesOf), 3)
  return usageError(line, at, `unknown ${wanted} "${word}"`, { didYouMean, hint: hintForCommand(line, at, wanted) })
}

const hintForCommand = (line: Line, at: number, wanted: 'command' | 'verb'): string => {
  const { argv, frame } = line
  const word = argv[at] ?? ''
  if (wanted === 'verb' && argv[at - 1] === '+') return `+ begins a new stage; an expression with blanks needs quotes`
  if (looksLikeExpression(word))
    return `to keep the records for which it is true: ${frame.name} filter ${quoteShellWord(word)}`
  if (looksLikeFile(word)) return `files stand behind a command: ${frame.name} cat ${quoteShellWord(word)}`
  return `${frame.name} --help lists the commands`
}

/** The command exists but cannot stand in a chain. */
export const notAStage = (line: Line, at: number): KsError =>
  usageError(line, at, `"${line.argv[at] ?? ''}" is a command of its own and cannot stand in a chain`, {
    hint: `${line.frame.name} --help lists the verbs`,
  })

/** No option of the command, nor a shared one, is typed like this. */
export const unknownOption = (
  line: Line,
  at: number,
  word: string,
  lookup: OptionLookup,
  command?: AnyCommand,
): KsError => {
  const name = word.replace(/=.*$/s, '')
  const where = command === undefined ? '' : ` for ${commandPath(line, command)}`
  if (lookup.has(name)) return usageError(line, at, `${name} takes no value`)
  const visible = [...lookup].filter(([, known]) => !known.option.hidden).map(([typed]) => typed)
  const didYouMean = name.startsWith('--') ? nearestNames(name, visible, 2) : ownNames(line, name, command)
  const exists = (needed: string): boolean =>
    lookup.has(needed) || findCommand(commandsOf(line.frame), needed) !== undefined
  const hint = habitHint(name, exists) ?? (didYouMean.length > 0 ? undefined : hintForOption(line, name, command))
  return usageError(line, at, `unknown option ${quoteShellWord(word)}${where}`, {
    didYouMean,
    ...(hint === undefined ? {} : { hint }),
  })
}

const hintForOption = (line: Line, name: string, command: AnyCommand | undefined): string => {
  const { frame } = line
  if (!/^--?[\p{L}\p{N}]/u.test(name)) return 'an operand that begins with a dash stands after --'
  const owners = commandsOf(frame)
    .filter((other) => 'options' in other && !other.hidden && lookUpIn(other.options).has(name))
    .map((other) => other.name)
  if (owners.length > 0) return `${name} is an option of ${owners.slice(0, 4).join(', ')}`
  return command === undefined ? `${frame.name} help options` : `${commandPath(line, command)} --help lists the options`
}

/** A command as it is typed: `ks state ls`. */
const commandPath = ({ frame }: Line, command: AnyCommand): string => {
  const isIn = (group: AnyCommand): boolean =>
    group.kind === 'group' && group.subcommands.some((subcommand) => subcommand === command)
  const group = commandsOf(frame).find(isIn)
  return [frame.name, ...(group === undefined ? [] : [group.name]), command.name].join(' ')
}

/** Options of the command itself whose name begins with a letter that none of them has. */
const ownNames = ({ frame }: Line, letter: string, command: AnyCommand | undefined): readonly string[] => {
  if (command === undefined || !('options' in command) || !/^-[a-z]$/.test(letter)) return []
  const shared = new Set(Object.values(frame.sharedOptions))
  return [...lookUpIn(command.options)]
    .filter(([typed, { option }]) => typed.startsWith(`-${letter}`) && option.hidden !== true && !shared.has(option))
    .map(([typed]) => typed)
    .slice(0, 2)
}

/** The line ends where the value of an option should stand. */
export const missingValue = (line: Line, typed: string, lookup: OptionLookup): KsError => {
  const valueName = lookup.get(typed)?.option.valueName ?? 'VALUE'
  return usageError(line, line.argv.length, `${typed} needs a value (${valueName})`)
}

/** True for an operand that is surely meant as an expression: a path, an object, a call or a comparison. */
export const looksLikeExpression = (word: string): boolean => {
  if (/^\.[\p{L}_"[]/u.test(word)) return !word.includes('/')
  return /^\{.*\}$|^[\p{L}_][\p{L}\p{N}_]*\(.*\)$|[=!<>]=|[<>]|&&|\|\|/su.test(word)
}

/** True for an operand whose ending names a format that can be read, and that is no expression. */
export const looksLikeFile = (word: string): boolean =>
  /^(?!\.\p{L})[^\s'"=(){}$]*[^\s'"=(){}$.]\.(ndjson|jsonl|json|csv|tsv|txt)(\.gz)?$/u.test(word)
