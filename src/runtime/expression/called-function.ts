// Which function a call means.

import type { Call } from './ast.ts'
import { findFunction } from './functions/all.ts'
import type { ExpressionFunction } from './functions/define-function.ts'

/** The function that a call brings along, or the one of the library that has its name; undefined if there is none. */
export const calledFunction = ({ definition, name }: Call): ExpressionFunction | undefined =>
  // Whoever sets a definition sets one of these; ast.ts cannot name the type, which is made of it.
  definition === undefined ? findFunction(name) : (definition as ExpressionFunction)
