// A block of lines at the bottom of the terminal that is redrawn in place. While it is shown the cursor is hidden below it at
// the left edge, so a block never has as many lines as the screen. Lines are cut by the terminal, never wrapped, even if it
// thinks otherwise about the width of a character: a wrapped line would break all that follows.

/** One line of a frame. */
export interface FrameLine {
  /** May hold colours, but nothing else that acts on a terminal. */
  readonly text: string
  /** Its columns; at most those of the screen. */
  readonly width: number
}

/** Where a frame is shown. */
export interface Screen {
  /** Each call is one whole step from one consistent picture to the next. */
  readonly write: (text: string) => void
  /** The size now. */
  readonly columns: () => number
  readonly rows: () => number
}

/** A block of lines that can be redrawn. */
export interface Frame {
  /** Replaces what is shown; fewer lines than the screen has rows. */
  draw(lines: readonly FrameLine[]): void
  /** Removes the block and gives the cursor back; the next draw starts where the block began. */
  erase(): void
}

const beginUpdate = '\u001b[?2026h'
const endUpdate = '\u001b[?2026l'
const hideCursor = '\u001b[?25l'
const showCursor = '\u001b[?25h'
const cutLongLines = '\u001b[?7l'
const wrapLongLines = '\u001b[?7h'
const eraseLineToEnd = '\u001b[K'
const eraseBelow = '\u001b[J'
const eraseScreen = '\u001b[H\u001b[2J'

/** What to write to a terminal when the process ends without erasing its frame, in the middle of a write if need be. */
export const restoreSequence = `${endUpdate}${wrapLongLines}${showCursor}\u001b[0m`

/** A frame that is not shown yet. */
export const createFrame = ({ write, columns, rows }: Screen): Frame => {
  let shown: readonly FrameLine[] = []
  let cursorHidden = false

  /** Goes to the place of the first line; forgets what is shown if that place is not where it was. */
  const toFirstLine = (): string => {
    if (shown.length === 0) return ''
    const width = columns()
    if (shown.length < rows() && shown.every((line) => line.width <= width)) return `\r\u001b[${String(shown.length)}A`
    // The screen has become too small for what is shown. Terminals differ in what they do about that.
    shown = []
    return eraseScreen
  }

  return {
    draw(lines) {
      if (lines.length === 0 && shown.length === 0) return
      const start = toFirstLine()
      const before = shown
      const width = columns()
      let out = `${beginUpdate}${cutLongLines}${cursorHidden ? '' : hideCursor}${start}`
      lines.forEach((line, index) => {
        // Erasing behind a full line would erase its last character: the cursor stands on it.
        if (line.text !== before[index]?.text) out += `${line.text}${line.width < width ? eraseLineToEnd : ''}`
        out += '\n'
      })
      if (lines.length < before.length) out += eraseBelow
      write(`${out}${wrapLongLines}${endUpdate}`)
      shown = lines
      cursorHidden = true
    },
    erase() {
      if (!cursorHidden) return
      const start = toFirstLine()
      write(`${beginUpdate}${start}${start === '' ? '' : eraseBelow}${showCursor}${endUpdate}`)
      shown = []
      cursorHidden = false
    },
  }
}
