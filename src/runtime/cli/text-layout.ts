// Text in lines of a given width, for help. Widths are counted without escapes: text is laid out first and styled word by
// word while it is put together.

import { type Block, type Span, spansOf } from './prose.ts'
import type { Style } from './terminal/colour.ts'

/** The width of help for a terminal with so many columns; undefined if there is no terminal. */
export const helpWidth = (columns: number | undefined): number => Math.max(40, Math.min(columns ?? 80, 100))

/** A paragraph in lines, each with the indent in front. */
export const wrap = (paragraph: string, width: number, indent: number, style: Style): readonly string[] => {
  const lines: string[] = []
  const margin = ' '.repeat(indent)
  let line = margin
  let used = indent
  for (const { shown, length } of pieces(spansOf(paragraph), style)) {
    if (used > indent && used + 1 + length > width) {
      lines.push(line)
      line = margin
      used = indent
    }
    line += used > indent ? ` ${shown}` : shown
    used += used > indent ? length + 1 : length
  }
  if (used > indent) lines.push(line)
  return lines
}

// What must not be divided: a word, or all that is typed together, with what follows without a blank.
const pieces = (
  spans: readonly Span[],
  style: Style,
): readonly { readonly shown: string; readonly length: number }[] => {
  const found: { shown: string; length: number }[] = []
  let isOpen = false
  const add = (shown: string, length: number): void => {
    const piece = isOpen ? found.at(-1) : undefined
    if (piece === undefined) found.push({ shown, length })
    else {
      piece.shown += shown
      piece.length += length
    }
    isOpen = true
  }
  for (const { text, typed } of spans) {
    if (typed) add(style.cyan(text), text.length)
    else {
      for (const [index, word] of text.split(/\s+/).entries()) {
        if (index > 0) isOpen = false
        if (word !== '') add(word, word.length)
      }
    }
  }
  return found
}

/** A term with its meaning beside it; below it if the term is too long for the column. */
export const row = (
  [term, meaning]: readonly [string, string],
  { indent, column, width }: { readonly indent: number; readonly column: number; readonly width: number },
  style: Style,
): readonly string[] => {
  const margin = ' '.repeat(indent)
  const [first = '', ...rest] = wrap(meaning, width, column, style)
  if (indent + term.length + 2 > column) return [margin + style.bold(term), ...(first === '' ? [] : [first]), ...rest]
  const padding = ' '.repeat(column - indent - term.length)
  return [(margin + style.bold(term) + padding + first.slice(column)).trimEnd(), ...rest]
}

/** Where the second column of some rows begins: behind the longest term that is not too long. */
export const columnFor = (terms: readonly (readonly [string, string])[], width: number, indent: number): number => {
  const widest = Math.max(28, Math.floor(width / 3))
  const fitting = terms.map(([term]) => term.length).filter((length) => length <= widest)
  return indent + Math.max(8, ...fitting) + 2
}

/** How prose is laid out. */
export interface Layout {
  readonly width: number
  readonly indent: number
  readonly style: Style
  /** Where the second column of rows begins; if not given, each group of rows has its own. */
  readonly column?: number
}

/** Prose in lines; blocks are separated by an empty line, except code from the paragraph that announces it with a colon. */
export const layOut = (blocks: readonly Block[], layout: Layout): readonly string[] => {
  const { width, indent, style } = layout
  const lines: string[] = []
  let announced = false
  for (const block of blocks) {
    const isCode = typeof block === 'object' && 'code' in block
    if (lines.length > 0 && !(isCode && announced)) lines.push('')
    announced = typeof block === 'string' && block.endsWith(':')
    if (typeof block === 'string') lines.push(...wrap(block, width, indent, style))
    else if ('heading' in block) lines.push(' '.repeat(Math.max(0, indent - 2)) + style.bold(block.heading))
    else if ('code' in block) lines.push(...block.code.split('\n').map((code) => ' '.repeat(indent + 2) + code))
    else {
      const column = layout.column ?? columnFor(block.rows, width, indent)
      lines.push(...block.rows.flatMap((pair) => row(pair, { indent, column, width }, style)))
    }
  }
  return lines
}
