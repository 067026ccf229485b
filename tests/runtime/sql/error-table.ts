// Tables of texts that are no SQL and what is said about them.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { KsError } from '../../../src/runtime/model/errors.ts'
import { parseStatements } from '../../../src/runtime/sql/parse.ts'

/** The KsError that is thrown; without one the test fails. */
export const errorOf = (parse: () => unknown): KsError => {
  try {
    parse()
  } catch (error) {
    if (error instanceof KsError) return error
    throw error
  }
  return assert.fail('it parses')
}

/** The text, a line with the caret, what is said, what is proposed and the names that are near. */
type Case = readonly [
  text: string,
  caret: string,
  what: string,
  hint?: string | undefined,
  didYouMean?: readonly string[],
]

/** Tests of what is said about texts. */
export const errorTable = (
  title: string,
  cases: readonly Case[],
  parse: (text: string) => unknown = parseStatements,
): void => {
  suite(title, () => {
    for (const [text, caret, what, hint, didYouMean = []] of cases) {
      test(text, () => {
        const error = errorOf(() => parse(text))
        const { column = -1, length = 1 } = error.snippet ?? {}
        assert.deepEqual(
          {
            kind: error.kind,
            line: error.snippet?.text,
            caret: ' '.repeat(column) + '^'.repeat(length),
            message: error.message,
            hint: error.hint,
            didYouMean: error.didYouMean,
          },
          { kind: 'compile', line: text, caret, message: `cannot compile the statement: ${what}`, hint, didYouMean },
        )
      })
    }
  })
}
