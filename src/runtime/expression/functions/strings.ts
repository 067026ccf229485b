// Functions of strings. Positions and lengths count code points.

import { equal } from '../comparison.ts'
import { codePointIndex, codePointLength, hasSurrogates, sliceCodePoints } from '../code-points.ts'
import { checkTextLength } from '../limits.ts'
import { showText } from '../show-text.ts'
import { defineFunction, type CallSite } from './define-function.ts'
import { argumentError, array, integer, optional, present, text, textOrArray } from './parameters.ts'

const lower = defineFunction({
  name: 'lower',
  aliases: ['ascii_downcase'],
  parameters: [text('text')],
  summary: 'The text in lower case.',
  example: 'lower("Straße A")',
  result: 'straße a',
  implementation: (_call, value) => value.toLowerCase(),
})

const upper = defineFunction({
  name: 'upper',
  aliases: ['ascii_upcase'],
  parameters: [text('text')],
  summary: 'The text in upper case.',
  example: 'upper("abc")',
  result: 'ABC',
  implementation: (_call, value) => value.toUpperCase(),
})

const trim = defineFunction({
  name: 'trim',
  parameters: [text('text')],
  summary: 'The text without white space at both ends.',
  example: 'trim("  a b ")',
  result: 'a b',
  implementation: (_call, value) => value.trim(),
})

const ltrim = defineFunction({
  name: 'ltrim',
  parameters: [text('text')],
  summary: 'The text without white space at its start.',
  example: 'ltrim("  a ")',
  result: 'a ',
  implementation: (_call, value) => value.trimStart(),
})

const rtrim = defineFunction({
  name: 'rtrim',
  parameters: [text('text')],
  summary: 'The text without white space at its end.',
  example: 'rtrim("  a ")',
  result: '  a',
  implementation: (_call, value) => value.trimEnd(),
})

const startswith = defineFunction({
  name: 'startswith',
  parameters: [text('text'), text('prefix')],
  summary: 'True if the text starts with the prefix.',
  example: 'startswith("orders-eu", "orders")',
  result: true,
  implementation: (_call, value, prefix) => value.startsWith(prefix),
})

const endswith = defineFunction({
  name: 'endswith',
  parameters: [text('text'), text('suffix')],
  summary: 'True if the text ends with the suffix.',
  example: 'endswith("a.json", ".csv")',
  result: false,
  implementation: (_call, value, suffix) => value.endsWith(suffix),
})

const ltrimstr = defineFunction({
  name: 'ltrimstr',
  parameters: [text('text'), text('prefix')],
  summary: 'The text without the prefix, if it has it.',
  example: 'ltrimstr("v1.2", "v")',
  result: '1.2',
  implementation: (_call, value, prefix) => (value.startsWith(prefix) ? value.slice(prefix.length) : value),
})

const rtrimstr = defineFunction({
  name: 'rtrimstr',
  parameters: [text('text'), text('suffix')],
  summary: 'The text without the suffix, if it has it.',
  example: 'rtrimstr("a.json", ".json")',
  result: 'a',
  implementation: (_call, value, suffix) =>
    suffix !== '' && value.endsWith(suffix) ? value.slice(0, -suffix.length) : value,
})

const join = defineFunction({
  name: 'join',
  parameters: [array('array'), text('separator')],
  summary: 'The elements as one text with the separator between them; null counts as empty.',
  example: 'join(["a", 1, null, true], "-")',
  result: 'a-1--true',
  implementation: (call, values, separator) => {
    const parts = values.map((value) => (value === null ? '' : showText(value)))
    checkTextLength(
      parts.reduce((total, part) => total + part.length + separator.length, 0),
      `${call.name}()`,
    )
    return parts.join(separator)
  },
})

const words = defineFunction({
  name: 'words',
  parameters: [text('text')],
  summary: 'The parts of the text between white space.',
  example: 'words(" to be  or not ")',
  result: ['to', 'be', 'or', 'not'],
  implementation: (_call, value) => value.match(/\S+/g) ?? [],
})

const replace = defineFunction({
  name: 'replace',
  parameters: [text('text'), text('from'), text('to')],
  summary: 'The text with every `from` replaced by `to`; both are taken literally, see gsub for patterns.',
  example: 'replace("a.b.c", ".", "/")',
  result: 'a/b/c',
  implementation: (call, value, from, to) => {
    const parts = value.split(from)
    checkTextLength(value.length + parts.length * to.length, `${call.name}()`)
    return from === '' ? value : parts.join(to)
  },
})

const substr = defineFunction({
  name: 'substr',
  aliases: ['substring'],
  parameters: [text('text'), integer('start'), optional(integer('length'))],
  summary: 'A part of the text; the first character is 0, a negative start counts from the end.',
  example: '[substr("abcdef", 2), substr("abcdef", -3, 2)]',
  result: ['cdef', 'de'],
  implementation: (_call, value, start, length = Infinity) => {
    const from = start < 0 ? Math.max(0, start + codePointLength(value)) : start
    return sliceCodePoints(value, from, from + Math.max(0, length))
  },
})

const lpad = defineFunction({
  name: 'lpad',
  parameters: [text('text'), integer('width'), optional(text('fill'))],
  summary: 'The text filled up at its start to a width, with spaces if nothing else is given.',
  example: 'lpad("7", 3, "0")',
  result: '007',
  implementation: (call, value, width, fill) => padding(call, value, width, fill) + value,
})

const rpad = defineFunction({
  name: 'rpad',
  parameters: [text('text'), integer('width'), optional(text('fill'))],
  summary: 'The text filled up at its end to a width, with spaces if nothing else is given.',
  example: 'rpad("ab", 4, ".")',
  result: 'ab..',
  implementation: (call, value, width, fill) => value + padding(call, value, width, fill),
})

const padding = (call: CallSite, value: string, width: number, fill = ' '): string => {
  const missing = checkTextLength(width, `${call.name}()`) - codePointLength(value)
  if (missing <= 0 || fill === '') return ''
  return sliceCodePoints(fill.repeat(Math.ceil(missing / codePointLength(fill))), 0, missing)
}

const repeat = defineFunction({
  name: 'repeat',
  parameters: [text('text'), integer('count')],
  summary: 'The text so many times.',
  example: 'repeat("ab", 3)',
  result: 'ababab',
  implementation: (call, value, count) => {
    if (count < 0) throw argumentError(call, 1, count, 'a count that is not negative')
    checkTextLength(value.length * count, `${call.name}()`)
    return value.repeat(count)
  },
})

const reverse = defineFunction({
  name: 'reverse',
  parameters: [textOrArray('text or array')],
  summary: 'The characters of a text or the elements of an array from the last to the first.',
  example: '[reverse("abc"), reverse([1, 2])]',
  result: ['cba', [2, 1]],
  implementation: (_call, value) =>
    typeof value === 'string' ? Array.from(value).reverse().join('') : [...value].reverse(),
})

const index = defineFunction({
  name: 'index',
  parameters: [textOrArray('text or array'), present('part')],
  summary: 'Where the text has the part, or the array the element, for the first time; null if it has not.',
  example: '[index("banana", "an"), index([5, 6], 6), index("a", "b")]',
  result: [1, 1, null],
  implementation: (call, value, part) => {
    if (typeof value !== 'string') return found(value.findIndex((item) => equal(item, part)))
    if (typeof part !== 'string') throw argumentError(call, 1, part, 'a string')
    const position = value.indexOf(part)
    return found(position > 0 && hasSurrogates(value) ? codePointIndex(value, position) : position)
  },
})

const found = (position: number): number | null => (position === -1 ? null : position)

/** The functions of this family, in the order of help. */
export const stringFunctions = [
  lower,
  upper,
  trim,
  ltrim,
  rtrim,
  startswith,
  endswith,
  ltrimstr,
  rtrimstr,
  join,
  words,
  replace,
  substr,
  index,
  lpad,
  rpad,
  repeat,
  reverse,
]
