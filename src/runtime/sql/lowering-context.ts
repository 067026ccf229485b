// What an expression stands in while it becomes a tree of the expression language.

import { RecordError } from '../model/record-error.ts'
import type * as Ast from './ast.ts'
import type { SqlSource } from './sql-error.ts'
import type { SqlType } from './sql-type.ts'
import type { Typed } from './typed.ts'

export interface LoweringContext {
  readonly source: SqlSource
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  /** What a name means; throws for one that means nothing. */
  column(column: Ast.Column): Typed
  /** Of an expression that is known as a whole, as a GROUP BY expression or an aggregate is; asked before its parts. */
  known(expression: Ast.Expression): Typed | undefined
  /** A type as written, custom ones resolved. */
  typeOf(name: Ast.TypeName): SqlType
  /** A function failed for a value, which became null. */
  failed(message: string): void
  /** The call of a table function whose rows are being made; any other one stands where it has no rows to make. */
  readonly tableFunction?: Ast.Expression
  /** Parameters of the lambdas around, the innermost last. */
  readonly parameters: readonly LambdaParameter[]
}

/** Makes the tree of a part; lower.ts has it. */
export type Lower = (expression: Ast.Expression, context: LoweringContext) => Typed

export interface LambdaParameter {
  readonly name: string
  readonly type: SqlType
}

type Implementation = (...values: never[]) => unknown

/** A function whose failures are null, and told. */
export const guarded =
  (implement: Implementation, { failed }: Pick<LoweringContext, 'failed'>): Implementation =>
  (...values) => {
    try {
      return implement(...values)
    } catch (error) {
      if (!(error instanceof RecordError)) throw error
      failed(error.message)
      return null
    }
  }
