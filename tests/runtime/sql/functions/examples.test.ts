// The examples of help are true, and every function has some.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { stringifyJson } from '../../../../src/runtime/serde/json-parse.ts'
import { findSqlFunction, sqlFunctionNames, sqlFunctions } from '../../../../src/runtime/sql/functions/all.ts'
import { evaluateSql } from './evaluate-sql.ts'

suite('examples', () => {
  for (const { name, examples } of sqlFunctions) {
    test(name, () => {
      assert.ok(examples.length > 0)
      for (const { sql, result } of examples) assert.equal(stringifyJson(evaluateSql(sql)), stringifyJson(result), sql)
    })
  }
})

suite('the library', () => {
  test('has every name once, in upper case', () => {
    const names = sqlFunctions.flatMap(({ name, aliases }) => [name, ...aliases])
    assert.equal(new Set(names).size, names.length)
    assert.deepEqual(
      names.filter((name) => name !== name.toUpperCase()),
      [],
    )
    assert.deepEqual([...sqlFunctionNames()], names)
  })

  test('finds functions in whatever case', () => {
    assert.equal(findSqlFunction('abs')?.name, 'ABS')
    assert.equal(findSqlFunction('no_such'), undefined)
  })

  test('says one thing about each function and each parameter', () => {
    for (const { name, summary, signatures } of sqlFunctions) {
      assert.match(summary, /^[^a-z].*\.$/s, name)
      for (const { names, parameters, rest } of signatures) {
        assert.equal(names.length, parameters.length + (rest === undefined ? 0 : 1), name)
      }
    }
  })
})
