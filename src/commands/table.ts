// ks table: the latest record of each group.

import { repeated, text } from '../runtime/cli/options.ts'
import { ttl } from './option-groups.ts'
import { clicks } from './sample-data.ts'
import { stage } from './stage.ts'

export default stage({
  name: 'table',
  summary: 'Keep the latest record of each group.',
  description: ['A `null` record deletes the row of its key. Stages behind it see a table: rows that change and go.'],
  operands: [],
  options: {
    by: repeated({
      long: 'by',
      valueName: 'EXPR[,EXPR…]',
      help: 'The key of a row; the key of the record if not given.',
    }),
    store: text({ valueName: 'NAME', help: 'Name of the state store.' }),
    ttl,
  },
  examples: [
    {
      title: 'Where each user is now',
      run: 'ks table --by .user clicks.ndjson then cut user,page',
      input: { 'clicks.ndjson': clicks },
      output: '{"user":"ann","page":"/home"}\n{"user":"bob","page":"/cart"}\n{"user":"eve","page":"/home"}\n',
    },
    {
      title: 'How many users are on each page now',
      run: 'ks table --by .user clicks.ndjson then count --by .page',
      input: { 'clicks.ndjson': clicks },
      output: '{"page":"/home","count":2}\n{"page":"/cart","count":1}\n',
    },
  ],
  seeAlso: ['stream', 'count'],
  build: (chain, { by, store, ttl: ttlMs }) => {
    chain.toTable('table', chain.groupingOf(by), { store, ttl: ttlMs })
  },
})
