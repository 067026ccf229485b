// ks help statements: what of SQL runs.

import type { HelpTopic } from '../command.ts'
import { rowsOf, type LanguageTables } from './expressions.ts'

export const statementsTopic = (tables: () => LanguageTables): HelpTopic => ({
  name: 'statements',
  summary: 'The SQL of ks sql: sources, clauses, functions.',
  body: () => [
    "`ks sql` runs one SELECT in the dialect of ksqlDB, over sources that nobody has to declare: `'clicks.ndjson'` is a file, " +
      "`'@clicks'` a topic, `stdin` standard input. Statements that declare sources or go on by themselves (CREATE, INSERT, " +
      'pull queries, a server) are not there yet.',
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
  ],
})
