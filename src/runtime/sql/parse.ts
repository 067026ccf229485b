// From the text of SQL to its statements. The spans of the trees are positions in the text of the source.

import type { Expression, Statement } from './ast.ts'
import { readStatementTokens, type Directive } from './lexer.ts'
import { parseExpression } from './parse-expression.ts'
import { unexpectedAfter } from './parse-query.ts'
import { parseWholeStatement } from './parse-statement.ts'
import { sqlError, type SqlSource } from './sql-error.ts'
import { TokenCursor } from './token-cursor.ts'
import { collectVariables, type Variables } from './variables.ts'

/** A statement and where it comes from. */
export interface ParsedStatement {
  readonly statement: Statement
  /** Its own text without the semicolon, with values for variables; parsed again it gives the same tree. */
  readonly text: string
  /** Where it starts in the source. */
  readonly start: number
  readonly source: SqlSource
  /** The lines `--@name: value` before it and in it. */
  readonly directives: readonly Directive[]
}

export interface ParseOptions {
  /** Values for `${name}`; the case of names does not matter. */
  readonly variables?: ReadonlyMap<string, string> | undefined
  /** The file that the text comes from, for messages. */
  readonly name?: string | undefined
}

/**
 * The statements of a script, separated by semicolons; the last one may lack it. DEFINE and UNDEFINE in it hold for the
 * statements behind them. KsError compile for the first one that is none.
 */
export const parseStatements = (text: string, options: ParseOptions = {}): readonly ParsedStatement[] =>
  readStatements({ text, name: options.name }, collectVariables(options.variables))

/** The one statement that the text is, with or without a semicolon. */
export const parseStatement = (text: string, options: ParseOptions = {}): ParsedStatement => {
  const statements = parseStatements(text, options)
  const [first, second] = statements
  const source = { text, name: options.name }
  if (first === undefined) throw sqlError(source, { start: 0, end: 0 }, 'there is no statement')
  if (second !== undefined) {
    throw sqlError(source, second.statement, 'this is a second statement', { hint: 'only one is taken here' })
  }
  return first
}

/** The expression that the text is. */
export const parseExpressionText = (text: string, options: ParseOptions = {}): Expression => {
  const source = { text, name: options.name }
  const { tokens, end, next } = readStatementTokens(source, 0, collectVariables(options.variables))
  const cursor = new TokenCursor(source, tokens)
  const expression = parseExpression(cursor)
  if (cursor.token.kind !== 'end') throw unexpectedAfter(cursor)
  if (next !== text.length || text.slice(end, next).includes(';')) {
    const semicolon = text.indexOf(';', end)
    throw sqlError(source, { start: semicolon, end: semicolon + 1 }, 'unexpected ";"')
  }
  return expression
}

const readStatements = (source: SqlSource, variables: Variables): readonly ParsedStatement[] => {
  const statements: ParsedStatement[] = []
  let directives: Directive[] = []
  for (let position = 0; position < source.text.length;) {
    const { tokens, text, start, next, directives: found } = readStatementTokens(source, position, variables)
    directives.push(...found)
    position = next
    if (tokens.length === 1) continue
    const statement = parseWholeStatement(new TokenCursor(source, tokens))
    statements.push({ statement, text, start, source, directives })
    directives = []
    if (statement.kind !== 'define') continue
    if (statement.value === undefined) variables.delete(statement.name.toUpperCase())
    else variables.set(statement.name.toUpperCase(), statement.value)
  }
  return statements
}

/** All lines `--@name: value` of a script, also of one whose statements do not parse. */
export const readDirectives = (text: string): readonly Directive[] =>
  [...text.matchAll(uncounted)].flatMap(([written], index, all) => {
    const [, name, value] = /^--@([\w.]+)[ \t]*:?([^\n]*)/.exec(written) ?? []
    return name === undefined ? [] : [{ name, value: value?.trim() ?? '', start: all[index]?.index ?? 0 }]
  })

/** Comments and quoted texts, closed or not: what a semicolon may stand in without being one. */
const uncounted = /--[^\n]*|\/\*[^]*?(?:\*\/|$)|'[^']*(?:'|$)|"[^"]*(?:"|$)|`[^`]*(?:`|$)/g

/** True if the text ends with a semicolon that is neither quoted nor in a comment, but for comments behind it. */
export const isComplete = (text: string): boolean => {
  const bare = text.replace(uncounted, (skipped) => (/^--|^\/\*[^]*\*\/$/.test(skipped) ? ' ' : 'x'))
  return bare.trimEnd().endsWith(';')
}
