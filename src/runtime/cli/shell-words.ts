// The quoting rules of the POSIX shell, both ways: words from a text, and a word written so that a shell reads it back.
// Nothing is expanded: `$ts`, `*` and `~` stay as they are.

import { KsError } from '../model/errors.ts'

/** A word of a shell-like text, with the place where it begins. */
export interface ShellWord {
  readonly text: string
  /** Zero-based index into the text. */
  readonly start: number
  /** Index behind its last character. */
  readonly end: number
}

/** The words of a text, or the place where the text cannot be read and why. */
export type ShellWords =
  { readonly words: readonly ShellWord[] } | { readonly problem: string; readonly at: number; readonly hint: string }

const blank = /\s/
const shellOperators: Readonly<Record<string, string>> = {
  '|': 'join stages with then; quote | inside an expression',
  '&': 'quote & inside an expression',
  ';': 'leave an empty line between chains; quote ; inside an expression',
  '<': 'name the file as an operand; quote < inside an expression',
  '>': 'write to a file with --to FILE; quote > inside an expression',
}

/**
 * Splits a text as a POSIX shell would: single quotes, double quotes (in which a backslash escapes `"`, `\`, `$` and
 * backtick), backslash, and `#` to the end of the line at the beginning of a word. Line ends are blanks; a backslash
 * removes the one that follows it. Shell operators outside quotes are a problem.
 */
export const readShellWords = (text: string): ShellWords => {
  const words: ShellWord[] = []
  let word: string | undefined
  let start = 0
  let at = 0
  const append = (piece: string, pieceStart: number): void => {
    if (word === undefined) start = pieceStart
    word = (word ?? '') + piece
  }
  const finish = (): void => {
    if (word !== undefined) words.push({ text: word, start, end: at })
    word = undefined
  }
  while (at < text.length) {
    const character = text.charAt(at)
    if (blank.test(character)) {
      finish()
      at++
    } else if (character === '#' && word === undefined) {
      const lineEnd = text.indexOf('\n', at)
      at = lineEnd < 0 ? text.length : lineEnd
    } else if (character === "'") {
      const close = text.indexOf("'", at + 1)
      if (close < 0) return unclosed("'", at)
      append(text.slice(at + 1, close), at)
      at = close + 1
    } else if (character === '"') {
      const quoted = doubleQuoted(text, at)
      if (quoted === undefined) return unclosed('"', at)
      append(quoted.content, at)
      at = quoted.end
    } else if (character === '\\') {
      if (at + 1 >= text.length)
        return { problem: 'nothing follows the backslash', at, hint: 'write \\\\ for a backslash' }
      if (text[at + 1] !== '\n') append(text.charAt(at + 1), at)
      at += 2
    } else {
      const hint = Object.hasOwn(shellOperators, character) ? shellOperators[character] : undefined
      if (hint !== undefined) return { problem: `unexpected ${character}`, at, hint }
      append(character, at)
      at++
    }
  }
  finish()
  return { words }
}

const unclosed = (quote: string, at: number): ShellWords => ({
  problem: `the quote ${quote} is not closed`,
  at,
  hint: `close it, or write \\${quote} for the character itself`,
})

const doubleQuoted = (text: string, open: number): { content: string; end: number } | undefined => {
  let content = ''
  for (let at = open + 1; at < text.length; at++) {
    const character = text.charAt(at)
    if (character === '"') return { content, end: at + 1 }
    const next = text[at + 1]
    if (character !== '\\' || next === undefined || !'"\\$`\n'.includes(next)) content += character
    else {
      if (next !== '\n') content += next
      at++
    }
  }
  return undefined
}

/** The words of a text; KsError usage with a caret if it cannot be split. */
export const splitShellWords = (text: string): readonly string[] => {
  const read = readShellWords(text)
  if ('words' in read) return read.words.map((word) => word.text)
  const { problem, at, hint } = read
  throw new KsError('usage', problem, { snippet: { text, column: at }, hint })
}

/** A word as one would type it: quoted only where a shell would otherwise change it. */
export const quoteShellWord = (word: string): string => {
  if (/^[\p{L}\p{N}_./:=@%^,+-]+$/u.test(word)) return word
  return `'${word.replaceAll("'", `'\\''`)}'`
}

/** A command line as one would type it. */
export const quoteShellWords = (words: readonly string[]): string => words.map(quoteShellWord).join(' ')
