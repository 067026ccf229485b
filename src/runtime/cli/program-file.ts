// A `.ks` file: one chain per paragraph, written as on the command line. Comments begin with `#` (so does the shebang), a
// line end inside a paragraph is a blank, quoting is that of the shell, and a leading `ks` may stand or not.

import { type ErrorDetails, KsError } from '../model/errors.ts'
import { readShellWords, type ShellWord } from './shell-words.ts'

/** One chain of a program file. */
export interface FileChain {
  /** The words behind `ks`. */
  readonly argv: readonly string[]
  /** Line of the first word, from 1. */
  readonly line: number
}

/**
 * The chains of a program file in order. Throws KsError compile with `file:line` if the quoting is wrong or there is no
 * chain at all.
 */
export const parseProgramFile = (text: string, fileName: string, program = 'ks'): readonly FileChain[] => {
  const read = readShellWords(text)
  if (!('words' in read)) {
    const { problem, at, hint } = read
    const lineStart = text.lastIndexOf('\n', at - 1) + 1
    const [lineText = ''] = text.slice(lineStart).split(/\r?\n/, 1)
    const snippet = { text: lineText, column: at - lineStart }
    throw new KsError('compile', `${fileName}:${String(lineNumber(text, at))}: ${problem}`, { snippet, hint })
  }
  const chains = paragraphs(text, read.words).flatMap((words): FileChain[] => {
    const [first] = words
    if (first === undefined) return []
    const argv = words.map((word) => word.text)
    return [{ argv: argv[0] === program ? argv.slice(1) : argv, line: lineNumber(text, first.start) }]
  })
  const empty = chains.find(({ argv }) => argv.length === 0)
  if (empty !== undefined) throw new KsError('compile', `${fileName}:${String(empty.line)}: a verb is missing`)
  if (chains.length > 0) return chains
  throw new KsError('compile', `${fileName}: there is no chain in this file`, {
    hint: `write one as on the command line: ${program} filter '.status >= 500' then count --by .path`,
  })
}

// A paragraph ends at a line with nothing on it; a line with only a comment is not empty.
const paragraphs = (text: string, words: readonly ShellWord[]): readonly (readonly ShellWord[])[] => {
  const found: ShellWord[][] = []
  let current: ShellWord[] = []
  let end = 0
  for (const word of words) {
    if (current.length > 0 && /\n[^\S\n]*\n/.test(text.slice(end, word.start))) {
      found.push(current)
      current = []
    }
    current.push(word)
    end = word.end
  }
  return [...found, current]
}

const lineNumber = (text: string, at: number): number => text.slice(0, at).split('\n').length

/** The same error, with the place in the file that caused it in front of the message. */
export const errorInFile = (error: KsError, fileName: string, line: number): KsError => {
  const details: ErrorDetails = {
    didYouMean: error.didYouMean,
    cause: error,
    ...(error.snippet === undefined ? {} : { snippet: error.snippet }),
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  }
  return new KsError(error.kind, `${fileName}:${String(line)}: ${error.message}`, details)
}
