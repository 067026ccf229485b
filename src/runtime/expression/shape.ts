// Expressions that are only a selection: an object of top-level fields and constants, `{user, page, kind: "click"}`.

import { toByteString, type ByteString } from '../model/byte-string.ts'
import { fieldSlot } from '../model/field-slots.ts'
import { stringifyJson } from '../serde/json-parse.ts'
import type { Shape, ShapeField } from '../serde/scanned-shape.ts'
import type { Node } from './ast.ts'

/** The shape of an expression; undefined if it computes anything. */
export const shapeOf = (tree: Node): Shape | undefined => {
  if (tree.kind !== 'object') return undefined
  const fields: ShapeField[] = []
  for (const entry of tree.entries) {
    if (entry.kind !== 'named') return undefined
    const source = sourceOf(entry.value)
    if (source === undefined) return undefined
    fields.push({ slot: fieldSlot(entry.name), name: entry.name, source })
  }
  // Of two fields with one name the last counts: left to the evaluation.
  if (fields.length === 0 || new Set(fields.map(({ name }) => name)).size < fields.length) return undefined
  const pieces: (ByteString | number)[] = []
  let text = '{'
  fields.forEach(({ name, source }, index) => {
    text += `${index === 0 ? '' : ','}${toByteString(JSON.stringify(name))}:`
    if (typeof source === 'number') {
      pieces.push(text as ByteString, source)
      text = ''
    } else text += source
  })
  pieces.push(`${text}}` as ByteString)
  return { fields, pieces }
}

const sourceOf = (value: Node): number | ByteString | undefined => {
  if (value.kind === 'field' && value.target.kind === 'record') return fieldSlot(value.name)
  return value.kind === 'literal' ? toByteString(stringifyJson(value.value)) : undefined
}
