// Statements: which one it is, and all that are not CREATE.

import type { DropSource, DropType, Identifier, Show, Span, Statement } from './ast.ts'
import {
  parseCreate,
  parseNames,
  parsePlainColumn,
  parsePlainSource,
  parseProperties,
  parseSourceKind,
  refuseConnector,
} from './parse-definition.ts'
import { parseDuration } from './parse-duration.ts'
import { parseValue } from './parse-expression.ts'
import { parseQuery, startsQuery, unexpectedAfter } from './parse-query.ts'
import { tokenText, type TokenCursor } from './token-cursor.ts'
import { nearestNames } from '../model/nearest-name.ts'

type Parse = (cursor: TokenCursor) => Statement

/** The one statement that the tokens are. */
export const parseWholeStatement = (cursor: TokenCursor): Statement => {
  const statement = parseStatement(cursor)
  if (cursor.token.kind !== 'end') throw unexpectedAfter(cursor)
  return statement
}

const parseStatement: Parse = (cursor) => {
  const { token } = cursor
  const parse = Object.hasOwn(statements, token.upper) ? statements[token.upper] : undefined
  if (parse !== undefined) return parse(cursor)
  const names = Object.keys(statements)
  const didYouMean = token.kind === 'word' ? nearestNames(token.text, names) : []
  throw cursor.error(token, `expected a statement, found ${tokenText(cursor.source, token)}`, {
    didYouMean,
    ...(didYouMean.length === 0 ? { hint: `a statement begins with one of ${names.join(', ')}` } : {}),
  })
}

const query: Parse = (cursor) => {
  if (!startsQuery(cursor))
    throw cursor.error(cursor.token, 'WITH at the beginning names a query', {
      hint: 'WITH name AS (SELECT …) SELECT …',
    })
  const query = parseQuery(cursor)
  return cursor.node({ kind: 'query', query, start: query.start, end: query.end }, query)
}

const insert: Parse = (cursor) => {
  const { start } = cursor.advance()
  cursor.expectWord('INTO')
  const target = cursor.name('the name of a stream or table')
  const columns = cursor.isSymbol('(') ? parseNames(cursor) : []
  if (columns.length > 0 || cursor.isWord('VALUES')) {
    const isQuery = columns.length > 0 && startsQuery(cursor)
    cursor.expectWord('VALUES', isQuery ? { hint: 'with SELECT the columns are named in the query, by AS' } : {})
    const { items } = cursor.bracketedList(() => parseValue(cursor))
    if (cursor.isSymbol(',')) {
      throw cursor.error(cursor.token, 'INSERT writes one row', { hint: 'write one INSERT for each row' })
    }
    return { kind: 'insertValues', target, columns, values: items, ...since(cursor, start) }
  }
  const properties = parseProperties(cursor)
  if (cursor.isWord('AS')) throw cursor.unexpected('SELECT', { hint: 'INSERT INTO … SELECT has no AS' })
  if (!startsQuery(cursor)) throw cursor.unexpected('VALUES or SELECT')
  const query = parseQuery(cursor)
  return cursor.node({ kind: 'insertSelect', target, properties, query, ...since(cursor, start) }, query)
}

const drop: Parse = (cursor) => {
  const { start } = cursor.advance()
  refuseConnector(cursor)
  if (cursor.acceptWord('TYPE')) {
    const ifExists = acceptIfExists(cursor)
    const name = cursor.name('the name of the type')
    return { kind: 'dropType', ifExists, name, ...since(cursor, start) } satisfies DropType
  }
  const isTable = parseSourceKind(cursor)
  const ifExists = acceptIfExists(cursor)
  const name = cursor.name(`the name of the ${isTable ? 'table' : 'stream'}`)
  const deleteTopic = cursor.acceptWord('DELETE')
  if (deleteTopic) cursor.expectWord('TOPIC')
  return { kind: 'drop', isTable, ifExists, name, deleteTopic, ...since(cursor, start) } satisfies DropSource
}

const acceptIfExists = (cursor: TokenCursor): boolean => {
  if (!cursor.acceptWord('IF')) return false
  cursor.expectWord('EXISTS')
  return true
}

const alter: Parse = (cursor) => {
  const { start } = cursor.advance()
  if (cursor.acceptWord('SYSTEM')) return property(cursor, start, true)
  if (!cursor.isWord('STREAM') && !cursor.isWord('TABLE')) throw cursor.unexpected('STREAM, TABLE or SYSTEM')
  const isTable = parseSourceKind(cursor)
  const name = cursor.name(`the name of the ${isTable ? 'table' : 'stream'}`)
  const columns = cursor.list(() => {
    cursor.expectWord('ADD', { hint: 'write ALTER … ADD COLUMN name type, ADD COLUMN name type' })
    // COLUMN may be left out, and may be the name of the column.
    if (cursor.isWord('COLUMN') && cursor.isName(2)) cursor.advance()
    return parsePlainColumn(cursor)
  })
  return { kind: 'alter', isTable, name, columns, ...since(cursor, start) }
}

const extendable: readonly Show['what'][] = ['STREAMS', 'TABLES', 'TOPICS', 'QUERIES']
const shown: readonly Show['what'][] = [...extendable, 'FUNCTIONS', 'TYPES', 'VARIABLES', 'PROPERTIES']

const show: Parse = (cursor) => {
  const { start } = cursor.advance()
  refuseConnector(cursor)
  const isAll = cursor.acceptWord('ALL')
  const what = (isAll ? (['TOPICS'] as const) : shown).find((known) => cursor.acceptWord(known))
  if (what === undefined) throw cursor.unexpected(isAll ? 'TOPICS' : shown.join(', '))
  const isExtended = extendable.includes(what) && cursor.acceptWord('EXTENDED')
  return { kind: 'show', what, isExtended, isAll, ...since(cursor, start) }
}

const describe: Parse = (cursor) => {
  const { start } = cursor.advance()
  if (cursor.isName(1)) refuseConnector(cursor)
  if (cursor.isWord('FUNCTION') && cursor.peek(1).kind !== 'end') {
    cursor.advance()
    const name = cursor.name('the name of a function')
    return { kind: 'describe', what: 'FUNCTION', name, isExtended: false, ...since(cursor, start) }
  }
  const isBefore = cursor.isWord('EXTENDED') && cursor.isName(1)
  if (isBefore) cursor.advance()
  for (const what of ['STREAMS', 'TABLES'] as const) {
    if (!cursor.acceptWord(what)) continue
    const isExtended = cursor.acceptWord('EXTENDED') || isBefore
    return { kind: 'describe', what, name: undefined, isExtended, ...since(cursor, start) }
  }
  const name = cursor.name('the name of a stream or table')
  const isExtended = cursor.acceptWord('EXTENDED') || isBefore
  return { kind: 'describe', what: 'SOURCE', name, isExtended, ...since(cursor, start) }
}

const explain: Parse = (cursor) => {
  const { start } = cursor.advance()
  const { token } = cursor
  if (cursor.isName() && cursor.peek(1).kind === 'end') {
    return { kind: 'explain', statement: undefined, queryId: cursor.name('a query'), ...since(cursor, start) }
  }
  if (token.kind === 'end') throw cursor.unexpected('a statement or the id of a query')
  const statement = cursor.nested(() => parseStatement(cursor))
  return cursor.node({ kind: 'explain', statement, queryId: undefined, ...since(cursor, start) }, statement)
}

const print: Parse = (cursor) => {
  const { start } = cursor.advance()
  const topic = topicName(cursor)
  const fromBeginning = cursor.acceptWord('FROM')
  if (fromBeginning) cursor.expectWord('BEGINNING')
  const hasInterval = cursor.acceptWord('INTERVAL') || cursor.acceptWord('SAMPLE')
  const interval = hasInterval ? cursor.wholeNumber('a number of records') : undefined
  const limit = cursor.acceptWord('LIMIT') ? cursor.wholeNumber('a number of records') : undefined
  return { kind: 'print', topic, fromBeginning, interval, limit, ...since(cursor, start) }
}

const topicName = (cursor: TokenCursor): Identifier => {
  const { token } = cursor
  if (token.kind !== 'string') return cursor.name('the name of a topic')
  if (token.text === '') throw cursor.error(token, 'the name of a topic cannot be empty')
  cursor.advance()
  return { text: token.text, quoted: true, start: token.start, end: token.end }
}

const change =
  (kind: 'terminate' | 'pause' | 'resume'): Parse =>
  (cursor) => {
    const { start } = cursor.advance()
    const queryId = cursor.acceptWord('ALL') ? undefined : cursor.name('the id of a query, or ALL')
    return { kind, queryId, ...since(cursor, start) }
  }

/** `'name' = 'value'` */
const property = (cursor: TokenCursor, start: number, isSystem: boolean): Statement => {
  const hint = { hint: `names and values are in single quotes: SET 'auto.offset.reset' = 'earliest'` }
  const name = cursor.string('a string with the name of a property', hint).text
  cursor.expectSymbol('=', hint)
  const value = cursor.string('a string with the value', hint).text
  return { kind: 'set', name, value, isSystem, ...since(cursor, start) }
}

const set: Parse = (cursor) => property(cursor, cursor.advance().start, false)

const unset: Parse = (cursor) => {
  const { start } = cursor.advance()
  const name = cursor.string('a string with the name of a property').text
  return { kind: 'set', name, value: undefined, isSystem: false, ...since(cursor, start) }
}

const define: Parse = (cursor) => {
  const { start } = cursor.advance()
  const name = variableName(cursor)
  cursor.expectSymbol('=', { hint: `write DEFINE ${name} = 'value'` })
  const value = cursor.string('a string with the value', { hint: `write DEFINE ${name} = 'value'` }).text
  return { kind: 'define', name, value, ...since(cursor, start) }
}

const undefine: Parse = (cursor) => {
  const { start } = cursor.advance()
  return { kind: 'define', name: variableName(cursor), value: undefined, ...since(cursor, start) }
}

const variableName = (cursor: TokenCursor): string => {
  const { token } = cursor
  if (token.kind !== 'word' || !/^\w+$/.test(token.text)) throw cursor.unexpected('the name of a variable')
  cursor.advance()
  return token.text
}

const run: Parse = (cursor) => {
  const { start } = cursor.advance()
  cursor.expectWord('SCRIPT')
  const file = cursor.string('a string with the name of a file').text
  return { kind: 'runScript', file, ...since(cursor, start) }
}

const spool: Parse = (cursor) => {
  const { start } = cursor.advance()
  const file = cursor.acceptWord('OFF') ? undefined : cursor.string('a string with the name of a file, or OFF').text
  return { kind: 'spool', file, ...since(cursor, start) }
}

const assert: Parse = (cursor) => {
  const { start } = cursor.advance()
  if (cursor.isWord('STREAM') || cursor.isWord('TABLE')) {
    const source = parsePlainSource(cursor, cursor.token.start)
    return { kind: 'assertSource', source, ...since(cursor, start) }
  }
  if (cursor.isWord('VALUES') || cursor.isWord('NULL')) return assertValues(cursor, start)
  const exists = !cursor.acceptWord('NOT')
  if (!exists) cursor.expectWord('EXISTS')
  if (cursor.isWord('SCHEMA'))
    throw cursor.error(cursor.token, 'ks asks no schema registry', { hint: 'ASSERT TOPIC is there' })
  if (!cursor.acceptWord('TOPIC'))
    throw cursor.unexpected(exists ? 'TOPIC, VALUES, NULL VALUES, STREAM or TABLE' : 'TOPIC')
  const topic = topicName(cursor)
  const properties = parseProperties(cursor)
  const timeout = cursor.acceptWord('TIMEOUT') ? parseDuration(cursor, 'a time') : undefined
  return { kind: 'assertTopic', exists, topic, properties, timeout, ...since(cursor, start) }
}

const assertValues = (cursor: TokenCursor, start: number): Statement => {
  const isTombstone = cursor.acceptWord('NULL')
  cursor.expectWord('VALUES')
  const target = cursor.name('the name of a stream or table')
  const columns = cursor.isSymbol('(') ? parseNames(cursor) : []
  cursor.expectWord(isTombstone ? 'KEY' : 'VALUES')
  const { items } = cursor.bracketedList(() => parseValue(cursor))
  return { kind: 'assertValues', isTombstone, target, columns, values: items, ...since(cursor, start) }
}

const statements: Readonly<Record<string, Parse>> = {
  SELECT: query,
  WITH: query,
  CREATE: parseCreate,
  INSERT: insert,
  DROP: drop,
  ALTER: alter,
  SHOW: show,
  LIST: show,
  DESCRIBE: describe,
  EXPLAIN: explain,
  PRINT: print,
  TERMINATE: change('terminate'),
  PAUSE: change('pause'),
  RESUME: change('resume'),
  SET: set,
  UNSET: unset,
  DEFINE: define,
  UNDEFINE: undefine,
  RUN: run,
  SPOOL: spool,
  ASSERT: assert,
}

const since = (cursor: TokenCursor, start: number): Span => ({ start, end: cursor.lastEnd })
