// Manual pages: documents as roff (man macros), so that `man ks-count` says what `ks count --help` says.

import { KsError } from '../model/errors.ts'
import { type AnyFrame, commandsOf, findCommand } from './command.ts'
import { documentAbout, documentedCommands, type Document } from './document.ts'
import { type Block, spansOf } from './prose.ts'

/** The page about a topic as renderHelp knows it (undefined: the program), with the name of its file. */
export const renderManPage = (
  topic: string | undefined,
  frame: AnyFrame,
): { readonly fileName: string; readonly roff: string } => {
  const about = documentAbout(topic, frame)
  if (about === undefined) throw new KsError('usage', `no help on "${topic ?? ''}"`)
  const section = sectionOf(about, frame)
  const name = pageName(about.name, frame)
  const lines = [
    `.\\" Generated from the declarations of the commands; changes here are lost.`,
    `.TH ${quoted(name.toUpperCase())} ${section} "" ${quoted(`${frame.name} ${frame.version}`)} ${quoted(`${frame.name} manual`)}`,
    '.SH NAME',
    `${escape(name)} \\- ${escape(about.summary.replace(/\.$/, ''))}`,
  ]
  if (about.usage.length > 0) lines.push('.SH SYNOPSIS', '.nf', ...about.usage.map((usage) => line(bold(usage))), '.fi')
  for (const { title, blocks } of about.sections) {
    lines.push(
      `.SH ${quoted((title === '' ? defaultTitle(about) : title).toUpperCase())}`,
      ...blocks.flatMap(blockLines),
    )
  }
  lines.push(...seeAlso(about, frame))
  return { fileName: `${name}.${section}`, roff: lines.map((text) => `${text}\n`).join('') }
}

/** Every page: the program, its commands, its topics. */
export const renderManPages = (frame: AnyFrame): readonly { readonly fileName: string; readonly roff: string }[] =>
  [undefined, ...documentedCommands(frame), ...frame.topics.map(({ name }) => name)].map((topic) =>
    renderManPage(topic, frame),
  )

const pageName = (name: string, frame: AnyFrame): string => [frame.name, ...name.split(' ')].filter(Boolean).join('-')

const defaultTitle = (about: Document): string => (about.usage.length > 0 ? 'Notes' : 'Description')

// Commands are section 1, topics section 7; the program itself has an empty name.
const sectionOf = ({ name }: Pick<Document, 'name'>, frame: AnyFrame): string =>
  name === '' || findCommand(commandsOf(frame), name.split(' ')[0] ?? '') !== undefined ? '1' : '7'

const seeAlso = (about: Document, frame: AnyFrame): readonly string[] => {
  const names = about.name === '' ? about.seeAlso : ['', ...about.seeAlso]
  if (names.length === 0) return []
  const pages = names.map((name) => `${bold(pageName(name, frame))}(${sectionOf({ name }, frame)})`)
  return ['.SH "SEE ALSO"', line(pages.join(', '))]
}

const blockLines = (block: Block): readonly string[] => {
  if (typeof block === 'string') return ['.PP', prose(block)]
  if ('heading' in block) return [`.SS ${quoted(block.heading)}`]
  if ('rows' in block) return block.rows.flatMap(([term, meaning]) => ['.TP', line(bold(term.trim())), prose(meaning)])
  return ['.PP', '.RS 4', '.EX', ...block.code.split('\n').map((code) => line(escape(code))), '.EE', '.RE']
}

const prose = (paragraph: string): string =>
  line(
    spansOf(paragraph.replace(/\s+/g, ' '))
      .map(({ text, typed }) => (typed ? bold(text) : escape(text)))
      .join(''),
  )

const bold = (text: string): string => `\\fB${escape(text)}\\fR`

const quoted = (text: string): string => `"${escape(text)}"`

// A line that begins with a dot or a quote would be a request.
const line = (roff: string): string => (/^[.']/.test(roff) ? `\\&${roff}` : roff)

const named: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '"': '\\(dq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
}

// What roff would change, and everything outside ASCII, so that a page needs no encoding.
const escape = (text: string): string =>
  text.replace(
    /[\\\-'"`^~]|[^\x20-\x7e]/gu,
    (character) =>
      named[character] ?? `\\[u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
  )
