// What is said about statements that are none: what, where (the caret) and what to do instead.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parseStatement, parseStatements } from '../../../src/runtime/sql/parse.ts'
import { errorOf, errorTable } from './error-table.ts'

const beginHint =
  'a statement begins with one of SELECT, WITH, CREATE, INSERT, DROP, ALTER, SHOW, LIST, DESCRIBE, EXPLAIN, PRINT, TERMINATE, PAUSE, ' +
  'RESUME, SET, UNSET, DEFINE, UNDEFINE, RUN, SPOOL, ASSERT'

errorTable('statements', [
  ['SELEC a FROM s', '^^^^^', 'expected a statement, found "SELEC"', undefined, ['SELECT']],
  ['crate stream s (a int)', '^^^^^', 'expected a statement, found "crate"', undefined, ['CREATE']],
  ['foo', '^^^', 'expected a statement, found "foo"', beginHint],
  ['(SELECT a FROM s)', '^', 'expected a statement, found "("', beginHint],
  [`'a'`, '^^^', `expected a statement, found the string 'a'`, beginHint],
  [`WITH (a = 'b')`, '^^^^', 'WITH at the beginning names a query', 'WITH name AS (SELECT …) SELECT …'],
  ['WITH a SELECT * FROM s', '       ^^^^^^', 'expected AS, found "SELECT"', 'write WITH a AS (SELECT …) SELECT …'],
  ['EXPLAIN', '       ^', 'expected a statement or the id of a query, found the end of the statement'],
  ['EXPLAIN SELEC * FROM s', '        ^^^^^', 'expected a statement, found "SELEC"', undefined, ['SELECT']],
])

errorTable('definitions', [
  ['CREATE a', '       ^', 'expected STREAM, TABLE or TYPE, found "a"'],
  ['CREATE STREM s (a INT)', '       ^^^^^', 'expected STREAM, TABLE or TYPE, found "STREM"', undefined, ['STREAM']],
  ['CREATE STREAM s (a)', '                  ^', 'expected the type of a, found ")"'],
  ['CREATE STREAM s (a INT,)', '                      ^', 'nothing follows this ","', 'take the comma away'],
  ['CREATE STREAM s (a INT b INT)', '                       ^', 'expected "," or ")", found "b"'],
  ['CREATE STREAM s (a INT PRIMARY)', '                              ^', 'expected KEY, found ")"'],
  [
    'CREATE STREAM s (a INT HEADER)',
    '                             ^',
    'expected "(", found ")"',
    `write HEADER('name')`,
  ],
  ['CREATE STREAM s ()', '                 ^', 'expected the name of a column, found ")"'],
  [
    'CREATE STREAM s SELECT * FROM t',
    '                ^^^^^^',
    'expected AS, found "SELECT"',
    'write CREATE … AS SELECT …',
  ],
  ['CREATE STREAM s AS * FROM t', '                   ^', 'expected SELECT, found "*"'],
  [
    'CREATE STREAM s (a INT) AS SELECT * FROM t',
    '                        ^^',
    'columns and AS SELECT exclude each other',
    'the columns come from the query; name them there with AS',
  ],
  [
    'CREATE SOURCE STREAM s AS SELECT * FROM t',
    '^^^^^^^^^^^^^^^^^^^^^^',
    'a SOURCE stream or table cannot be made from a query',
    'leave SOURCE out',
  ],
  [
    'CREATE STREAM s WITH (KAFKA_TOPIC = clicks) AS SELECT * FROM t',
    '                                    ^^^^^^',
    'expected a string, a number, TRUE or FALSE, found "clicks"',
    `quote it: 'clicks'`,
  ],
  [
    `CREATE STREAM s WITH (KAFKA_TOPIC 'clicks') AS SELECT * FROM t`,
    '                                  ^^^^^^^^',
    `expected "=", found the string 'clicks'`,
    `write WITH (KAFKA_TOPIC = 'clicks', FORMAT = 'JSON')`,
  ],
  [
    'CREATE STREAM s WITH (FORMAT = NULL)',
    '                               ^^^^',
    'expected a string, a number, TRUE or FALSE, found "NULL"',
    `quote it: 'NULL'`,
  ],
  ['CREATE STREAM IF EXISTS s (a INT)', '                 ^^^^^^', 'expected NOT, found "EXISTS"'],
  [
    'CREATE TYPE t STRUCT<a INT>',
    '              ^^^^^^',
    'expected AS, found "STRUCT"',
    'write CREATE TYPE t AS STRUCT<…>',
  ],
  ['CREATE TYPE t AS STRUCT<a>', '                         ^', 'expected the type of a, found ">"'],
  [
    `CREATE SOURCE CONNECTOR c WITH (a = 'b')`,
    '       ^^^^^^^^^^^^^^^^',
    'ks runs no connectors',
    'use the REST interface of Kafka Connect',
  ],
  ['DROP CONNECTOR c', '     ^^^^^^^^^', 'ks runs no connectors', 'use the REST interface of Kafka Connect'],
  ['SHOW CONNECTORS', '     ^^^^^^^^^^', 'ks runs no connectors', 'use the REST interface of Kafka Connect'],
  ['DESCRIBE CONNECTOR c', '         ^^^^^^^^^', 'ks runs no connectors', 'use the REST interface of Kafka Connect'],
  ['DROP s', '     ^', 'expected STREAM, TABLE or TYPE, found "s"'],
  ['DROP STREAM s DELETE', '                    ^', 'expected TOPIC, found the end of the statement'],
  [
    'ALTER STREAM s a INT',
    '               ^',
    'expected ADD, found "a"',
    'write ALTER … ADD COLUMN name type, ADD COLUMN name type',
  ],
  ['ALTER s ADD a INT', '      ^', 'expected STREAM, TABLE or SYSTEM, found "s"'],
])

errorTable('other statements', [
  ['INSERT s VALUES (1)', '       ^', 'expected INTO, found "s"'],
  [
    'INSERT INTO s (a) SELECT a FROM t',
    '                  ^^^^^^',
    'expected VALUES, found "SELECT"',
    'with SELECT the columns are named in the query, by AS',
  ],
  [
    'INSERT INTO s AS SELECT a FROM t',
    '              ^^',
    'expected SELECT, found "AS"',
    'INSERT INTO … SELECT has no AS',
  ],
  [
    'INSERT INTO s VALUES (1), (2)',
    '                        ^',
    'INSERT writes one row',
    'write one INSERT for each row',
  ],
  ['INSERT INTO s', '             ^', 'expected VALUES or SELECT, found the end of the statement'],
  [
    'SHOW STREAM',
    '     ^^^^^^',
    'expected STREAMS, TABLES, TOPICS, QUERIES, FUNCTIONS, TYPES, VARIABLES, PROPERTIES, found "STREAM"',
    undefined,
    ['STREAMS'],
  ],
  ['SHOW ALL TABLES', '         ^^^^^^', 'expected TOPICS, found "TABLES"'],
  ['DESCRIBE', '        ^', 'expected the name of a stream or table, found the end of the statement'],
  ['PRINT', '     ^', 'expected the name of a topic, found the end of the statement'],
  [`PRINT ''`, '      ^^', 'the name of a topic cannot be empty'],
  ['PRINT a FROM START', '             ^^^^^', 'expected BEGINNING, found "START"'],
  ['TERMINATE', '         ^', 'expected the id of a query, or ALL, found the end of the statement'],
  [
    `SET auto.offset.reset = 'earliest'`,
    '    ^^^^',
    'expected a string with the name of a property, found "auto"',
    `names and values are in single quotes: SET 'auto.offset.reset' = 'earliest'`,
  ],
  [
    `SET 'auto.offset.reset' = earliest`,
    '                          ^^^^^^^^',
    'expected a string with the value, found "earliest"',
    `names and values are in single quotes: SET 'auto.offset.reset' = 'earliest'`,
  ],
  [
    `SET 'auto.offset.reset' "earliest"`,
    '                        ^^^^^^^^^^',
    'expected "=", found the name "earliest"',
    `names and values are in single quotes: SET 'auto.offset.reset' = 'earliest'`,
  ],
  ['UNSET x', '      ^', 'expected a string with the name of a property, found "x"'],
  [`DEFINE x 'a'`, '         ^^^', `expected "=", found the string 'a'`, `write DEFINE x = 'value'`],
  ['DEFINE x = 3', '           ^', 'expected a string with the value, found "3"', `write DEFINE x = 'value'`],
  [`DEFINE 'x' = 'a'`, '       ^^^', `expected the name of a variable, found the string 'x'`],
  ['RUN SCRIPT f', '           ^', 'expected a string with the name of a file, found "f"'],
  ['SPOOL', '     ^', 'expected a string with the name of a file, or OFF, found the end of the statement'],
  ['ASSERT SCHEMA SUBJECT x', '       ^^^^^^', 'ks asks no schema registry', 'ASSERT TOPIC is there'],
  ['ASSERT', '      ^', 'expected TOPIC, VALUES, NULL VALUES, STREAM or TABLE, found the end of the statement'],
  ['ASSERT NOT EXISTS STREAM s', '                  ^^^^^^', 'expected TOPIC, found "STREAM"'],
  [
    'ASSERT TOPIC t TIMEOUT 3',
    '                        ^',
    'expected a unit of time, found the end of the statement',
    'the units are DAYS, HOURS, MINUTES, SECONDS, MILLISECONDS',
  ],
  ['ASSERT NULL VALUES t (id) VALUES (1)', '                          ^^^^^^', 'expected KEY, found "VALUES"'],
  [
    'SELECT a FROM s SELECT b FROM t',
    '                ^^^^^^',
    'expected the end of the statement, found "SELECT"',
    'put a ; before the next statement',
  ],
  ['SHOW TABLES TOPICS', '            ^^^^^^', 'expected the end of the statement, found "TOPICS"'],
])

suite('where it is', () => {
  const script = 'SELECT a FROM s;\n-- next\nSELECT b\r\n  FRM t'

  test('the line and its text, without its end', () => {
    const error = errorOf(() => parseStatements(script))
    assert.equal(error.message, 'cannot compile line 4: unexpected "FRM"')
    assert.deepEqual(error.snippet, { text: '  FRM t', column: 2, length: 3 })
    assert.deepEqual(errorOf(() => parseStatements('SELECT a;\r\n')).snippet, {
      text: 'SELECT a;',
      column: 8,
      length: 1,
    })
  })

  test('file, line and column if the file is known', () => {
    const error = errorOf(() => parseStatements(script, { name: 'clicks.sql' }))
    assert.equal(error.message, 'clicks.sql:4:3: unexpected "FRM"')
    assert.equal(
      errorOf(() => parseStatements('x', { name: 'a.sql' })).message,
      'a.sql:1:1: expected a statement, found "x"',
    )
  })

  test('one line with an end is no script', () => {
    assert.equal(
      errorOf(() => parseStatements('SELEC\n')).message,
      'cannot compile the statement: expected a statement, found "SELEC"',
    )
  })

  test('a place that spans lines is marked in its first', () => {
    const error = errorOf(() => parseStatements("SELECT 'a\nb' 'c\nd' FROM s"))
    assert.deepEqual(error.snippet, { text: "b' 'c", column: 3, length: 2 })
  })
})

suite('one statement', () => {
  test('is one', () => {
    assert.equal(errorOf(() => parseStatement(' -- none\n;')).message, 'cannot compile line 1: there is no statement')
    const second = errorOf(() => parseStatement('SHOW TABLES; SHOW TYPES'))
    assert.equal(second.message, 'cannot compile the statement: this is a second statement')
    assert.deepEqual(second.snippet, { text: 'SHOW TABLES; SHOW TYPES', column: 13, length: 10 })
  })
})
