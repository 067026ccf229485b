// Objects out of the cells of CSV and TSV rows. All rows under one header are made in one place, so that they share one
// hidden class and cost no more than the object itself.

import { setField } from '../serde/json-parse.ts'

/** Makes an object of the cells of a row, of which there are as many as columns. */
export type RowBuilder = (cells: readonly string[]) => object

/** With more columns V8 gives up hidden classes anyway. */
const maxLiteralColumns = 500

/** A builder of objects with these fields, in this order, all of them own properties. The names differ from each other. */
export const rowBuilder = (names: readonly string[]): RowBuilder => {
  if (names.length > maxLiteralColumns) {
    return (cells) => {
      const row = {}
      for (const [column, name] of names.entries()) setField(row, name, cells[column])
      return row
    }
  }
  // Names get into the code only as JSON string literals, and computed keys make an own property even of `__proto__`.
  const fields = names.map((name, column) => `[${JSON.stringify(name)}]: cells[${column}]`)
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  return new Function('cells', `return { ${fields.join(', ')} }`) as RowBuilder
}

/** The names of the columns: a name that is missing or not the first of its kind becomes another one, which is said. */
export const columnNames = (header: readonly string[], notice: (message: string) => void): readonly string[] => {
  const given = new Set(header)
  const taken = new Set<string>()
  return header.map((name, column) => {
    if (name !== '' && !taken.has(name)) {
      taken.add(name)
      return name
    }
    const stem = name === '' ? 'column' : name
    let number = name === '' ? column + 1 : 2
    while (given.has(`${stem}_${number}`) || taken.has(`${stem}_${number}`)) number++
    const unique = `${stem}_${number}`
    taken.add(unique)
    notice(
      name === ''
        ? `column ${column + 1} has no name: it is called ${unique}`
        : `two columns are called ${name}: the one at ${column + 1} is called ${unique}`,
    )
    return unique
  })
}

/** What is wrong with a row that has not as many cells as there are columns. */
export const raggedMessage = (columns: number, cells: number): string =>
  `expected ${columns} ${columns === 1 ? 'column' : 'columns'} as in the header, found ${cells}`
