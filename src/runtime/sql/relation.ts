// What a query has at hand at a point of its plan: columns, and how to read each.

import { mapChildren, type Node } from '../expression/ast.ts'
import { nearestNames } from '../model/nearest-name.ts'
import type * as Ast from './ast.ts'
import { fromUndeclared } from './cast-undeclared.ts'
import { nameOf } from './names.ts'
import type { Plan } from './plan.ts'
import { sqlError, type SqlSource } from './sql-error.ts'
import { anyType, bigintType, hasKind, integerType, type SqlType } from './sql-type.ts'
import { callOf, fieldNode, recordNode, variableNode, type Typed } from './typed.ts'

/** A column at hand. */
export interface RelationColumn {
  readonly name: string
  /** What results call it: as it was typed. */
  readonly shown: string
  /** The alias of its source; undefined behind a projection. */
  readonly qualifier: string | undefined
  readonly typed: Typed
}

/** A source whose columns nobody has declared: any name is a field of `node`. */
export interface OpenSource {
  readonly qualifier: string
  readonly node: Node
  /** Everything in it is text (CSV). */
  readonly isText: boolean
}

export interface Relation {
  readonly plan: Plan
  readonly columns: readonly RelationColumn[]
  readonly open: readonly OpenSource[]
  readonly isTable: boolean
  /** Its rows have windows. */
  readonly isWindowed: boolean
  /** What sources are called here. */
  readonly qualifiers: readonly string[]
  /** The columns that the key of a record is made of, as they are in `columns`; undefined if nobody knows what it is. */
  readonly key: readonly Typed[] | undefined
  /** Of a join: columns of the key, and those of the other side that are always equal to them. */
  readonly equals?: ReadonlyMap<Node, Node> | undefined
  /** Of results: what would have to be among them to be their key. */
  readonly missingKey?: string | undefined
}

/** Reads a column by name. KsError compile if it means nothing, or two things. */
export const resolveColumn = (relation: Relation, column: Ast.Column, source: SqlSource): Typed => {
  const name = nameOf(column.name)
  const qualifier = column.qualifier === undefined ? undefined : nameOf(column.qualifier)
  if (qualifier !== undefined && column.qualifier !== undefined && !relation.qualifiers.includes(qualifier)) {
    throw sqlError(source, column.qualifier, `no source here is called ${column.qualifier.text}`, {
      hint: `sources: ${relation.qualifiers.join(', ')}; a field of an object is read with ->`,
      didYouMean: nearestNames(qualifier, [...relation.qualifiers]),
    })
  }
  const isMeant = (of: string | undefined): boolean => qualifier === undefined || (of ?? qualifier) === qualifier
  const [only, second] = relation.columns.filter((one) => one.name === name && isMeant(one.qualifier))
  if (only !== undefined && second === undefined) return only.typed
  const pseudo = only === undefined ? pseudoColumn(relation, name, column) : undefined
  if (pseudo !== undefined) return pseudo
  const open = relation.open.filter((one) => isMeant(one.qualifier))
  const candidates = [only, second, ...open].filter((one) => one !== undefined)
  if (candidates.length > 1) {
    const names = candidates.map((one) => `${one.qualifier ?? ''}.${column.name.text}`)
    throw sqlError(source, column, `${column.name.text} may be of several sources`, {
      hint: `say which: ${names.join(' or ')}`,
    })
  }
  const [at] = open
  if (at !== undefined) {
    const node = fieldNode(column, at.node, column.name.text)
    return { node, type: anyType, ...(at.isText ? { isText: true as const } : {}) }
  }
  const names = [...new Set(relation.columns.map((one) => one.name))]
  throw sqlError(source, column, `there is no column ${name}`, {
    hint: names.length === 0 ? undefined : `the columns are ${names.join(', ')}`,
    didYouMean: nearestNames(name, names),
  })
}

const pseudoColumn = ({ isWindowed }: Relation, name: string, at: Ast.Span): Typed | undefined => {
  switch (name) {
    case 'ROWTIME':
      return { node: variableNode(at, 'ts'), type: bigintType }
    case 'ROWPARTITION':
      return { node: variableNode(at, 'partition'), type: integerType }
    case 'ROWOFFSET':
      return { node: variableNode(at, 'offset'), type: bigintType }
    case 'ROWKEY':
      return { node: variableNode(at, 'key'), type: anyType }
    case 'WINDOWSTART':
    case 'WINDOWEND': {
      if (!isWindowed) return undefined
      const bound = name === 'WINDOWSTART' ? 'start' : 'end'
      return { node: fieldNode(at, variableNode(at, 'window'), bound), type: bigintType }
    }
    default:
      return undefined
  }
}

/** A tree that reads a part of the value where it read the whole of it. */
const rerooted = (node: Node, root: Node): Node =>
  node.kind === 'record' ? root : mapChildren(node, (child) => rerooted(child, root))

/** The columns of a relation whose value has become a part of another one. */
export const within = (
  { columns, open, key }: Pick<Relation, 'columns' | 'open' | 'key'>,
  field: string,
): Pick<Relation, 'columns' | 'open' | 'key'> => {
  const root = fieldOf(field, anyType).node
  const moved = new Map(columns.map(({ typed }) => [typed, { ...typed, node: rerooted(typed.node, root) }]))
  const movedOf = (typed: Typed): Typed => moved.get(typed) ?? typed
  return {
    columns: columns.map((column) => ({ ...column, typed: movedOf(column.typed) })),
    key: key?.map(movedOf),
    open: open.map((one) => ({ ...one, node: rerooted(one.node, root) })),
  }
}

/** A name that columns of several sources have. */
export const ambiguousIn =
  ({ columns, open }: Pick<Relation, 'columns' | 'open'>) =>
  (name: string): boolean =>
    open.length > 1 || columns.filter((column) => column.name === name).length > 1

/** Of trees that no text has made. */
export const noSpan: Ast.Span = { start: 0, end: 0 }

/**
 * A field of the value, or of what `of` is. Values go through JSON, in stores and between tasks: what it has no word for is made
 * again.
 */
export const fieldOf = (name: string, type: SqlType, of: Node = recordNode(noSpan)): Typed => {
  const node = fieldNode(noSpan, of, name)
  const isJson = !hasKind(type, ['DECIMAL', 'BYTES'])
  return { node: isJson ? node : callOf(noSpan, name, [node], fromUndeclared(type)), type }
}
