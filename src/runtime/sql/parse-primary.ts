// The operands of expressions: literals, columns, calls, constructors, CASE, CAST, and the steps behind them.

import { nearestNames } from '../model/nearest-name.ts'
import type { Call, Expression, Identifier, Lambda, Span } from './ast.ts'
import { timeUnit, timeUnits, timeUnitWords, unitFunctions } from './keywords.ts'
import type { Token } from './lexer.ts'
import { numberLiteral } from './number-literal.ts'
import { parseType } from './parse-type.ts'
import { tokenText, type TokenCursor } from './token-cursor.ts'

/** Given by the caller, since operands contain expressions and expressions operands. */
type ParseExpression = (cursor: TokenCursor, power?: number) => Expression

/** The operand that starts at the current token, with subscripts and field accesses behind it. */
export const parsePrimary = (cursor: TokenCursor, expression: ParseExpression): Expression => {
  let node = parseOperand(cursor, expression)
  for (;;) {
    if (cursor.isSymbol('[')) {
      const open = cursor.advance()
      const index = expression(cursor)
      const span = { start: node.start, end: cursor.close(']', open) }
      node = cursor.node({ kind: 'subscript', base: node, index, ...span }, node, index)
    } else if (cursor.isSymbol('->') && !cursor.isSymbol('*', 1)) {
      cursor.advance()
      const field = cursor.name('the name of a field')
      node = cursor.node({ kind: 'dereference', base: node, field, start: node.start, end: field.end }, node)
    } else if (cursor.isSymbol('.')) {
      throw cursor.error(cursor.token, 'unexpected "."', {
        hint: 'a field of a STRUCT is read with ->, as in address->city',
      })
    } else return node
  }
}

const parseOperand = (cursor: TokenCursor, expression: ParseExpression): Expression => {
  const { token } = cursor
  switch (token.kind) {
    case 'number':
      cursor.advance()
      return numberLiteral(cursor, token)
    case 'string':
      cursor.advance()
      return { kind: 'literal', value: token.text, type: 'STRING', text: quoteString(token.text), ...span(token) }
    case 'word':
      return parseWord(cursor, token, expression)
    case 'name':
      return parseNamed(cursor, expression)
    case 'symbol':
      if (token.text !== '(') throw unexpectedOperand(cursor)
      return parseBrackets(cursor, expression)
    case 'end':
      throw unexpectedOperand(cursor)
  }
}

const quoteString = (value: string): string => `'${value.replaceAll("'", "''")}'`

const unexpectedOperand = (cursor: TokenCursor): Error =>
  cursor.unexpected('an expression', cursor.isSymbol('*') ? { hint: '* stands only in SELECT * and in COUNT(*)' } : {})

const parseBrackets = (cursor: TokenCursor, expression: ParseExpression): Expression => {
  const open = cursor.advance()
  if (cursor.isWord('SELECT')) {
    throw cursor.error(cursor.token, 'a sub-query stands only in FROM', {
      hint: 'join with it: FROM a JOIN (SELECT …) b ON …',
    })
  }
  const node = expression(cursor)
  return cursor.respan(node, { start: open.start, end: cursor.close(')', open) })
}

const parseWord = (cursor: TokenCursor, token: Token, expression: ParseExpression): Expression => {
  switch (token.upper) {
    case 'NULL':
      cursor.advance()
      return { kind: 'literal', value: null, type: 'NULL', text: 'NULL', ...span(token) }
    case 'TRUE':
    case 'FALSE':
      cursor.advance()
      return { kind: 'literal', value: token.upper === 'TRUE', type: 'BOOLEAN', text: token.upper, ...span(token) }
    case 'CASE':
      return parseCase(cursor, expression)
    case 'CAST':
      return parseCast(cursor, expression)
    case 'ARRAY':
      return cursor.isSymbol('[', 1) ? parseArray(cursor, expression) : parseNamed(cursor, expression)
    case 'MAP':
      return cursor.isSymbol('(', 1) ? parseMap(cursor, expression) : parseNamed(cursor, expression)
    case 'STRUCT':
      return cursor.isSymbol('(', 1) ? parseStruct(cursor, expression) : parseNamed(cursor, expression)
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
      return cursor.peek(1).kind === 'string' ? parseTyped(cursor) : parseNamed(cursor, expression)
    default:
      return parseNamed(cursor, expression)
  }
}

/** `DATE '2024-02-29'`: the same as a cast. */
const parseTyped = (cursor: TokenCursor): Expression => {
  const { start } = cursor.token
  const type = parseType(cursor)
  const token = cursor.advance()
  const operand: Expression = {
    kind: 'literal',
    value: token.text,
    type: 'STRING',
    text: quoteString(token.text),
    ...span(token),
  }
  return cursor.node({ kind: 'cast', operand, type, start, end: token.end }, operand)
}

const parseCase = (cursor: TokenCursor, expression: ParseExpression): Expression => {
  const { start } = cursor.advance()
  const operand = cursor.isWord('WHEN') ? undefined : expression(cursor)
  const branches: { when: Expression; then: Expression }[] = []
  cursor.expectWord('WHEN', { hint: 'write CASE WHEN condition THEN result … ELSE result END' })
  do {
    const when = expression(cursor)
    cursor.expectWord('THEN')
    branches.push({ when, then: expression(cursor) })
  } while (cursor.acceptWord('WHEN'))
  const otherwise = cursor.acceptWord('ELSE') ? expression(cursor) : undefined
  cursor.expectWord('END', { hint: 'a CASE ends with END' })
  const children = [operand, otherwise, ...branches.flatMap(({ when, then }) => [when, then])]
  return cursor.node({ kind: 'case', operand, branches, otherwise, start, end: cursor.lastEnd }, ...children)
}

const parseCast = (cursor: TokenCursor, expression: ParseExpression): Expression => {
  const { start } = cursor.advance()
  const open = cursor.expectSymbol('(')
  const operand = expression(cursor)
  cursor.expectWord('AS', { hint: 'write CAST(x AS type)' })
  const type = parseType(cursor)
  return cursor.node({ kind: 'cast', operand, type, start, end: cursor.close(')', open) }, operand, type)
}

const parseArray = (cursor: TokenCursor, expression: ParseExpression): Expression => {
  const { start } = cursor.advance()
  const open = cursor.advance()
  const items = cursor.isSymbol(']') ? [] : cursor.list(() => expression(cursor))
  return cursor.node({ kind: 'array', items, start, end: cursor.close(']', open) }, ...items)
}

const parseMap = (cursor: TokenCursor, expression: ParseExpression): Expression => {
  const { start } = cursor.advance()
  const open = cursor.advance()
  const entry = (): { key: Expression; value: Expression } => {
    const key = expression(cursor)
    cursor.expectSymbol(':=', { hint: "write MAP('k' := v)" })
    return { key, value: expression(cursor) }
  }
  const entries = cursor.isSymbol(')') ? [] : cursor.list(entry)
  const children = entries.flatMap(({ key, value }) => [key, value])
  return cursor.node({ kind: 'map', entries, start, end: cursor.close(')', open) }, ...children)
}

const parseStruct = (cursor: TokenCursor, expression: ParseExpression): Expression => {
  const { start } = cursor.advance()
  const open = cursor.advance()
  const field = (): { name: Identifier; value: Expression } => {
    const name = cursor.name('the name of a field')
    cursor.expectSymbol(':=', { hint: 'write STRUCT(f := v)' })
    return { name, value: expression(cursor) }
  }
  const fields = cursor.isSymbol(')') ? [] : cursor.list(field)
  const children = fields.map(({ value }) => value)
  return cursor.node({ kind: 'struct', fields, start, end: cursor.close(')', open) }, ...children)
}

/** A column or a call. */
const parseNamed = (cursor: TokenCursor, expression: ParseExpression): Expression => {
  const name = cursor.name('an expression')
  if (cursor.isSymbol('(')) return parseCall(cursor, name, expression)
  if (!cursor.isSymbol('.') || cursor.isSymbol('*', 1)) {
    return { kind: 'column', qualifier: undefined, name, start: name.start, end: name.end }
  }
  cursor.advance()
  const column = cursor.name('the name of a column')
  return { kind: 'column', qualifier: name, name: column, start: name.start, end: column.end }
}

const parseCall = (cursor: TokenCursor, name: Identifier, expression: ParseExpression): Call => {
  const open = cursor.advance()
  const call = (rest: Pick<Call, 'arguments' | 'isStar' | 'isDistinct'>): Call => {
    const node: Call = { kind: 'call', name, ...rest, start: name.start, end: cursor.close(')', open) }
    return cursor.node(node, ...rest.arguments)
  }
  if (cursor.isSymbol('*') && cursor.isSymbol(')', 1)) {
    cursor.advance()
    return call({ arguments: [], isStar: true, isDistinct: false })
  }
  if (cursor.isSymbol(')')) return call({ arguments: [], isStar: false, isDistinct: false })
  const isDistinct = cursor.acceptWord('DISTINCT')
  const takesUnit = !name.quoted && unitFunctions.has(name.text.toUpperCase())
  let position = 0
  const argument = (): Expression =>
    (takesUnit && position++ === 0 ? parseUnit(cursor) : undefined) ??
    parseLambda(cursor, expression) ??
    expression(cursor)
  return call({ arguments: cursor.list(argument), isStar: false, isDistinct })
}

const parseUnit = (cursor: TokenCursor): Expression | undefined => {
  const { token } = cursor
  if (token.kind !== 'word' || !(cursor.isSymbol(',', 1) || cursor.isSymbol(')', 1))) return undefined
  const unit = timeUnit(token.upper)
  if (unit !== undefined) return { kind: 'unit', ...unit, ...span(cursor.advance()) }
  throw cursor.error(token, `expected a unit of time, found ${tokenText(cursor.source, token)}`, {
    hint: `the units are ${timeUnits.join(', ')}`,
    didYouMean: nearestNames(token.text, timeUnitWords),
  })
}

/** `x => body` or `(x, y) => body` if one starts here. */
const parseLambda = (cursor: TokenCursor, expression: ParseExpression): Lambda | undefined => {
  const { token } = cursor
  if (!startsLambda(cursor)) return undefined
  const parameter = (): Identifier => cursor.name('the name of a parameter')
  const parameters = cursor.isSymbol('(') ? cursor.bracketedList(parameter).items : [parameter()]
  cursor.advance()
  const body = expression(cursor)
  return cursor.node({ kind: 'lambda', parameters, body, start: token.start, end: body.end }, body)
}

const startsLambda = (cursor: TokenCursor): boolean => {
  if (cursor.isName() && cursor.isSymbol('=>', 1)) return true
  if (!cursor.isSymbol('(')) return false
  let distance = 1
  while (cursor.isName(distance) && cursor.isSymbol(',', distance + 1)) distance += 2
  return cursor.isName(distance) && cursor.isSymbol(')', distance + 1) && cursor.isSymbol('=>', distance + 2)
}

const span = ({ start, end }: Span): Span => ({ start, end })
