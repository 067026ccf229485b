// ks join: adds the row of a table to each record.

import { flag, text } from '../runtime/cli/options.ts'
import { KsError } from '../runtime/model/errors.ts'
import { clicks, users } from './sample-data.ts'
import { stage } from './stage.ts'

export default stage({
  name: 'join',
  summary: 'Add the matching row of a table to each record.',
  description: [
    'A table in a file is read completely before the first record; of several rows with a key the last one counts. Keys compare as text, because the fields of CSV files are texts.',
    'A table in a topic (`@NAME`) is joined by the keys of its records (`$key`). With a stream from a topic it is a KTable: its updates are taken in as they come, in order of time, and a record meets the row as it is then. The stream is repartitioned if it is not joined by its own key, and both topics must have the same number of partitions otherwise.',
    "Without `--as` the row's fields are added to the record; fields that the record has itself stay as they are.",
  ],
  operands: [],
  options: {
    table: text({
      valueName: '@TOPIC|FILE',
      completes: 'files',
      help: 'The table: a topic, or a file in any input format.',
    }),
    on: text({
      valueName: 'EXPR[=EXPR][,…]',
      help: 'Key of the record and key of the row; one expression if both are the same. The key of a row in a topic is `$key`.',
    }),
    left: flag({ help: 'Records without a row go on too.' }),
    as: text({ long: 'as', valueName: 'NAME', help: 'Puts the row into this field.' }),
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
  ],
  seeAlso: ['merge', 'table'],
  build: (chain, { table, on, left, as }) => {
    if (table === undefined || on === undefined) {
      throw new KsError('usage', `join needs ${table === undefined ? '--table' : '--on EXPR'}`, {
        hint: 'ks join --table users.csv --on .user=.id clicks.ndjson',
      })
    }
    chain.joinTable({ table, on, left, as })
  },
})
