// An explanation as text for a terminal.

import type { ExplainedPart, ExplainedStore, Explanation } from './explain.ts'

/** How names are set off. Texts may hold anything that a user typed; `plain` makes them safe to print. */
export interface TextStyle {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly plain: (text: string) => string
}

/** The text, with a line end at its end. */
export const explainText = (explanations: readonly Explanation[], style: TextStyle): string =>
  explanations.map((explanation) => oneText(explanation, style)).join('\n')

const oneText = ({ commandLine, parts, run }: Explanation, style: TextStyle): string => {
  const lines = [style.bold(style.plain(commandLine)), '']
  for (const part of parts) lines.push(...partLines(part, style), '')
  lines.push(style.bold('Run'), ...rows(run, 2, style))
  return `${lines.join('\n')}\n`
}

const partLines = (part: ExplainedPart, style: TextStyle): readonly string[] => {
  const tasks = part.tasks === '' ? '' : `: ${style.plain(part.tasks)}`
  const lines = [`${style.bold(part.title)}${tasks}`]
  const width = Math.max(...part.nodes.map(({ words }) => words.length))
  let stage: string | undefined
  let previous: string | undefined
  for (const { name, words, parents, stage: of } of part.nodes) {
    if (of?.text !== stage) {
      stage = of?.text
      if (stage !== undefined) lines.push(`  ${style.bold(style.plain(stage))}`)
    }
    // Where the line above leads here nothing has to be said.
    const from =
      parents.length === 0 || (parents.length === 1 && parents[0] === previous) ? '' : `  from ${parents.join(', ')}`
    const indent = of === undefined ? '  ' : '    '
    const padding = ' '.repeat(width - words.length + 4 - indent.length)
    lines.push(`${indent}${style.plain(words)}${padding}  ${style.dim(style.plain(`${name}${from}`))}`)
    previous = name
  }
  if (part.stores.length > 0) lines.push('  Stores', ...storeLines(part.stores, style))
  for (const group of part.copartitioned) {
    lines.push(`  Must have equal numbers of partitions: ${style.plain(group.join(', '))}`)
  }
  return lines
}

const storeLines = (stores: readonly ExplainedStore[], style: TextStyle): readonly string[] => {
  const texts = stores.flatMap(({ name, rows: row, time, kept, changelog, memory, minor }) => {
    if (minor) return [[name, row] as const]
    return [
      [name, time === undefined ? row : `${row}; ${time}`] as const,
      ['', changelog === undefined || !kept.endsWith(':') ? kept : `${kept} ${changelog}`] as const,
      ['', `memory: ${memory}`] as const,
    ]
  })
  return rows(texts, 4, style)
}

const rows = (pairs: readonly (readonly [string, string])[], indent: number, style: TextStyle): readonly string[] => {
  const width = Math.max(...pairs.map(([term]) => term.length))
  return pairs.map(
    ([term, meaning]) =>
      `${' '.repeat(indent)}${style.bold(style.plain(term))}${' '.repeat(width - term.length)}  ${style.plain(meaning)}`,
  )
}
