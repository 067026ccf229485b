// ks count: how many records each group has, optionally per window.

import { aggregating, ttl } from './option-groups.ts'
import { clicks } from './sample-data.ts'
import { stage } from './stage.ts'

export default stage({
  name: 'count',
  summary: 'Count the records of each group, per window if wanted.',
  description: [
    'Without `--by` records are grouped by their key; records without a key form one group.',
    'A group whose expression is null is not counted, as in Kafka Streams; the summary says how many records that were.',
  ],
  operands: [],
  options: { ...aggregating, ttl },
  examples: [
    {
      title: 'Page views per minute',
      run: 'ks count --by .page --window 1m --ts .ts clicks.ndjson',
      input: { 'clicks.ndjson': clicks },
      output:
        '{"page":"/cart","window_start":0,"window_end":60000,"count":1}\n{"page":"/home","window_start":0,"window_end":60000,"count":1}\n{"page":"/home","window_start":60000,"window_end":120000,"count":2}\n',
    },
    {
      title: 'A total that goes on with the next file',
      run: 'ks count --by .page -a pages day1.ndjson; ks count --by .page -a pages day2.ndjson',
      input: { 'day1.ndjson': clicks, 'day2.ndjson': '{"page":"/cart"}\n' },
      output: '{"page":"/home","count":3}\n{"page":"/cart","count":1}\n{"page":"/cart","count":2}\n',
    },
    {
      title: 'How many records there are',
      run: 'ks count clicks.ndjson',
      input: { 'clicks.ndjson': clicks },
      output: '{"count":4}\n',
    },
  ],
  seeAlso: ['agg', 'top', 'window', 'time', 'emit'],
  build: (chain, { by, window, store, ttl: ttlMs }) => {
    chain.aggregateColumns('count', by, [{ name: 'count', text: 'count()' }], { window, store, ttl: ttlMs })
  },
})
