// Values as results show them: JSON has no word for bytes, which are base64 (ksqlDB's JSON format).

import type { Node } from '../expression/ast.ts'
import type { Plan } from './plan.ts'
import { noSpan, type Relation } from './relation.ts'
import { hasKind, type SqlType } from './sql-type.ts'
import { callOf } from './typed.ts'

/** The plan behind which nothing is left that JSON cannot say. */
export const withJsonValues = ({ plan, columns }: Relation): Plan => {
  if (!columns.some(({ typed }) => hasBytes(typed.type))) return plan
  return {
    kind: 'project',
    input: plan,
    fields: columns.map(({ shown, typed: { node, type } }) => ({ name: shown, node: jsonNode(node, type), type })),
  }
}

/** The tree of a value, as one of something that JSON has a word for. */
export const jsonNode = (node: Node, type: SqlType): Node =>
  hasBytes(type) ? callOf(noSpan, 'JSON', [node], jsonFunction(type)) : node

const hasBytes = (type: SqlType): boolean => hasKind(type, ['BYTES'])

const jsonFunction = (type: SqlType): ((value: unknown) => unknown) => {
  const convert = present(type)
  return (value) => (value === null || value === undefined ? null : convert(value))
}

const present = (type: SqlType): ((value: unknown) => unknown) => {
  switch (type.kind) {
    case 'BYTES':
      return (value) => Buffer.from(value as Uint8Array).toString('base64')
    case 'ARRAY': {
      const convert = jsonFunction(type.element)
      return (value) => (value as readonly unknown[]).map(convert)
    }
    case 'MAP': {
      const convert = jsonFunction(type.value)
      return (value) => Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, convert(item)]))
    }
    case 'STRUCT': {
      const converts = new Map(type.fields.map((field) => [field.name, jsonFunction(field.type)]))
      return (value) =>
        Object.fromEntries(
          Object.entries(value as object).map(([name, item]) => [name, (converts.get(name) ?? same)(item)]),
        )
    }
    default:
      return same
  }
}

const same = (value: unknown): unknown => value
