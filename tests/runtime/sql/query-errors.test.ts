// What is said about queries that are none: what, where (the caret) and what to do instead.

import { errorTable } from './error-table.ts'

const orderHint = 'the order is FROM, WINDOW, WHERE, GROUP BY, PARTITION BY, HAVING, UNION ALL, ORDER BY, EMIT, LIMIT'

errorTable('names', [
  [
    'SELECT group FROM s',
    '       ^^^^^',
    'expected an expression, found "group"',
    'GROUP is a reserved word: as a name write `group`',
  ],
  [
    'SELECT a FROM table',
    '              ^^^^^',
    'expected a stream, a table or a file in quotes, found "table"',
    'TABLE is a reserved word: as a name write `table`',
  ],
  [
    'CREATE STREAM select (a INT)',
    '              ^^^^^^',
    'expected the name of the stream, found "select"',
    'SELECT is a reserved word: as a name write `select`',
  ],
  [
    'SELECT 1a FROM s',
    '       ^^',
    'a name cannot begin with a digit',
    'quote it: `1a`; a duration is written 5 MINUTES',
  ],
  [
    'SELECT größe FROM s',
    '         ^',
    'unexpected "ö"',
    'a name with other letters than A to Z has to be quoted: `…`',
  ],
  ['SELECT a AS FROM s', '            ^^^^', 'expected a name after AS, found "FROM"'],
  [
    'SELECT "" FROM s',
    '       ^^',
    'a name cannot be empty',
    `strings are written in single quotes: '…'; "…" is a name`,
  ],
  ['SELECT a.b.c FROM s', '          ^', 'unexpected "."', 'a field of a STRUCT is read with ->, as in address->city'],
  ['SELECT s->1 FROM s', '          ^', 'expected the name of a field, found "1"'],
])

errorTable('clauses', [
  ['SELECT a', '        ^', 'expected "," or FROM, found the end of the statement'],
  ['SELECT a FORM s', '         ^^^^', 'unexpected "FORM"', undefined, ['FROM']],
  ['SELECT a, FROM s', '        ^', 'nothing follows this ","', 'take the comma away'],
  ['SELECT FROM s', '       ^^^^', 'expected what to select, found "FROM"', 'SELECT * takes all columns'],
  ['SELECT a b c FROM s', '           ^', 'expected "," or FROM, found "c"'],
  [
    'SELECT DISTINCT a FROM s',
    '       ^^^^^^^^',
    'there is no SELECT DISTINCT',
    'write SELECT a, b … GROUP BY a, b; or COUNT(DISTINCT x)',
  ],
  ['SELECT * FROM s, t', '               ^', 'sources are not listed with ","', 'write FROM a JOIN b ON a.x = b.y'],
  ['SELECT * FROM', '             ^', 'expected a stream, a table or a file in quotes, found the end of the statement'],
  ['SELECT * FROM s WHER a = 1', '                ^^^^', 'unexpected "WHER"', undefined, ['WHERE']],
  ['SELECT * FROM s WHERE', '                     ^', 'expected an expression, found the end of the statement'],
  [
    'SELECT * FROM s WHERE a = 1 GRUOP BY b',
    '                            ^^^^^',
    'expected the end of the statement, found "GRUOP"',
    undefined,
    ['GROUP'],
  ],
  ['SELECT * FROM s GROUP a', '                      ^', 'expected BY, found "a"'],
  ['SELECT * FROM s GROUP BY ()', '                         ^', 'GROUP BY needs an expression'],
  ['SELECT * FROM s GROUP BY a,', '                          ^', 'nothing follows this ","', 'take the comma away'],
  [
    'SELECT a FROM s HAVING b GROUP BY c',
    '                         ^^^^^',
    'GROUP BY stands twice or too late',
    orderHint,
  ],
  [
    'SELECT a FROM s GROUP BY a WINDOW TUMBLING (SIZE 1 HOUR)',
    '                           ^^^^^^',
    'WINDOW stands twice or too late',
    orderHint,
  ],
  [
    'SELECT a FROM s WHERE a = 1 WHERE b = 2',
    '                            ^^^^^',
    'WHERE stands twice or too late',
    orderHint,
  ],
  ['SELECT a FROM s LIMIT 1 EMIT CHANGES', '                        ^^^^', 'EMIT stands twice or too late', orderHint],
  [
    'SELECT a FROM s EMIT CHANGES UNION ALL SELECT a FROM t',
    '                             ^^^^^',
    'UNION stands twice or too late',
    orderHint,
  ],
  [
    'SELECT a FROM s EMIT CHANGE',
    '                     ^^^^^^',
    'expected CHANGES or FINAL, found "CHANGE"',
    undefined,
    ['CHANGES'],
  ],
  [
    'SELECT a FROM s UNION SELECT a FROM t',
    '                      ^^^^^^',
    'expected ALL, found "SELECT"',
    'UNION without ALL would have to remember every row; write UNION ALL',
  ],
  ['SELECT a FROM s LIMIT -1', '                      ^', 'expected a number of rows, found "-"'],
  ['SELECT a FROM s LIMIT 1.5', '                      ^^^', 'expected a number of rows, found "1.5"'],
  [
    'SELECT a FROM s LIMIT 99999999999999999999',
    '                      ^^^^^^^^^^^^^^^^^^^^',
    '99999999999999999999 is too large',
  ],
  ['SELECT a FROM (s)', '               ^', 'expected SELECT, found "s"', 'brackets in FROM hold a sub-query'],
  ['SELECT a FROM (SELECT b FROM t', '              ^', 'this "(" is not closed', 'close it with )'],
  [`SELECT a FROM ''`, '              ^^', 'the name of a file cannot be empty'],
  ['SELECT a->* + 1 FROM s', '            ^', 'expected "," or FROM, found "+"'],
  ['SELECT a + b->* FROM s', '            ^^', 'unexpected "->"', '->* takes all fields of a STRUCT, as in address->*'],
  [
    'SELECT a FROM s WHERE a BETWEN 1 AND 2',
    '                        ^^^^^^',
    'expected the end of the statement, found "BETWEN"',
    undefined,
    ['BETWEEN'],
  ],
  [`SELECT a LIK 'x' FROM s`, '         ^^^', 'unexpected "LIK"', undefined, ['LIKE']],
  [
    'SELECT a FROM s WINDOW TUMBLING (SIZE 1 HOUR, GRACE PERIOD 1 DAY, GRACE PERIOD 1 DAY)',
    '                                                                  ^^^^^',
    'expected RETENTION, found "GRACE"',
    'write TUMBLING (SIZE 1 MINUTE [, RETENTION 1 DAY] [, GRACE PERIOD 10 SECONDS])',
  ],
  [
    'SELECT a FROM s ORDER BY a DESCENDING',
    '                           ^^^^^^^^^^',
    'expected the end of the statement, found "DESCENDING"',
  ],
  ['SELECT a FROM s EMITT CHANGES', '                ^^^^^', 'unexpected "EMITT"', undefined, ['EMIT']],
])

errorTable('joins and windows', [
  [
    'SELECT * FROM a JOIN b WHERE x',
    '                       ^^^^^',
    'expected ON, found "WHERE"',
    'write JOIN b ON a.x = b.y; a join of streams has WITHIN 1 HOUR before ON',
  ],
  ['SELECT * FROM a LEFT b ON x = y', '                     ^', 'expected JOIN, found "b"'],
  [
    'SELECT * FROM a JOIN b ON x = y WITHIN 1 HOUR',
    '                                ^^^^^^',
    'WITHIN stands before ON',
    'write JOIN b WITHIN 1 HOUR ON a.x = b.y',
  ],
  [
    'SELECT * FROM a JOIN b WITHIN 1 HUOR ON x = y',
    '                                ^^^^',
    'expected a unit of time, found "HUOR"',
    'the units are DAYS, HOURS, MINUTES, SECONDS, MILLISECONDS',
    ['HOUR'],
  ],
  [
    'SELECT * FROM a JOIN b WITHIN (1 HOUR) ON x = y',
    '                                     ^',
    'expected ",", found ")"',
    'write WITHIN (1 HOUR, 2 HOURS), the time before and the time after',
  ],
  [
    'SELECT * FROM a JOIN b WITHIN -1 HOUR ON x = y',
    '                              ^',
    'expected a time, such as 5 MINUTES, found "-"',
  ],
  [
    'SELECT * FROM a JOIN b WITHIN 1.5 HOURS ON x = y',
    '                              ^^^',
    'expected a time, such as 5 MINUTES, found "1.5"',
  ],
  [
    'SELECT * FROM a JOIN b WITHIN 1 YEAR ON x = y',
    '                                ^^^^',
    'expected a unit of time, found "YEAR"',
    'the units are DAYS, HOURS, MINUTES, SECONDS, MILLISECONDS',
  ],
  [
    'SELECT * FROM a JOIN b WITHIN 999999999999 DAYS ON x = y',
    '                              ^^^^^^^^^^^^^^^^^',
    'this time is too long',
  ],
  [
    'SELECT * FROM a WINDOW TUMBLNG (SIZE 1 HOUR)',
    '                       ^^^^^^^',
    'expected TUMBLING, HOPPING, SESSION or SLIDING, found "TUMBLNG"',
    undefined,
    ['TUMBLING'],
  ],
  [
    'SELECT * FROM a WINDOW TUMBLING (1 HOUR)',
    '                                 ^',
    'expected SIZE, found "1"',
    'write TUMBLING (SIZE 1 MINUTE [, RETENTION 1 DAY] [, GRACE PERIOD 10 SECONDS])',
  ],
  [
    'SELECT * FROM a WINDOW TUMBLING SIZE 1 HOUR',
    '                                ^^^^',
    'expected "(", found "SIZE"',
    'write TUMBLING (SIZE 1 MINUTE [, RETENTION 1 DAY] [, GRACE PERIOD 10 SECONDS])',
  ],
  [
    'SELECT * FROM a WINDOW TUMBLING (SIZE 1 HOUR, ADVANCE BY 1 MINUTE)',
    '                                              ^^^^^^^',
    'expected RETENTION or GRACE PERIOD, found "ADVANCE"',
    'write TUMBLING (SIZE 1 MINUTE [, RETENTION 1 DAY] [, GRACE PERIOD 10 SECONDS])',
  ],
  [
    'SELECT * FROM a WINDOW HOPPING (SIZE 1 HOUR)',
    '                                           ^',
    'expected ", ADVANCE BY", found ")"',
    'write HOPPING (SIZE 1 MINUTE, ADVANCE BY 10 SECONDS [, RETENTION 1 DAY] [, GRACE PERIOD 10 SECONDS])',
  ],
  [
    'SELECT * FROM a WINDOW SESSION (SIZE 1 HOUR)',
    '                                ^^^^',
    'expected the gap, such as 5 MINUTES, found "SIZE"',
  ],
  [
    'SELECT * FROM a WINDOW SESSION (1 HOUR, GRACE 1 MINUTE)',
    '                                              ^',
    'expected PERIOD, found "1"',
  ],
  [
    'SELECT * FROM a WINDOW TUMBLING (SIZE 1 HOUR',
    '                                ^',
    'this "(" is not closed',
    'close it with )',
  ],
])
