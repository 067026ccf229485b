// Shorthands for trying expressions.

import { compileExpression, type ExpressionOptions } from '../../../src/runtime/expression/compile.ts'
import { KsError } from '../../../src/runtime/model/errors.ts'
import { RecordError } from '../../../src/runtime/model/record-error.ts'
import { noOrigin, StreamRecord } from '../../../src/runtime/model/stream-record.ts'

/** A record without key, time and origin. */
export const recordOf = (value: unknown): StreamRecord => new StreamRecord(null, value, -1, noOrigin)

/** The value of an expression for a value. */
export const evaluate = (text: string, value: unknown = null, options: Partial<ExpressionOptions> = {}): unknown =>
  compileExpression(text, { subject: 'it', ...options }).evaluate(recordOf(value))

/** The error of a text that does not compile. */
export const compileErrorOf = (text: string, options: Partial<ExpressionOptions> = {}): KsError => {
  try {
    compileExpression(text, { subject: 'it', ...options })
  } catch (error) {
    if (error instanceof KsError) return error
    throw error
  }
  throw new Error(`this compiles: ${text}`)
}

/** The error of a record that an expression cannot be applied to. */
export const recordErrorOf = (
  text: string,
  value: unknown = null,
  options: Partial<ExpressionOptions> = {},
): RecordError => {
  try {
    evaluate(text, value, options)
  } catch (error) {
    if (error instanceof RecordError) return error
    throw error
  }
  throw new Error(`this has a value: ${text}`)
}
