// ks peek: shows records on standard error while they pass.

import { text } from '../runtime/cli/options.ts'
import { stage } from './stage.ts'

export default stage({
  name: 'peek',
  summary: 'Show each record on standard error and pass it on.',
  description: ['For looking into a chain: what arrives between two stages.'],
  operands: [],
  options: {
    of: text({ long: 'of', valueName: 'EXPR', default: '.', help: 'What to show.' }),
    label: text({ default: 'peek', help: 'What stands before each line.' }),
  },
  examples: [
    {
      title: 'Look at what the filter lets through',
      run: "ks filter '.qty > 1' orders.ndjson then peek --of .id 2>&1 then map .price",
      input: { 'orders.ndjson': '{"id":1,"price":10.5,"qty":2}\n' },
      output: 'peek: 1\n10.5\n',
    },
  ],
  seeAlso: ['tee'],
  build: (chain, { of, label }) => {
    chain.peek(of, label)
  },
})
