// ks join: adds the row of a table, or the records of another stream, to each record.

import { duration, flag, text } from '../runtime/cli/options.ts'
import { KsError } from '../runtime/model/errors.ts'
import { sinkOperand, sourceOperand } from './endpoints.ts'
import { clicks, users } from './sample-data.ts'
import { stage } from './stage.ts'

export default stage({
  name: 'join',
  summary: 'Add the row of a table, or records of another stream.',
  description: [
    'A table in a file is read completely before the first record; of several rows with a key the last one counts. Keys compare as text, because the fields of CSV files are texts.',
    'A table in a topic (`@NAME`) is joined by the keys of its records (`$key`). With a stream from a topic it is a KTable: its updates are taken in as they come, in order of time, and a record meets the row as it is then: one with an older time than the row does not see it, unless `--table-first` has taken in everything that was there. With `--history 7d` the table is versioned: a record meets the row as it was at the time of the record, however late the record is; with `--grace 1m` it waits one minute of the time of the stream for rows that come late (KIP-923), in memory and in the state, and records go on in the order of their times. A record that is later than that is joined at once. The stream is repartitioned if it is not joined by its own key, and both topics must have the same number of partitions otherwise. With a stream from a file or a pipe it is read first, like a file.',
    'With `--global` a topic is a GlobalKTable: every instance reads all of it before its first record and takes in what comes later, whatever its time. It is joined by any expression, nothing is repartitioned, and its rows are in memory.',
    "Behind a stage that makes a table (`table`, `count`, …) the result is a table again. With a file its rows are those of the first one, with more fields. With a topic two tables meet by their keys (`--on '$key'`), or the rows of the first one and the row that a field of theirs names (`--on .customer`, a foreign key), and updates of both change the result.",
    'Records of another stream (`--stream`) match if their keys are equal and they are at most `--within` apart in time: `--within 15m`, or `--within 0s/15m` for what comes up to 15 minutes after. Each pair is one result, with the later time of the two. Both streams are read side by side, lowest timestamp first; files need `--ts`. With `--left` or `--outer` a record without a match goes on alone once its window and `--grace` have passed. Records that come later than their time, as those of several partitions may, need a grace period as long as the disorder.',
    "Without `--as` the row's fields are added to the record; fields that the record has itself stay as they are.",
  ],
  operands: [],
  options: {
    table: text({
      valueName: '@TOPIC|FILE',
      completes: 'files',
      help: 'The table: a topic, or a file in any input format.',
    }),
    tableFirst: flag({
      help: 'Takes in what the topic of `--table` has at the start before any record; files and pipes always do.',
    }),
    history: duration({
      help: 'Keeps the versions of the rows of a `--table` topic for so long: a record meets the row as it was at its time.',
    }),
    global: text({
      valueName: '@TOPIC|FILE',
      completes: 'files',
      help: 'A table of which every instance has all rows.',
    }),
    stream: text({
      valueName: '@TOPIC|FILE',
      completes: 'files',
      help: 'The other stream: a topic, or a file.',
    }),
    within: text({ valueName: 'DURATION', help: 'How far apart in time records of two streams may be.' }),
    on: text({
      valueName: 'EXPR[=EXPR][,…]',
      help: 'Key of the record and key of the row; one expression if both are the same. The key of a row in a topic is `$key`.',
    }),
    where: text({ valueName: 'EXPR', help: 'What else must hold, of the joined record, for two to be a match.' }),
    left: flag({ help: 'Records without a match go on too.' }),
    outer: flag({ help: 'Records of both sides without a match go on too: for streams, and tables in topics.' }),
    unmatched: text({
      valueName: '@TOPIC|FILE',
      completes: 'files',
      help: 'Where records without a match go, as they came (a file grows at its end); with `--stream`, those of both streams.',
    }),
    as: text({
      long: 'as',
      valueName: 'NAME',
      help: 'Puts the row, or the record of the other stream, into this field.',
    }),
  },
  examples: [
    {
      title: 'Who clicked',
      run: 'ks join --table users.csv --on .user=.id --left --as u clicks.ndjson then cut user,u',
      input: { 'clicks.ndjson': clicks, 'users.csv': users },
      output:
        '{"user":"ann","u":{"id":"ann","name":"Ann Lee","country":"DE"}}\n{"user":"bob","u":{"id":"bob","name":"Bob Ray","country":"FR"}}\n{"user":"ann","u":{"id":"ann","name":"Ann Lee","country":"DE"}}\n{"user":"eve","u":null}\n',
    },
    {
      title: 'Only records with a row',
      run: 'ks join --table users.csv --on .user=.id clicks.ndjson then cut page,name then head -n 2',
      input: { 'clicks.ndjson': clicks, 'users.csv': users },
      output: '{"page":"/home","name":"Ann Lee"}\n{"page":"/cart","name":"Bob Ray"}\n',
    },
    {
      title: 'Orders with the payments that came within 15 minutes',
      run: 'ks join --stream payments.ndjson --on .order --within 0s/15m --left --ts .ts orders.ndjson then cut order,amount',
      input: {
        'orders.ndjson': '{"order":1,"ts":0}\n{"order":2,"ts":60000}\n',
        'payments.ndjson': '{"order":1,"amount":20,"ts":120000}\n',
      },
      output: '{"order":1,"amount":20}\n{"order":2,"amount":null}\n',
    },
  ],
  seeAlso: ['merge', 'table', 'time'],
  build: (chain, { table, tableFirst, history, global, stream, within, on, where, left, outer, unmatched, as }) => {
    const sides = [table, global, stream].filter((side) => side !== undefined)
    if (sides.length !== 1 || on === undefined) {
      throw new KsError(
        'usage',
        `join needs ${on === undefined ? '--on EXPR' : 'one of --table, --global, --stream'}`,
        {
          hint: 'ks join --table users.csv --on .user=.id clicks.ndjson',
        },
      )
    }
    const kind = outer ? 'outer' : left ? 'left' : 'inner'
    if (unmatched !== undefined && kind !== 'inner') {
      throw new KsError('usage', `join --unmatched and --${kind}: do records without a match go on or aside?`, {
        hint: 'leave one of them out',
      })
    }
    const aside = unmatched === undefined ? undefined : sinkOperand('join --unmatched', unmatched, true)
    const shared = { on, as, where, unmatched: aside, kind } as const
    if (stream !== undefined) {
      if (within === undefined) {
        throw new KsError('usage', 'join --stream needs --within: how far apart in time records may be', {
          hint: `--stream ${stream} --on ${on} --within 15m`,
        })
      }
      chain.joinStream({ ...shared, stream: sourceOperand('join --stream', stream), within })
      return
    }
    if (tableFirst && table?.startsWith('@') !== true) {
      throw new KsError('usage', '--table-first is for a --table that is a topic', {
        hint: '--global and files are read first anyway',
      })
    }
    if (within !== undefined) {
      throw new KsError('usage', '--within is for joins with --stream', {
        hint: 'a table has one row for each key, whatever the time',
      })
    }
    chain.joinTable({
      ...shared,
      table: table ?? global ?? '',
      global: global !== undefined,
      first: tableFirst,
      historyMs: history,
    })
  },
})
