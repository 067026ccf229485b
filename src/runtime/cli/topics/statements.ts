// ks help statements: what of SQL runs.

import type { HelpTopic } from '../command.ts'
import { rowsOf, type LanguageTables } from './expressions.ts'

export const statementsTopic = (tables: () => LanguageTables): HelpTopic => ({
  name: 'statements',
  summary: 'The SQL of ks sql: sources, clauses, functions.',
  body: () => [
    'Statements in the dialect of ksqlDB, separated by semicolons. The last one may be a SELECT, whose results are printed. Its ' +
      "sources need no declaration: `'clicks.ndjson'` is a file, `'@clicks'` a topic, `stdin` standard input. Streams and tables " +
      'that statements declare are known to the statements behind them, and to nobody else: there is no catalog. All queries of a ' +
      'script are one program with one application id (`-a`); what reads the results of another query is connected with it ' +
      'directly. DROP, ALTER and other statements that change a program that runs are not there yet; SHOW and DESCRIBE are answered over HTTP only.',
    { heading: 'Statements' },
    {
      rows: [
        [
          'CREATE STREAM s (id INT KEY, …) WITH (…)',
          'A stream over a topic or a file. Without columns any name is a field.',
        ],
        ['CREATE TABLE t (id INT PRIMARY KEY, …) WITH (…)', 'A table: the latest row of each key.'],
        ['CREATE STREAM s [WITH (…)] AS SELECT …', 'A query that goes on, and whose results are a stream.'],
        ['CREATE TABLE t [WITH (…)] AS SELECT …', 'The same for a table: with GROUP BY, or of other tables.'],
        ['INSERT INTO s SELECT …', 'More records for a stream; columns meet by name.'],
        ['INSERT INTO s (a, b) VALUES (1, 2)', 'A record, written before anything is read. ROWTIME is its time in ms.'],
        ['CREATE TYPE name AS STRUCT<…>', 'A name for a type.'],
        ["SET 'auto.offset.reset' = 'earliest'", 'A property by its Kafka name; what is typed with -X counts more.'],
        ["DEFINE name = 'value'", 'What `${name}` stands for behind it; `--define NAME=VALUE` does the same.'],
      ],
    },
    { heading: 'Asking a program' },
    'With `-a APP` a SELECT from a table of the program that runs under this name, or has run last, shows what the table has now (a pull ' +
      'query). Conditions on the key, and on WINDOWSTART, are looked up; everything else of a SELECT but joins is there, too. A program with ' +
      '`--serve HOST:PORT` answers the same over HTTP, as ksqlDB does: POST /query-stream {"sql": "SELECT …"}, /query and /ksql {"ksql": …} ' +
      'for SHOW STREAMS, TABLES and QUERIES and DESCRIBE, GET /info and /healthcheck. Tables that GROUP BY makes, or that statements declare ' +
      'and queries read, keep rows; those made of them row by row can be asked as well.',
    { heading: 'Properties of WITH' },
    {
      rows: [
        ['KAFKA_TOPIC', 'The topic. Results go to one that is called as the stream or table in capitals.'],
        ['FILE', 'A file in place of a topic: its columns are those of its rows, keys included.'],
        [
          'FORMAT, KEY_FORMAT, VALUE_FORMAT',
          'JSON, DELIMITED, KAFKA or NONE. Keys are KAFKA; results are as their first source.',
        ],
        ['PARTITIONS, REPLICAS, RETENTION_MS', 'Of a topic that is made; partitions as those of the first source.'],
        ['TIMESTAMP', 'The column with the time: ms, a TIMESTAMP, or a text in ISO 8601.'],
        [
          'TIMESTAMP_FORMAT',
          "How that text is written, as in Java: 'dd/MMM/yyyy:HH:mm:ss Z'. UTC unless it says otherwise.",
        ],
        ['WRAP_SINGLE_VALUE', 'FALSE: a single column of JSON stands without an object around it.'],
        ['KEY_DELIMITER, VALUE_DELIMITER', 'Between the cells of DELIMITED: a character, SPACE or TAB.'],
      ],
    },
    { heading: 'Clauses' },
    {
      rows: [
        ['WITH name AS (SELECT …)', 'Names a query, to be used in FROM.'],
        ['SELECT expr [AS name], …', 'Results are called as they are written. `*` passes records on as they are.'],
        ['FROM source [AS] alias', 'A source, a name of WITH, or a query in parentheses.'],
        [
          'JOIN … WITHIN 1 HOUR ON …',
          'Two streams: INNER, LEFT, RIGHT, FULL; `WITHIN (before, after)`, `GRACE PERIOD`.',
        ],
        [
          "JOIN 'file' ON …",
          'A file that is looked up, INNER or LEFT: the last row of each key counts. A join may have more conditions.',
        ],
        [
          'JOIN table ON …',
          'A stream with the rows of a table by its key, INNER or LEFT; two tables by their keys, also RIGHT and FULL, or by a column ' +
            'that names the key of the other one; a windowed table with one without windows.',
        ],
        ['WINDOW TUMBLING (SIZE 1 HOUR)', 'Also HOPPING (SIZE …, ADVANCE BY …), SESSION (gap) and SLIDING (SIZE …).'],
        ['WHERE condition', 'Before groups are made.'],
        ['GROUP BY expr, …', 'Without it all rows are one group.'],
        ['PARTITION BY expr', 'What the key of the results is in a topic.'],
        ['HAVING condition', 'After groups are made.'],
        ['UNION ALL SELECT …', 'Several streams as one.'],
        [
          'EMIT CHANGES, EMIT FINAL',
          'Every update; windows when they close. Without it groups show when the input ends.',
        ],
        ['ORDER BY expr [DESC]', 'Rows at the end of the input, in order; by position too. They are kept in memory.'],
        ['LIMIT n OFFSET m', 'The first rows; the query ends with the last of them.'],
      ],
    },
    { heading: 'Columns' },
    {
      rows: [
        ['page, `Page`, "Page"', 'The field of that name, in the case in which it is written.'],
        [
          'declared columns',
          'Names without quotes are in capitals, as in ksqlDB; fields are found whatever their case.',
        ],
        ['c.page', 'The field of the source `c`.'],
        ["a->b, a[1], a['b']", 'A field, an element from 1 on (negative: from the end), an entry.'],
        ['ROWTIME, ROWKEY', 'Time (ms) and key of the record; also ROWPARTITION and ROWOFFSET.'],
        ['WINDOWSTART, WINDOWEND', 'The window of a group, in ms.'],
      ],
    },
    'A column is what JSON says and becomes what the place needs, as if it had been declared so: a text where a function wants ' +
      'a text, a number of a CSV file where a number stands beside it. What cannot be converted is null, and said once. In results DATE is ' +
      'a number of days, TIME and TIMESTAMP are ms, BYTES base64.',
    { heading: 'Operators' },
    'As ksqlDB has them: + - * / %, || for texts, = <> < <= > >=, IS [NOT] DISTINCT FROM, IS [NOT] NULL, BETWEEN, IN, LIKE … ' +
      'ESCAPE, AND OR NOT, CASE, CAST(… AS type), ARRAY[…], MAP(k := v), STRUCT(f := v), lambdas. A comparison with null is ' +
      'false. Integers divide to integers; undeclared numbers divide as in a calculator. Dividing by zero is null.',
    { heading: 'Aggregates' },
    rowsOf(tables().sqlAggregates),
    { heading: 'Functions' },
    rowsOf(tables().sqlFunctions),
    { heading: 'Patterns of dates' },
    "Those of Java's DateTimeFormatter, in English: `yyyy-MM-dd'T'HH:mm:ss.SSSXXX`. Texts are read in whatever case. What does not " +
      'fit is null, and said once.',
    {
      rows: [
        ['yyyy yy, MM MMM MMMM, dd d', 'Year, month, day; DDD is the day of the year, QQQ the quarter, G the era.'],
        ['EEE EEEE, e', 'The day of the week as text; as a number, Sunday being 1.'],
        [
          'HH, hh a, mm, ss, SSS',
          'Hour, hour with AM or PM, minute, second, digits behind the point; kk is 1 to 24, KK 0 to 11.',
        ],
        ['XXX xxx Z O', 'The offset: +02:00 or Z, +02:00, +0200, GMT+2.'],
        ['VV, zzz zzzz', 'The zone: Europe/Berlin, CET, Central European Standard Time.'],
        ["'text', ''", 'Text as it is, and a quote.'],
        ['[…]', 'What need not be there, as in `HH:mm[:ss]`.'],
        ['YYYY, ww', 'The year of weeks and the week, from Sunday on. They cannot be read.'],
      ],
    },
    'A zone is UTC unless one is given: `Europe/Berlin`, `+02:00`, `UTC+2`. When clocks go forward, a time that is left out is as much ' +
      'later; of one that comes twice the first is meant.',
    { heading: 'Late records' },
    'As in ksqlDB a window without GRACE PERIOD takes late records for 24 hours less its size, and a join for 24 hours; ks says so. ' +
      '`GRACE PERIOD 0 SECONDS` closes windows at once.',
    { heading: 'Beyond ksqlDB' },
    'Files and undeclared sources, WITH, UNION ALL, queries in FROM, ORDER BY, OFFSET, SLIDING windows, joins with more than one ' +
      'condition, MEDIAN and PERCENTILE, a windowed table joined with one without windows, and a STREAM of a table (its changes). ' +
      'ks says so where ksqlDB gives a reason to refuse a statement that is written for it; `--strict` refuses the last two.',
  ],
})
