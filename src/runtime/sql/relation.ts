// What a query has at hand at a point of its plan: columns, how to read each, and how its records are keyed.

import { mapChildren, type Node } from '../expression/ast.ts'
import { nearestNames } from '../model/nearest-name.ts'
import type * as Ast from './ast.ts'
import { nameOf, type SourceWindow } from './catalog.ts'
import type { Plan } from './plan.ts'
import { sqlError, type SqlSource } from './sql-error.ts'
import { anyType, bigintType, integerType } from './sql-type.ts'
import { fieldNode, recordNode, variableNode, type Typed } from './typed.ts'

/** A column at hand. */
export interface RelationColumn {
  readonly name: string
  /** What results call it: as typed in the statement where nobody has declared it. */
  readonly shown: string
  /** The alias of its source; undefined behind a projection. */
  readonly qualifier: string | undefined
  readonly typed: Typed
  readonly isKey: boolean
}

/** A source of undeclared columns: any name is a field of `node`. */
export interface OpenSource {
  readonly qualifier: string
  readonly node: Node
  readonly isText: boolean
}

export interface Relation {
  readonly plan: Plan
  readonly columns: readonly RelationColumn[]
  readonly open: readonly OpenSource[]
  readonly isTable: boolean
  readonly window: SourceWindow | undefined
  /** The source that all records come from as they are, for pseudo columns. */
  readonly qualifiers: readonly string[]
}

/** Columns that every relation has. */
export const pseudoColumns = ['ROWTIME', 'ROWPARTITION', 'ROWOFFSET', 'WINDOWSTART', 'WINDOWEND'] as const

/** Reads a column by name. KsError compile if it means nothing, or two things. */
export const resolveColumn = (relation: Relation, column: Ast.Column, source: SqlSource): Typed => {
  const name = nameOf(column.name)
  const qualifier = column.qualifier === undefined ? undefined : nameOf(column.qualifier)
  if (qualifier !== undefined && column.qualifier !== undefined && !relation.qualifiers.includes(qualifier)) {
    throw sqlError(source, column.qualifier, `nothing here is called ${qualifier}`, {
      hint: `it is  ${relation.qualifiers.join(', ')}`,
      didYouMean: nearestNames(qualifier, [...relation.qualifiers]),
    })
  }
  const found = relation.columns.filter(
    (candidate) =>
      candidate.name === name && (qualifier === undefined || (candidate.qualifier ?? qualifier) === qualifier),
  )
  if (found.length > 1) {
    throw sqlError(source, column, `${name} is a column of ${found.map((one) => one.qualifier ?? '').join(' and ')}`, {
      hint: `say which: ${found.map((one) => `${one.qualifier ?? ''}.${name}`).join(' or ')}`,
    })
  }
  const only = found[0]
  if (only !== undefined) return only.typed
  const pseudo = pseudoColumn(relation, name, column)
  if (pseudo !== undefined) return pseudo
  const open = relation.open.filter((candidate) => qualifier === undefined || candidate.qualifier === qualifier)
  if (open.length > 1) {
    throw sqlError(source, column, `${column.name.text} may be of ${open.map((one) => one.qualifier).join(' or ')}`, {
      hint: `say which: ${open.map((one) => `${one.qualifier}.${column.name.text}`).join(' or ')}`,
    })
  }
  const [at] = open
  if (at !== undefined) {
    return {
      node: fieldNode(column, at.node, column.name.text),
      type: anyType,
      ...(at.isText ? { isText: true as const } : {}),
    }
  }
  const names = relation.columns.map((candidate) => candidate.name)
  throw sqlError(source, column, `there is no column ${name}`, {
    hint: names.length === 0 ? undefined : `the columns are ${[...new Set(names)].join(', ')}`,
    didYouMean: nearestNames(name, names),
  })
}

const pseudoColumn = ({ window }: Relation, name: string, at: Ast.Span): Typed | undefined => {
  switch (name) {
    case 'ROWTIME':
      return { node: variableNode(at, 'ts'), type: bigintType }
    case 'ROWPARTITION':
      return { node: variableNode(at, 'partition'), type: integerType }
    case 'ROWOFFSET':
      return { node: variableNode(at, 'offset'), type: bigintType }
    case 'WINDOWSTART':
    case 'WINDOWEND':
      if (window === undefined) return undefined
      return {
        node: fieldNode(at, variableNode(at, 'window'), name === 'WINDOWSTART' ? 'start' : 'end'),
        type: bigintType,
      }
    default:
      return undefined
  }
}

/** A tree that reads a part of the value where it read the whole of it. */
export const rerooted = (node: Node, root: Node): Node =>
  node.kind === 'record' ? root : mapChildren(node, (child) => rerooted(child, root))

/** The columns of a relation whose value has become a part of another one. */
export const within = (
  { columns, open }: Pick<Relation, 'columns' | 'open'>,
  field: string,
): Pick<Relation, 'columns' | 'open'> => {
  const root = fieldNode(noSpan, recordNode(noSpan), field)
  return {
    columns: columns.map((column) => ({
      ...column,
      typed: { ...column.typed, node: rerooted(column.typed.node, root) },
    })),
    open: open.map((one) => ({ ...one, node: rerooted(one.node, root) })),
  }
}

/** Of trees that no text has made. */
export const noSpan: Ast.Span = { start: 0, end: 0 }
