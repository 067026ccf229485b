// Types as written: INT, DECIMAL(10, 2), ARRAY<STRUCT<a INT>>, and names of custom types.

import type { Identifier, TypeName } from './ast.ts'
import * as types from './sql-type.ts'
import type { TokenCursor } from './token-cursor.ts'

const simpleTypes: ReadonlyMap<string, types.SqlType> = new Map<string, types.SqlType>([
  ['BOOLEAN', types.booleanType],
  ['INT', types.integerType],
  ['INTEGER', types.integerType],
  ['BIGINT', types.bigintType],
  ['DOUBLE', types.doubleType],
  ['VARCHAR', types.stringType],
  ['STRING', types.stringType],
  ['BYTES', types.bytesType],
  ['DATE', types.dateType],
  ['TIME', types.timeType],
  ['TIMESTAMP', types.timestampType],
])

/** The type that starts at the current token; `what` says whose, after "expected". */
export const parseType = (cursor: TokenCursor, what = 'a type'): TypeName =>
  cursor.nested(() => {
    let type = parseOneType(cursor, what)
    // The older way to write an array: INT ARRAY.
    while (cursor.isWord('ARRAY') && !cursor.isSymbol('<', 1)) {
      type = cursor.node({ kind: 'array', element: type, start: type.start, end: cursor.advance().end }, type)
    }
    return type
  })

const parseOneType = (cursor: TokenCursor, what: string): TypeName => {
  const { start } = cursor.token
  if (cursor.isWord('ARRAY') && cursor.isSymbol('<', 1)) {
    cursor.advance()
    const open = cursor.advance()
    const element = parseType(cursor, 'the type of the elements')
    return cursor.node({ kind: 'array', element, start, end: cursor.close('>', open) }, element)
  }
  if (cursor.isWord('MAP') && cursor.isSymbol('<', 1)) {
    cursor.advance()
    const open = cursor.advance()
    const key = parseType(cursor, 'the type of the keys')
    cursor.expectSymbol(',', { hint: 'a map has two types: MAP<STRING, INT>' })
    const value = parseType(cursor, 'the type of the values')
    return cursor.node({ kind: 'map', key, value, start, end: cursor.close('>', open) }, key, value)
  }
  if (cursor.isWord('STRUCT') && (cursor.isSymbol('<', 1) || cursor.isSymbol('<>', 1))) return parseStruct(cursor)
  const name = cursor.name(what)
  if (name.quoted) return { kind: 'custom', name, start, end: name.end }
  const upper = name.text.toUpperCase()
  if (upper === 'DECIMAL') return parseDecimal(cursor, name)
  if ((upper === 'ARRAY' || upper === 'MAP' || upper === 'STRUCT') && !cursor.isSymbol('>')) {
    throw cursor.unexpected(`"<"`, { hint: 'as in ARRAY<INT>, MAP<STRING, INT>, STRUCT<name STRING, age INT>' })
  }
  if (cursor.isSymbol('('))
    throw cursor.error(cursor.token, `${upper} takes no length`, { hint: `write ${upper} alone` })
  const type = simpleTypes.get(upper)
  return type === undefined
    ? { kind: 'custom', name, start, end: name.end }
    : { kind: 'simple', type, start, end: name.end }
}

const parseStruct = (cursor: TokenCursor): TypeName => {
  const { start } = cursor.advance()
  const open = cursor.advance()
  if (open.text === '<>') return { kind: 'struct', fields: [], start, end: open.end }
  if (cursor.isSymbol('>')) return { kind: 'struct', fields: [], start, end: cursor.advance().end }
  const fields = cursor.list(() => {
    const name = cursor.name('the name of a field')
    return { name, type: parseType(cursor, `the type of ${name.text}`) }
  })
  const end = cursor.close('>', open)
  return cursor.node({ kind: 'struct', fields, start, end }, ...fields.map(({ type }) => type))
}

const parseDecimal = (cursor: TokenCursor, { start }: Identifier): TypeName => {
  const hint = { hint: 'DECIMAL has a precision and a scale: DECIMAL(10, 2)' }
  const open = cursor.expectSymbol('(', hint)
  const precision = cursor.wholeNumber('the precision, a whole number')
  cursor.expectSymbol(',', hint)
  const scale = cursor.wholeNumber('the scale, a whole number')
  const end = cursor.close(')', open)
  if (precision < 1 || precision > 38 || scale > precision) {
    const what = 'the precision of a DECIMAL is from 1 to 38, its scale from 0 to the precision'
    throw cursor.error({ start, end }, what)
  }
  return { kind: 'simple', type: { kind: 'DECIMAL', precision, scale }, start, end }
}
