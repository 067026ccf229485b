// ks reduce: folds the records of each group with an expression.

import { text } from '../runtime/cli/options.ts'
import { aggregating, ttl } from './option-groups.ts'
import { orders } from './sample-data.ts'
import { stage } from './stage.ts'

export default stage({
  name: 'reduce',
  summary: 'Fold the records of each group with an expression over $acc.',
  description: [
    '`$acc` is the result so far. Without `--init` the first record of a group becomes the result as it is, as in Kafka Streams.',
    'The result is in the field `value`.',
  ],
  operands: [{ name: 'EXPR', help: 'The new result, from `$acc` and the record.', kind: 'expression', min: 1, max: 1 }],
  options: { ...aggregating, ttl, init: text({ valueName: 'EXPR', help: 'The result before the first record.' }) },
  examples: [
    {
      title: 'Ids of a group as a text',
      run: `ks reduce '$acc + "\\(.id) "' --init '""' --by .country orders.ndjson`,
      input: { 'orders.ndjson': orders },
      output: '{"country":"DE","value":"1 3 "}\n{"country":"FR","value":"2 "}\n',
    },
  ],
  seeAlso: ['agg', 'expressions'],
  build: (chain, { by, window, store, ttl: ttlMs, init }, [operand = '']) => {
    chain.reduce('reduce', by, operand, init, { window, store, ttl: ttlMs })
  },
})
