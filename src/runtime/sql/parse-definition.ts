// CREATE and what it has in common with other statements: columns, types and properties.

import type { ColumnDefinition, CreateSource, Identifier, Properties, Statement } from './ast.ts'
import { numberLiteral } from './number-literal.ts'
import { parseQuery, startsQuery } from './parse-query.ts'
import { parseType } from './parse-type.ts'
import type { TokenCursor } from './token-cursor.ts'

/** CREATE from its keyword on. */
export const parseCreate = (cursor: TokenCursor): Statement => {
  const { start } = cursor.advance()
  const orReplace = cursor.acceptWord('OR')
  if (orReplace) cursor.expectWord('REPLACE')
  if (!orReplace && cursor.isWord('TYPE')) return parseCreateType(cursor, start)
  refuseConnector(cursor)
  const isSource = cursor.acceptWord('SOURCE')
  const isTable = parseSourceKind(cursor)
  const ifNotExists = acceptIfNotExists(cursor)
  const name = cursor.name(`the name of the ${isTable ? 'table' : 'stream'}`)
  const what = { isTable, orReplace, ifNotExists, name }
  if (cursor.isSymbol('(')) {
    const columns = parseColumns(cursor)
    const properties = parseProperties(cursor)
    if (cursor.isWord('AS')) {
      throw cursor.error(cursor.token, 'columns and AS SELECT exclude each other', {
        hint: 'the columns come from the query; name them there with AS',
      })
    }
    return { kind: 'create', isSource, ...what, columns, properties, start, end: cursor.lastEnd }
  }
  const properties = parseProperties(cursor)
  if (!cursor.acceptWord('AS')) {
    if (startsQuery(cursor)) throw cursor.unexpected('AS', { hint: 'write CREATE … AS SELECT …' })
    return { kind: 'create', isSource, ...what, columns: [], properties, start, end: cursor.lastEnd }
  }
  if (isSource) {
    throw cursor.error({ start, end: name.end }, 'a SOURCE stream or table cannot be made from a query', {
      hint: 'leave SOURCE out',
    })
  }
  if (!startsQuery(cursor)) throw cursor.unexpected('SELECT')
  const query = parseQuery(cursor)
  return cursor.node({ kind: 'createAsSelect', ...what, properties, query, start, end: query.end }, query)
}

/** STREAM or TABLE; true for TABLE. */
export const parseSourceKind = (cursor: TokenCursor): boolean => {
  if (cursor.acceptWord('STREAM')) return false
  if (cursor.acceptWord('TABLE')) return true
  for (const word of ['TYPE', 'SOURCE']) cursor.isWord(word)
  throw cursor.unexpected('STREAM, TABLE or TYPE')
}

const acceptIfNotExists = (cursor: TokenCursor): boolean => {
  if (!cursor.acceptWord('IF')) return false
  cursor.expectWord('NOT EXISTS')
  return true
}

/** KsError compile if the statement is about a connector. */
export const refuseConnector = (cursor: TokenCursor): void => {
  const { token } = cursor
  const isPrefixed = token.upper === 'SOURCE' || token.upper === 'SINK'
  const { upper } = isPrefixed ? cursor.peek(1) : token
  if (upper !== 'CONNECTOR' && upper !== 'CONNECTORS') return
  throw cursor.error(isPrefixed ? { start: token.start, end: cursor.peek(1).end } : token, 'ks runs no connectors', {
    hint: 'use the REST interface of Kafka Connect',
  })
}

const parseCreateType = (cursor: TokenCursor, start: number): Statement => {
  cursor.advance()
  const ifNotExists = acceptIfNotExists(cursor)
  const name = cursor.name('the name of the type')
  cursor.expectWord('AS', { hint: `write CREATE TYPE ${name.text} AS STRUCT<…>` })
  const type = parseType(cursor)
  return { kind: 'createType', ifNotExists, name, type, start, end: type.end }
}

/** Columns in brackets. */
export const parseColumns = (cursor: TokenCursor): readonly ColumnDefinition[] =>
  cursor.bracketedList(() => parseColumn(cursor)).items

const parseColumn = (cursor: TokenCursor): ColumnDefinition => {
  const name = cursor.name('the name of a column')
  const type = parseType(cursor, `the type of ${name.text}`)
  const role = parseRole(cursor)
  return { name, type, role, start: name.start, end: cursor.lastEnd }
}

const parseRole = (cursor: TokenCursor): ColumnDefinition['role'] => {
  if (cursor.acceptWord('PRIMARY')) {
    cursor.expectWord('KEY')
    return 'PRIMARY KEY'
  }
  if (cursor.acceptWord('KEY')) return 'KEY'
  if (cursor.acceptWord('HEADERS')) return 'HEADERS'
  if (!cursor.acceptWord('HEADER')) return 'VALUE'
  const open = cursor.expectSymbol('(', { hint: "write HEADER('name')" })
  const header = cursor.string('a string with the name of the header').text
  cursor.close(')', open)
  return { header }
}

/** A column of ALTER: a name and a type. */
export const parsePlainColumn = (cursor: TokenCursor): ColumnDefinition => {
  const name = cursor.name('the name of a column')
  const type = parseType(cursor, `the type of ${name.text}`)
  return { name, type, role: 'VALUE', start: name.start, end: type.end }
}

/** Names in brackets. */
export const parseNames = (cursor: TokenCursor): readonly Identifier[] =>
  cursor.bracketedList(() => cursor.name('the name of a column')).items

/** `WITH (NAME = value, …)`, or nothing. */
export const parseProperties = (cursor: TokenCursor): Properties => {
  if (!cursor.isWord('WITH') || !cursor.isSymbol('(', 1)) return []
  cursor.advance()
  return cursor.bracketedList(() => parseProperty(cursor)).items
}

const parseProperty = (cursor: TokenCursor): Properties[number] => {
  const { token } = cursor
  const name = token.kind === 'string' ? cursor.advance().text : cursor.name('the name of a property').text
  cursor.expectSymbol('=', { hint: "write WITH (KAFKA_TOPIC = 'clicks', FORMAT = 'JSON')" })
  const value = parsePropertyValue(cursor)
  return { name: name.toUpperCase(), value, start: token.start, end: cursor.lastEnd }
}

const parsePropertyValue = (cursor: TokenCursor): string | number | boolean => {
  const { token } = cursor
  if (token.kind === 'string') return cursor.advance().text
  if (cursor.acceptWord('TRUE')) return true
  if (cursor.acceptWord('FALSE')) return false
  const minus = cursor.isSymbol('-') && cursor.peek(1).kind === 'number' ? cursor.advance() : undefined
  if (cursor.token.kind === 'number') return Number(numberLiteral(cursor, cursor.advance(), minus).value)
  throw cursor.unexpected(
    'a string, a number, TRUE or FALSE',
    token.kind === 'word' ? { hint: `quote it: '${token.text}'` } : {},
  )
}

/** ASSERT STREAM and ASSERT TABLE from STREAM on: a source without options. */
export const parsePlainSource = (cursor: TokenCursor, start: number): CreateSource => {
  const isTable = parseSourceKind(cursor)
  const name = cursor.name(`the name of the ${isTable ? 'table' : 'stream'}`)
  const columns = cursor.isSymbol('(') ? parseColumns(cursor) : []
  const properties = parseProperties(cursor)
  const options = { orReplace: false, isSource: false, ifNotExists: false }
  return { kind: 'create', isTable, ...options, name, columns, properties, start, end: cursor.lastEnd }
}
