// JSON text to plain data and back without losing integers that a number cannot hold: they become bigint.

import { fromByteString, type ByteString } from '../model/byte-string.ts'
import { Decimal } from '../model/decimal.ts'

// Only a text with so many digits in a row can hold an integer beyond 2^53; all others take the engine's own parser.
const longDigits = /[0-9]{16}/

/**
 * The value of one JSON text. Objects have own properties only (`__proto__` too).
 * @param bytes valid JSON, at most 512 levels deep (JsonScanner has checked it); otherwise SyntaxError.
 */
export const parseJson = (bytes: ByteString): unknown => parseJsonText(fromByteString(bytes))

/** As parseJson, for text that is no byte string. */
export const parseJsonText = (text: string): unknown => (longDigits.test(text) ? parseExact(text) : JSON.parse(text))

const parseExact = (text: string): unknown => {
  // The engine's parser knows the grammar better than the one below, which may then rely on it.
  JSON.parse(text)
  return new ExactParser(text).parse()
}

/**
 * JSON text of plain data; a bigint is written as an integer, a Decimal as a number with all its digits, what JSON cannot say
 * (NaN, Infinity, undefined) as null.
 */
export const stringifyJson = (value: unknown): string => {
  if (typeof value === 'bigint') return value.toString()
  try {
    // A Decimal has a bigint inside, so that the engine refuses it as well.
    return JSON.stringify(value) ?? 'null'
  } catch (error) {
    if (error instanceof TypeError) return stringifyExact(value)
    throw error
  }
}

const stringifyExact = (value: unknown): string => {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map(stringifyExact).join(',')}]`
  if (value instanceof Decimal) return value.toString()
  const fields = Object.entries(value).filter(([, field]) => field !== undefined)
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${stringifyExact(field)}`).join(',')}}`
}

const scalar = /[-+.\w]+/y

/** A parser for text that is known to be JSON. */
class ExactParser {
  private readonly text: string
  private at = 0
  // The token last read: one of the six symbols, or '' and a scalar.
  private symbol: string = ''
  private scalar: unknown

  constructor(text: string) {
    this.text = text
  }

  parse(): unknown {
    this.next()
    return this.value()
  }

  private next(): void {
    const { text } = this
    while (text.charCodeAt(this.at) <= 32) this.at++
    const first = text.charAt(this.at)
    if ('{}[],:'.includes(first)) {
      this.symbol = first
      this.at++
      return
    }
    this.symbol = ''
    const start = this.at
    if (first === '"') {
      this.at = stringEnd(text, start)
      this.scalar = JSON.parse(text.slice(start, this.at))
    } else {
      scalar.lastIndex = start
      const word = scalar.exec(text)?.[0] ?? ''
      this.at += word.length
      this.scalar = /^[tfn]/.test(word) ? JSON.parse(word) : exactNumber(word)
    }
  }

  /** The value whose first token has been read; leaves its last token as the current one. */
  private value(): unknown {
    if (this.symbol === '{') return this.object()
    if (this.symbol === '[') return this.array()
    if (this.symbol !== '') throw new SyntaxError(`unexpected ${this.symbol}`)
    return this.scalar
  }

  private object(): unknown {
    const object = {}
    for (this.next(); this.symbol !== '}'; this.afterItem()) {
      const name = this.scalar as string // a key: the engine's parser has seen that it is one
      this.next() // the colon
      this.next()
      setField(object, name, this.value())
    }
    return object
  }

  private array(): unknown {
    const array: unknown[] = []
    for (this.next(); this.symbol !== ']'; this.afterItem()) array.push(this.value())
    return array
  }

  /** To the first token of the next item, or to the closing bracket. */
  private afterItem(): void {
    this.next()
    if (this.symbol === ',') this.next()
  }
}

/** Where a string that begins at `start` ends, behind its closing quote. */
const stringEnd = (text: string, start: number): number => {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let backslashes = 0
    while (text.charAt(end - 1 - backslashes) === '\\') backslashes++
    if (backslashes % 2 === 0) return end + 1
  }
}

/** Sets an own property whatever its name; assignment would change the prototype for `__proto__`. */
export const setField = (object: object, name: string, value: unknown): void => {
  if (name === '__proto__') {
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
  } else (object as Record<string, unknown>)[name] = value
}

const exactNumber = (text: string): number | bigint => {
  const value = Number(text)
  if (Number.isNaN(value)) throw new SyntaxError(`not a number: ${text}`)
  return Number.isSafeInteger(value) || !/^-?\d+$/.test(text) ? value : BigInt(text)
}
