// How tools print lists: aligned columns for people, one JSON object per line for programs.

import { escapeControls } from '../runtime/cli/terminal/escape.ts'
import { displayWidth, padEnd, padStart } from '../runtime/cli/terminal/width.ts'
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
  return aligned(lines, (at) => columns[at]?.align === 'right')
}

/** Columns without headings. Much of what is listed was written by others: nothing of it can act on a terminal. */
export const aligned = (
  lines: readonly (readonly string[])[],
  isRight: (column: number) => boolean = () => false,
): string => {
  const shown = lines.map((line) => line.map(escapeControls))
  const widths: number[] = []
  for (const line of shown) line.forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, displayWidth(cell))))
  const cellText = (cell: string, at: number): string => {
    const width = widths[at] ?? 0
    if (isRight(at)) return padStart(cell, width)
    return at === widths.length - 1 ? cell : padEnd(cell, width)
  }
  return shown.map((line) => `${line.map(cellText).join('  ')}\n`).join('')
}
