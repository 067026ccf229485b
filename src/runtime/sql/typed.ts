// An expression of SQL on its way to code: a tree of the expression language, which evaluates both, and the type of its value.

import type { Call, Node } from '../expression/ast.ts'
import type { CallSite, ExpressionFunction } from '../expression/functions/define-function.ts'
import type { Span } from './ast.ts'
import type { SqlType } from './sql-type.ts'

/** Where a node stands, without what it is. */
export const span = ({ start, end }: Span): Span => ({ start, end })

/** A tree with its type. */
export interface Typed {
  readonly node: Node
  readonly type: SqlType
  /** The value, if it is a literal: `undefined` otherwise. A DECIMAL is its text. */
  readonly literal?: null | boolean | number | bigint | string
  /** An undeclared column of a file in which everything is text. */
  readonly isText?: true
}

/** How a call is made. */
export interface CallOptions {
  /** By position, or for all: it gets null itself; otherwise a null makes the result null without a call. */
  readonly acceptsNull?: boolean | readonly boolean[]
  /** Of each argument the number of parameters, if it is a lambda. */
  readonly lambdas?: readonly (number | undefined)[]
  /** Its result depends on more than its arguments. */
  readonly isVolatile?: boolean
}

/** A call of something that has no name in the expression language. `implement` never returns undefined. */
export const callOf = (
  { start, end }: Span,
  name: string,
  values: readonly Node[],
  implement: (...values: never[]) => unknown,
  options: CallOptions = {},
): Call => {
  const { acceptsNull = false, lambdas = [], isVolatile = false } = options
  const definition: ExpressionFunction = {
    name,
    aliases: [],
    parameters: values.map((_, index) => ({
      name,
      optional: false,
      acceptsNull: typeof acceptsNull === 'boolean' ? acceptsNull : (acceptsNull[index] ?? false),
      lambda: lambdas[index],
      read: (value) => value,
    })),
    rest: undefined,
    minimalArity: values.length,
    maximalArity: values.length,
    summary: '',
    example: '',
    result: undefined,
    patternAt: undefined,
    usesClock: isVolatile,
    expand: undefined,
    implementation: (_call: CallSite, ...given: never[]) => implement(...given),
  }
  return { kind: 'call', name, nameSpan: { start, end }, arguments: values, definition, start, end }
}

export const literalNode = ({ start, end }: Span, value: null | boolean | number | bigint | string): Node => ({
  kind: 'literal',
  value,
  start,
  end,
})

export const recordNode = ({ start, end }: Span): Node => ({ kind: 'record', start, end })

export const fieldNode = ({ start, end }: Span, target: Node, name: string): Node => ({
  kind: 'field',
  target,
  name,
  start,
  end,
})

export const variableNode = ({ start, end }: Span, name: string): Node => ({ kind: 'variable', name, start, end })
