// ks window: windows for the stage that follows, in this chain or in another process.

import { clicks } from './sample-data.ts'
import { stage } from './stage.ts'

export default stage({
  name: 'window',
  summary: 'Assign windows for the next stage, here or behind a pipe.',
  description: [
    '`ks window 1m then count` is the same as `ks count --window 1m`. As the last stage it writes `window_start`, `window_end` and `window_ts` into each record (a hopping record comes once per window), and an aggregation in the next process groups by them.',
    'Records need timestamps: `--ts`. Give `--grace` to the stage that aggregates.',
  ],
  operands: [
    {
      name: 'WINDOW',
      help: '`1m` tumbling, `5m/1m` hopping (size/advance), `session:30m` (gap), `sliding:5m`, `unlimited` or `unlimited:START`.',
      kind: 'window',
      min: 1,
      max: 1,
    },
  ],
  options: {},
  examples: [
    {
      title: 'Across a pipe',
      run: 'ks window 1m --ts .ts clicks.ndjson | ks count --by .page',
      input: { 'clicks.ndjson': clicks },
      output:
        '{"page":"/cart","window_start":0,"window_end":60000,"count":1}\n{"page":"/home","window_start":0,"window_end":60000,"count":1}\n{"page":"/home","window_start":60000,"window_end":120000,"count":2}\n',
    },
  ],
  seeAlso: ['count', 'agg', 'time'],
  build: (chain, _options, [operand = '']) => {
    chain.window(operand)
  },
})
