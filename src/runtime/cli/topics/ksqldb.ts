// ks help ksqldb: for people who have statements of ksqlDB.

import type { HelpTopic } from '../command.ts'

export const ksqldbTopic: HelpTopic = {
  name: 'ksqldb',
  summary: 'From ksqlDB: what runs as it is, and what differs.',
  body: () => [
    'A file of statements that ksqlDB runs headless (`ksql.queries.file`) runs as `ks sql -f FILE -a APP`: no JVM, no server, and one ' +
      'process for all of its queries. `-e` ends it when what is there now has been processed, `ks explain FILE` shows what it is made of, ' +
      '`ks test --sql FILE --input … --output …` tests it with the files of ksql-test-runner.',
    { heading: 'The same' },
    {
      rows: [
        ['Statements', 'CREATE STREAM and TABLE, CREATE … AS SELECT, INSERT INTO, CREATE TYPE, SET, DEFINE, SELECT.'],
        ['Topics', 'Keys and values in JSON, DELIMITED and KAFKA; windowed keys as Kafka Streams writes them.'],
        ['Semantics', 'Windows, grace (24 hours if none is said), joins, tombstones: those of Kafka Streams.'],
        ['Names', 'In capitals unless quoted; topics of results are called as the stream or table.'],
        ['Query ids', 'CTAS_X_1, CSAS_X_2, INSERTQUERY_3, counted from 1 in each script.'],
        ['Functions', 'All of ksqlDB; `ks help statements` lists them.'],
        ['HTTP', 'With `--serve`: /query-stream, /query and /ksql for pull queries, SHOW and DESCRIBE.'],
      ],
    },
    { heading: 'Different' },
    {
      rows: [
        [
          'One program',
          'All queries of a file are one application with one topology and one consumer group, not one for each query.',
        ],
        [
          'Results of another query',
          'are taken directly, not read back from their topic. Records that others write there are not seen.',
        ],
        ['A changed file', 'is another program: its state is refused, and `ks reset APP` makes it start over.'],
        ['A bad record', 'is left out if a column that is used cannot be read; `--on-error` says what happens to it.'],
        ['Joins without GRACE PERIOD', 'give rows without a match when the 24 hours are over, not at once.'],
        ['Keys of joins', 'by an expression, and of FULL joins of streams, are texts whatever KEY_FORMAT says.'],
        ['A group with a part that is null', 'counts, if it has several parts; ksqlDB leaves it out.'],
        ['INTEGER', 'does not overflow; it becomes a larger number.'],
        [
          'A pull query',
          'knows no ROWTIME, takes WINDOWSTART in ms, and is about the instance that is asked; what other machines have is an error, never half of an answer.',
        ],
        ['Tables of joins', 'keep no rows of their own and cannot be asked.'],
        ['INSERT INTO … VALUES', 'stands in a script without -a, and goes to declared topics only.'],
      ],
    },
    { heading: 'More' },
    'Files and pipes as sources and sinks, sources without columns, WITH, UNION ALL, queries in FROM, ORDER BY and OFFSET, SLIDING ' +
      'windows, several join conditions, MEDIAN and PERCENTILE, aggregates and sub-queries in pull queries, a windowed table joined with ' +
      'one without windows, a STREAM of a table. `--strict` refuses the last two.',
    { heading: 'Not there' },
    'Statements for a server that runs (CREATE over HTTP, DROP, TERMINATE, ALTER, PRINT), push queries over HTTP, the console, AVRO, ' +
      'PROTOBUF, JSON_SR and a schema registry, columns of headers, windowed topics as sources (WINDOW_TYPE), ' +
      'connectors, and functions of your own.',
  ],
}
