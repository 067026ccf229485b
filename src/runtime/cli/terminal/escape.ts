// Text from data on its way to a terminal. Nothing that data contains may move the cursor, change the title or colours, or
// reorder the line: such characters are shown as JSON escapes, which inside a JSON string keep its meaning.

const printableAscii = /^[\x20-\x7e]*$/

// Control characters (C0, DEL, C1), line and paragraph separator, bidirectional embeddings, overrides and isolates, and
// halves of surrogate pairs, which no terminal can show.
const unsafe = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu

const shortEscapes = new Map([
  ['\b', '\\b'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\f', '\\f'],
  ['\r', '\\r'],
])

/** True if every character of a text is a printable ASCII character, that is, safe and one column wide. */
export const isPrintableAscii = (text: string): boolean => printableAscii.test(text)

/** The text with every character that could act on a terminal shown as `\n`, `\u001b` and so on. */
export const escapeControls = (text: string): string =>
  printableAscii.test(text) ? text : text.replace(unsafe, escapeOf)

const escapeOf = (character: string): string =>
  shortEscapes.get(character) ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
