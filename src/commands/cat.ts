// ks cat: passes everything on; for changing formats.

import { users } from './sample-data.ts'
import { stage } from './stage.ts'

export default stage({
  name: 'cat',
  summary: 'Pass on all records, for reading and writing formats.',
  description: ['Reads every input format and writes every output format; checks JSON on the way.'],
  operands: [],
  options: {},
  examples: [
    {
      title: 'CSV to NDJSON',
      run: 'ks cat users.csv',
      input: { 'users.csv': users },
      output: '{"id":"ann","name":"Ann Lee","country":"DE"}\n{"id":"bob","name":"Bob Ray","country":"FR"}\n',
    },
    {
      title: 'As a table',
      run: 'ks cat users.csv -O table',
      input: { 'users.csv': users },
      output: 'id   name     country\n---  -------  -------\nann  Ann Lee  DE\nbob  Bob Ray  FR\n',
    },
  ],
  seeAlso: ['filter', 'merge'],
  build: () => undefined,
})
