// The function library: every function of the expression language, by family.

import { arrayFunctions } from './arrays.ts'
import type { ExpressionFunction } from './define-function.ts'
import { encodingFunctions } from './encoding.ts'
import { mathFunctions } from './math.ts'
import { objectFunctions } from './objects.ts'
import { regularExpressionFunctions } from './regular-expressions.ts'
import { stringFunctions } from './strings.ts'
import { timeFunctions } from './times.ts'
import { valueFunctions } from './values.ts'

/** A heading of help and what stands below it. */
export interface FunctionFamily {
  readonly title: string
  readonly functions: readonly ExpressionFunction[]
}

export const functionFamilies: readonly FunctionFamily[] = [
  { title: 'Values', functions: valueFunctions },
  { title: 'Strings', functions: stringFunctions },
  { title: 'Regular expressions', functions: regularExpressionFunctions },
  { title: 'Numbers', functions: mathFunctions },
  { title: 'Arrays', functions: arrayFunctions },
  { title: 'Objects', functions: objectFunctions },
  { title: 'Times', functions: timeFunctions },
  { title: 'Encodings and hashes', functions: encodingFunctions },
]

/** All functions, in the order of help. */
export const expressionFunctions: readonly ExpressionFunction[] = functionFamilies.flatMap(({ functions }) => functions)

const byName = new Map(
  expressionFunctions.flatMap((definition) =>
    [definition.name, ...definition.aliases].map((name) => [name, definition]),
  ),
)

/** The function of a name or alias. */
export const findFunction = (name: string): ExpressionFunction | undefined => byName.get(name)

/** All names and aliases. */
export const functionNames = (): Iterable<string> => byName.keys()
