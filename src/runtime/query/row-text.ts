// Rows as those get them who ask: as the command prints them, or with their place for somebody who puts the answers of several
// processes together.

import { parseJsonText } from '../serde/json-parse.ts'
import type { StoreView } from '../stores/store-view.ts'
import type { QueryRow, RowPlace } from './store-query.ts'

/** The JSON text of a row, as the command prints it. A value that does not say what it belongs to stands beside its key. */
export const rowJson = ({ keyJson, valueJson, start, end }: QueryRow, { row, isRecord }: StoreView): string => {
  if (row !== undefined || isRecord === true) return valueJson
  const window =
    (start === undefined ? '' : `,"window_start":${String(start)}`) +
    (end === undefined ? '' : `,"window_end":${String(end)}`)
  return `{"key":${keyJson}${window},"value":${valueJson}}`
}

/** A row with its place. */
export interface PlacedRow {
  readonly place: RowPlace
  /** As `rowJson`. */
  readonly json: string
}

// The row comes last, and before it are strings and numbers only, in which this cannot stand.
const rowField = ',"row":'

/** A line for `parsePlacedRow`, without the line break. */
export const placedRowText = (row: QueryRow, view: StoreView): string => {
  const { key, start, end } = row
  return `${JSON.stringify({ text: key, start, end }).slice(0, -1)}${rowField}${rowJson(row, view)}}`
}

/** What `placedRowText` wrote. @throws Error for anything else. */
export const parsePlacedRow = (line: string): PlacedRow => {
  const at = line.indexOf(rowField)
  if (at < 0 || !line.endsWith('}')) throw new Error('no row of a store')
  const { text, start, end } = parseJsonText(`${line.slice(0, at)}}`) as { text: string; start?: number; end?: number }
  return {
    place: { key: text, ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) },
    json: line.slice(at + rowField.length, -1),
  }
}
