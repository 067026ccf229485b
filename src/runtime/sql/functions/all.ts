// The function library of SQL: every scalar and table function, by family.

import { arraySetFunctions } from './array-sets.ts'
import { arrayFunctions } from './arrays.ts'
import { bytesFunctions } from './bytes.ts'
import { datePatternFunctions } from './date-patterns.ts'
import type { SqlFunction } from './define-sql-function.ts'
import { geographicFunctions } from './geography.ts'
import { jsonFunctions } from './json.ts'
import { lambdaFunctions } from './lambdas.ts'
import { mapFunctions } from './maps.ts'
import { maskFunctions } from './masks.ts'
import { mathFunctions } from './math.ts'
import { regularExpressionFunctions } from './regular-expressions.ts'
import { stringPartFunctions } from './string-parts.ts'
import { stringFunctions } from './strings.ts'
import { tableFunctions } from './table-functions.ts'
import { timeFunctions } from './times.ts'
import { trigonometricFunctions } from './trigonometry.ts'
import { urlFunctions } from './urls.ts'
import { valueFunctions } from './values.ts'

/** All functions, in the order of help. */
export const sqlFunctions: readonly SqlFunction[] = [
  ...mathFunctions,
  ...trigonometricFunctions,
  ...geographicFunctions,
  ...stringFunctions,
  ...stringPartFunctions,
  ...maskFunctions,
  ...regularExpressionFunctions,
  ...bytesFunctions,
  ...valueFunctions,
  ...arrayFunctions,
  ...arraySetFunctions,
  ...mapFunctions,
  ...lambdaFunctions,
  ...tableFunctions,
  ...jsonFunctions,
  ...urlFunctions,
  ...timeFunctions,
  ...datePatternFunctions,
]

const byName = new Map(
  sqlFunctions.flatMap((definition) => [definition.name, ...definition.aliases].map((name) => [name, definition])),
)

/** The function of a name or alias, in whatever case. */
export const findSqlFunction = (name: string): SqlFunction | undefined => byName.get(name.toUpperCase())

/** All names and aliases, in upper case. */
export const sqlFunctionNames = (): Iterable<string> => byName.keys()
