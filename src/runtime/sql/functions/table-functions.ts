// Table functions: each element of their result makes a row.

import { checkArrayLength } from '../../expression/limits.ts'
import { RecordError } from '../../model/record-error.ts'
import { arrayOf, defineSqlFunction, variable } from './define-sql-function.ts'

const family = 'Table functions'

type Values = readonly unknown[]

const element = variable('T')

const explode = defineSqlFunction({
  name: 'EXPLODE',
  family,
  summary: 'A row for each element of an array; none for a null array.',
  isTableFunction: true,
  signatures: [
    {
      parameters: { list: arrayOf(element) },
      returns: element,
      acceptsNull: true,
      implementation: (_call, values: Values | null) => values ?? [],
    },
  ],
  examples: [{ sql: "EXPLODE(ARRAY['a', NULL, 'b'])", result: ['a', null, 'b'] }],
})

// Each column doubles the rows.
const mostColumns = 20

/** All combinations of the columns, each with or without its value; a column that is null is so in all of them. */
const cubeOf = (columns: Values): readonly Values[] =>
  columns.reduce<readonly Values[]>(
    (rows, value) =>
      rows.flatMap((row) =>
        value === null
          ? [[...row, null]]
          : [
              [...row, null],
              [...row, value],
            ],
      ),
    [[]],
  )

const cubeExplode = defineSqlFunction({
  name: 'CUBE_EXPLODE',
  family,
  summary: 'A row for each combination of the columns in an array, with null for those that are left out.',
  isTableFunction: true,
  signatures: [
    {
      parameters: { columns: arrayOf(element) },
      returns: arrayOf(element),
      acceptsNull: true,
      implementation: (call, columns: Values | null) => {
        if (columns === null) return []
        const present = columns.filter((value) => value !== null).length
        if (present > mostColumns) throw new RecordError(`${call.name}() takes at most ${mostColumns} columns`)
        checkArrayLength(2 ** present * columns.length, `${call.name}()`)
        return cubeOf(columns)
      },
    },
  ],
  examples: [
    {
      sql: "CUBE_EXPLODE(ARRAY['a', 'b'])",
      result: [
        [null, null],
        [null, 'b'],
        ['a', null],
        ['a', 'b'],
      ],
    },
  ],
})

/** The table functions, in the order of help. */
export const tableFunctions = [explode, cubeExplode]
