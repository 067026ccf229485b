// What must be true of the declarations as a whole and no type can say. A test runs it over the real commands.

import { isSeparator } from './chain.ts'
import {
  type AnyCommand,
  type AnyFrame,
  commandsOf,
  type Description,
  findCommand,
  namesOf,
  type Operand,
  type ToolCommand,
} from './command.ts'
import { longName, negatedName, type Option, type OptionTable } from './options.ts'
import type { Block } from './prose.ts'
import { lookUpIn } from './scan.ts'

/** Every breach of the rules, as a sentence that names the place; empty if there is none. */
export const lintFrame = (frame: AnyFrame): readonly string[] => {
  const commands = commandsOf(frame)
  return [
    ...repeated(commands.flatMap(namesOf)).map((name) => `two commands are called ${name}`),
    ...lintOptions(frame.sharedOptions, 'shared options'),
    ...commands.flatMap((command) => lintCommand(command, frame)),
    ...lintTopics(frame),
  ]
}

const lintTopics = (frame: AnyFrame): readonly string[] => {
  const names = frame.topics.map(({ name }) => name)
  return [
    ...repeated(names).map((name) => `two topics are called ${name}`),
    ...names.filter((name) => findCommand(commandsOf(frame), name)).map((name) => `${name} is a topic and a command`),
    ...frame.topics.flatMap(({ name, summary, body }) => [
      ...lintSummary(summary, `topic ${name}`),
      ...lintProse(body(), `topic ${name}`),
    ]),
  ]
}

const lintCommand = (
  command: AnyCommand | ToolCommand<never>,
  frame: AnyFrame,
  path = command.name,
): readonly string[] => {
  const problems = [...lintDescription(command, frame, path)]
  if (command.kind === 'group') {
    problems.push(...repeated(command.subcommands.flatMap(namesOf)).map((name) => `${path}: ${name} occurs twice`))
    if (command.otherwise !== undefined && findCommand(command.subcommands, command.otherwise) === undefined) {
      problems.push(`${path}: there is no subcommand ${command.otherwise}`)
    }
    const inside = command.subcommands.flatMap((subcommand) =>
      lintCommand(subcommand, frame, `${path} ${subcommand.name}`),
    )
    return [...problems, ...inside]
  }
  if (command.kind !== 'help' && command.examples.length === 0 && !command.hidden) {
    problems.push(`${path}: there is no example`)
  }
  problems.push(...command.operands.flatMap((operand) => lintOperand(operand, command.kind, path)))
  const known = 'options' in command ? lookUpIn(command.options) : new Map()
  for (const { name, unless } of command.operands) {
    if (unless !== undefined && !known.has(unless)) problems.push(`${path} ${name}: there is no option ${unless}`)
  }
  if (command.kind === 'stage') problems.push(...lintOptions({ ...command.options }, path, frame.sharedOptions))
  if (command.kind === 'tool') problems.push(...lintOptions(command.options, path))
  return problems
}

const lintDescription = (command: Omit<Description, 'operands'>, frame: AnyFrame, path: string): readonly string[] => {
  const problems = [...lintSummary(command.summary, path), ...lintProse(command.description, path)]
  for (const name of namesOf(command)) {
    if (!/^[a-z][a-z0-9-]*$/.test(name) || isSeparator(name)) problems.push(`${path}: ${name} is no name for a command`)
  }
  if (command.description.length === 0) problems.push(`${path}: there is no description`)
  const column = Math.max(8, ...[...commandsOf(frame), ...frame.topics].map(({ name }) => name.length))
  if (2 + column + 2 + command.summary.length > 80) problems.push(`${path}: the summary does not fit into 80 columns`)
  for (const { title, run } of command.examples) {
    if (/[.:]$/.test(title)) problems.push(`${path}: the title "${title}" ends with a punctuation mark`)
    if (!run.includes(`${frame.name} `)) problems.push(`${path}: the example "${title}" does not run ${frame.name}`)
  }
  const known = [...commandsOf(frame).flatMap(namesOf), ...frame.topics.map(({ name }) => name)]
  for (const name of command.seeAlso ?? []) {
    if (!known.includes(name)) problems.push(`${path}: see also ${name}, which does not exist`)
  }
  return problems
}

const lintOperand = (operand: Operand, kind: string, path: string): readonly string[] => {
  const { name, min, max, help } = operand
  const problems = lintSentence(help, `${path} ${name}`)
  if (!(min >= 0 && max >= 1 && min <= max))
    return [...problems, `${path} ${name}: ${min} to ${max} is no number of operands`]
  const isOptional = operand.kind !== 'assignments' && min < max && max !== Infinity
  if (kind === 'stage' && isOptional)
    return [...problems, `${path} ${name}: an optional operand cannot be told from a file`]
  return problems
}

const lintOptions = (table: OptionTable, path: string, shared: OptionTable = {}): readonly string[] => {
  const own = Object.entries(table)
  const problems = own.flatMap(([key, option]) => lintOption(option, `${path} ${longName(key, option)}`))
  const typed = own.flatMap(([key, option]) => typedNames(key, option))
  const taken = Object.entries(shared).flatMap(([key, option]) => typedNames(key, option))
  for (const name of repeated(typed)) problems.push(`${path}: ${name} occurs twice`)
  for (const name of typed.filter((name) => taken.includes(name))) problems.push(`${path}: ${name} is a shared option`)
  for (const name of ['--help', '-h', '--version', '-V']) {
    if (typed.includes(name)) problems.push(`${path}: ${name} belongs to the program`)
  }
  return problems
}

const typedNames = (key: string, option: Option<unknown>): readonly string[] => {
  const long = longName(key, option)
  return [
    long,
    ...(option.negatable ? [negatedName(long)] : []),
    ...(option.short === undefined ? [] : [`-${option.short}`]),
  ]
}

const lintOption = (option: Option<unknown>, path: string): readonly string[] => {
  const problems = [...lintSentence(option.help, path)]
  if (option.short !== undefined && !/^[A-Za-z]$/.test(option.short))
    problems.push(`${path}: -${option.short} is no letter`)
  if (!/ --[a-z][a-z0-9-]+$/.test(path)) problems.push(`${path}: a long name has small letters, digits and dashes`)
  if (option.takesValue && option.valueName === undefined) problems.push(`${path}: the value has no name`)
  try {
    option.parse([])
  } catch {
    problems.push(`${path}: the default is not valid`)
  }
  return problems
}

const lintSummary = (summary: string, path: string): readonly string[] => [
  ...lintSentence(summary, path),
  ...(/^\p{Lu}/u.test(summary) ? [] : [`${path}: the summary begins with a small letter`]),
  ...(/[.!?]\s/.test(summary) ? [`${path}: the summary is more than one sentence`] : []),
]

const lintSentence = (sentence: string, path: string): readonly string[] =>
  /^[\p{L}\p{N}\x60$].*\.$/su.test(sentence) ? lintProse([sentence], path) : [`${path}: "${sentence}" is no sentence`]

const lintProse = (blocks: readonly Block[], path: string): readonly string[] =>
  blocks
    .flatMap((block) =>
      typeof block === 'string' ? block : 'rows' in block ? block.rows.map(([, meaning]) => meaning) : [],
    )
    .filter((paragraph) => (paragraph.match(/`/g)?.length ?? 0) % 2 === 1)
    .map((paragraph) => `${path}: a backtick has no partner in "${paragraph}"`)

const repeated = (names: readonly string[]): readonly string[] => [
  ...new Set(names.filter((name, index) => names.indexOf(name) !== index)),
]
