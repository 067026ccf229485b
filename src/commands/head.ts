// ks head: the first records.

import { integer, repeated } from '../runtime/cli/options.ts'
import { clicks } from './sample-data.ts'
import { stage } from './stage.ts'

export default stage({
  name: 'head',
  summary: 'Pass on the first records, of each group if wanted, and stop.',
  description: ['When nothing more can come out, reading stops: `head -n 1` of a large file is quick.'],
  operands: [],
  options: {
    count: integer({ short: 'n', long: 'count', min: 0, default: 10, help: 'How many.' }),
    by: repeated({ long: 'by', valueName: 'EXPR[,EXPR…]', help: 'The first records of each group.' }),
  },
  examples: [
    {
      title: 'The first click of each user',
      run: 'ks head -n 1 --by .user clicks.ndjson then map .page',
      input: { 'clicks.ndjson': clicks },
      output: '"/home"\n"/cart"\n"/home"\n',
    },
  ],
  seeAlso: ['top', 'dedupe'],
  build: (chain, { count, by }) => {
    chain.head(count, by)
  },
})
