// Comma- and tab-separated values. The fields of the first record are the columns, or those of the file that is appended to;
// missing fields are empty, nested values JSON text. A field without a column is an error: no value is lost in silence.

import { toByteString, type ByteString } from '../model/byte-string.ts'
import { RecordError } from '../model/record-error.ts'
import type { RecordEncoder } from './record-encoder.ts'
import { visitFields } from './record-fields.ts'

/** How to write rows. */
export interface RowsOptions {
  /** The first line of the file that is appended to, without its line break: it has a header already. */
  readonly firstLine: Buffer | undefined
}

interface RowSyntax {
  readonly separator: string
  /** A cell that stands for a text. */
  cell(text: ByteString, isOnly: boolean): string
  /** The names in a header line. */
  split(header: string): readonly string[]
}

/** RFC 4180, with a line feed at the end of a row. */
export const csvEncoder = (options: RowsOptions): RecordEncoder =>
  rowsEncoder('CSV', options, {
    separator: ',',
    // A line that is quite empty would be taken for no row at all.
    cell: (text, isOnly) =>
      /[",\r\n]/.test(text) || (isOnly && text === '') ? `"${text.replaceAll('"', '""')}"` : text,
    split: splitCsvHeader,
  })

/** Without quotes; tab, line feed, carriage return and backslash are written \t, \n, \r and \\. */
export const tsvEncoder = (options: RowsOptions): RecordEncoder =>
  rowsEncoder('TSV', options, {
    separator: '\t',
    cell: (text, isOnly) => {
      // It would be taken for no row at all, and without quotes there is no other way to write it.
      if (isOnly && text === '') throw new RecordError('TSV cannot say that the only column is empty; CSV can: -O csv')
      return /[\t\n\r\\]/.test(text) ? text.replace(/[\t\n\r\\]/g, escapeOf) : text
    },
    split: (header) => header.split('\t').map((name) => name.replace(/\\[tnr\\]/g, unescapeOf)),
  })

const rowsEncoder = (formatName: string, { firstLine }: RowsOptions, syntax: RowSyntax): RecordEncoder => {
  const { separator, cell } = syntax
  let columns: readonly string[] | undefined
  let columnOf = new Map<string, number>()

  const setColumns = (names: readonly string[]): void => {
    columns = names
    columnOf = new Map(names.map((name, column) => [name, column]))
  }
  if (firstLine !== undefined) setColumns(syntax.split(firstLine.toString('utf8').replace(/^\uFEFF|\r$/g, '')))

  const fieldNames = (value: unknown): readonly string[] => {
    const names = new Set<string>()
    visitFields(value, (name) => names.add(name))
    if (names.size === 0) throw new RecordError(`${formatName} needs columns, and an object without fields has none`)
    return [...names]
  }

  const rowOf = (texts: readonly ByteString[]): string =>
    `${texts.map((text) => cell(text, texts.length === 1)).join(separator)}\n`

  return {
    encode({ value }, out) {
      const known = columns ?? (isRow(value) ? fieldNames(value) : [])
      const isFirst = columns === undefined
      const texts = known.map(() => noText)
      let next = 0
      const isObject = visitFields(value, (name, text) => {
        const column = known[next] === name ? next : isFirst ? known.indexOf(name) : columnOf.get(name)
        if (column === undefined) throw missingColumn(formatName, name, known)
        texts[column] = text
        next = column + 1
      })
      if (!isObject) throw new RecordError(`${formatName} needs objects: map '{value: .}' makes one of any value`)
      const row = rowOf(texts)
      if (isFirst) {
        out.append(rowOf(known.map(toByteString)))
        setColumns(known)
      }
      out.append(row)
    },
    finish: () => undefined,
  }
}

const noText = toByteString('')

const isRow = (value: unknown): boolean => visitFields(value, () => undefined)

const missingColumn = (formatName: string, name: string, columns: readonly string[]): RecordError =>
  new RecordError(
    `${formatName} has no column ${name} (the columns are those of the first record: ${columns.join(', ')}): ` +
      'give all records the same fields with cut or map',
    name,
  )

const splitCsvHeader = (header: string): readonly string[] =>
  [...header.matchAll(/(?:^|,)("(?:[^"]|"")*"|[^,]*)/g)].map(([, name = '']) =>
    name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name,
  )

const escapes: ReadonlyMap<string, string> = new Map([
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\\', '\\\\'],
])
const unescapes: ReadonlyMap<string, string> = new Map([...escapes].map(([character, escape]) => [escape, character]))

const escapeOf = (character: string): string => escapes.get(character) ?? character

const unescapeOf = (escape: string): string => unescapes.get(escape) ?? escape
