// Queries: SELECT with sources, joins and windows, and beyond ksqlDB WITH, UNION ALL, ORDER BY and OFFSET.

import type {
  Duration,
  Expression,
  Identifier,
  JoinRelation,
  Query,
  Relation,
  Select,
  SelectItem,
  WindowClause,
} from './ast.ts'
import { clauseWords } from './keywords.ts'
import { parseDuration } from './parse-duration.ts'
import { parseExpression, parseValue } from './parse-expression.ts'
import { stringHint } from './lexer.ts'
import type { TokenCursor } from './token-cursor.ts'

/** True if a query begins at the current token. */
export const startsQuery = (cursor: TokenCursor): boolean =>
  cursor.isWord('SELECT') || (cursor.isWord('WITH') && !cursor.isSymbol('(', 1))

/** The query that starts at the current token. */
export const parseQuery = (cursor: TokenCursor): Query =>
  cursor.nested(() => {
    const { start } = cursor.token
    const named = cursor.acceptWord('WITH') ? cursor.list(() => parseNamedQuery(cursor)) : []
    const selects = [parseSelect(cursor)]
    while (cursor.acceptWord('UNION')) {
      cursor.expectWord('ALL', { hint: 'UNION without ALL would have to remember every row; write UNION ALL' })
      selects.push(parseSelect(cursor))
    }
    const orderBy = cursor.acceptWord('ORDER', 'BY') ? cursor.list(() => parseOrder(cursor)) : []
    const emit = parseEmit(cursor)
    const { limit, offset } = parseBounds(cursor)
    const misplaced = misplacedClause(cursor, [...selectClauses, 'UNION', 'ORDER', 'EMIT'])
    if (misplaced !== undefined) throw misplaced
    const node: Query = { with: named, selects, orderBy, emit, limit, offset, start, end: cursor.lastEnd }
    return cursor.node(node, ...selects, ...named.map(({ query }) => query))
  })

const parseNamedQuery = (cursor: TokenCursor): { name: Identifier; query: Query } => {
  const name = cursor.name('the name of a query')
  cursor.expectWord('AS', { hint: `write WITH ${name.text} AS (SELECT …) SELECT …` })
  const open = cursor.expectSymbol('(')
  const query = parseQuery(cursor)
  cursor.close(')', open)
  return { name, query }
}

const parseOrder = (cursor: TokenCursor): Query['orderBy'][number] => {
  const expression = parseExpression(cursor)
  const isDescending = cursor.acceptWord('DESC')
  if (!isDescending) cursor.acceptWord('ASC')
  return { expression, isDescending }
}

const parseEmit = (cursor: TokenCursor): 'CHANGES' | 'FINAL' | undefined => {
  if (!cursor.acceptWord('EMIT')) return undefined
  if (cursor.acceptWord('CHANGES')) return 'CHANGES'
  if (cursor.acceptWord('FINAL')) return 'FINAL'
  throw cursor.unexpected('CHANGES or FINAL')
}

/** LIMIT and OFFSET, in either order. */
const parseBounds = (cursor: TokenCursor): { limit: number | undefined; offset: number | undefined } => {
  let limit: number | undefined
  let offset: number | undefined
  for (;;) {
    if (limit === undefined && cursor.acceptWord('LIMIT')) limit = cursor.wholeNumber('a number of rows')
    else if (offset === undefined && cursor.acceptWord('OFFSET')) offset = cursor.wholeNumber('a number of rows')
    else return { limit, offset }
  }
}

const selectClauses = ['WINDOW', 'WHERE', 'GROUP', 'PARTITION', 'HAVING']

const parseSelect = (cursor: TokenCursor): Select => {
  const { start } = cursor.token
  cursor.expectWord('SELECT')
  if (cursor.isWord('DISTINCT')) {
    throw cursor.error(cursor.token, 'there is no SELECT DISTINCT', {
      hint: 'write SELECT a, b … GROUP BY a, b; or COUNT(DISTINCT x)',
    })
  }
  if (cursor.isWord('FROM')) throw cursor.unexpected('what to select', { hint: 'SELECT * takes all columns' })
  const items = cursor.list(() => parseItem(cursor))
  if (!cursor.acceptWord('FROM')) throw cursor.unexpected('"," or FROM')
  const from = parseRelation(cursor)
  const window = cursor.acceptWord('WINDOW') ? parseWindow(cursor) : undefined
  const where = cursor.acceptWord('WHERE') ? parseExpression(cursor) : undefined
  const groupBy = cursor.acceptWord('GROUP') ? parseKeys(cursor, 'GROUP') : []
  const partitionBy = cursor.acceptWord('PARTITION') ? parseKeys(cursor, 'PARTITION') : []
  const having = cursor.acceptWord('HAVING') ? parseExpression(cursor) : undefined
  const misplaced = misplacedClause(cursor, selectClauses)
  if (misplaced !== undefined) throw misplaced
  const node: Select = { items, from, window, where, groupBy, partitionBy, having, start, end: cursor.lastEnd }
  return cursor.node(node, ...items, from, where, having, ...groupBy, ...partitionBy)
}

const order = 'WINDOW, WHERE, GROUP BY, PARTITION BY, HAVING, UNION ALL, ORDER BY, EMIT, LIMIT'

/** The error for a clause that begins here although all of them have had their turn. */
const misplacedClause = (cursor: TokenCursor, clauses: readonly string[]): Error | undefined => {
  const { token } = cursor
  if (!clauses.includes(token.upper)) return undefined
  const shown = /^(GROUP|PARTITION|ORDER)$/.test(token.upper) ? `${token.upper} BY` : token.upper
  return cursor.error(token, `${shown} stands twice or too late`, { hint: `the order is FROM, ${order}` })
}

const parseItem = (cursor: TokenCursor): SelectItem => {
  const { start } = cursor.token
  if (cursor.acceptSymbol('*')) return { kind: 'all', qualifier: undefined, start, end: cursor.lastEnd }
  if (cursor.isName() && cursor.isSymbol('.', 1) && cursor.isSymbol('*', 2)) {
    const qualifier = cursor.name('the name of a source')
    cursor.advance()
    cursor.advance()
    return { kind: 'all', qualifier, start, end: cursor.lastEnd }
  }
  const expression = parseExpression(cursor)
  if (cursor.isSymbol('->')) return parseStructAll(cursor, expression)
  const alias = parseAlias(cursor, 'FROM')
  return cursor.node({ kind: 'expression', expression, alias, start, end: cursor.lastEnd }, expression)
}

const operands = new Set(['column', 'dereference', 'subscript', 'call', 'cast', 'case', 'struct'])

const parseStructAll = (cursor: TokenCursor, base: Expression): SelectItem => {
  const arrow = cursor.advance()
  if (!operands.has(base.kind)) {
    throw cursor.error(arrow, 'unexpected "->"', { hint: '->* takes all fields of a STRUCT, as in address->*' })
  }
  const { end } = cursor.expectSymbol('*')
  return cursor.node({ kind: 'structAll', base, start: base.start, end }, base)
}

/** `AS name`, or the name alone. `next` is the keyword that follows without an alias. */
const parseAlias = (cursor: TokenCursor, next: string): Identifier | undefined => {
  if (cursor.acceptWord('AS')) return cursor.name('a name after AS')
  cursor.isWord(next)
  const { token } = cursor
  if (!cursor.isName() || clauseWords.has(token.upper)) return undefined
  const sought = [...cursor.soughtWords]
  const alias = cursor.name('a name')
  if (token.kind === 'word') cursor.noteBareAlias(token, sought)
  return alias
}

const joinWords = ['JOIN', 'INNER', 'LEFT', 'RIGHT', 'FULL']

const parseRelation = (cursor: TokenCursor): Relation => {
  let left = parseSource(cursor)
  for (;;) {
    const type = parseJoinType(cursor)
    if (type === undefined) return left
    left = parseJoin(cursor, left, type)
  }
}

const parseJoinType = (cursor: TokenCursor): JoinRelation['type'] | undefined => {
  if (cursor.acceptWord('JOIN')) return 'INNER'
  if (cursor.acceptWord('INNER')) {
    cursor.expectWord('JOIN')
    return 'INNER'
  }
  for (const type of ['LEFT', 'RIGHT', 'FULL'] as const) {
    if (!cursor.acceptWord(type)) continue
    cursor.acceptWord('OUTER')
    cursor.expectWord('JOIN')
    return type
  }
  if (cursor.isSymbol(',')) {
    throw cursor.error(cursor.token, 'sources are not listed with ","', { hint: 'write FROM a JOIN b ON a.x = b.y' })
  }
  return undefined
}

const parseSource = (cursor: TokenCursor): Relation => {
  const { token } = cursor
  const { start } = token
  if (cursor.acceptSymbol('(')) {
    if (!startsQuery(cursor)) throw cursor.unexpected('SELECT', { hint: 'brackets in FROM hold a sub-query' })
    const query = parseQuery(cursor)
    cursor.close(')', token)
    const alias = parseSourceAlias(cursor)
    return cursor.node({ kind: 'subquery', query, alias, start, end: cursor.lastEnd }, query)
  }
  const isPlace = token.kind === 'string'
  if (isPlace && token.text === '') throw cursor.error(token, 'the name of a file cannot be empty')
  const name = isPlace
    ? { text: token.text, quoted: true, start, end: cursor.advance().end }
    : cursor.name('a stream, a table or a file in quotes')
  const alias = parseSourceAlias(cursor)
  return { kind: 'named', name, isPlace, alias, start, end: cursor.lastEnd }
}

const parseSourceAlias = (cursor: TokenCursor): Identifier | undefined => {
  for (const word of [...joinWords, 'WITHIN', 'ON', ...selectClauses, ...clauseWords]) cursor.isWord(word)
  return parseAlias(cursor, 'LIMIT')
}

const parseJoin = (cursor: TokenCursor, left: Relation, type: JoinRelation['type']): Relation => {
  const right = parseSource(cursor)
  const within = cursor.isWord('WITHIN') ? parseWithin(cursor) : undefined
  cursor.expectWord('ON', { hint: 'write JOIN b ON a.x = b.y; a join of streams has WITHIN 1 HOUR before ON' })
  const on = parseExpression(cursor)
  if (cursor.isWord('WITHIN')) {
    throw cursor.error(cursor.token, 'WITHIN stands before ON', { hint: 'write JOIN b WITHIN 1 HOUR ON a.x = b.y' })
  }
  return cursor.node({ kind: 'join', type, left, right, within, on, start: left.start, end: on.end }, left, right, on)
}

const parseWithin = (cursor: TokenCursor): NonNullable<JoinRelation['within']> => {
  const { start } = cursor.advance()
  const open = cursor.token
  let before: Duration
  let after: Duration
  if (cursor.acceptSymbol('(')) {
    before = parseDuration(cursor, 'the time before')
    cursor.expectSymbol(',', { hint: 'write WITHIN (1 HOUR, 2 HOURS), the time before and the time after' })
    after = parseDuration(cursor, 'the time after')
    cursor.close(')', open)
  } else {
    before = parseDuration(cursor, 'a time')
    after = before
  }
  const grace = cursor.acceptWord('GRACE') ? parseGrace(cursor) : undefined
  return { before, after, grace, start, end: cursor.lastEnd }
}

const parseGrace = (cursor: TokenCursor): Duration => {
  cursor.expectWord('PERIOD')
  return parseDuration(cursor, 'a time')
}

const parseWindow = (cursor: TokenCursor): WindowClause => {
  // ksqlDB's grammar lets a window have a name too; nothing can refer to it, so it is refused as a slip.
  const { token } = cursor
  const kind = (['TUMBLING', 'HOPPING', 'SESSION', 'SLIDING'] as const).find((known) => cursor.isWord(known))
  if (kind === undefined) throw cursor.unexpected('TUMBLING, HOPPING, SESSION or SLIDING')
  cursor.advance()
  const open = cursor.expectSymbol('(', { hint: windowHint[kind] })
  if (kind !== 'SESSION') cursor.expectWord('SIZE', { hint: windowHint[kind] })
  const size = parseDuration(cursor, kind === 'SESSION' ? 'the gap' : 'the size')
  let advance: Duration | undefined
  let retention: Duration | undefined
  let grace: Duration | undefined
  while (cursor.acceptSymbol(',')) {
    if (kind === 'HOPPING' && advance === undefined && cursor.acceptWord('ADVANCE')) {
      cursor.expectWord('BY')
      advance = parseDuration(cursor, 'a time')
    } else if (retention === undefined && cursor.acceptWord('RETENTION')) retention = parseDuration(cursor, 'a time')
    else if (grace === undefined && cursor.acceptWord('GRACE')) grace = parseGrace(cursor)
    else {
      const left = [
        ...(kind === 'HOPPING' && advance === undefined ? ['ADVANCE BY'] : []),
        ...(retention === undefined ? ['RETENTION'] : []),
        ...(grace === undefined ? ['GRACE PERIOD'] : []),
      ]
      throw cursor.unexpected(left.length === 0 ? '")"' : left.join(' or '), { hint: windowHint[kind] })
    }
  }
  if (kind === 'HOPPING' && advance === undefined) throw cursor.unexpected('", ADVANCE BY"', { hint: windowHint[kind] })
  const end = cursor.close(')', open)
  return { kind, size, advance, retention, grace, start: token.start, end }
}

const rest = '[, RETENTION 1 DAY] [, GRACE PERIOD 10 SECONDS])'
const windowHint = {
  TUMBLING: `write TUMBLING (SIZE 1 MINUTE ${rest}`,
  HOPPING: `write HOPPING (SIZE 1 MINUTE, ADVANCE BY 10 SECONDS ${rest}`,
  SESSION: `write SESSION (1 MINUTE ${rest}`,
  SLIDING: `write SLIDING (SIZE 1 MINUTE ${rest}`,
}

/** What stands after GROUP or PARTITION: expressions, all of them in brackets or none. */
const parseKeys = (cursor: TokenCursor, clause: string): readonly Expression[] => {
  cursor.expectWord('BY')
  if (cursor.isSymbol('(') && cursor.isSymbol(')', 1)) {
    throw cursor.error(cursor.token, `${clause} BY needs an expression`)
  }
  if (!isBracketedList(cursor)) return cursor.list(() => parseValue(cursor))
  return cursor.bracketedList(() => parseValue(cursor)).items
}

/** True if the brackets that open here hold several expressions. */
const isBracketedList = (cursor: TokenCursor): boolean => {
  if (!cursor.isSymbol('(')) return false
  let depth = 0
  for (let distance = 0; ; distance++) {
    const { kind, text } = cursor.peek(distance)
    if (kind === 'end') return false
    if (kind !== 'symbol') continue
    if (text === '(' || text === '[') depth++
    if (text === ')' || text === ']') depth--
    if (depth === 0) return false
    if (depth === 1 && text === ',') return true
  }
}

const statementWords: ReadonlySet<string> = new Set('SELECT CREATE INSERT DROP DESCRIBE'.split(' '))

/** The error for what stands behind a statement that is complete. */
export const unexpectedAfter = (cursor: TokenCursor): Error => {
  const { token } = cursor
  if (cursor.isSymbol('->')) {
    return cursor.error(token, 'unexpected "->"', { hint: 's->* stands only among the items of a SELECT' })
  }
  if (statementWords.has(token.upper)) {
    return cursor.unexpected('the end of the statement', { hint: 'put a ; before the next statement' })
  }
  return cursor.unexpected('the end of the statement', token.kind === 'name' ? { hint: stringHint } : {})
}
