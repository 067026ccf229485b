// How tools print lists: aligned columns for people, one JSON object per line for programs.

import { padEnd, padStart } from '../runtime/cli/terminal/width.ts'
import type { ToolContext } from '../runtime/main.ts'

/** Prints one object per line. */
export const printObjects = async (context: ToolContext, objects: readonly object[]): Promise<void> => {
  const { default: ndjson } = await import('ndjson')
  const lines = ndjson.stringify()
  for (const object of objects) lines.write(object)
  lines.end()
  let text = ''
  for await (const line of lines) text += String(line)
  if (text !== '') await context.print(text)
}

/** A column's heading; numbers stand at the right. */
export interface Column {
  readonly title: string
  readonly align?: 'right'
}

/** Aligned columns under their headings; undefined is a dash. */
export const table = (
  columns: readonly Column[],
  rows: readonly (readonly (string | number | undefined)[])[],
): string => {
  const lines = [
    columns.map(({ title }) => title),
    ...rows.map((row) => row.map((cell) => (cell === undefined ? '-' : String(cell)))),
  ]
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)))
  const cellText = (cell: string, at: number): string => {
    const width = widths[at] ?? 0
    if (columns[at]?.align === 'right') return padStart(cell, width)
    return at === columns.length - 1 ? cell : padEnd(cell, width)
  }
  return lines.map((line) => `${line.map(cellText).join('  ')}\n`).join('')
}
