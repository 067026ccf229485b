// How the columns of a declared source are found in the keys and values of its records, and written into them.

import type { Node } from '../expression/ast.ts'
import { RecordError } from '../model/record-error.ts'
import type { SerdeName } from '../serde/primitive-serde.ts'
import type * as Ast from './ast.ts'
import { fieldIgnoringCase, fromUndeclared } from './cast-undeclared.ts'
import { readCell, splitDelimited } from './delimited.ts'
import type { FormatName } from './source-properties.ts'
import { sqlError, type SqlSource } from './sql-error.ts'
import { showType, type SqlType } from './sql-type.ts'
import { noSpan } from './relation.ts'
import { callOf, fieldNode } from './typed.ts'

/** A column of a key or a value. */
export interface FormatColumn {
  readonly name: string
  /** As it was written in CREATE. */
  readonly shown: string
  readonly type: SqlType
}

/** One half of the records of a source. */
export interface Half {
  readonly format: FormatName
  readonly columns: readonly FormatColumn[]
  /** A single column stands alone, without an object around it. */
  readonly isBare: boolean
  readonly delimiter: string
}

/** The serde that gives what `readingNodes` reads. KsError compile for columns that the format cannot have. */
export const serdeOf = ({ format, columns }: Half, at: Ast.Span, source: SqlSource): SerdeName => {
  switch (format) {
    case 'JSON':
      return 'json'
    case 'DELIMITED': {
      const nested = columns.find(({ type }) => ['ARRAY', 'MAP', 'STRUCT'].includes(type.kind))
      if (nested === undefined) return 'string'
      throw sqlError(source, at, `DELIMITED cannot say ${nested.name}, which is ${showType(nested.type)}`, {
        hint: "FORMAT = 'JSON' can",
      })
    }
    case 'NONE':
      if (columns.length === 0) return 'none'
      throw sqlError(source, at, `format NONE has no columns, and here is ${columns[0]?.name ?? ''}`)
    case 'KAFKA': {
      const [only, second] = columns
      if (only === undefined) return 'none'
      if (second !== undefined) {
        throw sqlError(source, at, 'the format KAFKA has a single column', {
          hint: "KEY_FORMAT = 'JSON' or VALUE_FORMAT = 'JSON' have several",
        })
      }
      const serde = kafkaSerdes.get(only.type.kind)
      if (serde !== undefined) return serde
      throw sqlError(source, at, `the format KAFKA cannot say ${only.name}, which is ${showType(only.type)}`, {
        hint: `it has INTEGER, BIGINT, DOUBLE and STRING; FORMAT = 'JSON' has all types`,
      })
    }
  }
}

const kafkaSerdes = new Map<string, SerdeName>([
  ['INTEGER', 'int'],
  ['BIGINT', 'long'],
  ['DOUBLE', 'double'],
  ['STRING', 'string'],
])

/** The column values in what the serde has read. @param root of the key or the value. */
export const readingNodes = (half: Half, root: Node): readonly Node[] => {
  const { format, columns, isBare, delimiter } = half
  switch (format) {
    case 'NONE':
      return []
    case 'KAFKA':
      return columns.map(() => root)
    case 'JSON':
      return columns.map((column) =>
        reading(column, isBare ? root : anySpelling(column, root), fromUndeclared(column.type)),
      )
    case 'DELIMITED': {
      const row = rowReader(columns.length, delimiter)
      return columns.map((column, index) => {
        const read = readCell(column.type)
        return reading(column, root, (text) => read(row(String(text))[index] ?? ''))
      })
    }
  }
}

/** The columns in the fields of a row of a file. @param isText everything in it is text (CSV). */
export const readingFields = (columns: readonly FormatColumn[], root: Node, isText: boolean): readonly Node[] =>
  columns.map((column) => {
    const read = isText ? readCell(column.type) : fromUndeclared(column.type)
    return reading(column, anySpelling(column, root), read as (value: unknown) => unknown)
  })

/** A record whose column cannot be read cannot be used. */
const reading = ({ name, type }: FormatColumn, node: Node, read: (value: unknown) => unknown): Node =>
  type.kind === 'ANY'
    ? node
    : callOf(noSpan, name, [node], (value) => {
        try {
          return read(value)
        } catch (error) {
          if (error instanceof RecordError) throw new RecordError(`${name}: ${error.message}`)
          throw error
        }
      })

/** A field by the spellings that its name usually has, then by any: ksqlDB does not care about case. */
const anySpelling = ({ name, shown }: FormatColumn, root: Node): Node => {
  const spellings = [...new Set([shown, name, name.toLowerCase()])].map((spelling) => fieldNode(noSpan, root, spelling))
  const any = callOf(noSpan, name, [root], (value) =>
    typeof value === 'object' && !Array.isArray(value) ? (fieldIgnoringCase(value, name) ?? null) : null,
  )
  return [...spellings, any].reduce((left, right): Node => ({
    kind: 'default',
    operator: '??',
    left,
    right,
    ...noSpan,
  }))
}

/** Splits the same row once for all its columns. */
const rowReader = (count: number, delimiter: string): ((row: string) => readonly string[]) => {
  let known: string | undefined
  let cells: readonly string[] = []
  return (row) => {
    if (row === known) return cells
    cells = splitDelimited(row, delimiter)
    known = row
    if (cells.length === count) return cells
    known = undefined
    throw new RecordError(`${String(cells.length)} cells where ${String(count)} columns are declared`)
  }
}
