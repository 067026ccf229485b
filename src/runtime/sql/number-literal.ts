// Numbers as written: 12 is an INTEGER or BIGINT, 1.5 a DECIMAL, 1e3 a DOUBLE.

import type { Literal } from './ast.ts'
import type { Token } from './lexer.ts'
import type { TokenCursor } from './token-cursor.ts'

/** The literal of a number token, and of the minus before it. KsError compile if it is beyond what the types hold. */
export const numberLiteral = (cursor: TokenCursor, { text: digits, start, end }: Token, minus?: Token): Literal => {
  const span = { start: minus?.start ?? start, end }
  const text = minus === undefined ? digits : `-${digits}`
  if (/[eE]/.test(digits)) {
    const value = Number(text)
    if (!Number.isFinite(value)) throw cursor.error(span, 'this number is beyond the range of a DOUBLE')
    return { kind: 'literal', value: value === 0 ? 0 : value, type: 'DOUBLE', text, ...span }
  }
  if (digits.includes('.')) {
    if (digits.length - 1 > 38) throw cursor.error(span, 'a DECIMAL has at most 38 digits')
    const value = Number(text)
    return { kind: 'literal', value: value === 0 ? 0 : value, type: 'DECIMAL', text, ...span }
  }
  const exact = digits.length > 400 ? undefined : BigInt(text)
  if (exact === undefined || BigInt.asIntN(64, exact) !== exact) {
    throw cursor.error(span, 'this number is beyond the range of a BIGINT', {
      hint: `write it as a DECIMAL: ${cutDigits(text)}.0`,
    })
  }
  const value = Number(exact)
  return {
    kind: 'literal',
    value: Number.isSafeInteger(value) ? value : exact,
    type: BigInt.asIntN(32, exact) === exact ? 'INTEGER' : 'BIGINT',
    text,
    ...span,
  }
}

const cutDigits = (text: string): string => (text.length > 30 ? `${text.slice(0, 29)}…` : text)
