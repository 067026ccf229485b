// Functions of numbers.

import { RecordError } from '../../model/record-error.ts'
import { compareValues } from '../../model/compare-values.ts'
import { add as addValues, divide, fromBigInt } from '../arithmetic.ts'
import { describeValue } from '../describe-value.ts'
import { defineFunction, type CallSite } from './define-function.ts'
import { any, argumentError, array, integer, number, numeric, optional, text } from './parameters.ts'

/** What JSON has no number for becomes null, as a division by zero does. */
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

const abs = defineFunction({
  name: 'abs',
  parameters: [numeric('number')],
  summary: 'The number without its sign.',
  example: 'abs(-2.5)',
  result: 2.5,
  implementation: (_call, value) => (typeof value === 'bigint' ? (value < 0n ? -value : value) : Math.abs(value)),
})

const sign = defineFunction({
  name: 'sign',
  parameters: [numeric('number')],
  summary: '-1, 0 or 1.',
  example: 'sign(-0.1)',
  result: -1,
  implementation: (_call, value) => (value > 0 ? 1 : value < 0 ? -1 : 0),
})

const ceil = defineFunction({
  name: 'ceil',
  parameters: [numeric('number')],
  summary: 'The next integer that is not below the number.',
  example: 'ceil(1.2)',
  result: 2,
  implementation: (_call, value) => (typeof value === 'bigint' ? value : Math.ceil(value)),
})

const floor = defineFunction({
  name: 'floor',
  parameters: [numeric('number')],
  summary: 'The next integer that is not above the number.',
  example: 'floor(-1.2)',
  result: -2,
  implementation: (_call, value) => (typeof value === 'bigint' ? value : Math.floor(value)),
})

const maximalDigits = 15

const round = defineFunction({
  name: 'round',
  parameters: [numeric('number'), optional(integer('digits'))],
  summary: 'The nearest integer, or the nearest number with so many digits after the point; halves go away from zero.',
  example: '[round(2.5), round(-2.5), round(1.005, 2), round(1234, -2)]',
  result: [3, -3, 1.01, 1200],
  implementation: (call, value, digits = 0) => {
    if (Math.abs(digits) > maximalDigits) throw argumentError(call, 1, digits, `at most ${maximalDigits} digits`)
    return typeof value === 'bigint' ? roundInteger(value, digits) : roundNumber(value, digits)
  },
})

const roundNumber = (value: number, digits: number): number => {
  // Shifting the decimal text instead of multiplying: 1.005 * 100 is 100.49999999999999.
  const shifted = shift(Math.abs(value), digits)
  return Number.isFinite(shifted) ? Math.sign(value) * shift(Math.round(shifted), -digits) : value
}

const shift = (value: number, digits: number): number => {
  const [mantissa = '', exponent = '0'] = String(value).split('e')
  return Number(`${mantissa}e${Number(exponent) + digits}`)
}

const roundInteger = (value: bigint, digits: number): number | bigint => {
  if (digits >= 0) return value
  const unit = 10n ** BigInt(-digits)
  const half = value < 0n ? -unit / 2n : unit / 2n
  return fromBigInt(((value + half) / unit) * unit)
}

const sqrt = defineFunction({
  name: 'sqrt',
  parameters: [number('number')],
  summary: 'The square root, null for a negative number.',
  example: '[sqrt(2.25), sqrt(-1)]',
  result: [1.5, null],
  implementation: (_call, value) => finite(Math.sqrt(value)),
})

const pow = defineFunction({
  name: 'pow',
  parameters: [number('number'), number('exponent')],
  summary: 'The number to a power.',
  example: 'pow(2, 10)',
  result: 1024,
  implementation: (_call, value, exponent) => finite(value ** exponent),
})

const log = defineFunction({
  name: 'log',
  parameters: [number('number'), optional(number('base'))],
  summary: 'The logarithm, natural if no base is given; null where there is none.',
  example: '[log(1), log(8, 2), log(1000, 10), log(0)]',
  result: [0, 3, 3, null],
  implementation: (_call, value, base) => {
    if (base === undefined) return finite(Math.log(value))
    return finite(base === 2 ? Math.log2(value) : base === 10 ? Math.log10(value) : Math.log(value) / Math.log(base))
  },
})

const exp = defineFunction({
  name: 'exp',
  parameters: [number('number')],
  summary: 'Euler’s number to a power.',
  example: 'exp(0)',
  result: 1,
  implementation: (_call, value) => finite(Math.exp(value)),
})

const clamp = defineFunction({
  name: 'clamp',
  parameters: [numeric('number'), numeric('least'), numeric('most')],
  summary: 'The number, or the bound that it is beyond.',
  example: 'clamp(120, 0, 100)',
  result: 100,
  implementation: (_call, value, least, most) => (value < least ? least : value > most ? most : value),
})

const min = defineFunction({
  name: 'min',
  aliases: ['least'],
  parameters: [any('value')],
  rest: optional(any('value')),
  summary: 'The smallest of the values, or of the elements of one array; null counts as missing.',
  example: '[min(3, 1, null), min([2, 5])]',
  result: [1, 2],
  implementation: (_call, ...values) => extreme(values, -1),
})

const max = defineFunction({
  name: 'max',
  aliases: ['greatest'],
  parameters: [any('value')],
  rest: optional(any('value')),
  summary: 'The largest of the values, or of the elements of one array; null counts as missing.',
  example: '[max(3, 1, null), max(["a", "b"])]',
  result: [3, 'b'],
  implementation: (_call, ...values) => extreme(values, 1),
})

const extreme = (values: readonly unknown[], direction: 1 | -1): unknown => {
  const [only] = values
  const candidates: readonly unknown[] = values.length === 1 && Array.isArray(only) ? (only as unknown[]) : values
  let best: unknown = null
  for (const value of candidates) {
    if (value !== null && (best === null || compareValues(value, best) * direction > 0)) best = value
  }
  return best
}

const sum = defineFunction({
  name: 'sum',
  parameters: [array('array')],
  summary: 'The sum of the numbers in an array; null counts as missing.',
  example: 'sum([1, 2.5, null])',
  result: 3.5,
  implementation: (call, values) => total(call, values).sum,
})

const avg = defineFunction({
  name: 'avg',
  aliases: ['mean'],
  parameters: [array('array')],
  summary: 'The mean of the numbers in an array; null counts as missing, nothing has none.',
  example: '[avg([1, 2, null]), avg([])]',
  result: [1.5, null],
  implementation: (call, values) => {
    const { sum, count } = total(call, values)
    return divide(sum, count, { operator: '/', left: call.name, right: call.name })
  },
})

const total = (call: CallSite, values: readonly unknown[]): { sum: unknown; count: number } => {
  let sum: unknown = 0
  let count = 0
  for (const value of values) {
    if (value === null) continue
    if (typeof value !== 'number' && typeof value !== 'bigint') {
      const text = call.texts[0] ?? call.name
      throw new RecordError(`${text} has ${describeValue(value)} in it, ${call.name}() needs numbers`, text)
    }
    sum = addValues(sum, value, { operator: '+', left: call.name, right: call.name })
    count++
  }
  return { sum, count }
}

const add = defineFunction({
  name: 'add',
  parameters: [array('array')],
  summary: 'All elements joined by `+`: numbers, strings, arrays or objects; null counts as missing.',
  example: '[add([1, 2]), add(["a", "b"]), add([])]',
  result: [3, 'ab', null],
  implementation: (call, values) => {
    const site = { operator: '+', left: `the sum so far in ${call.name}()`, right: 'an element' }
    const present = values.filter((value) => value !== null)
    // Pair by pair, arrays would be copied again and again.
    if (present.length > 0 && present.every((value) => Array.isArray(value))) return present.flat() as unknown[]
    return present.reduce((left: unknown, right) => (left === null ? right : addValues(left, right, site)), null)
  },
})

const formatNumber = defineFunction({
  name: 'format_number',
  parameters: [number('number'), optional(integer('digits')), optional(text('group'))],
  summary: 'The number with so many digits after the point (0) and a mark between thousands (a comma).',
  example: '[format_number(1234567.891, 2), format_number(1234, 0, " ")]',
  result: ['1,234,567.89', '1 234'],
  implementation: (call, value, digits = 0, group = ',') => {
    if (digits < 0 || digits > maximalDigits) throw argumentError(call, 1, digits, `0 to ${maximalDigits} digits`)
    const rounded = roundNumber(value, digits)
    if (!Number.isFinite(rounded) || Math.abs(rounded) >= 1e21) {
      throw new RecordError(`${call.texts[0] ?? call.name} is too large for ${call.name}()`, call.texts[0])
    }
    const [whole = '', fraction] = rounded.toFixed(digits).split('.')
    const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, () => group)
    return fraction === undefined ? grouped : `${grouped}.${fraction}`
  },
})

/** The functions of this family, in the order of help. */
export const mathFunctions = [
  abs,
  sign,
  ceil,
  floor,
  round,
  sqrt,
  pow,
  log,
  exp,
  clamp,
  min,
  max,
  sum,
  avg,
  add,
  formatNumber,
]
