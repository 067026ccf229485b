// What a function of SQL is: one declaration from which the analysis of calls, their evaluation, help and tests are made.
// Overloads are signatures; resolve.ts finds the one that a call means.

import type { CallSite } from '../../expression/functions/define-function.ts'
import { showType, type SqlType } from '../sql-type.ts'

/** What a parameter accepts: a type, perhaps with variables in it, a lambda, or the unit of an interval (`HOURS`). */
export type ParameterType =
  | SqlType
  /** A DECIMAL of any precision and scale. */
  | { readonly kind: 'ANY DECIMAL' }
  /** Any struct. */
  | { readonly kind: 'ANY STRUCT' }
  | { readonly kind: 'ARRAY'; readonly element: ParameterType }
  | { readonly kind: 'MAP'; readonly key: ParameterType; readonly value: ParameterType }
  /** All parameters with the same name have the same type. */
  | { readonly kind: 'VARIABLE'; readonly name: string }
  | { readonly kind: 'LAMBDA'; readonly parameters: readonly ParameterType[]; readonly returns: ParameterType }
  /** Gets the milliseconds of one unit. */
  | { readonly kind: 'UNIT' }

/** A lambda as implementations get it. */
export type SqlLambda = (...values: readonly unknown[]) => unknown

/**
 * One call in the text, as implementations see it; make it with `sqlCallSite`, once per call in the text. Its `pattern` and
 * `memo` hold what the call has worked out for a literal argument.
 */
export interface SqlCallSite extends CallSite {
  /** Of each argument the type that it has after coercion; of lambdas and units undefined. */
  readonly argumentTypes: readonly (SqlType | undefined)[]
  readonly returns: SqlType
  memo?: { readonly key: unknown; readonly value: unknown }
}

/** Values come coerced to the parameter types. Never undefined; RecordError makes the result null and is logged. */
export type SqlImplementation = (call: SqlCallSite, ...values: never[]) => unknown

/** The type of a result, from the concrete types of the parameters; `literals` are values of literals, else undefined. */
export type ReturnType =
  ParameterType | ((types: readonly (SqlType | undefined)[], literals: readonly unknown[]) => SqlType)

/** One overload. */
export interface Signature {
  readonly parameters: readonly ParameterType[]
  /** What the names of the parameters are in help, `rest` last. */
  readonly names: readonly string[]
  /** The parameter of all further arguments, which may be none. */
  readonly rest: ParameterType | undefined
  readonly returns: ReturnType
  /** The parameters that get null themselves, `rest` last; a null for another makes the result null without a call. */
  readonly acceptsNull: readonly boolean[]
  readonly implementation: SqlImplementation
}

/** A function. The tests run its examples. */
export interface SqlFunction {
  /** In upper case. */
  readonly name: string
  readonly aliases: readonly string[]
  /** The heading of help under which it stands. */
  readonly family: string
  /** One sentence. */
  readonly summary: string
  readonly signatures: readonly Signature[]
  readonly examples: readonly { readonly sql: string; readonly result: unknown }[]
  /** False if the result depends on more than the arguments, so that calls with literals cannot be computed beforehand. */
  readonly isDeterministic: boolean
  /**
   * `first`: arguments from left to right are evaluated only until one is not null, which is the result (COALESCE, IFNULL).
   * The implementation says the same for those who evaluate all of them.
   */
  readonly isLazy: 'first' | undefined
  /** A table function: the result is an array, of whose elements each makes a row; `returns` is the type of an element. */
  readonly isTableFunction: boolean
  /** What is wrong with the literals among the arguments, the others being undefined: a bad pattern, an unknown zone. */
  readonly check: ((literals: readonly unknown[]) => string | undefined) | undefined
}

interface SignatureDeclaration {
  /** Names and types, in order. */
  readonly parameters: Readonly<Record<string, ParameterType>>
  readonly rest?: Readonly<Record<string, ParameterType>>
  readonly returns: ReturnType
  readonly acceptsNull?: boolean | readonly boolean[]
  readonly implementation?: SqlImplementation
}

interface SqlFunctionDeclaration {
  readonly name: string
  readonly aliases?: readonly string[]
  readonly family: string
  readonly summary: string
  readonly signatures: readonly SignatureDeclaration[]
  /** Of the signatures that have none themselves. */
  readonly implementation?: SqlImplementation
  readonly examples: SqlFunction['examples']
  readonly isDeterministic?: false
  readonly isLazy?: 'first'
  readonly isTableFunction?: true
  readonly check?: (literals: readonly unknown[]) => string | undefined
}

/** Declares a function. */
export const defineSqlFunction = (declaration: SqlFunctionDeclaration): SqlFunction => ({
  name: declaration.name,
  aliases: declaration.aliases ?? [],
  family: declaration.family,
  summary: declaration.summary,
  signatures: declaration.signatures.map((signature) => completed(declaration, signature)),
  examples: declaration.examples,
  isDeterministic: declaration.isDeterministic ?? true,
  isLazy: declaration.isLazy,
  isTableFunction: declaration.isTableFunction ?? false,
  check: declaration.check,
})

const completed = (declaration: SqlFunctionDeclaration, signature: SignatureDeclaration): Signature => {
  const { parameters, rest = {}, returns, acceptsNull = false } = signature
  const implementation = signature.implementation ?? declaration.implementation
  if (implementation === undefined) throw new Error(`${declaration.name} has a signature without implementation`)
  const names = [...Object.keys(parameters), ...Object.keys(rest)]
  return {
    parameters: Object.values(parameters),
    names,
    rest: Object.values(rest)[0],
    returns,
    acceptsNull: typeof acceptsNull === 'boolean' ? names.map(() => acceptsNull) : acceptsNull,
    implementation,
  }
}

/** What `sqlCallSite` needs to know. */
export interface CallDescription {
  readonly name: string
  /** The texts of the arguments, for messages. */
  readonly texts: readonly string[]
  readonly argumentTypes: readonly (SqlType | undefined)[]
  readonly returns: SqlType
  /** Milliseconds since the epoch. */
  readonly clock: () => number
}

/** The site of one call. */
export const sqlCallSite = (description: CallDescription): SqlCallSite => ({ ...description, linearRegex: true })

/** True if the parameter at a position gets null itself. */
export const acceptsNullAt = ({ acceptsNull, parameters }: Signature, position: number): boolean =>
  acceptsNull[Math.min(position, parameters.length)] ?? false

/** The value for a key that hardly ever changes from call to call, made again only when it does. */
export const remembered = <T>(call: SqlCallSite, key: unknown, make: () => T): T => {
  if (call.memo !== undefined && call.memo.key === key) return call.memo.value as T
  const value = make()
  call.memo = { key, value }
  return value
}

// ---- the words of signatures ----

export const anyDecimal: ParameterType = { kind: 'ANY DECIMAL' }
export const anyStruct: ParameterType = { kind: 'ANY STRUCT' }
export const unit: ParameterType = { kind: 'UNIT' }
export const variable = (name: string): ParameterType => ({ kind: 'VARIABLE', name })
export const arrayOf = (element: ParameterType): ParameterType => ({ kind: 'ARRAY', element })
export const mapOf = (key: ParameterType, value: ParameterType): ParameterType => ({ kind: 'MAP', key, value })
export const lambdaOf = (parameters: readonly ParameterType[], returns: ParameterType): ParameterType => ({
  kind: 'LAMBDA',
  parameters,
  returns,
})

/** As ksqlDB prints a parameter. */
export const showParameter = (parameter: ParameterType): string => {
  switch (parameter.kind) {
    case 'ANY DECIMAL':
      return 'DECIMAL'
    case 'ANY STRUCT':
      return 'STRUCT'
    case 'ARRAY':
      return `ARRAY<${showParameter(parameter.element)}>`
    case 'MAP':
      return `MAP<${showParameter(parameter.key)}, ${showParameter(parameter.value)}>`
    case 'VARIABLE':
      return parameter.name
    case 'LAMBDA':
      return `LAMBDA (${parameter.parameters.map(showParameter).join(', ')}) => ${showParameter(parameter.returns)}`
    case 'UNIT':
      return 'INTERVALUNIT'
    default:
      return showType(parameter)
  }
}

/** As in `SUBSTRING(str STRING, pos INTEGER)`; of the parameter for all further arguments with dots. */
export const showSignature = (name: string, { parameters, names, rest }: Signature): string => {
  const shown = parameters.map((parameter, index) => `${names[index] ?? ''} ${showParameter(parameter)}`)
  if (rest !== undefined) shown.push(`${names[parameters.length] ?? ''} ${showParameter(rest)}...`)
  return `${name}(${shown.join(', ')})`
}
