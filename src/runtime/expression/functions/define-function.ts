// What a function of the expression language is: one declaration from which checking, code, help and tests are made.

import type { Node } from '../ast.ts'
import type { Span } from '../source.ts'
import type { Pattern } from '../patterns/pattern.ts'

/** One call in the text, as functions see it. */
export interface CallSite {
  /** The name of the function. */
  readonly name: string
  /** The texts of the arguments, for messages. */
  readonly texts: readonly string[]
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  /** Patterns must be such that matching takes linear time. */
  readonly linearRegex: boolean
  /** The pattern last used by the call. */
  pattern?: { readonly text: string; readonly flags: string; readonly compiled: Pattern }
}

/** A parameter: what it accepts and what the implementation gets. */
export interface Parameter<T> {
  readonly name: string
  readonly optional: boolean
  /** It gets null itself; otherwise a null argument makes the result null without a call. */
  readonly acceptsNull: boolean
  /** For lambdas the number of their parameters. */
  readonly lambda: number | undefined
  /** The argument as the implementation wants it; RecordError naming the argument if it is of the wrong kind. */
  readonly read: (value: unknown, call: CallSite, position: number) => T
}

/** A function of the language. Its example is run by the tests and shown by help. */
export interface ExpressionFunction {
  readonly name: string
  /** Other names for the same. */
  readonly aliases: readonly string[]
  readonly parameters: readonly Parameter<unknown>[]
  /** The parameter that takes all further arguments. */
  readonly rest: Parameter<unknown> | undefined
  readonly minimalArity: number
  /** Infinity if there is a rest parameter. */
  readonly maximalArity: number
  /** One sentence. */
  readonly summary: string
  /** An expression and its value. */
  readonly example: string
  readonly result: unknown
  /** Positions of a pattern and its flags, checked when they are literals. */
  readonly patternAt: { readonly pattern: number; readonly flags: number } | undefined
  /** Its result depends on more than its arguments. */
  readonly usesClock: boolean
  /** The same as a tree of other nodes, for functions that do not evaluate all of their arguments. */
  readonly expand: Expansion | undefined
  /** Gets what the parameters read; never called with null where a parameter does not accept it. Never undefined. */
  readonly implementation: Implementation
}

/** Arguments come from `Parameter.read`, so their types hold although this type cannot say so. */
export type Implementation = (call: CallSite, ...values: never[]) => unknown

/** Gets the arguments, as many as the function takes, and where the call stands. */
export type Expansion = (values: readonly Node[], call: Span) => Node | undefined

type Parameters = readonly Parameter<unknown>[]
type ValuesOf<P extends Parameters> = { [K in keyof P]: P[K] extends Parameter<infer T> ? T : never }

interface Declaration<P extends Parameters, R> {
  readonly name: string
  readonly aliases?: readonly string[]
  readonly parameters: P
  readonly rest?: Parameter<R>
  readonly summary: string
  readonly example: string
  readonly result: unknown
  readonly patternAt?: { readonly pattern: number; readonly flags: number }
  readonly usesClock?: boolean
  readonly expand?: Expansion
  readonly implementation: (call: CallSite, ...values: [...ValuesOf<P>, ...R[]]) => unknown
}

/** Declares a function; the parameters give the types of what the implementation gets. */
export const defineFunction = <const P extends Parameters, R = never>(
  declaration: Declaration<P, R>,
): ExpressionFunction => {
  const {
    name,
    aliases = [],
    parameters,
    rest,
    summary,
    example,
    result,
    patternAt,
    usesClock = false,
    expand,
  } = declaration
  return {
    name,
    aliases,
    parameters,
    rest,
    minimalArity: parameters.filter(({ optional }) => !optional).length + (rest === undefined || rest.optional ? 0 : 1),
    maximalArity: rest === undefined ? parameters.length : Infinity,
    summary,
    example,
    result,
    patternAt,
    usesClock,
    expand,
    // `parameters` read what it gets, so the types hold; TypeScript cannot tell that from the tuple.
    implementation: declaration.implementation as unknown as Implementation,
  }
}

/** The parameter at a position. */
export const parameterAt = (definition: ExpressionFunction, position: number): Parameter<unknown> | undefined =>
  definition.parameters[position] ?? definition.rest

/** As in `split(text, separator, [flags])`. */
export const signature = ({ name, parameters, rest }: ExpressionFunction): string => {
  const shown = parameters.map((parameter) => (parameter.optional ? `[${parameter.name}]` : parameter.name))
  if (rest !== undefined) shown.push(rest.optional ? `[${rest.name}…]` : `${rest.name}…`)
  return `${name}(${shown.join(', ')})`
}
