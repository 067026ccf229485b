// Maps are objects, whose keys are texts; functions show them with the type that the map has.

import { castFunction, type Conversion } from '../cast.ts'
import { stringType } from '../sql-type.ts'
import { remembered, type SqlCallSite } from './define-sql-function.ts'

/** The entries of a map, in the order in which they came in. */
export const entriesOf = (map: object): readonly (readonly [string, unknown])[] => Object.entries(map)

/** Makes keys of the map that is the first argument of the call from their texts. */
export const keyFunction = (call: SqlCallSite): Conversion => remembered(call, 'keys', () => conversionOf(call))

const conversionOf = ({ argumentTypes: [type] }: SqlCallSite): Conversion => {
  // A key of an undeclared map is the text that it is, and so is one of a type that texts cannot be cast to.
  const convert = type?.kind === 'MAP' ? castFunction(stringType, type.key) : undefined
  return (key) => (convert === undefined ? key : convert(key))
}
