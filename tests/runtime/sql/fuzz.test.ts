// Whatever the text is, parsing it gives statements or a KsError that points into it, and soon.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { KsError } from '../../../src/runtime/model/errors.ts'
import { isComplete, parseExpressionText, parseStatements, readDirectives } from '../../../src/runtime/sql/parse.ts'
import { print } from '../../../src/runtime/sql/print.ts'
import { arbitraryStatement } from './arbitrary-statement.ts'
import { bareTree } from './bare-tree.ts'

const pieces =
  `SELECT FROM WHERE GROUP BY HAVING WINDOW TUMBLING SESSION ( SIZE 1 MINUTE ) , ; CREATE STREAM TABLE AS WITH INSERT INTO VALUES
  EMIT CHANGES LIMIT JOIN LEFT ON WITHIN a b.c 'x' "y" \`z\` -> => := = <> || + - * / % [ ] < > . ' " \` -- /* */ --@test: \${x} $\${y}
  CASE WHEN THEN END CAST ARRAY MAP STRUCT NOT IN LIKE BETWEEN AND OR IS NULL DISTINCT 1 1.5 1e3 9999999999999999999 1x ü é 😀
  ASSERT DESCRIBE EXPLAIN PRINT SHOW ALL UNION ORDER OFFSET AT TIME ZONE DATE DEFINE ; ;`.split(/\s+/)

/** Parses in every way there is. */
const tryAll = (text: string): void => {
  const variables = new Map([
    ['x', "it's"],
    ['y', '`a`'],
    ['z', 'ALL'],
  ])
  isComplete(text)
  readDirectives(text)
  for (const parse of [parseStatements, parseExpressionText]) {
    try {
      parse(text, { variables })
    } catch (error) {
      if (!(error instanceof KsError)) throw error
      assert.equal(error.kind, 'compile')
      assert.ok(error.snippet !== undefined)
      const { text: line, column, length = 1 } = error.snippet
      assert.ok(text.includes(line))
      assert.ok(column >= 0 && column <= line.length, `column ${column} of ${line}`)
      assert.ok(length >= 1)
    }
  }
}

suite('nothing but a KsError is thrown for', () => {
  test('any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), tryAll), { numRuns: 3000 })
  })

  test('any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        tryAll(new TextDecoder('latin1').decode(bytes))
        tryAll(new TextDecoder().decode(bytes))
      }),
      { numRuns: 3000 },
    )
  })

  test('pieces of SQL in any order', () => {
    const text = fc.array(fc.tuple(fc.constantFrom(...pieces), fc.constantFrom(' ', '', '\n')), { maxLength: 40 })
    fc.assert(
      fc.property(text, (parts) => {
        tryAll(parts.flat().join(''))
      }),
      { numRuns: 10_000 },
    )
  })

  test('statements with some characters exchanged, left out or doubled', () => {
    const change = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      removed: fc.nat(8),
      added: fc.constantFrom('', ...pieces),
    })
    fc.assert(
      fc.property(arbitraryStatement, fc.array(change, { minLength: 1, maxLength: 4 }), (tree, changes) => {
        let text = print(tree)
        for (const { at, removed, added } of changes) {
          const position = Math.floor(at * text.length)
          text = text.slice(0, position) + added + text.slice(position + removed)
        }
        tryAll(text)
      }),
      { numRuns: 1500 },
    )
  })
})

test('whatever parses is printed to something that parses to the same', () => {
  const text = fc.array(fc.constantFrom(...pieces), { maxLength: 12 })
  let count = 0
  fc.assert(
    fc.property(text, (parts) => {
      const script = `SELECT a FROM b; DEFINE x = 'all'; DESCRIBE EXTENDED ${parts.join(' ')}; SELECT ${parts.join(' ')} FROM s`
      for (const part of script.split(';')) {
        try {
          for (const { statement, text: own } of parseStatements(part, { variables: new Map([['x', '-1']]) })) {
            count++
            for (const again of [print(statement), own]) {
              assert.deepEqual(bareTree(parseStatements(again)[0]?.statement), bareTree(statement), again)
            }
          }
        } catch (error) {
          if (!(error instanceof KsError)) throw error
        }
      }
    }),
    { numRuns: 3000 },
  )
  assert.ok(count > 3000)
})

suite('text without end is refused or parsed in time', () => {
  const n = 100_000
  const giants: Readonly<Record<string, string>> = {
    brackets: '('.repeat(n),
    'closed brackets': `SELECT ${'('.repeat(n)}a${')'.repeat(n)} FROM s`,
    negations: `SELECT ${'NOT '.repeat(n)}a FROM s`,
    minuses: `SELECT ${'- '.repeat(n)}a FROM s`,
    sums: `SELECT ${'a + '.repeat(n)}a FROM s`,
    subscripts: `SELECT a${'[1]'.repeat(n)} FROM s`,
    fields: `SELECT a${'->b'.repeat(n)} FROM s`,
    calls: `SELECT ${'f('.repeat(n)} FROM s`,
    'bracketed lambdas': `SELECT ${'f((a, b, '.repeat(n)} FROM s`,
    joins: `SELECT * FROM s ${'JOIN t ON a = b '.repeat(n)}`,
    'sub-queries': 'SELECT * FROM ('.repeat(n),
    'named queries': 'WITH a AS ('.repeat(n),
    explanations: 'EXPLAIN '.repeat(n),
    types: `CREATE TYPE t AS ${'ARRAY<'.repeat(n)}`,
    'postfix types': `CREATE TYPE t AS INT ${'ARRAY '.repeat(n)}`,
    structs: `CREATE TYPE t AS ${'STRUCT<a '.repeat(n)}`,
    cases: `SELECT ${'CASE WHEN '.repeat(n)}`,
    digits: `SELECT ${'9'.repeat(n)} FROM s`,
    'zones in a chain': `SELECT a ${"AT TIME ZONE 'x' ".repeat(n)} FROM s`,
    'groups in brackets': `SELECT a FROM s GROUP BY ${'('.repeat(n)}`,
    quotes: "'".repeat(n + 1),
    'open comment': '/*'.repeat(n),
    variables: 'SELECT ${x}'.repeat(n),
    'dollars in a string': `SELECT '${'$'.repeat(n)}{' FROM s`,
  }
  for (const [name, text] of Object.entries(giants)) {
    test(name, { timeout: 5000 }, () => {
      tryAll(text)
    })
  }

  test('long lists are fine', () => {
    const [parsed] = parseStatements(
      `SELECT ${'a, '.repeat(n)}b FROM s WHERE ${'a = 1 AND '.repeat(n)}b IN (${'1, '.repeat(n)}2)`,
    )
    assert.equal(parsed?.statement.kind, 'query')
  })

  test('400 levels are the limit', () => {
    assert.ok(parseExpressionText(`${'('.repeat(399)}a${')'.repeat(399)}`))
    assert.throws(() => parseExpressionText(`${'('.repeat(400)}a${')'.repeat(400)}`), {
      message: 'cannot compile the statement: this is nested more than 400 levels deep',
    })
    const sum = (length: number): string => Array.from({ length }, () => 'a').join(' + ')
    assert.ok(print(parseExpressionText(sum(400))).length > 0)
    assert.throws(() => parseExpressionText(sum(402)), { message: /400 levels/ })
  })
})
