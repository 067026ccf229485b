// JSON in strings.

import { checkArrayLength } from '../../expression/limits.ts'
import { extendObject } from '../../expression/extend-object.ts'
import { RecordError } from '../../model/record-error.ts'
import { parseJsonText, stringifyJson } from '../../serde/json-parse.ts'
import { booleanType, integerType, nullType, stringType } from '../sql-type.ts'
import { equalSqlValues } from '../value-order.ts'
import { jsonDataFunction, jsonTextFunction, mapValues } from '../value-text.ts'
import { arrayOf, defineSqlFunction, mapOf, remembered, variable } from './define-sql-function.ts'
import { parseJsonPath, valueAt, type JsonPath } from './json-path.ts'

const family = 'JSON'

/** The value of a JSON text; undefined for what is none. */
const parsed = (text: string): unknown => {
  try {
    return parseJsonText(text)
  } catch {
    // Too deep for the parser is no JSON either.
    return undefined
  }
}

/** The value of a JSON text; RecordError for what is none. */
const jsonOf = (text: string): unknown => {
  const value = parsed(text)
  if (value === undefined) throw new RecordError(`${JSON.stringify(text.slice(0, 40))} is not JSON`)
  return value
}

/** JSON text of a value; RecordError if it is nested too deep for that. */
const jsonText = (value: unknown): string => {
  try {
    return stringifyJson(value)
  } catch (error) {
    if (error instanceof RangeError) throw new RecordError('the JSON is nested too deep')
    throw error
  }
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isArray = (value: unknown): value is readonly unknown[] => Array.isArray(value)

const badPath = (text: string): string => `${JSON.stringify(text)} is no JSON path like $.a.b[0]`

const pathOf = (text: string): JsonPath => {
  const path = parseJsonPath(text)
  if (path === undefined) throw new RecordError(badPath(text))
  return path
}

const extractJsonField = defineSqlFunction({
  name: 'EXTRACTJSONFIELD',
  family,
  summary:
    'What stands at a path like $.a.b[0] in a JSON text: a string as it is, all else as JSON; null if nothing does.',
  check: ([, path]) => (typeof path === 'string' && parseJsonPath(path) === undefined ? badPath(path) : undefined),
  signatures: [
    {
      parameters: { input: stringType, path: stringType },
      returns: stringType,
      implementation: (call, input: string, path: string) => {
        const steps = remembered(call, path, () => pathOf(path))
        const value = valueAt(jsonOf(input), steps)
        if (value === undefined) return null
        return typeof value === 'string' ? value : jsonText(value)
      },
    },
  ],
  examples: [
    { sql: 'EXTRACTJSONFIELD(\'{"a":{"b":["x",7]}}\', \'$.a.b[0]\')', result: 'x' },
    { sql: 'EXTRACTJSONFIELD(\'{"a":{"b":["x",7]}}\', \'$.a\')', result: '{"b":["x",7]}' },
  ],
})

const isJsonString = defineSqlFunction({
  name: 'IS_JSON_STRING',
  family,
  summary: 'True if the text is JSON.',
  signatures: [
    {
      parameters: { input: stringType },
      returns: booleanType,
      acceptsNull: true,
      implementation: (_call, text: string | null) => text !== null && parsed(text) !== undefined,
    },
  ],
  examples: [{ sql: "IS_JSON_STRING('[1, 2]')", result: true }],
})

const jsonArrayContains = defineSqlFunction({
  name: 'JSON_ARRAY_CONTAINS',
  family,
  summary: 'True if a value is an element of the array in a JSON text; false if there is no array.',
  signatures: [
    {
      parameters: { jsonArray: stringType, val: variable('T') },
      returns: booleanType,
      acceptsNull: true,
      implementation: (call, text: string | null, value: unknown) => {
        const elements = text === null ? undefined : parsed(text)
        if (!isArray(elements)) return false
        const dataOf = remembered(call, 'data', () => jsonDataFunction(call.argumentTypes[1] ?? nullType))
        const wanted = dataOf === undefined ? value : dataOf(value)
        return elements.some((element) => equalSqlValues(element, wanted))
      },
    },
  ],
  examples: [{ sql: "JSON_ARRAY_CONTAINS('[1, 2, 3]', 3)", result: true }],
})

const jsonArrayLength = defineSqlFunction({
  name: 'JSON_ARRAY_LENGTH',
  family,
  summary: 'How many elements the array in a JSON text has; null if it is no array.',
  signatures: [
    {
      parameters: { jsonArray: stringType },
      returns: integerType,
      implementation: (_call, text: string) => {
        const value = jsonOf(text)
        return isArray(value) ? value.length : null
      },
    },
  ],
  examples: [{ sql: "JSON_ARRAY_LENGTH('[1, 2, 3]')", result: 3 }],
})

/** Objects together, arrays one behind the other; what is no array counts as one with it alone. */
const concatenated = (name: string, left: unknown, right: unknown): unknown => {
  if (isObject(left) && isObject(right)) return extendObject(extendObject({}, left), right)
  const [first, second] = [isArray(left) ? left : [left], isArray(right) ? right : [right]]
  checkArrayLength(first.length + second.length, `${name}()`)
  return [...first, ...second]
}

const jsonConcat = defineSqlFunction({
  name: 'JSON_CONCAT',
  family,
  summary: 'JSON texts together: of objects all fields, later ones winning; of others an array of all elements.',
  signatures: [
    {
      parameters: {},
      rest: { jsonStrings: stringType },
      returns: stringType,
      implementation: (call, ...texts: string[]) => {
        const values = texts.map(parsed)
        const [first, ...others] = values
        if (first === undefined || others.includes(undefined)) return null
        return jsonText(others.reduce((left, right) => concatenated(call.name, left, right), first))
      },
    },
  ],
  examples: [
    { sql: 'JSON_CONCAT(\'{"a":1}\', \'{"b":2}\')', result: '{"a":1,"b":2}' },
    { sql: "JSON_CONCAT('[1]', '[2, 3]', '4')", result: '[1,2,3,4]' },
  ],
})

const jsonItems = defineSqlFunction({
  name: 'JSON_ITEMS',
  family,
  summary: 'The JSON texts of the elements of the array in a JSON text; null if it is no array.',
  signatures: [
    {
      parameters: { jsonItems: stringType },
      returns: arrayOf(stringType),
      implementation: (_call, text: string) => {
        const value = jsonOf(text)
        return isArray(value) ? value.map(jsonText) : null
      },
    },
  ],
  examples: [{ sql: 'JSON_ITEMS(\'[{"a":1}, 2]\')', result: ['{"a":1}', '2'] }],
})

const jsonKeys = defineSqlFunction({
  name: 'JSON_KEYS',
  family,
  summary: 'The names of the fields of the object in a JSON text; null if it is no object.',
  signatures: [
    {
      parameters: { jsonObj: stringType },
      returns: arrayOf(stringType),
      implementation: (_call, text: string) => {
        const value = jsonOf(text)
        return isObject(value) ? Object.keys(value) : null
      },
    },
  ],
  examples: [{ sql: 'JSON_KEYS(\'{"a":1,"b":2}\')', result: ['a', 'b'] }],
})

const jsonRecords = defineSqlFunction({
  name: 'JSON_RECORDS',
  family,
  summary: 'The map of the fields of the object in a JSON text to their JSON texts; null if it is no object.',
  signatures: [
    {
      parameters: { jsonObj: stringType },
      returns: mapOf(stringType, stringType),
      implementation: (_call, text: string) => {
        const value = jsonOf(text)
        return isObject(value) ? mapValues(value, jsonText) : null
      },
    },
  ],
  examples: [{ sql: 'JSON_RECORDS(\'{"a":"x","b":{"c":1}}\')', result: { a: '"x"', b: '{"c":1}' } }],
})

const toJsonString = defineSqlFunction({
  name: 'TO_JSON_STRING',
  family,
  summary: 'The JSON text of a value, as the JSON format writes it.',
  signatures: [
    {
      parameters: { val: variable('T') },
      returns: stringType,
      acceptsNull: true,
      implementation: (call, value: unknown) =>
        remembered(call, 'text', () => jsonTextFunction(call.argumentTypes[0] ?? nullType))(value),
    },
  ],
  examples: [{ sql: "TO_JSON_STRING(STRUCT(id := 1, tags := ARRAY['a']))", result: '{"ID":1,"TAGS":["a"]}' }],
})

/** The functions of this family, in the order of help. */
export const jsonFunctions = [
  extractJsonField,
  isJsonString,
  jsonArrayContains,
  jsonArrayLength,
  jsonConcat,
  jsonItems,
  jsonKeys,
  jsonRecords,
  toJsonString,
]
