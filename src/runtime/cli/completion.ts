// What can stand at the end of an unfinished command line. The shells ask through `ks complete --shell X -- WORDS…`, so that
// their scripts know nothing and stay valid.

import { isSeparator } from './chain.ts'
import {
  type AnyCommand,
  type AnyFrame,
  commandsOf,
  findCommand,
  type Operand,
  type StageCommand,
  type ToolCommand,
} from './command.ts'
import { assignOperands, expectedOperands } from './operands.ts'
import type { Option } from './options.ts'
import { lookUpIn, type OptionLookup, type Scanned, scanWords, toolOptions } from './scan.ts'

/** A word that can be put in place of the last one. */
export interface Candidate {
  readonly word: string
  readonly help: string
}

/** What fits; `files` asks the shell for names of files as well. */
export interface Completion {
  readonly candidates: readonly Candidate[]
  readonly files: boolean
}

const nothing: Completion = { candidates: [], files: false }

/** Completes the last of the words behind the name of the program; it may be empty. */
export const complete = (words: readonly string[], frame: AnyFrame): Completion => {
  const done = words.slice(0, -1)
  const current = words.at(-1) ?? ''
  const { candidates, files } = continuations(done, current, frame)
  return { candidates: candidates.filter(({ word }) => word.startsWith(current)), files }
}

const continuations = (done: readonly string[], current: string, frame: AnyFrame): Completion => {
  const shared = lookUpIn(frame.sharedOptions)
  const { scanned: leading, next } = scanWords(done, 0, shared, () => true)
  if (next >= done.length) {
    const value = valueOf(leading, current, shared)
    return value ?? (current.startsWith('-') ? optionWords(shared) : commandWords(commandsOf(frame)))
  }
  const command = findCommand(commandsOf(frame), done[next] ?? '')
  switch (command?.kind) {
    case 'stage':
      return insideChain(done, next, current, frame)
    case 'tool':
      return insideTool(command, done, next + 1, current, frame)
    case 'group': {
      const subcommand = findCommand(command.subcommands, done[next + 1] ?? '')
      if (subcommand !== undefined) return insideTool(subcommand, done, next + 2, current, frame)
      return done.length === next + 1 ? commandWords(command.subcommands) : nothing
    }
    case 'help':
      return insideHelp(done.slice(next + 1), frame)
    case undefined:
      return nothing
  }
}

const insideHelp = (done: readonly string[], frame: AnyFrame): Completion => {
  const [name] = done
  if (name !== undefined) {
    const group = findCommand(commandsOf(frame), name)
    return done.length === 1 && group?.kind === 'group' ? commandWords(group.subcommands) : nothing
  }
  const topics = frame.topics.map((topic) => ({ word: topic.name, help: topic.summary }))
  return { candidates: [...commandWords(commandsOf(frame)).candidates, ...topics], files: false }
}

const insideChain = (done: readonly string[], verbAt: number, current: string, frame: AnyFrame): Completion => {
  const verbs = commandsOf(frame).filter((command) => command.kind === 'stage')
  let isFirst = true
  for (let at = verbAt; ; isFirst = false) {
    const command = findCommand(verbs, done[at] ?? '')
    if (command === undefined) return at >= done.length ? commandWords(verbs) : nothing
    const lookup = lookUpIn(command.options, frame.sharedOptions)
    const { scanned, next } = scanWords(done, at + 1, lookup, isSeparator)
    if (next < done.length) at = next + 1
    else return valueOf(scanned, current, lookup) ?? insideStage(command, scanned, current, lookup, isFirst)
  }
}

const insideStage = (
  command: StageCommand<never>,
  scanned: readonly Scanned[],
  current: string,
  lookup: OptionLookup,
  isFirst: boolean,
): Completion => {
  if (current.startsWith('-')) return optionWords(lookup)
  const { missing, more } = nextOperands(command.operands, scanned)
  if (missing !== undefined) return operandWords(missing)
  const onward = command.endsChain ? [] : [{ word: 'then', help: 'The next stage.' }]
  const words = more === undefined ? nothing : operandWords(more)
  return { candidates: [...words.candidates, ...onward], files: words.files || isFirst }
}

const insideTool = (
  command: ToolCommand<never>,
  done: readonly string[],
  start: number,
  current: string,
  frame: AnyFrame,
): Completion => {
  const takesChain = command.operands.some(({ kind }) => kind === 'chain')
  const verbs = commandsOf(frame).filter(({ kind }) => kind === 'stage')
  const beginsChain = (word: string): boolean => takesChain && findCommand(verbs, word) !== undefined
  const lookup = lookUpIn(toolOptions(command.options, frame.sharedOptions))
  const { scanned, next } = scanWords(done, start, lookup, beginsChain)
  if (next < done.length) return insideChain(done, next, current, frame)
  const value = valueOf(scanned, current, lookup)
  if (value !== undefined) return value
  if (current.startsWith('-')) return optionWords(lookup)
  const { missing, more } = nextOperands(command.operands, scanned)
  const wanted = missing ?? more
  if (wanted === undefined) return nothing
  return wanted.kind === 'chain' ? { ...commandWords(verbs), files: true } : operandWords(wanted)
}

// The declared operand that must come next, or else the one that may.
const nextOperands = (
  declared: readonly Operand[],
  scanned: readonly Scanned[],
): { readonly missing: Operand | undefined; readonly more: Operand | undefined } => {
  const typed = new Set(scanned.flatMap((item) => (item.kind === 'option' ? item.known.long : [])))
  const words = scanned.flatMap((item) => (item.kind === 'operand' ? item.word : []))
  const expected = expectedOperands(declared, typed)
  const { missing } = assignOperands(expected, words)
  const most = expected.reduce((sum, { max }) => sum + max, 0)
  return { missing, more: words.length < most ? expected.at(-1) : undefined }
}

const operandWords = ({ kind, choices = [], help }: Operand): Completion => ({
  candidates: choices.map((word) => ({ word, help })),
  files: kind === 'file' || kind === 'sources' || kind === 'sinks' || kind === 'words',
})

const commandWords = (commands: readonly (AnyCommand | ToolCommand<never>)[]): Completion => ({
  candidates: commands.filter(({ hidden }) => !hidden).map(({ name, summary }) => ({ word: name, help: summary })),
  files: false,
})

const optionWords = (lookup: OptionLookup): Completion => ({
  candidates: [
    ...[...lookup]
      .filter(([, { option }]) => !option.hidden)
      .map(([word, { option }]) => ({ word, help: option.help.replaceAll('`', '') })),
    { word: '--help', help: 'Show help.' },
  ],
  files: false,
})

// The value of an option that was begun: behind it as the next word, or in the same word after `=`.
const valueOf = (scanned: readonly Scanned[], current: string, lookup: OptionLookup): Completion | undefined => {
  const final = scanned.at(-1)
  if (final?.kind === 'option' && final.incomplete) return valueWords(final.known.option, '')
  const attached = /^(--[^=]+)=/.exec(current)
  const option = lookup.get(attached?.[1] ?? '')?.option
  if (attached !== null && option?.takesValue) return valueWords(option, attached[0])
  return undefined
}

const valueWords = ({ choices, completes, help }: Option<unknown>, prefix: string): Completion => ({
  candidates: choices.map((choice) => ({ word: prefix + choice, help: help.replaceAll('`', '') })),
  files: completes === 'files',
})
