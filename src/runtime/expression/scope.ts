// What names mean at a place where an expression stands.

import { metadataName, metadataVariables, type MetadataName } from './variables.ts'

export interface Scope {
  /** `--arg` and `--argjson`: constants. */
  readonly arguments: ReadonlyMap<string, unknown>
  /** Variables given at evaluation, by position. */
  readonly locals: readonly string[]
  /** False where no record is at hand: then paths and metadata are errors. */
  readonly hasRecord: boolean
  /** Functions that somebody else knows, for suggestions. */
  readonly otherFunctions: readonly string[]
  readonly linearRegex: boolean
  readonly clock: () => number
}

/** What `$name` stands for. */
export type Meaning =
  | { readonly kind: 'local'; readonly index: number }
  | { readonly kind: 'argument'; readonly value: unknown }
  | { readonly kind: 'metadata'; readonly name: MetadataName }

/** The innermost meaning of a variable: locals hide arguments, and those hide metadata. */
export const meaningOf = (name: string, scope: Scope): Meaning | undefined => {
  const index = scope.locals.indexOf(name)
  if (index !== -1) return { kind: 'local', index }
  if (scope.arguments.has(name)) return { kind: 'argument', value: scope.arguments.get(name) ?? null }
  const metadata = scope.hasRecord ? metadataName(name) : undefined
  return metadata === undefined ? undefined : { kind: 'metadata', name: metadata }
}

/** All variables of a scope. */
export const variableNames = (scope: Scope): readonly string[] => [
  ...scope.locals,
  ...scope.arguments.keys(),
  ...(scope.hasRecord ? metadataVariables.map(({ name }) => name) : []),
]
