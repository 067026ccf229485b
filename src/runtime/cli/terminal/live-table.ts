// The latest rows of an aggregation on a terminal, redrawn in place. It owns no clock: whoever owns it calls render, at most
// some ten times a second. What it shows while it runs is a view of the screen's size; what it leaves behind is the whole
// table as plain text.

import type { Style } from './colour.ts'
import { createFrame, type FrameLine, type Screen } from './frame.ts'
import { formatInteger } from './human-format.ts'
import { fitColumns, headerLine, lineWidth, naturalWidths, rowLine } from './table-layout.ts'
import { createTableRows, type RowFields, type RowOrder } from './table-rows.ts'
import { displayWidth, truncate } from './width.ts'

/** What createLiveTable needs. */
export interface LiveTableOptions extends Screen, Partial<RowOrder> {
  readonly style: Style
  /** A line above the table, asked for at every frame. */
  readonly title?: () => string
}

/** A table on a terminal. */
export interface LiveTable {
  /** Sets the row of a key; it shows at the next render. The row must not change afterwards. */
  update(key: string, row: RowFields): void
  remove(key: string): void
  /** Draws what has changed since the last time; writes nothing if nothing has. */
  render(): void
  /** Draws anew for a terminal of another size. */
  resize(): void
  /** Takes the table off the screen and shows the cursor, for a message or a pause; the next render brings it back. */
  hide(): void
  /** Replaces the view by the header and all rows as plain lines. All calls after this one do nothing. */
  finish(): void
}

/** A table without rows; nothing is written before the first render. Rows are ordered by value unless said otherwise. */
export const createLiveTable = (options: LiveTableOptions): LiveTable => {
  const { write, columns, rows, style, title, order = 'value', windowed = false } = options
  const table = createTableRows({ order, windowed })
  const frame = createFrame(options)
  let keptWidths: readonly number[] = []
  let shownTitle: string | undefined
  let shownSize = ''
  let finished = false

  /** Columns do not become narrower from frame to frame while there is room: a table that breathes is hard to read. */
  const steadyWidths = (natural: readonly number[], terminalColumns: number): readonly number[] => {
    const grown = natural.map((width, index) => Math.max(width, keptWidths[index] ?? 0))
    keptWidths = lineWidth(grown) <= terminalColumns ? grown : natural
    return keptWidths
  }

  const viewLines = (lineCount: number, terminalColumns: number): FrameLine[] => {
    const { titleLines, headerLines, rowLines, moreLines } = shareLines(lineCount, title !== undefined, table.size())
    const tableColumns = table.columns()
    const shownRows = table.first(rowLines)
    const natural = naturalWidths(tableColumns, shownRows, terminalColumns)
    const layout = fitColumns(tableColumns, steadyWidths(natural, terminalColumns), terminalColumns)
    const lines: FrameLine[] = []
    if (titleLines > 0) lines.push(textLine(shownTitle ?? '', terminalColumns, style.dim))
    if (headerLines > 0) lines.push(headerLine(layout, style))
    for (const row of shownRows) lines.push(rowLine(layout, row, style))
    if (moreLines > 0) lines.push(textLine(moreText(table.size() - shownRows.length), terminalColumns, style.dim))
    return lines
  }

  const render = (): void => {
    if (finished) return
    const size = `${String(columns())}x${String(rows())}`
    const titleNow = title?.()
    const settled = table.settle()
    if (!settled && titleNow === shownTitle && size === shownSize) return
    if (size !== shownSize) keptWidths = []
    shownTitle = titleNow
    shownSize = size
    // The cursor needs the last line.
    frame.draw(viewLines(Math.max(0, rows() - 1), columns()))
  }

  return {
    update: table.update,
    remove: table.remove,
    render,
    resize: render,
    hide() {
      frame.erase()
      shownSize = ''
    },
    finish() {
      if (finished) return
      frame.erase()
      table.settle()
      finished = true
      if (table.size() === 0) return
      const tableColumns = table.columns()
      const all = table.first()
      const layout = fitColumns(tableColumns, naturalWidths(tableColumns, all, columns()), columns())
      let text = `${headerLine(layout, style).text}\n`
      all.forEach((row, index) => {
        text += `${rowLine(layout, { values: row.values, changed: () => false }, style).text}\n`
        if (index % linesPerWrite === linesPerWrite - 1) {
          write(text)
          text = ''
        }
      })
      if (text !== '') write(text)
    },
  }
}

/** A table of a million rows is not put together as one string. */
const linesPerWrite = 1000

/** Who gets the lines of a small screen: the header, rows, how many more there are, and the title if there is plenty. */
const shareLines = (
  lineCount: number,
  hasTitle: boolean,
  rowCount: number,
): { titleLines: number; headerLines: number; rowLines: number; moreLines: number } => {
  const titleLines = hasTitle && lineCount >= 4 ? 1 : 0
  const headerLines = rowCount > 0 && lineCount >= 2 ? 1 : 0
  const left = lineCount - titleLines - headerLines
  const moreLines = rowCount > left && left > 0 ? 1 : 0
  return { titleLines, headerLines, rowLines: Math.max(0, Math.min(rowCount, left - moreLines)), moreLines }
}

const moreText = (count: number): string => `… ${formatInteger(count)} more ${count === 1 ? 'row' : 'rows'}`

const textLine = (text: string, columns: number, paint: (text: string) => string): FrameLine => {
  const plain = truncate(text, columns)
  return { text: paint(plain), width: displayWidth(plain) }
}
