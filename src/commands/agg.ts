// ks agg: any aggregates of each group, optionally per window.

import { assignments } from './assignments.ts'
import { aggregating } from './option-groups.ts'
import { orders } from './sample-data.ts'
import { stage } from './stage.ts'

export default stage({
  name: 'agg',
  aliases: ['aggregate'],
  summary: 'Compute sums, averages, percentiles … of each group.',
  description: [
    "A result is an expression over aggregate functions: `rate='sum(.errors) / count()'`. `ks help aggregates` lists the functions.",
    'Without `--by` records are grouped by their key; records without a key form one group.',
  ],
  operands: [
    { name: 'NAME=EXPR', help: 'A result and how to compute it.', kind: 'assignments', min: 1, max: Infinity },
  ],
  options: aggregating,
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
  seeAlso: ['count', 'reduce', 'aggregates', 'time'],
  build: (chain, { by, window, store }, operands) => {
    const columns = assignments(operands).map(({ name, expression }) => ({ name, text: expression }))
    chain.aggregateColumns('agg', by, columns, { window, store })
  },
})
