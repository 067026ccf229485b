// `--help` and `ks help`: documents as text for a terminal.

import type { AnyFrame } from './command.ts'
import { type Document, documentAbout } from './document.ts'
import { KsError } from '../model/errors.ts'
import type { Style } from './terminal/colour.ts'
import { columnFor, layOut } from './text-layout.ts'

/** How to show help. `width` comes from helpWidth. */
export interface HelpOptions {
  readonly style: Style
  readonly width: number
}

/** The help on a topic as the parser returns it; undefined for the overview. Ends with a line end. */
export const renderHelp = (topic: string | undefined, frame: AnyFrame, { style, width }: HelpOptions): string => {
  const about = documentAbout(topic, frame)
  if (about === undefined) throw new KsError('usage', `no help on "${topic ?? ''}"`)
  const lines = [...layOut([about.summary], { width, indent: 0, style })]
  if (about.usage.length > 0) lines.push('')
  for (const [index, usage] of about.usage.entries()) {
    lines.push((index === 0 ? style.bold('Usage:') : '      ') + ` ${usage}`)
  }
  const layout = { width, indent: 2, style, ...commonColumn(about, width) }
  for (const { title, blocks } of about.sections) {
    lines.push('', ...(title === '' ? [] : [style.bold(`${title}:`)]))
    lines.push(...layOut(blocks, title === '' ? { ...layout, indent: 0 } : layout))
  }
  if (about.seeAlso.length > 0) {
    const names = about.seeAlso.map((name) => `\`${frame.name} help ${name}\``).join(', ')
    lines.push('', style.bold('See also:'), ...layOut([names], layout))
  }
  return lines.map((line) => `${line}\n`).join('')
}

// The lists of a command or of all commands stand under each other; those of a topic have nothing in common.
const commonColumn = ({ usage, sections }: Document, width: number): { column?: number } => {
  if (usage.length === 0) return {}
  const blocks = sections.flatMap((section) => section.blocks)
  const rows = blocks.flatMap((block) => (typeof block === 'object' && 'rows' in block ? block.rows : []))
  return { column: columnFor(rows, width, 2) }
}
