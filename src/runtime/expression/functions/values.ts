// Functions of values of any kind: choosing, naming the type, converting.

import { parseJsonText, stringifyJson } from '../../serde/json-parse.ts'
import type { Node } from '../ast.ts'
import { fromBigInt } from '../arithmetic.ts'
import { showText } from '../show-text.ts'
import { isTrue } from '../truth.ts'
import { defineFunction } from './define-function.ts'
import { any, optional, otherwise, present, text, unreadable } from './parameters.ts'

const choose = defineFunction({
  name: 'if',
  parameters: [any('condition'), any('then'), optional(any('otherwise'))],
  expand: ([test, then, otherwise], call) =>
    test &&
    then && {
      ...call,
      kind: 'conditional',
      test,
      then,
      otherwise: otherwise ?? { ...call, kind: 'literal', value: null },
    },
  summary:
    'The second argument if the condition is true, otherwise the third or null; as condition ? then : otherwise.',
  example: '[if(2 > 1, "yes", "no"), if(null, "yes")]',
  result: ['yes', null],
  implementation: (_call, condition, then, otherwise = null) => (isTrue(condition) ? then : otherwise),
})

const coalesce = defineFunction({
  name: 'coalesce',
  parameters: [any('value')],
  rest: any('value'),
  expand: (values, call) =>
    values.reduceRight((right: Node, left): Node => ({ ...call, kind: 'default', operator: '??', left, right })),
  summary: 'The first value that is not null; as value ?? value.',
  example: 'coalesce(null, false, 1)',
  result: false,
  implementation: (_call, ...values) => values.find((value) => value !== null) ?? null,
})

const type = defineFunction({
  name: 'type',
  parameters: [any('value')],
  summary: 'The type of a value: null, boolean, number, string, array or object.',
  example: '[type(.), type("a"), type([])]',
  result: ['null', 'string', 'array'],
  implementation: (_call, value) => {
    if (value === null) return 'null'
    if (typeof value === 'bigint') return 'number'
    return Array.isArray(value) ? 'array' : typeof value
  },
})

const tostring = defineFunction({
  name: 'tostring',
  parameters: [any('value')],
  summary: 'A string as it is, everything else as JSON text.',
  example: '[tostring(1.0), tostring("a"), tostring([1, null])]',
  result: ['1', 'a', '[1,null]'],
  implementation: (_call, value) => showText(value),
})

// As JSON writes numbers, but a plus sign, zeros in front and a bare point do no harm.
const numberText = /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/

const tonumber = defineFunction({
  name: 'tonumber',
  parameters: [present('value'), otherwise],
  summary: 'The number that a text stands for; what is none is an error, or gives the second argument.',
  example: '[tonumber("12.50"), tonumber(" 7 "), tonumber("n/a", 0)]',
  result: [12.5, 7, 0],
  implementation: (call, value, fallback) => {
    if (typeof value === 'number' || typeof value === 'bigint') return value
    if (typeof value !== 'string' || !numberText.test(value))
      return unreadable(call, value, fallback, 'a number in a text')
    const number = Number(value)
    return /[.eE]/.test(value) || Number.isSafeInteger(number)
      ? number
      : fromBigInt(BigInt(value.trim().replace('+', '')))
  },
})

const tojson = defineFunction({
  name: 'tojson',
  parameters: [any('value')],
  summary: 'The JSON text of a value.',
  example: 'tojson({a: [1, "x"]})',
  result: '{"a":[1,"x"]}',
  implementation: (_call, value) => stringifyJson(value),
})

const maximalJsonDepth = 512

const fromjson = defineFunction({
  name: 'fromjson',
  parameters: [text('text'), otherwise],
  summary: 'The value of a JSON text; what is none is an error, or gives the second argument.',
  example: '[fromjson("[1,{}]"), fromjson("oops", null)]',
  result: [[1, {}], null],
  implementation: (call, value, fallback) => {
    try {
      if (!isDeeper(value, maximalJsonDepth)) return parseJsonText(value)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
    }
    return unreadable(call, value, fallback, `JSON of at most ${maximalJsonDepth} levels`)
  },
})

/** True if brackets (those inside strings do not count) are nested deeper than so many levels. */
const isDeeper = (json: string, levels: number): boolean => {
  let depth = 0
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (token === '[' || token === '{') depth++
    else if (token === ']' || token === '}') depth--
    if (depth > levels) return true
  }
  return false
}

/** The functions of this family, in the order of help. */
export const valueFunctions = [choose, coalesce, type, tostring, tonumber, tojson, fromjson]
