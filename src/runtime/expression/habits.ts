// What people write who come from jq, JavaScript or SQL, and what it is called here. Only hints: nothing in this file
// decides whether an expression is right.

import type { Token } from './lexer.ts'
import { infixOperators } from './operators.ts'

/** How a token is called in messages. */
export const tokenText = (text: string, token: Token): string =>
  token.kind === 'end' ? 'end' : `"${text.slice(token.start, token.end)}"`

const assignments = new Set(['|=', '+=', '-=', '*=', '/=', '//='])

/** Hint for a token where an operand was expected; `previous` is the token before it. */
export const operandHint = (text: string, token: Token, previous: Token | undefined): string | undefined => {
  if (token.kind !== 'symbol') return undefined
  if (token.text === '|' || token.text === '..') return noPipe(token.text)
  if (token.text === '...') return '... stands only inside { }'
  if (token.text === '@') return 'formats are functions: base64(.name), url_encode(.name)'
  if (previous?.kind !== 'symbol') return undefined
  if (token.text === '*' && previous.text === '(') return 'count() takes nothing: it counts records'
  if (token.text === '/' && /^[=!]~$/.test(previous.text)) return 'patterns are strings: =~ "^/api"'
  if (!infixOperators.has(previous.text) && !/^[!~]$/.test(previous.text)) return undefined
  if (previous.end !== token.start) return undefined
  const swapped = token.text + previous.text
  if (previous.text !== token.text && infixOperators.has(swapped)) return `use ${swapped}`
  return /^[=<>!~]+$/.test(token.text) ? `use ${previous.text} ; try  ks help expressions` : undefined
}

const noPipe = (symbol: string): string =>
  symbol === '..'
    ? 'there is no recursive descent; name the path'
    : 'there are no pipes; functions take the value as first argument: length(.tags)'

const instead: Readonly<Record<string, string>> = {
  is: 'compare with null: .name == null',
  like: 'use a regular expression: .name =~ "^abc"',
  ilike: 'use a regular expression: lower(.name) =~ "^abc"',
  matches: 'use =~',
  between: 'write .name >= 1 and .name <= 9',
  contains: 'it is a function: contains(.name, "part")',
  startswith: 'it is a function: startswith(.name, "part")',
  endswith: 'it is a function: endswith(.name, "part")',
  mod: 'use %',
  div: 'use floor(a / b)',
  xor: 'use !=',
  as: 'there are no variables of your own; $name reads --arg',
  then: 'write CONDITION ? THIS : THAT',
  elif: 'write CONDITION ? THIS : THAT',
  else: 'write CONDITION ? THIS : THAT',
  end: 'write CONDITION ? THIS : THAT',
}

/**
 * Hint for a token where an operator was expected.
 * @param left the text of the operand before it
 */
export const operatorHint = (left: string, token: Token, next: Token | undefined): string | undefined => {
  if (token.kind === 'word') {
    const name = token.text.toLowerCase()
    return Object.hasOwn(instead, name) ? instead[name] : 'put an operator or a comma between them'
  }
  if (token.kind === 'number' && token.end - token.start > 1 && Number(token.value) < 1)
    return 'elements are written [0]'
  if (token.kind === 'end') return undefined
  if (token.kind !== 'symbol') return 'put an operator or a comma between them'
  if (assignments.has(token.text)) return 'nothing is assigned here; ks put name=EXPR sets fields'
  switch (token.text) {
    case '|':
      return pipeHint(left, next)
    case '=>':
      return 'a lambda is written x -> x.price; at least is >='
    case '->':
      return 'lambdas stand only among the arguments of a function: map(.items, x -> x.price)'
    case '~':
      return 'use =~'
    case '&':
      return 'use and'
    case '^':
      return 'use pow(x, y)'
    case ';':
      return 'arguments are separated by commas'
    case '(':
      return methodHint(left)
    case '.':
      return 'put an operator or a comma between them'
    case ':':
      return 'names stand inside { }; a condition is written CONDITION ? THIS : THAT'
    default:
      return undefined
  }
}

const pipeHint = (left: string, next: Token | undefined): string => {
  if (next?.kind === 'word') return next.text === 'not' ? `write not (${left})` : `write ${next.text}(${left})`
  if (next?.kind === 'symbol' && next.text === '.') return 'write one path: .a.b'
  return noPipe('|')
}

const methodHint = (left: string): string | undefined => {
  const method = /^(.+)\.(\w+)$/s.exec(left)
  if (method === null) return undefined
  return `paths have no methods; write ${(method[2] ?? '').toLowerCase()}(${method[1] ?? ''}, …)`
}

/** Hint for a bare word that means nothing. `before` is the text in front of it. */
export const nameHint = (name: string, before: string, isFunction: boolean): string => {
  const dashed = /\.([\p{ID_Continue}-]*)-$/u.exec(before)
  if (dashed !== null) return `quote a name with a dash: ."${dashed[1] ?? ''}-${name}"`
  const lower = name.toLowerCase()
  if (lower === 'true' || lower === 'false' || lower === 'null') return `write ${lower}`
  if (lower === 'undefined' || lower === 'none' || lower === 'nil') return 'write null'
  if (lower === 'if' || lower === 'case') return 'write CONDITION ? THIS : THAT'
  if (lower === 'empty') return 'ks filter decides which records stay'
  if (lower === 'reduce' || lower === 'foreach') return 'write reduce(.items, 0, (sum, x) -> sum + x)'
  return isFunction ? `functions need parentheses: ${name}(…)` : `fields start with a dot: .${name}`
}

const otherFunctions: Readonly<Record<string, string>> = {
  select: 'the condition alone is the filter',
  explode: 'ks explode makes one record of each element',
  recurse: 'there is no recursive descent; name the path',
  walk: 'there is no recursive descent; name the path',
  env: 'pass it in: --arg name "$NAME", then $name',
  error: 'ks filter decides which records stay',
  isnull: 'compare with null: .name == null',
  is_null: 'compare with null: .name == null',
  concat: 'write a template: "\\(.a)-\\(.b)"',
  cast: 'use tonumber(x) or tostring(x)',
  exists: 'compare with null: .name != null',
  uuid: 'expressions give the same result each time',
  random: 'expressions give the same result each time',
}

/** Hint for a function that does not exist. */
export const functionHint = (name: string): string | undefined => {
  const known = name.toLowerCase()
  return Object.hasOwn(otherFunctions, known) ? otherFunctions[known] : undefined
}

const otherNames: Readonly<Record<string, string>> = {
  len: 'length',
  size: 'length',
  strlen: 'length',
  tolower: 'lower',
  tolowercase: 'lower',
  lcase: 'lower',
  toupper: 'upper',
  touppercase: 'upper',
  ucase: 'upper',
  includes: 'contains',
  indexof: 'index',
  instr: 'index',
  substring: 'substr',
  ceiling: 'ceil',
  power: 'pow',
  ln: 'log',
  nvl: 'coalesce',
  ifnull: 'coalesce',
  greatest: 'max',
  least: 'min',
  typeof: 'type',
  parsejson: 'fromjson',
  regexp_replace: 'gsub',
  regexp_extract: 'capture',
  transform: 'map',
  from_unixtime: 'todate',
}

/** The name that a function of another language has here. */
export const otherName = (name: string): string | undefined => {
  const known = name.toLowerCase()
  return Object.hasOwn(otherNames, known) ? otherNames[known] : undefined
}
