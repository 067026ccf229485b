// ${name} in SQL. A variable stands for a whole name or literal, for a part of one, or for a part of what is quoted, never
// for keywords or operators, so that a value cannot change what a statement does.

import { nearestNames } from '../model/nearest-name.ts'
import type { Span } from './ast.ts'
import { sqlError, type SqlSource } from './sql-error.ts'

/** Variables of a session by their names in upper case: their case does not matter. */
export type Variables = Map<string, string>

/** Variables as given, with names in upper case. */
export const collectVariables = (given: ReadonlyMap<string, string> = new Map()): Variables =>
  new Map([...given].map(([name, value]) => [name.toUpperCase(), value]))

/** The value of a variable; KsError compile with the nearest names if there is none. */
export const lookUp = (source: SqlSource, span: Span, name: string, variables: Variables): string => {
  const value = variables.get(name.toUpperCase())
  if (value !== undefined) return value
  throw sqlError(source, span, `there is no variable ${name}`, {
    hint: `define it first: DEFINE ${name} = '…'; a text that is no variable is written $\${${name}}`,
    didYouMean: nearestNames(name, [...variables.keys()]),
  })
}

/**
 * What stands between quotes at `start` of the source, with values for variables; `$${name}` is `${name}` as it is.
 * `escape` makes a value fit between the quotes.
 */
export const substituteQuoted = (
  source: SqlSource,
  { start, end }: Span,
  variables: Variables,
  escape: (value: string) => string,
): { readonly text: string; readonly written: string; readonly isChanged: boolean } => {
  const raw = source.text.slice(start, end)
  if (!raw.includes('${')) return { text: raw, written: raw, isChanged: false }
  let isChanged = false
  const replace = (write: (text: string) => string): string =>
    raw.replace(/(\$?)\$\{([A-Za-z_]\w*)\}/g, (whole, dollar: string, name: string, at: number) => {
      if (dollar !== '') return write(whole.slice(1))
      isChanged = true
      const place = { start: start + at, end: start + at + whole.length }
      return write(escape(lookUp(source, place, name, variables)))
    })
  return { text: replace((text) => text), written: replace(protectVariables), isChanged }
}

/** A text that means itself where variables are substituted. */
export const protectVariables = (text: string): string => text.replace(/\$\{(?=[A-Za-z_]\w*\})/g, '$$$&')
