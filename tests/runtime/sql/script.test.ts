// Scripts: where statements begin and end, variables, directives, and whether a console has all of a statement.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { KsError } from '../../../src/runtime/model/errors.ts'
import { isComplete, parseStatements, readDirectives } from '../../../src/runtime/sql/parse.ts'
import { print } from '../../../src/runtime/sql/print.ts'
import { bareTree } from './bare-tree.ts'
import { errorOf } from './error-table.ts'

const texts = (script: string, variables: Readonly<Record<string, string>> = {}): string[] =>
  parseStatements(script, { variables: new Map(Object.entries(variables)) }).map(({ text }) => text)

suite('statements', () => {
  test('are separated by semicolons; empty ones do not count', () => {
    assert.deepEqual(texts(';; SHOW TABLES ;\n;SHOW TYPES -- no ;\n; /* ; */ SHOW\n  TOPICS'), [
      'SHOW TABLES',
      'SHOW TYPES',
      'SHOW\n  TOPICS',
    ])
    assert.deepEqual(texts(''), [])
    assert.deepEqual(texts(' -- nothing\n /* at all */ ; '), [])
  })

  test('may have semicolons in quotes and comments', () => {
    const statement = 'SELECT \'a;b\', `c;d`, ";" /* ; */ FROM s -- ;\nLIMIT 1'
    assert.deepEqual(texts(`${statement};SHOW TYPES`), [statement, 'SHOW TYPES'])
  })

  test('know their place and their source', () => {
    const script = '  SHOW TABLES;\n SHOW TYPES;'
    const parsed = parseStatements(script, { name: 'x.sql' })
    assert.deepEqual(
      parsed.map(({ start, source }) => [start, source.text === script, source.name]),
      [
        [2, true, 'x.sql'],
        [16, true, 'x.sql'],
      ],
    )
  })
})

suite('variables', () => {
  test('stand for names, literals, and parts of names and of what is quoted', () => {
    const variables = { name: 'clicks', n: '-3', text: "'it''s'", odd: '`a b`', env: 'prod', yes: 'true' }
    assert.deepEqual(
      texts(
        'SELECT ${odd}, ${n}, ${text}, ${yes}, \'${env}-${name}!\', "x ${env}" FROM ${name}_${ENV} WHERE a-${n}',
        variables,
      ),
      ["SELECT `a b`, -3, 'it''s', true, 'prod-clicks!', \"x prod\" FROM clicks_prod WHERE a- -3"],
    )
  })

  test('with quotes in them stay inside of quotes', () => {
    const [parsed] = parseStatements("SELECT '${x}', `${x}` FROM s", { variables: new Map([['x', "a'b`c"]]) })
    assert.equal(parsed?.text, "SELECT 'a''b`c', `a'b``c` FROM s")
    assert.equal(parsed && print(parsed.statement), parsed?.text)
  })

  test('are never keywords, and cannot end what they stand in', () => {
    const script = 'TERMINATE ${x}'
    assert.deepEqual(texts(script, { x: 'all' }), ['TERMINATE `ALL`'])
    for (const x of [
      'a; DROP STREAM s',
      'a b',
      'SELECT',
      '1 + 1',
      '',
      "'a' 'b'",
      '--',
      'a -- b',
      "'",
      '``',
      '1x',
      '${x}',
    ]) {
      const error = errorOf(() => texts(script, { x }))
      assert.match(error.message, /^cannot compile the statement: this is ".*", which is neither a name nor a literal$/)
      assert.deepEqual(error.snippet, { text: script, column: 10, length: 4 })
    }
  })

  test('are defined and undefined in the script, for what follows', () => {
    const script = "DEFINE t = 'a'; SELECT * FROM ${t}; DEFINE t = '${T}b'; SELECT * FROM ${t}; UNDEFINE T; SHOW TABLES"
    assert.deepEqual(texts(script, { t: 'given' }), [
      "DEFINE t = 'a'",
      'SELECT * FROM a',
      "DEFINE t = 'ab'",
      'SELECT * FROM ab',
      'UNDEFINE T',
      'SHOW TABLES',
    ])
    const error = errorOf(() => texts("SELECT ${t} FROM s; DEFINE t = 'a'"))
    assert.equal(error.message, 'cannot compile the statement: there is no variable t')
  })

  test('that are unknown are an error with those that are near', () => {
    const error = errorOf(() => texts("SELECT 'x${tabel}' FROM s", { table: 'a', other: 'b' }))
    assert.ok(error instanceof KsError)
    assert.equal(error.message, 'cannot compile the statement: there is no variable tabel')
    assert.deepEqual(error.didYouMean, ['TABLE'])
    assert.equal(error.hint, "define it first: DEFINE tabel = '…'; a text that is no variable is written $${tabel}")
    assert.deepEqual(error.snippet, { text: "SELECT 'x${tabel}' FROM s", column: 9, length: 8 })
  })

  test('are left alone with two dollars, so that a text can be parsed again', () => {
    const [parsed] = parseStatements("SELECT '$${x} ${} ${1} $ ${y}' FROM s", { variables: new Map([['y', '${x}']]) })
    assert.ok(parsed !== undefined)
    assert.equal(parsed.text, "SELECT '$${x} ${} ${1} $ $${x}' FROM s")
    assert.deepEqual(bareTree(parseStatements(parsed.text)[0]?.statement), bareTree(parsed.statement))
    assert.ok(JSON.stringify(parsed.statement).includes('"${x} ${} ${1} $ ${x}"'))
  })

  test('leave places in the source as they are', () => {
    const script = 'SELECT ${long}, b FROM s'
    const [parsed] = parseStatements(script, { variables: new Map([['long', 'a_long_name']]) })
    assert.ok(parsed?.statement.kind === 'query')
    const items = parsed.statement.query.selects[0]?.items ?? []
    assert.deepEqual(
      items.map(({ start, end }) => script.slice(start, end)),
      ['${long}', 'b'],
    )
  })
})

suite('directives', () => {
  const script = [
    '--@test: first',
    '--@expected.error: io.confluent.Error',
    '-- a comment',
    'SHOW TABLES; --@test: second: with colon ',
    'SELECT --@inside',
    "'--@not: one' FROM s; /* --@nor: one */",
    '--@last: x',
  ].join('\n')

  test('belong to the statement that follows', () => {
    assert.deepEqual(
      parseStatements(script).map(({ directives }) => directives.map(({ name, value }) => [name, value])),
      [
        [
          ['test', 'first'],
          ['expected.error', 'io.confluent.Error'],
        ],
        [
          ['test', 'second: with colon'],
          ['inside', ''],
        ],
      ],
    )
  })

  test('can be read by themselves', () => {
    const found = readDirectives(script)
    assert.deepEqual(
      found.map(({ name }) => name),
      ['test', 'expected.error', 'test', 'inside', 'last'],
    )
    for (const { name, start } of found) assert.equal(script.slice(start, start + 3 + name.length), `--@${name}`)
    const ofBroken = readDirectives("--@test: a\nSELEC 'x\n--@test: b")
    assert.deepEqual(ofBroken.length, 1)
    assert.deepEqual(readDirectives('--@test: a\nSELEC x;\n--@test: b').length, 2)
  })
})

suite('a console has all of a statement', () => {
  const cases: Readonly<Record<string, boolean>> = {
    '': false,
    '  ': false,
    ';': true,
    'SELECT 1': false,
    'SELECT 1;': true,
    'SELECT 1; \n': true,
    'SELECT 1; -- done': true,
    'SELECT 1; /* done */': true,
    'SELECT 1; /* not': false,
    'SELECT 1 -- ;': false,
    'SELECT 1 /* ; */': false,
    "SELECT ';": false,
    "SELECT ';'": false,
    "SELECT 'it''s;": false,
    "SELECT 'it''s';": true,
    'SELECT ";': false,
    'SELECT `;': false,
    'SELECT `a`;': true,
    'SHOW TABLES; SHOW': false,
    "SHOW TABLES; '": false,
    "-- it's\n;": true,
  }
  for (const [text, expected] of Object.entries(cases)) {
    test(JSON.stringify(text), () => {
      assert.equal(isComplete(text), expected)
    })
  }
})
