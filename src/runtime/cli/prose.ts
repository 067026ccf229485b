// Prose for users, as data: help prints it to a terminal, the man page writes it as roff. `Backticks` mark what is typed.

/**
 * A string is a paragraph. `heading` opens a section, `rows` are terms with their meaning, `code` is shown line by line as
 * it is.
 */
export type Block =
  | string
  | { readonly heading: string }
  | { readonly rows: readonly (readonly [term: string, meaning: string])[] }
  | { readonly code: string }

/** A piece of a paragraph: plain words, or what is typed. */
export interface Span {
  readonly text: string
  readonly typed: boolean
}

/** The pieces of a paragraph in order; a backtick without partner is plain text. */
export const spansOf = (paragraph: string): readonly Span[] => {
  const spans: Span[] = []
  let end = 0
  for (const match of paragraph.matchAll(/`([^`]+)`/g)) {
    if (match.index > end) spans.push({ text: paragraph.slice(end, match.index), typed: false })
    spans.push({ text: match[1] ?? '', typed: true })
    end = match.index + match[0].length
  }
  if (end < paragraph.length) spans.push({ text: paragraph.slice(end), typed: false })
  return spans
}
