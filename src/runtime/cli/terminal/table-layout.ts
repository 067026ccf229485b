// Rows as lines of a terminal: columns as wide as their contents, narrowed until the line fits. Cells are cut and padded as
// plain text and coloured afterwards, so colour never counts as width.

import { stringifyJson } from '../../serde/json-parse.ts'
import type { Style } from './colour.ts'
import type { FrameLine } from './frame.ts'
import type { TableColumn, TableRow } from './table-rows.ts'
import { displayWidth, truncate } from './width.ts'

/** The columns that a line has room for, from the left. */
export interface Layout {
  readonly columns: readonly TableColumn[]
  readonly widths: readonly number[]
  /** True if the line has no room for all columns. */
  readonly cut: boolean
}

/** How wide each column would have to be for its name and some rows, at most `limit`. */
export const naturalWidths = (columns: readonly TableColumn[], rows: Iterable<TableRow>, limit: number): number[] => {
  const widths = columns.map((column) => displayWidth(truncate(column.name, limit)))
  for (const row of rows) {
    columns.forEach((column, index) => {
      const cell = truncate(cellText(row.values[index], column), limit)
      widths[index] = Math.max(widths[index] ?? 0, displayWidth(cell))
    })
  }
  return widths
}

/** How wide a line with these column widths is. */
export const lineWidth = (widths: readonly number[]): number =>
  widths.reduce((sum, width) => sum + width, gap.length * Math.max(0, widths.length - 1))

/**
 * Fits columns into so many columns of the terminal: wide text gives way first, then numbers; what does not fit even then is
 * left out on the right, where `…` stands for it.
 */
export const fitColumns = (
  columns: readonly TableColumn[],
  natural: readonly number[],
  terminalColumns: number,
): Layout => {
  for (let count = columns.length; count > 0; count--) {
    const cut = count < columns.length
    const room = cut ? terminalColumns - gap.length - 1 : terminalColumns
    const widths = narrow(columns.slice(0, count), natural.slice(0, count), room)
    if (widths !== undefined) return { columns: columns.slice(0, count), widths, cut }
  }
  return { columns: [], widths: [], cut: columns.length > 0 && terminalColumns > 0 }
}

/** The names of the columns. */
export const headerLine = (layout: Layout, style: Style): FrameLine =>
  composeLine(
    layout,
    layout.columns.map((column) => ({ text: column.name, paint: style.bold })),
    layout.cut ? '…' : '',
  )

/** A row; with `style` its changed values stand out. */
export const rowLine = (layout: Layout, row: TableRow, style: Style): FrameLine =>
  composeLine(
    layout,
    layout.columns.map((column, index) => ({
      text: cellText(row.values[index], column),
      paint: row.changed(index) ? style.yellow : asIs,
    })),
    '',
  )

interface Cell {
  readonly text: string
  readonly paint: (text: string) => string
}

const gap = '  '

/** No column is cut below this, unless its contents are shorter. */
const leastTextWidth = 4

const asIs = (text: string): string => text

/** A value as one would type it: text without quotes, times in UTC, the rest as JSON. */
const cellText = (value: unknown, column: TableColumn): string => {
  if (value === undefined) return ''
  if (typeof value === 'string') return value
  if (column.kind === 'time' && typeof value === 'number') return timeText(value)
  return stringifyJson(value)
}

const timeText = (timestamp: number): string => {
  const date = new Date(timestamp)
  return Number.isNaN(date.getTime()) ? String(timestamp) : date.toISOString().replace('.000Z', 'Z')
}

/** The widths in so many columns, or undefined if that is too few. */
const narrow = (
  columns: readonly TableColumn[],
  natural: readonly number[],
  room: number,
): readonly number[] | undefined => {
  const isText = (index: number): boolean => columns[index]?.kind !== 'number'
  const capped = (textCap: number, numberCap: number): number[] =>
    natural.map((width, index) => Math.min(width, isText(index) ? textCap : numberCap))
  const widest = Math.max(...natural)
  const least = Math.min(leastTextWidth, widest)
  for (let cap = widest; cap >= least; cap--) {
    const widths = capped(cap, widest)
    if (lineWidth(widths) <= room) return widths
  }
  for (let cap = widest; cap >= least; cap--) {
    const widths = capped(least, cap)
    if (lineWidth(widths) <= room) return widths
  }
  // A single column gets what there is.
  return columns.length === 1 && room > 0 ? [Math.min(widest, room)] : undefined
}

const composeLine = ({ columns, widths }: Layout, cells: readonly Cell[], end: string): FrameLine => {
  let text = ''
  let width = 0
  let owedSpaces = 0
  const put = (spacesBefore: number, plain: string, paint: (text: string) => string, spacesAfter: number): void => {
    owedSpaces += spacesBefore
    if (plain !== '') {
      // Spaces are written only when something follows: no line ends with any.
      text += ' '.repeat(owedSpaces) + paint(plain)
      width += owedSpaces + displayWidth(plain)
      owedSpaces = 0
    }
    owedSpaces += spacesAfter
  }
  cells.forEach((cell, index) => {
    const plain = truncate(cell.text, widths[index] ?? 0)
    const padding = (widths[index] ?? 0) - displayWidth(plain)
    const before = columns[index]?.kind === 'number' ? padding : 0
    put(before + (index === 0 ? 0 : gap.length), plain, cell.paint, padding - before)
  })
  put(cells.length === 0 ? 0 : gap.length, end, asIs, 0)
  return { text, width }
}
