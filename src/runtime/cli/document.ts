// What help and man pages say about a command, a topic or the program as a whole, made from the declarations. Both renderers
// start from these sections, so they cannot say different things.

import {
  type AnyCommand,
  type AnyFrame,
  type CommandGroup,
  commandsOf,
  type Example,
  findCommand,
  type HelpTopic,
  type Operand,
} from './command.ts'
import { operandUsage, takesAllOperands } from './operands.ts'
import { longName, negatedName, type Option, type OptionTable } from './options.ts'
import type { Block } from './prose.ts'

/** A heading with what stands under it. */
export interface Section {
  readonly title: string
  readonly blocks: readonly Block[]
}

/** Everything there is to say about one thing. */
export interface Document {
  /** `count`, `state ls`, `time`; empty for the program itself. */
  readonly name: string
  readonly summary: string
  /** Lines without the heading `Usage:`; none for a topic. */
  readonly usage: readonly string[]
  readonly sections: readonly Section[]
  /** Names of commands and topics. */
  readonly seeAlso: readonly string[]
}

/** The document about a command, a group with or without its subcommand, a topic, or (undefined) the program. */
export const documentAbout = (topic: string | undefined, frame: AnyFrame): Document | undefined => {
  if (topic === undefined) return overview(frame)
  const [name = '', subcommandName] = topic.split(' ')
  const command = findCommand(commandsOf(frame), name)
  if (command?.kind === 'group' && subcommandName !== undefined) {
    const subcommand = findCommand(command.subcommands, subcommandName)
    return subcommand === undefined ? undefined : commandDocument(subcommand, frame, topic)
  }
  if (command !== undefined) return commandDocument(command, frame, command.name)
  const found = frame.topics.find((other) => other.name === topic)
  return found === undefined ? undefined : topicDocument(found)
}

const topicDocument = ({ name, summary, body }: HelpTopic): Document => {
  const sections: { title: string; blocks: Block[] }[] = [{ title: '', blocks: [] }]
  for (const block of body()) {
    if (typeof block === 'object' && 'heading' in block) sections.push({ title: block.heading, blocks: [] })
    else sections.at(-1)?.blocks.push(block)
  }
  return { name, summary, usage: [], sections: sections.filter(({ blocks }) => blocks.length > 0), seeAlso: [] }
}

const commandDocument = (command: AnyCommand, frame: AnyFrame, path: string): Document => ({
  name: path,
  summary: command.summary,
  usage: [usageOf(command, frame, path)],
  sections: [
    { title: 'Description', blocks: command.description },
    { title: 'Also called', blocks: command.aliases === undefined ? [] : [command.aliases.map(quoted).join(', ')] },
    ...(command.kind === 'group' ? subcommandSections(command, frame) : operandSections(command.operands)),
    ...('options' in command ? optionSections(command.options, 'Options') : []),
    ...(command.kind === 'stage' ? [sharedSection(frame)] : []),
    ...exampleSections(command.examples),
    { title: 'Exit status', blocks: [`See \`${frame.name} help exit-codes\`.`] },
  ].filter(({ blocks }) => blocks.length > 0),
  seeAlso: command.seeAlso ?? [],
})

const quoted = (name: string): string => `\`${name}\``

/** The usage line of a command. */
export const usageOf = (command: AnyCommand, frame: AnyFrame, path: string): string => {
  const words = [frame.name, path]
  if (command.kind === 'group')
    return [...words, command.otherwise === undefined ? 'SUBCOMMAND' : '[SUBCOMMAND]', '…'].join(' ')
  if ('options' in command) words.push('[OPTION…]')
  words.push(...command.operands.map(operandUsage))
  if (command.kind === 'stage' && !takesAllOperands(command.operands)) words.push('[FILE…]')
  return words.join(' ')
}

const operandSections = (operands: readonly Operand[]): readonly Section[] =>
  operands.length === 0
    ? []
    : [{ title: 'Operands', blocks: [{ rows: operands.map((operand) => [operandUsage(operand), operand.help]) }] }]

const subcommandSections = (group: CommandGroup<never>, frame: AnyFrame): readonly Section[] => {
  const visible = group.subcommands.filter(({ hidden }) => !hidden)
  const rows = visible.map(({ name, summary }) => [name, summary] as const)
  return [
    {
      title: 'Subcommands',
      blocks: [{ rows }, `\`${frame.name} help ${group.name} SUBCOMMAND\` says more about one of them.`],
    },
  ]
}

/** The visible options of a table under the headings of their groups; `title` is that of options without one. */
export const optionSections = (table: OptionTable, title: string): readonly Section[] => {
  const groups = new Map<string, [string, string][]>()
  for (const [key, option] of Object.entries(table)) {
    if (option.hidden) continue
    const rows = groups.get(option.group ?? title) ?? []
    groups.set(option.group ?? title, [...rows, [optionUsage(key, option), optionMeaning(option)]])
  }
  return [...groups].map(([group, rows]) => ({ title: group, blocks: [{ rows }] }))
}

/** `-t, --topic TOPIC`; options without a letter leave its place empty. */
export const optionUsage = (key: string, option: Option<unknown>): string => {
  const letter = option.short === undefined ? '    ' : `-${option.short}, `
  return `${letter}${typedAs(key, option)}${option.takesValue ? ` ${option.valueName ?? 'VALUE'}` : ''}`
}

const typedAs = (key: string, option: Option<unknown>): string => {
  const long = longName(key, option)
  if (!option.negatable) return long
  return option.onByDefault ? negatedName(long) : `--[no-]${long.slice(2)}`
}

const optionMeaning = (option: Option<unknown>): string => {
  const parts = [option.help]
  if (option.repeats) parts.push('May be given several times.')
  if (option.defaultText !== undefined) parts.push(`Default: \`${option.defaultText}\`.`)
  if (option.env !== undefined) parts.push(`Environment: \`${option.env}\`.`)
  return parts.join(' ')
}

const sharedSection = (frame: AnyFrame): Section => {
  const groups = new Map<string, string[]>()
  for (const [key, option] of Object.entries(frame.sharedOptions)) {
    if (option.hidden) continue
    const letter = option.short === undefined ? '' : `-${option.short} `
    const group = option.group ?? 'Other'
    groups.set(group, [...(groups.get(group) ?? []), `\`${letter}${typedAs(key, option)}\``])
  }
  const rows = [...groups].map(([group, names]) => [group, names.join(', ')] as const)
  const pointer = `\`${frame.name} help options\` explains them.`
  return { title: 'Options of every verb', blocks: rows.length === 0 ? [] : [{ rows }, pointer] }
}

const exampleSections = (examples: readonly Example[]): readonly Section[] => {
  const blocks = examples.flatMap(({ title, run, output }): readonly Block[] => [
    `${title}:`,
    {
      code: [`$ ${run.trimEnd().replaceAll('\n', '\n> ')}`, ...(output === '' ? [] : [output.replace(/\n$/, '')])].join(
        '\n',
      ),
    },
  ])
  return [{ title: 'Examples', blocks }]
}

const overview = (frame: AnyFrame): Document => {
  const { name } = frame
  const commandSections = frame.sections.map(({ title, commands }): Section => {
    const visible: readonly AnyCommand[] = commands.filter(({ hidden }) => !hidden)
    return {
      title,
      blocks: visible.length === 0 ? [] : [{ rows: visible.map((command) => [command.name, command.summary]) }],
    }
  })
  return {
    name: '',
    summary: frame.summary,
    usage: [`${name} VERB [OPTION…] [OPERAND…] [FILE…] [then VERB …]…`, `${name} COMMAND [OPTION…] [OPERAND…]`],
    sections: [
      ...commandSections,
      sharedSection(frame),
      { title: 'Topics', blocks: [{ rows: frame.topics.map((topic) => [topic.name, topic.summary] as const) }] },
      {
        title: '',
        blocks: [
          `\`${name} help VERB\` and \`${name} help TOPIC\` say more. Without a file, standard input is read; \`-\` names it. ` +
            `\`+\` is short for \`then\`.`,
        ],
      },
    ].filter(({ blocks }) => blocks.length > 0),
    seeAlso: [],
  }
}

/** What has a document of its own besides the program and the topics, as documentAbout knows it: `count`, `state ls`. */
export const documentedCommands = (frame: AnyFrame): readonly string[] =>
  commandsOf(frame)
    .filter(({ hidden }) => !hidden)
    .flatMap((command) => [
      command.name,
      ...(command.kind === 'group' ? command.subcommands : [])
        .filter(({ hidden }) => !hidden)
        .map(({ name }) => `${command.name} ${name}`),
    ])
