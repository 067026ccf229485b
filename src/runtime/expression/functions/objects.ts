// Functions of objects. Whatever a field is called, it becomes an own property.

import { RecordError } from '../../model/record-error.ts'
import { setField } from '../../serde/json-parse.ts'
import { describeValue } from '../describe-value.ts'
import { extendObject } from '../extend-object.ts'
import { own } from '../paths.ts'
import { compareText } from '../../model/text-order.ts'
import { defineFunction, type CallSite } from './define-function.ts'
import { any, argumentError, array, lambda, object, objectOrArray, present, text } from './parameters.ts'

const keys = defineFunction({
  name: 'keys',
  parameters: [objectOrArray('object')],
  summary: 'The field names of an object in order, or the positions of an array.',
  example: 'keys({b: 1, a: 2})',
  result: ['a', 'b'],
  implementation: (_call, value) => (isArray(value) ? Array.from(value.keys()) : Object.keys(value).sort(compareText)),
})

const isArray = (value: object): value is readonly unknown[] => Array.isArray(value)

const values = defineFunction({
  name: 'values',
  parameters: [objectOrArray('object')],
  summary: 'The field values of an object as they come, or the elements of an array.',
  example: 'values({b: 1, a: 2})',
  result: [1, 2],
  implementation: (_call, value) => Object.values(value) as unknown[],
})

const has = defineFunction({
  name: 'has',
  parameters: [objectOrArray('object'), present('name')],
  summary: 'True if the object has a field of that name, even if it is null, or the array that position.',
  example: '[has({a: null}, "a"), has([5], 1)]',
  result: [true, false],
  implementation: (call, value, name) => {
    if (Array.isArray(value)) {
      if (typeof name !== 'number') throw argumentError(call, 1, name, 'a position')
      return Number.isInteger(name) && name >= 0 && name < value.length
    }
    if (typeof name !== 'string') throw argumentError(call, 1, name, 'a string')
    return Object.hasOwn(value, name)
  },
})

const pick = defineFunction({
  name: 'pick',
  parameters: [object('object')],
  rest: text('name'),
  summary: 'The object with only those fields that are named.',
  example: 'pick({a: 1, b: 2, c: 3}, "a", "c")',
  result: { a: 1, c: 3 },
  implementation: (_call, value, ...names) => {
    const picked = {}
    for (const name of names) if (Object.hasOwn(value, name)) setField(picked, name, value[name])
    return picked
  },
})

const del = defineFunction({
  name: 'del',
  aliases: ['omit'],
  parameters: [objectOrArray('object')],
  rest: present('name'),
  summary: 'The object without the fields that are named, or the array without the elements at those positions.',
  example: '[del({a: 1, b: 2}, "b"), del([1, 2, 3], 0, -1)]',
  result: [{ a: 1 }, [2]],
  implementation: (call, value, ...names) => {
    if (Array.isArray(value)) return withoutPositions(call, value, names)
    for (const [position, name] of names.entries()) {
      if (typeof name !== 'string') throw argumentError(call, position + 1, name, 'a string')
    }
    const rest = {}
    for (const [name, field] of Object.entries(value)) if (!names.includes(name)) setField(rest, name, field)
    return rest
  },
})

const withoutPositions = (
  call: CallSite,
  elements: readonly unknown[],
  positions: readonly unknown[],
): readonly unknown[] => {
  const dropped = new Set<number>()
  for (const [index, position] of positions.entries()) {
    if (typeof position !== 'number') throw argumentError(call, index + 1, position, 'a position')
    dropped.add(position < 0 ? position + elements.length : position)
  }
  return elements.filter((_, position) => !dropped.has(position))
}

const merge = defineFunction({
  name: 'merge',
  parameters: [any('object')],
  rest: any('object'),
  summary: 'One object with the fields of all; later ones win, null counts as empty.',
  example: 'merge({a: 1, b: 1}, null, {b: 2})',
  result: { a: 1, b: 2 },
  implementation: (call, ...objects) => {
    const merged = {}
    for (const [position, part] of objects.entries()) {
      if (part === null) continue
      if (typeof part !== 'object' || Array.isArray(part)) throw argumentError(call, position, part, 'objects')
      extendObject(merged, part ?? null)
    }
    return merged
  },
})

const toEntries = defineFunction({
  name: 'to_entries',
  parameters: [object('object')],
  summary: 'The fields of an object as an array of {key, value}.',
  example: 'to_entries({a: 1})',
  result: [{ key: 'a', value: 1 }],
  implementation: (_call, value) => Object.entries(value).map(([key, field]) => ({ key, value: field })),
})

const fromEntries = defineFunction({
  name: 'from_entries',
  parameters: [array('array')],
  summary: 'An object made of {key, value} (or {name, value}) elements.',
  example: 'from_entries([{key: "a", value: 1}, {name: "b", value: 2}])',
  result: { a: 1, b: 2 },
  implementation: (call, entries) => objectOf(call, entries),
})

const objectOf = (call: CallSite, entries: readonly unknown[]): object => {
  const object = {}
  for (const entry of entries) {
    const key = own(entry, 'key') ?? own(entry, 'name')
    if (typeof key !== 'string') {
      const shown =
        typeof entry === 'object' && entry !== null ? `whose key is ${describeValue(key)}` : describeValue(entry)
      throw new RecordError(`${call.name}() needs elements with a string as key, not one ${shown}`, call.texts[0])
    }
    setField(object, key, own(entry, 'value') ?? null)
  }
  return object
}

const withEntries = defineFunction({
  name: 'with_entries',
  parameters: [object('object'), lambda('entry -> entry', 1)],
  summary: 'The object made of what the lambda makes of each {key, value}.',
  example: 'with_entries({a: 1}, e -> {key: upper(e.key), value: e.value + 1})',
  result: { A: 2 },
  implementation: (call, value, change) =>
    objectOf(
      call,
      Object.entries(value).map(([key, field]) => change({ key, value: field })),
    ),
})

const mapValues = defineFunction({
  name: 'map_values',
  parameters: [object('object'), lambda('x -> value', 1)],
  summary: 'The object with each field value replaced by what the lambda makes of it.',
  example: 'map_values({a: 1, b: 2}, x -> x * 2)',
  result: { a: 2, b: 4 },
  implementation: (_call, value, change) => {
    const changed = {}
    for (const [name, field] of Object.entries(value)) setField(changed, name, change(field))
    return changed
  },
})

/** The functions of this family, in the order of help. */
export const objectFunctions = [keys, values, has, pick, del, merge, toEntries, fromEntries, withEntries, mapValues]
