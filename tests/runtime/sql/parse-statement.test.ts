// Each form of statement: what it is in canonical SQL, which tells the tree, and trees of the larger ones.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parseStatement } from '../../../src/runtime/sql/parse.ts'
import { print } from '../../../src/runtime/sql/print.ts'
import { bareTree } from './bare-tree.ts'

/** What is written, and its canonical form if that is something else. */
type Case = readonly [text: string, printed?: string]

const table = (title: string, cases: readonly Case[]): void => {
  suite(title, () => {
    for (const [text, printed = text] of cases) {
      test(text, () => {
        const { statement } = parseStatement(text)
        assert.equal(print(statement), printed)
        assert.deepEqual(bareTree(parseStatement(printed).statement), bareTree(statement))
      })
    }
  })
}

table('sources', [
  [
    "create stream clicks (id int key, page varchar) with (kafka_topic='clicks', value_format='json', partitions=3);",
    "CREATE STREAM clicks (id INTEGER KEY, page STRING) WITH (KAFKA_TOPIC = 'clicks', VALUE_FORMAT = 'json', PARTITIONS = 3)",
  ],
  [
    "CREATE OR REPLACE SOURCE TABLE IF NOT EXISTS t (id BIGINT PRIMARY KEY) WITH (WRAP_SINGLE_VALUE = FALSE, 'x-y' = -1.5)",
    "CREATE OR REPLACE SOURCE TABLE IF NOT EXISTS t (id BIGINT PRIMARY KEY) WITH (WRAP_SINGLE_VALUE = FALSE, 'X-Y' = -1.5)",
  ],
  ["CREATE STREAM s (h ARRAY<STRUCT<key STRING, value BYTES>> HEADERS, k BYTES HEADER('a''b'))"],
  ["CREATE STREAM s WITH (FORMAT = 'AVRO')"],
  ['CREATE STREAM s (type STRING, topic STRING, key STRING, date DATE, time TIME, timestamp TIMESTAMP, size INTEGER)'],
  ['CREATE STREAM `odd ``name` (`select` STRING)'],
  ['CREATE TABLE t WITH (PARTITIONS = 1) AS SELECT page, COUNT(*) AS n FROM s GROUP BY page EMIT CHANGES'],
  ['CREATE OR REPLACE STREAM IF NOT EXISTS s AS WITH a AS (SELECT * FROM t) SELECT * FROM a'],
  ['ALTER STREAM s ADD COLUMN a INT, ADD b STRING', 'ALTER STREAM s ADD COLUMN a INTEGER, ADD COLUMN b STRING'],
  ['ALTER TABLE t ADD column INT', 'ALTER TABLE t ADD COLUMN column INTEGER'],
  ['DROP STREAM s'],
  ['DROP TABLE IF EXISTS t DELETE TOPIC'],
  ['CREATE TYPE address AS STRUCT<street STRING, geo point>'],
  ['CREATE TYPE IF NOT EXISTS money AS DECIMAL(10,2)', 'CREATE TYPE IF NOT EXISTS money AS DECIMAL(10, 2)'],
  ['DROP TYPE IF EXISTS money'],
])

table('queries', [
  ['SELECT * FROM s'],
  ['SELECT a b, c AS d, s.*, address->*, * FROM s t', 'SELECT a AS b, c AS d, s.*, address->*, * FROM s AS t'],
  ["SELECT * FROM 'clicks.ndjson' c", "SELECT * FROM 'clicks.ndjson' AS c"],
  ["SELECT * FROM '-'"],
  ['SELECT * FROM stdin'],
  [
    'SELECT a FROM s WHERE b > 1 GROUP BY (a, b) HAVING COUNT(*) > 1',
    'SELECT a FROM s WHERE b > 1 GROUP BY a, b HAVING COUNT(*) > 1',
  ],
  ['SELECT a FROM s GROUP BY (a), (b + 1) * 2', 'SELECT a FROM s GROUP BY a, (b + 1) * 2'],
  ['SELECT a FROM s PARTITION BY a, b EMIT FINAL LIMIT 3'],
  [
    'SELECT a FROM s ORDER BY a DESC, b ASC, desc LIMIT 3 OFFSET 4',
    'SELECT a FROM s ORDER BY a DESC, b, desc LIMIT 3 OFFSET 4',
  ],
  ['SELECT a FROM s OFFSET 4 LIMIT 3', 'SELECT a FROM s LIMIT 3 OFFSET 4'],
  ['SELECT a FROM s UNION ALL SELECT b FROM t UNION ALL SELECT c FROM u EMIT CHANGES'],
  [
    'SELECT a FROM (SELECT b FROM t LIMIT 1) x JOIN (SELECT c FROM u) ON b = c',
    'SELECT a FROM (SELECT b FROM t LIMIT 1) AS x JOIN (SELECT c FROM u) ON b = c',
  ],
  ['WITH a AS (SELECT b FROM t), c AS (SELECT d FROM a) SELECT * FROM c'],
  [
    'SELECT * FROM a INNER JOIN b ON a.x = b.y AND a.z = b.z LEFT OUTER JOIN c ON a.x = c.x',
    'SELECT * FROM a JOIN b ON a.x = b.y AND a.z = b.z LEFT JOIN c ON a.x = c.x',
  ],
  [
    'SELECT * FROM a RIGHT JOIN b ON x = y FULL OUTER JOIN c ON x = z',
    'SELECT * FROM a RIGHT JOIN b ON x = y FULL JOIN c ON x = z',
  ],
  ['SELECT * FROM a JOIN b WITHIN 1 HOUR GRACE PERIOD 90 SECONDS ON x = y'],
  [
    'SELECT * FROM a JOIN b WITHIN (0 SECONDS, 48 HOURS) GRACE PERIOD 1 DAY ON x = y',
    'SELECT * FROM a JOIN b WITHIN (0 SECONDS, 2 DAYS) GRACE PERIOD 1 DAY ON x = y',
  ],
  [
    'SELECT * FROM s WINDOW TUMBLING (SIZE 60 SECONDS, RETENTION 1 DAYS, GRACE PERIOD 10 MILLISECONDS)',
    'SELECT * FROM s WINDOW TUMBLING (SIZE 1 MINUTE, RETENTION 1 DAY, GRACE PERIOD 10 MILLISECONDS)',
  ],
  ['SELECT * FROM s WINDOW HOPPING (SIZE 1 HOUR, ADVANCE BY 5 MINUTES)'],
  ['SELECT * FROM s WINDOW SESSION (5 MINUTES, GRACE PERIOD 0 SECONDS)'],
  ['SELECT * FROM s WINDOW SLIDING (SIZE 1 MINUTE)'],
  ['SELECT emit AS partition, `order` FROM offset AS union', 'SELECT emit AS partition, `order` FROM offset AS union'],
])

table('rows', [
  ["INSERT INTO s VALUES (1, 'a', NULL, -1.5, ARRAY[1], STRUCT(f := 1))"],
  ['INSERT INTO s (rowtime, a) VALUES (1234, 2 + 3)'],
  ['INSERT INTO s SELECT * FROM t EMIT CHANGES'],
  ["INSERT INTO s WITH (QUERY_ID='q1') SELECT * FROM t", "INSERT INTO s WITH (QUERY_ID = 'q1') SELECT * FROM t"],
  ['INSERT INTO s WITH a AS (SELECT * FROM t) SELECT * FROM a'],
])

table('the rest', [
  ['LIST STREAMS', 'SHOW STREAMS'],
  ['show tables extended', 'SHOW TABLES EXTENDED'],
  ['SHOW TOPICS'],
  ['SHOW ALL TOPICS EXTENDED'],
  ['SHOW QUERIES EXTENDED'],
  ['SHOW FUNCTIONS'],
  ['SHOW TYPES'],
  ['SHOW VARIABLES'],
  ['SHOW PROPERTIES'],
  ['DESCRIBE clicks'],
  ['DESCRIBE clicks EXTENDED'],
  ['DESCRIBE EXTENDED clicks', 'DESCRIBE clicks EXTENDED'],
  ['DESCRIBE STREAMS'],
  ['DESCRIBE TABLES EXTENDED'],
  ['DESCRIBE FUNCTION len'],
  ['DESCRIBE function'],
  ['EXPLAIN CSAS_CLICKS_1'],
  ['EXPLAIN SELECT * FROM s EMIT CHANGES'],
  ['EXPLAIN CREATE STREAM s AS SELECT * FROM t'],
  ["PRINT 'Odd-Topic' FROM BEGINNING INTERVAL 2 LIMIT 3"],
  ['PRINT clicks SAMPLE 5', 'PRINT clicks INTERVAL 5'],
  ['PRINT "clicks"', "PRINT 'clicks'"],
  ['TERMINATE CSAS_A_1'],
  ['TERMINATE ALL'],
  ['PAUSE ALL'],
  ['RESUME q'],
  ["SET 'auto.offset.reset'='earliest'", "SET 'auto.offset.reset' = 'earliest'"],
  ["UNSET 'auto.offset.reset'"],
  ["ALTER SYSTEM 'a'='b'", "ALTER SYSTEM 'a' = 'b'"],
  ["DEFINE format = 'JSON'"],
  ['UNDEFINE format'],
  ["RUN SCRIPT './setup.sql'"],
  ["SPOOL 'out.log'"],
  ['SPOOL OFF'],
  ['ASSERT TOPIC clicks'],
  ["ASSERT NOT EXISTS TOPIC 'a-b' WITH (PARTITIONS = 2) TIMEOUT 5 SECONDS"],
  ['ASSERT VALUES s (id, a) VALUES (1, 2)'],
  ['ASSERT VALUES s VALUES (1)'],
  ['ASSERT NULL VALUES t (id) KEY (1)'],
  ["ASSERT STREAM s (id INTEGER KEY) WITH (KAFKA_TOPIC = 's')"],
  ['ASSERT TABLE t (id INTEGER PRIMARY KEY)'],
])

test('the tree of a query', () => {
  const text = 'SELECT COUNT(*) n FROM a b WINDOW TUMBLING (SIZE 2 MINUTES) WHERE b.x = 1 EMIT FINAL LIMIT 5'
  const name = (word: string): unknown => ({ text: word, quoted: false })
  assert.deepEqual(bareTree(parseStatement(text).statement), {
    kind: 'query',
    query: {
      with: [],
      selects: [
        {
          items: [
            {
              kind: 'expression',
              expression: { kind: 'call', name: name('COUNT'), arguments: [], isStar: true, isDistinct: false },
              alias: name('n'),
            },
          ],
          from: { kind: 'named', name: name('a'), isPlace: false, alias: name('b') },
          window: { kind: 'TUMBLING', size: { ms: 120_000 } },
          where: {
            kind: 'comparison',
            operator: '=',
            left: { kind: 'column', qualifier: name('b'), name: name('x') },
            right: { kind: 'literal', value: 1, type: 'INTEGER', text: '1' },
          },
          groupBy: [],
          partitionBy: [],
        },
      ],
      orderBy: [],
      emit: 'FINAL',
      limit: 5,
    },
  })
})

test('the tree of a join', () => {
  const { statement } = parseStatement("SELECT * FROM a LEFT JOIN '@b' c WITHIN (1 HOUR, 2 HOURS) ON x = y")
  assert.ok(statement.kind === 'query')
  const from = statement.query.selects[0]?.from
  assert.ok(from?.kind === 'join')
  assert.equal(from.type, 'LEFT')
  assert.deepEqual(bareTree(from.within), { before: { ms: 3_600_000 }, after: { ms: 7_200_000 } })
  assert.deepEqual(bareTree(from.right), {
    kind: 'named',
    name: { text: '@b', quoted: true },
    isPlace: true,
    alias: { text: 'c', quoted: false },
  })
})

test('the tree of columns', () => {
  const { statement } = parseStatement(
    "CREATE SOURCE TABLE t (id money PRIMARY KEY, h BYTES HEADER('x')) WITH (a = 'b')",
  )
  const name = (word: string): unknown => ({ text: word, quoted: false })
  assert.deepEqual(bareTree(statement), {
    kind: 'create',
    isTable: true,
    orReplace: false,
    isSource: true,
    ifNotExists: false,
    name: name('t'),
    columns: [
      { name: name('id'), type: { kind: 'custom', name: name('money') }, role: 'PRIMARY KEY' },
      { name: name('h'), type: { kind: 'simple', type: { kind: 'BYTES' } }, role: { header: 'x' } },
    ],
    properties: [{ name: 'A', value: 'b' }],
  })
})
