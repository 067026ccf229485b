// How the columns of a source are read from its records. A declared column is found whatever the case of its name in the data,
// and is of its type or the record is bad (ksqlDB's deserializers); an undeclared one is what JSON says.

import type { Node } from '../expression/ast.ts'
import { castFunction } from './cast.ts'
import type { SourceColumn, SourceDefinition } from './catalog.ts'
import { noSpan, type RelationColumn } from './relation.ts'
import { stringType, type SqlType } from './sql-type.ts'
import { callOf, fieldNode, recordNode, variableNode, type Typed } from './typed.ts'

/** The declared columns, each with the tree that reads it. */
export const readColumns = (source: SourceDefinition, qualifier: string): readonly RelationColumn[] => {
  const columns = source.columns ?? []
  const keys = columns.filter(({ role }) => role === 'KEY')
  const values = columns.filter(({ role }) => role === 'VALUE')
  return columns.map((column) => ({
    name: column.name,
    shown: column.name,
    qualifier,
    isKey: column.role === 'KEY',
    typed: readerOf(source, column, keys, values),
  }))
}

const record = recordNode(noSpan)

const readerOf = (
  source: SourceDefinition,
  column: SourceColumn,
  keys: readonly SourceColumn[],
  values: readonly SourceColumn[],
): Typed => {
  const { name, type, role } = column
  if (typeof role === 'object') {
    const header = fieldNode(noSpan, variableNode(noSpan, 'headers'), role.header)
    return typed(callOf(noSpan, 'HEADER', [header], (text: string) => Buffer.from(text, 'utf8')), type)
  }
  if (role === 'HEADERS') {
    const entries = (headers: object): unknown =>
      Object.entries(headers).map(([key, value]) => ({ KEY: key, VALUE: Buffer.from(String(value), 'utf8') }))
    return typed(callOf(noSpan, 'HEADERS', [variableNode(noSpan, 'headers')], entries), type)
  }
  // Files have no keys: there the key columns are fields like others.
  if (role === 'KEY' && source.place.kind === 'topic') {
    const key = variableNode(noSpan, 'key')
    if (keys.length === 1 && source.keyFormat !== 'DELIMITED') return converted(key, name, type)
    if (source.keyFormat === 'DELIMITED') {
      const at = keys.indexOf(column)
      const part = (text: unknown): unknown => splitDelimited(String(text), source.keyDelimiter)[at] ?? null
      return converted(callOf(noSpan, name, [key], part), name, type)
    }
    return converted(anyCase(key, name), name, type)
  }
  if (source.valueFormat === 'DELIMITED' && source.place.kind === 'topic') {
    return typed(fieldNode(noSpan, record, name), type)
  }
  const isBare = source.valueFormat === 'KAFKA' || (values.length === 1 && !source.wrapsSingleValue)
  return converted(isBare && source.place.kind === 'topic' ? record : anyCase(record, name), name, type)
}

const typed = (node: Node, type: SqlType): Typed => ({ node, type })

/** The field of a name, first as most data spells it, then in any case. */
const anyCase = (target: Node, name: string): Node => {
  const spellings = [...new Set([name.toLowerCase(), name])]
  const search = callOf(noSpan, name, [target], (value: unknown) => fieldInAnyCase(value, name.toUpperCase()))
  return [...spellings.map((spelling) => fieldNode(noSpan, target, spelling)), search].reduceRight((rest, field) => ({
    kind: 'default',
    operator: '??',
    left: field,
    right: rest,
    ...noSpan,
  }))
}

const fieldInAnyCase = (value: unknown, upperCase: string): unknown => {
  if (typeof value !== 'object' || value === null) return null
  for (const [name, field] of Object.entries(value)) if (name.toUpperCase() === upperCase) return field
  return null
}

const converted = (node: Node, name: string, type: SqlType): Typed => {
  const convert = castFunction({ kind: 'ANY' }, type)
  if (convert === undefined) throw new Error(`no reader of ${type.kind}`)
  return typed(callOf(noSpan, name, [node], convert), type)
}

/** Makes rows of the texts of DELIMITED: objects of the value columns. RecordError for a text that is none. */
export const delimitedReader = ({ columns = [], valueDelimiter }: SourceDefinition): ((value: unknown) => unknown) => {
  const readers = columns
    .filter(({ role }) => role === 'VALUE')
    .map(({ name, type }) => ({ name, convert: castFunction(stringType, type) ?? ((value: unknown) => value) }))
  return (value) => {
    if (value === null) return null
    const texts = splitDelimited(String(value), valueDelimiter)
    return Object.fromEntries(
      readers.map(({ name, convert }, index) => {
        const text = texts[index]
        return [name, text === undefined || text === '' ? null : convert(text)]
      }),
    )
  }
}

/** The fields of a line of CSV (RFC 4180). */
export const splitDelimited = (line: string, delimiter: string): readonly string[] => {
  const fields: string[] = []
  let at = 0
  for (;;) {
    if (line[at] === '"') {
      let text = ''
      let end = at + 1
      for (;;) {
        const quote = line.indexOf('"', end)
        if (quote === -1) return [...fields, text + line.slice(end)]
        text += line.slice(end, quote)
        end = quote + 1
        if (line[end] !== '"') break
        text += '"'
        end++
      }
      fields.push(text)
      at = end
    } else {
      const end = line.indexOf(delimiter, at)
      if (end === -1) return [...fields, line.slice(at)]
      fields.push(line.slice(at, end))
      at = end
    }
    if (at >= line.length) return fields
    at += delimiter.length
  }
}

/** A line of CSV. */
export const joinDelimited = (texts: readonly (string | null)[], delimiter: string): string =>
  texts
    .map((text) =>
      text === null ? '' : text.includes(delimiter) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text,
    )
    .join(delimiter)
