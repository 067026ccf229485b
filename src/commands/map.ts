// ks map: a new value for each record.

import { flag, text } from '../runtime/cli/options.ts'
import { programText } from './program-text.ts'
import { clicks, orders } from './sample-data.ts'
import { stage } from './stage.ts'

export default stage({
  name: 'map',
  summary: 'Replace each record by the value of an expression.',
  description: [
    'The value can be of any type; `{id, total: .price * .qty}` makes an object, `{..., total: .price * .qty}` adds a field to the record.',
  ],
  operands: [{ name: 'EXPR', help: 'The new value.', kind: 'expression', min: 1, max: 1, unless: '--file' }],
  options: {
    merge: flag({ help: 'Merges the resulting object into the record.' }),
    file: text({ short: 'f', valueName: 'FILE', completes: 'files', help: 'Reads the expression from a file.' }),
  },
  examples: [
    {
      title: 'Compute a field and keep two',
      run: "ks map '{id, total: .price * .qty}' orders.ndjson",
      input: { 'orders.ndjson': orders },
      output: '{"id":1,"total":21}\n{"id":2,"total":3}\n{"id":3,"total":20}\n',
    },
    {
      title: 'Plain text for other tools',
      run: 'ks head -n 2 clicks.ndjson then map -r \'"\\(.user) saw \\(.page)"\'',
      input: { 'clicks.ndjson': clicks },
      output: 'ann saw /home\nbob saw /cart\n',
    },
  ],
  seeAlso: ['put', 'cut', 'expressions'],
  build: (chain, { merge, file }, operands) => {
    chain.mapValues(programText('map', operands[0], file), 'the map', merge)
  },
})
