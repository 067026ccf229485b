// ks key: gives records a key.

import { stage } from './stage.ts'

export default stage({
  name: 'key',
  summary: 'Give each record the key that an expression says.',
  description: [
    'Aggregations without `--by` group by the key, and `$key` reads it. Standard output shows keys only in envelopes (`-J`).',
  ],
  operands: [{ name: 'EXPR', help: 'The key.', kind: 'expression', min: 1, max: 1 }],
  options: {},
  examples: [
    {
      title: 'Keys in an envelope',
      run: 'ks key .user --ts .ts clicks.ndjson then cut page -J',
      input: { 'clicks.ndjson': '{"ts":1000,"user":"ann","page":"/home"}\n' },
      output: '{"topic":"clicks.ndjson","partition":0,"offset":0,"ts":1000,"key":"ann","payload":{"page":"/home"}}\n',
    },
  ],
  seeAlso: ['count', 'envelope'],
  build: (chain, _options, [operand = '']) => {
    const expression = chain.compile(operand, 'the key')
    chain.continueWith(chain.stream.selectKey((record) => expression.evaluate(record)))
  },
})
