// ks tee: a copy of the records to a file.

import { flag } from '../runtime/cli/options.ts'
import { sinkOperand } from './endpoints.ts'
import { orders } from './sample-data.ts'
import { stage } from './stage.ts'

export default stage({
  name: 'tee',
  summary: 'Write the records to a topic or a file and pass them on.',
  description: [
    '`@NAME` is a topic, `-` is standard output. A file is replaced as by tee(1), unless `--append` is given; with `-a` it always grows, because the next run carries on. Its format follows its extension. All other outputs (`--to`, `branch`, …) grow.',
  ],
  operands: [{ name: 'SINK', help: 'Where the copy goes.', kind: 'sinks', min: 1, max: 1 }],
  options: { append: flag({ help: 'Adds to a file instead of replacing it.' }) },
  examples: [
    {
      title: 'Keep the raw records of a report',
      run: 'ks tee ./seen.ndjson orders.ndjson then count && wc -l < seen.ndjson',
      input: { 'orders.ndjson': orders },
      output: '{"count":3}\n3\n',
    },
  ],
  seeAlso: ['branch', 'peek'],
  build: (chain, { append }, [operand = '']) => {
    const { stream } = chain
    stream.to(sinkOperand('tee', operand, append))
    chain.continueWith(stream)
  },
})
