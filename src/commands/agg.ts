// ks agg: any aggregates of each group, optionally per window.

import { assignments } from './assignments.ts'
import { aggregating, ttl } from './option-groups.ts'
import { orders } from './sample-data.ts'
import { stage } from './stage.ts'

export default stage({
  name: 'agg',
  aliases: ['aggregate'],
  summary: 'Compute sums, averages, percentiles … of each group.',
  description: [
    "A result is an expression over aggregate functions: `rate='sum(.errors) / count()'`. `ks help aggregates` lists the functions.",
    'Functions over the records before (`lag`, `moving_sum`, `moving_avg`, `rank`) go by event time, and by arrival where that is equal or missing; with `--emit changes` a result comes for every record. `lag(.)` is the whole record before.',
    'Without `--by` records are grouped by their key; records without a key form one group.',
  ],
  operands: [
    { name: 'NAME=EXPR', help: 'A result and how to compute it.', kind: 'assignments', min: 1, max: Infinity },
  ],
  options: { ...aggregating, ttl },
  examples: [
    {
      title: 'Revenue per country and tier',
      run: "ks agg n='count()' total='sum(.price * .qty)' --by .country,.tier orders.ndjson",
      input: { 'orders.ndjson': orders },
      output: '{"country":"DE","tier":"pro","n":2,"total":41}\n{"country":"FR","tier":"free","n":1,"total":3}\n',
    },
    {
      title: 'Average and 95th percentile',
      run: "ks agg mean='avg(.price)' p95='percentile(.price, 95)' orders.ndjson",
      input: { 'orders.ndjson': '{"price":1}\n{"price":2}\n{"price":3}\n' },
      output: '{"mean":2,"p95":2.9}\n',
    },
    {
      title: 'Each reading beside the one before, with the total and the place so far',
      run: "ks agg --by .sensor --emit changes temp='last(.temp)' change='last(.temp) - lag(.temp)' total='sum(.temp)' mean3='moving_avg(.temp, 3)' rank='rank(.temp)' readings.ndjson",
      input: {
        'readings.ndjson':
          '{"sensor":"a","temp":20}\n{"sensor":"b","temp":5}\n{"sensor":"a","temp":23}\n{"sensor":"a","temp":22}\n',
      },
      output:
        '{"sensor":"a","temp":20,"change":null,"total":20,"mean3":20,"rank":1}\n{"sensor":"b","temp":5,"change":null,"total":5,"mean3":5,"rank":1}\n{"sensor":"a","temp":23,"change":3,"total":43,"mean3":21.5,"rank":1}\n{"sensor":"a","temp":22,"change":-1,"total":65,"mean3":21.666666666666668,"rank":2}\n',
    },
    {
      title: 'Visits: records of a user that are no more than a minute apart',
      run: "ks agg pages='collect(.page)' --by .user --window session:1m --ts .ts clicks.ndjson",
      input: {
        'clicks.ndjson':
          '{"user":"ann","page":"/a","ts":0}\n{"user":"ann","page":"/b","ts":40000}\n{"user":"ann","page":"/c","ts":300000}\n',
      },
      output:
        '{"user":"ann","window_start":0,"window_end":40000,"pages":["/a","/b"]}\n{"user":"ann","window_start":300000,"window_end":300000,"pages":["/c"]}\n',
    },
  ],
  seeAlso: ['count', 'reduce', 'aggregates', 'emit', 'time'],
  build: (chain, { by, window, store, ttl: ttlMs }, operands) => {
    const columns = assignments(operands).map(({ name, expression }) => ({ name, text: expression }))
    chain.aggregateColumns('agg', by, columns, { window, store, ttl: ttlMs })
  },
})
