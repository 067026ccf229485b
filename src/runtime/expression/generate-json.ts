// Code for the JSON text of an expression: what is taken from the record as it is stays text, the rest is computed and
// written.

import { toByteString } from '../model/byte-string.ts'
import { fieldSlot } from '../model/field-slots.ts'
import { stringifyJson } from '../serde/json-parse.ts'
import type { Node, ObjectNode } from './ast.ts'
import type { Generator } from './generator.ts'

/** Text that is known, or code whose value is text. */
type Part = { readonly text: string } | { readonly code: string }

/** Code whose value is the JSON text of the tree. */
export const generateJson = (generator: Generator, tree: Node): string =>
  tree.kind === 'object' ? objectCode(generator, tree) : joined(partsOf(generator, tree))

const joined = (parts: readonly Part[]): string => {
  const merged: Part[] = []
  for (const part of parts) {
    const last = merged.at(-1)
    if (last !== undefined && 'text' in last && 'text' in part)
      merged[merged.length - 1] = { text: last.text + part.text }
    else merged.push(part)
  }
  return `(${merged.map((part) => ('text' in part ? JSON.stringify(part.text) : part.code)).join(' + ')})`
}

const partsOf = (generator: Generator, node: Node): readonly Part[] => {
  const scalar = generator.scalar(node)
  if (scalar !== undefined) return [{ text: toByteString(stringifyJson(scalar)) }]
  switch (node.kind) {
    case 'record':
      generator.copiesText = true
      return [{ code: `(lazy ? value.json() : ${generator.operation('jsonText')}(value))` }]
    case 'field': {
      if (node.target.kind !== 'record') break
      generator.copiesText = true
      const plain = `${generator.operation('jsonText')}(${generator.operation('own')}(value, ${JSON.stringify(node.name)}))`
      return [{ code: `(lazy ? value.fieldJson(${fieldSlot(node.name)}) ?? "null" : ${plain})` }]
    }
    case 'array':
      return listOf(
        '[',
        ']',
        node.items.map((item) => partsOf(generator, item)),
      )
    case 'object': {
      const fields = fieldsOf(generator, node, 0)
      if (fields === undefined) break
      return listOf('{', '}', fields)
    }
    case 'conditional': {
      const branches = [node.then, node.otherwise].map((branch) => joined(partsOf(generator, branch)))
      return [{ code: `(${generator.test(node.test)} ? ${branches.join(' : ')})` }]
    }
    default:
  }
  return [{ code: `${generator.operation('jsonText')}(${generator.value(node)})` }]
}

const listOf = (open: string, close: string, items: readonly (readonly Part[])[]): readonly Part[] => [
  { text: open },
  ...items.flatMap((item, index) => (index === 0 ? item : [{ text: ',' }, ...item])),
  { text: close },
]

/** The fields of an object from an entry on, if all of them have names that are known. */
const fieldsOf = (generator: Generator, node: ObjectNode, from: number): readonly (readonly Part[])[] | undefined => {
  const entries = node.entries.slice(from)
  if (!entries.every((entry) => entry.kind === 'named')) return undefined
  return entries.map(({ name, value }) => [
    { text: `${toByteString(JSON.stringify(name))}:` },
    ...partsOf(generator, value),
  ])
}

/** An object at the top: `{..., name: value}` is the text of the record with fields added, unless it has them already. */
const objectCode = (generator: Generator, node: ObjectNode): string => {
  const [first] = node.entries
  const fields = fieldsOf(generator, node, 1)
  if (first?.kind !== 'spread' || first.value.kind !== 'record' || fields === undefined || fields.length === 0) {
    return joined(partsOf(generator, node))
  }
  generator.copiesText = true
  const slots = node.entries.flatMap((entry) => (entry.kind === 'named' ? [fieldSlot(entry.name)] : []))
  const added = joined([...fields.flatMap((field) => [{ text: ',' }, ...field]), { text: '}' }])
  const whole = `${generator.operation('jsonText')}(${generator.value(node)})`
  const lacks = `lazy && ${generator.operation('lacksFields')}(value, ${generator.constant(slots)})`
  return `(${lacks} ? ${generator.operation('appendFields')}(value.json(), ${added}) : ${whole})`
}
