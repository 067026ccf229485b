// ksqlDB's format DELIMITED: one row of comma-separated values without a header, an empty cell is null.

import { Decimal } from '../model/decimal.ts'
import { RecordError } from '../model/record-error.ts'
import { castFunction } from './cast.ts'
import { fromUndeclared } from './cast-undeclared.ts'
import { stringType, type SqlType } from './sql-type.ts'

/** The cells of a row: RFC 4180 with another delimiter. RecordError if a quote does not end. */
export const splitDelimited = (row: string, delimiter: string): readonly string[] => {
  if (!row.includes('"')) return row.split(delimiter)
  const cells: string[] = []
  for (let at = 0; ;) {
    if (row[at] === '"') {
      let cell = ''
      for (let from = at + 1; ;) {
        const end = row.indexOf('"', from)
        if (end < 0) throw new RecordError('a quote is not closed')
        cell += row.slice(from, end)
        at = end + 1
        if (row[at] !== '"') break
        cell += '"'
        from = at + 1
      }
      const end = row.indexOf(delimiter, at)
      cells.push(cell + row.slice(at, end < 0 ? undefined : end))
      if (end < 0) return cells
      at = end + 1
    } else {
      const end = row.indexOf(delimiter, at)
      cells.push(row.slice(at, end < 0 ? undefined : end))
      if (end < 0) return cells
      at = end + 1
    }
  }
}

/** A row of values; cells that need it are quoted. */
export const joinDelimited = (values: readonly unknown[], delimiter: string): string =>
  values
    .map((value) => {
      const text = value === null || value === undefined ? '' : cellText(value)
      return text.includes(delimiter) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
    })
    .join(delimiter)

const cellText = (value: unknown): string => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value instanceof Decimal) return value.toString()
  return String(value)
}

/** Reads a cell as a value of a type; times are integers. RecordError for what is not like the type. */
export const readCell = (type: SqlType): ((cell: string) => unknown) => {
  const read = cellReader(type)
  return (cell) => (cell === '' ? null : read(cell))
}

const cellReader = (type: SqlType): ((cell: string) => unknown) => {
  switch (type.kind) {
    case 'STRING':
      return (cell) => cell
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP': {
      const read = fromUndeclared(type)
      return (cell) => read(/^-?\d+$/.test(cell) ? Number(cell) : cell)
    }
    case 'BYTES':
      return fromUndeclared(type)
    default:
      return castFunction(stringType, type) ?? fromUndeclared(type)
  }
}
