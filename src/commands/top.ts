// ks top: the highest rows.

import { integer, repeated, text } from '../runtime/cli/options.ts'
import { KsError } from '../runtime/model/errors.ts'
import { clicks, orders } from './sample-data.ts'
import { stage } from './stage.ts'

export default stage({
  name: 'top',
  summary: 'The K highest rows of a table, groups of a stream, or records.',
  description: [
    'After an aggregation: its rows, by the last result or by `--of`, for each window.',
    'On a stream with `--by`: the groups, by their count or by the aggregate `--of`. Without `--by`: the records, by the expression `--of`.',
    'All rows of a table are kept, because a row that falls makes room for another.',
  ],
  operands: [],
  options: {
    count: integer({ short: 'n', long: 'count', min: 1, default: 10, help: 'How many.' }),
    of: text({ long: 'of', valueName: 'EXPR', help: 'What to rank by, highest first; null never ranks.' }),
    by: repeated({ long: 'by', valueName: 'EXPR[,EXPR…]', help: 'Ranks groups.' }),
    window: text({ short: 'w', valueName: 'WINDOW', help: 'With `--by`: a ranking per window.' }),
    store: text({ valueName: 'NAME', help: 'Name of the state store.' }),
  },
  examples: [
    {
      title: 'The most viewed page',
      run: 'ks top -n 1 --by .page clicks.ndjson',
      input: { 'clicks.ndjson': clicks },
      output: '{"page":"/home","count":3}\n',
    },
    {
      title: 'The most expensive order',
      run: "ks top -n 1 --of '.price * .qty' orders.ndjson",
      input: { 'orders.ndjson': orders },
      output: '{"id":1,"country":"DE","tier":"pro","price":10.5,"qty":2}\n',
    },
  ],
  seeAlso: ['count', 'agg', 'head'],
  build: (chain, { count, of, by, window, store }) => {
    if (chain.tableSoFar === undefined && by.length > 0) {
      const column = of === undefined ? { name: 'count', text: 'count()' } : { name: 'value', text: of }
      chain.aggregateColumns('count', by, [column], { window, store: undefined })
      of = undefined
    } else if (window !== undefined || by.length > 0) {
      throw new KsError('usage', 'top: --by and --window are for streams; this is a table already', {
        hint: 'leave them out',
      })
    }
    const ranked = of ?? (chain.lastResult === undefined ? undefined : `.[${JSON.stringify(chain.lastResult)}]`)
    if (ranked === undefined) {
      throw new KsError('usage', 'top does not know what to rank by', { hint: 'top --of .price, or top --by .page' })
    }
    const rank = chain.compile(ranked, '--of')
    const named = { name: store ?? chain.uniqueName('top') }
    chain.continueWith((chain.tableSoFar ?? chain.stream).top(count, (record) => rank.evaluate(record), named))
  },
})
