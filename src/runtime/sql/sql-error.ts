// The text of SQL and the errors that point into it.

import { KsError } from '../model/errors.ts'
import type { Span } from './ast.ts'

/** What is compiled: a statement or a whole script, and the file that it comes from. All spans are positions in `text`. */
export interface SqlSource {
  readonly text: string
  readonly name?: string | undefined
}

/** See ErrorDetails. */
export interface SqlErrorDetails {
  readonly hint?: string | undefined
  readonly didYouMean?: readonly string[] | undefined
}

/**
 * An error of kind `compile` with the line that the span starts in. The message begins with `file:line:column` if the file
 * is known, with the line if there are several.
 */
export const sqlError = (
  source: SqlSource,
  { start, end }: Span,
  what: string,
  { hint, didYouMean = [] }: SqlErrorDetails = {},
): KsError => {
  const { text } = source
  const lineStart = text.lastIndexOf('\n', start - 1) + 1
  const lineBreak = text.indexOf('\n', start)
  const lineEnd = lineBreak === -1 ? text.length : lineBreak
  const line = text.slice(lineStart, lineEnd).replace(/\r$/, '')
  return new KsError('compile', `${place(source, lineStart, start)}: ${what}`, {
    ...(hint === undefined ? {} : { hint }),
    didYouMean,
    snippet: {
      text: line,
      column: Math.min(start - lineStart, line.length),
      length: Math.max(1, Math.min(end, lineEnd) - start),
    },
  })
}

const place = ({ text, name }: SqlSource, lineStart: number, start: number): string => {
  const line = text.slice(0, lineStart).split('\n').length
  if (name !== undefined) return `${name}:${String(line)}:${String(start - lineStart + 1)}`
  return text.trimEnd().includes('\n') ? `cannot compile line ${String(line)}` : 'cannot compile the statement'
}
