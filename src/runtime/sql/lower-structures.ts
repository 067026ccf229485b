// Arrays, maps and structs: how they are made, and what is read of them.

import type * as Ast from './ast.ts'
import { coerced, commonType } from './coercion.ts'
import type { Lower, LoweringContext } from './lowering-context.ts'
import { nameOf } from './names.ts'
import { sqlError } from './sql-error.ts'
import { anyType, showType, stringType } from './sql-type.ts'
import { callOf, fieldNode, span, type Typed } from './typed.ts'

export const lowerDereference = (expression: Ast.Dereference, context: LoweringContext, lower: Lower): Typed => {
  const base = lower(expression.base, context)
  const { text } = expression.field
  if (base.type.kind === 'ANY') return { node: fieldNode(expression, base.node, text), type: anyType }
  if (base.type.kind !== 'STRUCT') {
    throw sqlError(context.source, expression.base, `-> needs a STRUCT, this is ${showType(base.type)}`, {
      hint:
        base.type.kind === 'MAP' ? `for a MAP write ['${text}']` : "EXTRACTJSONFIELD(text, '$.a') looks into a text",
    })
  }
  const name = nameOf(expression.field)
  const field = base.type.fields.find((candidate) => candidate.name === name)
  if (field === undefined) {
    throw sqlError(context.source, expression.field, `the STRUCT has no field ${name}`, {
      hint: `its fields are ${base.type.fields.map((candidate) => candidate.name).join(', ')}`,
    })
  }
  return { node: fieldNode(expression, base.node, field.name), type: field.type }
}

export const lowerSubscript = (expression: Ast.Subscript, context: LoweringContext, lower: Lower): Typed => {
  const base = lower(expression.base, context)
  const index = lower(expression.index, context)
  const values = [base.node, index.node]
  switch (base.type.kind) {
    case 'ARRAY':
      return { node: callOf(expression, '[]', values, elementOf), type: base.type.element }
    case 'MAP': {
      const key = coerced(index, base.type.key, expression.index, context)
      return { node: callOf(expression, '[]', [base.node, key.node], entryOf), type: base.type.value }
    }
    case 'ANY':
      return { node: callOf(expression, '[]', values, partOf), type: anyType }
    default:
      throw sqlError(context.source, expression.base, `[…] needs an ARRAY or a MAP, this is ${showType(base.type)}`)
  }
}

/** Positions begin at 1; negative ones count from the end. */
const elementOf = (array: readonly unknown[], index: number): unknown =>
  (index > 0 ? array[index - 1] : array.at(index === 0 ? array.length : index)) ?? null

const entryOf = (map: Readonly<Record<string, unknown>>, key: unknown): unknown =>
  Object.hasOwn(map, String(key)) ? (map[String(key)] ?? null) : null

const partOf = (value: unknown, index: unknown): unknown => {
  if (Array.isArray(value)) return typeof index === 'number' ? elementOf(value, index) : null
  return typeof value === 'object' && value !== null ? entryOf(value as Record<string, unknown>, index) : null
}

export const lowerArray = (expression: Ast.ArrayConstructor, context: LoweringContext, lower: Lower): Typed => {
  const items = expression.items.map((item) => lower(item, context))
  const element = items.length === 0 ? anyType : commonType(items, expression, context)
  const nodes = items.map((item, index) => coerced(item, element, expression.items[index] ?? expression, context).node)
  return { node: { kind: 'array', items: nodes, ...span(expression) }, type: { kind: 'ARRAY', element } }
}

export const lowerMap = (expression: Ast.MapConstructor, context: LoweringContext, lower: Lower): Typed => {
  const keys = expression.entries.map(({ key }) => lower(key, context))
  const values = expression.entries.map(({ value }) => lower(value, context))
  const key = keys.length === 0 ? stringType : commonType(keys, expression, context)
  const value = values.length === 0 ? anyType : commonType(values, expression, context)
  const nodes = expression.entries.flatMap((entry, index) => [
    coerced(keys[index] as Typed, key, entry.key, context).node,
    coerced(values[index] as Typed, value, entry.value, context).node,
  ])
  const make = (...parts: readonly unknown[]): unknown =>
    Object.fromEntries(
      Array.from({ length: parts.length / 2 }, (_, index) => [String(parts[2 * index]), parts[2 * index + 1]]),
    )
  return { node: callOf(expression, 'MAP', nodes, make, { acceptsNull: true }), type: { kind: 'MAP', key, value } }
}

export const lowerStruct = (expression: Ast.StructConstructor, context: LoweringContext, lower: Lower): Typed => {
  const fields = expression.fields.map(({ name, value }) => ({
    name: nameOf(name),
    nameSpan: span(name),
    typed: lower(value, context),
  }))
  return {
    node: {
      kind: 'object',
      entries: fields.map(({ name, nameSpan, typed }) => ({ kind: 'named', name, nameSpan, value: typed.node })),
      ...span(expression),
    },
    type: { kind: 'STRUCT', fields: fields.map(({ name, typed }) => ({ name, type: typed.type })) },
  }
}
