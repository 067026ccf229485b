// Random trees: what is printed parses to the same tree.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { parseExpressionText, parseStatement, parseStatements } from '../../../src/runtime/sql/parse.ts'
import { print } from '../../../src/runtime/sql/print.ts'
import { arbitraryExpression } from './arbitrary-expression.ts'
import { arbitraryStatement } from './arbitrary-statement.ts'
import { bareTree } from './bare-tree.ts'

suite('what is printed parses to the same tree', () => {
  test('expressions', () => {
    fc.assert(
      fc.property(arbitraryExpression, (tree) => {
        const text = print(tree)
        assert.deepEqual(bareTree(parseExpressionText(text)), bareTree(tree), text)
      }),
      { numRuns: 1500 },
    )
  })

  test('statements', () => {
    fc.assert(
      fc.property(arbitraryStatement, (tree) => {
        const text = print(tree)
        const parsed = parseStatement(text)
        assert.deepEqual(bareTree(parsed.statement), bareTree(tree), text)
        assert.equal(parsed.text, text)
        assert.equal(print(parsed.statement), text)
      }),
      { numRuns: 1000 },
    )
  })

  test('scripts', () => {
    fc.assert(
      fc.property(fc.array(arbitraryStatement, { maxLength: 4 }), (trees) => {
        const script = trees.map((tree) => `-- one; more\n${print(tree)} /* ; */;`).join('\n')
        const parsed = parseStatements(script)
        assert.deepEqual(
          parsed.map(({ statement }) => bareTree(statement)),
          trees.map(bareTree),
        )
        for (const { statement, text, start } of parsed) {
          assert.equal(script.slice(start, statement.end), text)
          assert.equal(statement.start, start)
        }
      }),
      { numRuns: 300 },
    )
  })
})
