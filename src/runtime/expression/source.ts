// The text of an expression and the errors that point into it.

import { KsError, type ErrorDetails } from '../model/errors.ts'

/** What is compiled, and what messages call it: "the filter", "--by". */
export interface Source {
  readonly text: string
  readonly subject: string
}

/** A stretch of the text: positions in UTF-16 units, `end` exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** Said when nothing more precise is known. */
export const generalHint = 'try  ks help expressions'

/** An error of kind `compile` with the line that the span starts in. */
export const compileError = (
  { text, subject }: Source,
  { start, end }: Span,
  what: string,
  details: Pick<ErrorDetails, 'hint' | 'didYouMean'> = {},
): KsError => {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1
  const lineBreak = text.indexOf('\n', start)
  const lineEnd = lineBreak === -1 ? text.length : lineBreak
  return new KsError('compile', `cannot compile ${subject}: ${what}`, {
    hint: generalHint,
    ...details,
    snippet: {
      text: text.slice(lineStart, lineEnd),
      column: start - lineStart,
      length: Math.max(1, Math.min(end, lineEnd) - start),
    },
  })
}
