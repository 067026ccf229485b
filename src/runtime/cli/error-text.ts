// How an error looks: what happened, where, what to do. One shape for all errors, and one line of JSON for programs.

import { exitStatus, type KsError, type Snippet } from '../model/errors.ts'
import type { Style } from './terminal/colour.ts'
import { escapeControls } from './terminal/escape.ts'
import { displayWidth } from './terminal/width.ts'

/** How to show errors. */
export interface ErrorTextOptions {
  /** The name in front of the message. */
  readonly program: string
  readonly style: Style
  /** Columns of the terminal; a longer snippet is shown around its caret. */
  readonly width: number
}

/**
 * The lines of an error, each with its line end:
 *
 *     ks: cannot compile the filter
 *       | .status >== 500
 *       |           ^
 *       = help: use >=
 */
export const renderError = (error: KsError, { program, style, width }: ErrorTextOptions): string => {
  const bar = `  ${style.blue('|')} `
  const lines = [`${style.red(`${program}:`)} ${style.bold(escapeLines(error.message))}`]
  if (error.snippet !== undefined) {
    const { text, marks } = clip(error.snippet, width - 4)
    lines.push(bar + text, bar + style.red(marks))
  }
  const equals = `  ${style.blue('=')} `
  if (error.didYouMean.length > 0) lines.push(`${equals}did you mean ${alternatives(error.didYouMean, style)}?`)
  if (error.hint !== undefined) lines.push(`${equals}help: ${escapeLines(error.hint).replaceAll('\n', '\n    ')}`)
  return lines.map((line) => `${line}\n`).join('')
}

/** The same as one line of JSON, with its line end. */
export const renderErrorJson = (error: KsError): string =>
  `${JSON.stringify({
    error: error.message,
    kind: error.kind,
    hint: error.hint ?? null,
    did_you_mean: error.didYouMean,
    exit_status: exitStatus[error.kind],
  })}\n`

const alternatives = (names: readonly string[], style: Style): string => {
  const shown = names.map((name) => style.cyan(escapeControls(name)))
  const final = shown.pop() ?? ''
  return shown.length === 0 ? final : `${shown.join(', ')} or ${final}`
}

// Messages may hold what the input held, so control characters are shown instead of obeyed; line ends are ours.
const escapeLines = (text: string): string => text.split('\n').map(escapeControls).join('\n')

// The part of a snippet that fits, with marks under the place. Control characters are escaped before anything is measured.
const clip = ({ text, column, length = 1 }: Snippet, width: number): { text: string; marks: string } => {
  const before = escapeControls(text.slice(0, column).padEnd(column)) // the place may be behind the end
  const marked = escapeControls(text.slice(column, column + length))
  const after = escapeControls(text.slice(column + length))
  const marks = '^'.repeat(Math.max(1, Math.min(displayWidth(marked), width - 2)))
  const room = Math.max(0, width - marks.length)
  const left = lastColumns(before, displayWidth(after) < room / 2 ? room - displayWidth(after) : Math.floor(room / 2))
  const right = firstColumns(marked + after, width - displayWidth(left))
  return { text: (left + right).trimEnd(), marks: ' '.repeat(displayWidth(left)) + marks }
}

const firstColumns = (text: string, columns: number): string => {
  if (displayWidth(text) <= columns) return text
  let kept = ''
  for (const character of text) {
    if (displayWidth(kept + character) > columns - 1) break
    kept += character
  }
  return `${kept}…`
}

const lastColumns = (text: string, columns: number): string => {
  if (displayWidth(text) <= columns) return text
  let kept = ''
  for (const character of [...text].reverse()) {
    if (displayWidth(character + kept) > columns - 1) break
    kept = character + kept
  }
  return `…${kept}`
}
