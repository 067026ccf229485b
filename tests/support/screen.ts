// A terminal in memory: replays what a program writes and shows what a person would see. It knows the escape sequences that
// ks uses and throws on any other, so that a test notices when data gets through to the terminal.

import { displayWidth } from '../../src/runtime/cli/terminal/width.ts'

/** A terminal of some size. */
export interface TestScreen {
  write(text: string): void
  /** What the screen shows, without spaces at the ends of lines and without empty lines at the bottom. */
  lines(): string[]
  /** The lines that have left the screen at the top. */
  scrollback(): string[]
  columns(): number
  rows(): number
  resize(columns: number, rows: number): void
  cursor(): { row: number; column: number; visible: boolean }
  /** True while long lines are wrapped, as they are unless a program says otherwise. */
  wraps(): boolean
  /** True between the start and the end of a synchronized update. */
  isUpdating(): boolean
}

interface Row {
  /** One string per column; a wide character is followed by an empty one. */
  cells: string[]
  /** True if the next row continues this line. */
  wrapped: boolean
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

const sequence = /\x1b\[(\??)(\d*)(?:;\d+)*([A-Za-z])/y

/** An empty screen. With `reflow` lines are wrapped anew when the width changes, otherwise they are cut. */
export const createScreen = (size: { columns: number; rows: number; reflow?: boolean }): TestScreen => {
  let { columns, rows } = size
  const reflow = size.reflow ?? true
  let screen: Row[] = [emptyRow()]
  const scrolled: Row[] = []
  let row = 0
  let column = 0
  let visible = true
  let wraps = true
  let updating = false

  const rowAt = (index: number): Row => {
    while (screen.length <= index) screen.push(emptyRow())
    const found = screen[index]
    if (found === undefined) throw new Error(`no row ${index}`)
    return found
  }

  const lineFeed = (): void => {
    row++
    if (row < rows) return
    scrolled.push(...screen.splice(0, row - rows + 1))
    row = rows - 1
  }

  const put = (grapheme: string): void => {
    const width = displayWidth(grapheme)
    if (column + width > columns) {
      if (wraps) {
        rowAt(row).wrapped = true
        lineFeed()
        column = 0
      } else column = columns - width
    }
    const { cells } = rowAt(row)
    while (cells.length < column) cells.push(' ')
    cells.splice(column, width, grapheme, ...Array<string>(width - 1).fill(''))
    column += width
  }

  const setMode = (mode: string, on: boolean): void => {
    if (mode === '7') wraps = on
    else if (mode === '25') visible = on
    else if (mode === '2026') updating = on
    else throw new Error(`unknown mode ${mode}`)
  }

  const obey = (question: string, parameter: string, command: string): void => {
    const count = Number(parameter === '' ? 1 : parameter)
    if (question === '?' && (command === 'h' || command === 'l')) setMode(parameter, command === 'h')
    else if (command === 'A') row = Math.max(0, row - count)
    else if (command === 'H' && parameter === '') row = column = 0
    else if (command === 'K' && parameter === '') {
      // A cursor behind the last column stands on it.
      rowAt(row).cells.length = Math.min(rowAt(row).cells.length, column, columns - 1)
    } else if (command === 'J' && parameter === '') {
      rowAt(row).cells.length = Math.min(rowAt(row).cells.length, column)
      screen.length = row + 1
    } else if (command === 'J' && parameter === '2') screen = []
    else if (command !== 'm') throw new Error(`unknown sequence ${JSON.stringify(question + parameter + command)}`)
  }

  const wrapAnew = (width: number): void => {
    const wrapped: Row[] = []
    let newRow = 0
    let newColumn = 0
    for (let index = 0; index < Math.max(screen.length, row + 1);) {
      let cells: string[] = []
      let cursorAt: number | undefined
      for (let more = true; more; index++) {
        if (index === row) cursorAt = cells.length + column
        cells = [...cells, ...rowAt(index).cells]
        more = rowAt(index).wrapped
      }
      const pieces = cutCells(cells, width)
      if (cursorAt !== undefined) {
        newRow = wrapped.length + Math.min(Math.floor(cursorAt / width), pieces.length - 1)
        newColumn = cursorAt % width
      }
      pieces.forEach((piece, place) => wrapped.push({ cells: piece, wrapped: place < pieces.length - 1 }))
    }
    screen = wrapped
    row = newRow
    column = newColumn
  }

  return {
    write(text) {
      let at = 0
      while (at < text.length) {
        const character = text.charAt(at)
        if (character === '\u001b') {
          sequence.lastIndex = at
          const match = sequence.exec(text)
          if (match === null) throw new Error(`unknown sequence ${JSON.stringify(text.slice(at, at + 10))}`)
          obey(match[1] ?? '', match[2] ?? '', match[3] ?? '')
          at = sequence.lastIndex
          continue
        }
        if (character === '\n') lineFeed()
        // The driver of a terminal adds a carriage return to every line feed.
        if (character === '\n' || character === '\r') {
          column = 0
          at++
          continue
        }
        const [next] = graphemes.segment(text.slice(at, at + 40))
        if (next === undefined || /\p{Cc}/u.test(next.segment)) throw new Error(`control character at ${at}`)
        put(next.segment)
        at += next.segment.length
      }
    },
    lines() {
      const lines = screen.map(textOf)
      while (lines.at(-1) === '') lines.pop()
      return lines
    },
    scrollback: () => scrolled.map(textOf),
    columns: () => columns,
    rows: () => rows,
    resize(newColumns, newRows) {
      if (reflow) wrapAnew(newColumns)
      else for (const { cells } of screen) cells.length = Math.min(cells.length, newColumns)
      column = Math.min(column, newColumns - 1)
      if (row >= newRows) scrolled.push(...screen.splice(0, row - newRows + 1))
      row = Math.min(row, newRows - 1)
      screen.length = Math.min(screen.length, newRows)
      columns = newColumns
      rows = newRows
    },
    cursor: () => ({ row, column, visible }),
    wraps: () => wraps,
    isUpdating: () => updating,
  }
}

const emptyRow = (): Row => ({ cells: [], wrapped: false })

const textOf = ({ cells }: Row): string => cells.join('').trimEnd()

const cutCells = (cells: readonly string[], width: number): string[][] => {
  const pieces: string[][] = [[]]
  cells.forEach((cell, index) => {
    const isWide = cells[index + 1] === ''
    let piece = pieces.at(-1) ?? []
    if (piece.length + (isWide ? 2 : 1) > width && cell !== '') pieces.push((piece = []))
    piece.push(cell)
  })
  return pieces
}
