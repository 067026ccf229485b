// What the parts of the code generator ask of the whole.

import type { Node, Scalar } from './ast.ts'
import type { CallSite } from './functions/define-function.ts'
import type { OperationName } from './operations.ts'

/** Makes code of the nodes of one expression; generate.ts has it. */
export interface Generator {
  /** Set if the JSON text takes text from the record. */
  copiesText: boolean
  /** Code whose value is never undefined. */
  value(node: Node): string
  /** Code whose value may be undefined for null. */
  loose(node: Node): string
  /** Code that is true or false. */
  test(node: Node): string
  /** The value of a node that stands for a scalar, be it a literal or an argument. */
  scalar(node: Node): Scalar | undefined
  /** The name of an operation in code. */
  operation(name: OperationName): string
  /** The name of a constant in code. */
  constant(value: unknown): string
  /** The name of a new variable in code. */
  temporary(): string
  /** An operator between two operands as a constant, for messages. */
  site(operator: string, left: Node, right: Node): string
  /** A call with the texts of its arguments. */
  callSite(name: string, values: readonly Node[]): CallSite
  /** The patterns of the expression are not the user's own. */
  readonly linearRegex: boolean
}

export const isNumeric = (value: unknown): value is number | bigint =>
  typeof value === 'number' || typeof value === 'bigint'

/** Code of a scalar. */
export const literalCode = (value: Scalar): string => {
  if (typeof value === 'bigint') return `(${value}n)`
  return typeof value === 'number' && value < 0 ? `(${value})` : JSON.stringify(value)
}
