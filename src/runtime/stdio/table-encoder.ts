// A table for reading: columns as wide as their widest cell, numbers to the right. All rows are held until the end, since the
// last one may be the widest. Nothing in the data can act on a terminal: control characters are shown as escapes.

import { displayWidth, padEnd, padStart } from '../cli/terminal/width.ts'
import { fromByteString, toByteString } from '../model/byte-string.ts'
import type { RecordEncoder } from './record-encoder.ts'
import { valueText, visitFields } from './record-fields.ts'

interface Column {
  readonly name: string
  width: number
  /** It has held numbers and nothing else. */
  isNumeric: boolean
}

const gap = '  '

/** An encoder of one table. The column of values that are no objects is called `value`. */
export const tableEncoder = (): RecordEncoder => {
  const columns: Column[] = []
  const columnOf = new Map<string, number>()
  const rows: string[][] = []

  const setCell = (row: string[], name: string, text: string, isNumber: boolean): void => {
    let index = columnOf.get(name)
    if (index === undefined) {
      index = columns.length
      columnOf.set(name, index)
      columns.push({ name, width: displayWidth(name), isNumeric: true })
    }
    row[index] = text
    const column = columns[index] as Column
    column.width = Math.max(column.width, displayWidth(text))
    if (text !== '' && !isNumber) column.isNumeric = false
  }

  const line = (row: readonly string[]): string => {
    const cells = columns.map(({ width, isNumeric }, index) =>
      isNumeric ? padStart(row[index] ?? '', width) : padEnd(row[index] ?? '', width),
    )
    return `${cells.join(gap).trimEnd()}\n`
  }

  return {
    encode({ value }) {
      const row: string[] = []
      const isObject = visitFields(value, (name, text, isNumber) => {
        setCell(row, name, fromByteString(text), isNumber)
      })
      if (!isObject) setCell(row, 'value', fromByteString(valueText(value)), /^-?\d/.test(valueText(value)))
      rows.push(row)
    },
    finish(out) {
      if (columns.length === 0) return
      out.append(toByteString(line(columns.map(({ name }) => name))))
      out.append(toByteString(`${columns.map(({ width }) => '-'.repeat(width)).join(gap)}\n`))
      for (const row of rows) out.append(toByteString(line(row)))
    },
  }
}
