// How tests of functions are written: a table of calls and results. Each function must have a case with a null.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { RecordError } from '../../../../src/runtime/model/record-error.ts'
import { stringifyJson } from '../../../../src/runtime/serde/json-parse.ts'
import { findSqlFunction } from '../../../../src/runtime/sql/functions/all.ts'
import type { SqlFunction } from '../../../../src/runtime/sql/functions/define-sql-function.ts'
import { evaluateTyped } from './evaluate-sql.ts'

/** The result must be a RecordError with this in its message. */
export class Fails {
  readonly message: RegExp
  constructor(message: RegExp) {
    this.message = message
  }
}
export const fails = (message: RegExp): Fails => new Fails(message)

/** An expression, its value (JSON text of it compared) and, if given, its type. */
export type Case = readonly [sql: string, result: unknown, type?: string]

/** Runs the cases of each function, and sees that there are some with null, unless the function takes no argument. */
export const checkCalls = (table: Readonly<Record<string, readonly Case[]>>): void => {
  for (const [name, cases] of Object.entries(table)) {
    suite(name, () => {
      for (const [sql, result, type] of cases) {
        test(sql, () => {
          if (result instanceof Fails) {
            assert.throws(
              () => evaluateTyped(sql),
              (error) => error instanceof RecordError && result.message.test(error.message),
            )
            return
          }
          const evaluated = evaluateTyped(sql)
          assert.notEqual(evaluated.value, undefined)
          assert.equal(shown(evaluated.value), shown(result))
          if (type !== undefined) assert.equal(evaluated.type, type)
        })
      }
      test('has a case with a null', () => {
        const definition = findSqlFunction(name)
        assert.ok(definition !== undefined, `there is no ${name}`)
        if (takesArguments(definition)) assert.ok(cases.some(([sql]) => /\b(NULL|null)\b/.test(sql)))
      })
    })
  }
}

/** Every function of a family has a row in the table of its tests. */
export const checkComplete = (
  functions: readonly SqlFunction[],
  table: Readonly<Record<string, readonly Case[]>>,
): void => {
  test('every function has cases', () => {
    assert.deepEqual(
      functions.map(({ name }) => name).filter((name) => table[name] === undefined),
      [],
    )
  })
}

const takesArguments = ({ signatures }: SqlFunction): boolean =>
  signatures.some(({ parameters, rest }) => parameters.length > 0 || rest !== undefined)

const shown = (value: unknown): string => {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`
  return stringifyJson(value)
}
