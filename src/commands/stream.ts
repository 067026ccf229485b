// ks stream: the updates of a table as records.

import { stage } from './stage.ts'

export default stage({
  name: 'stream',
  summary: 'Turn a table into the stream of its updates.',
  description: ['Stages behind it see each update as a record of its own; a deleted row is a `null` record.'],
  operands: [],
  options: {},
  examples: [
    {
      title: 'How often the counts changed',
      run: 'ks count --by .page --emit changes clicks.ndjson then stream then count',
      input: { 'clicks.ndjson': '{"page":"/a"}\n{"page":"/a"}\n{"page":"/b"}\n' },
      output: '{"count":3}\n',
    },
  ],
  seeAlso: ['table'],
  build: (chain) => {
    chain.continueWith(chain.stream)
  },
})
