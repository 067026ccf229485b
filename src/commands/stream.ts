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
      title: 'How often each count changed',
      run: 'ks count --by .page --emit changes clicks.ndjson then stream then count',
      input: { 'clicks.ndjson': '{"page":"/a"}\n{"page":"/a"}\n{"page":"/b"}\n' },
      output: '{"key":"/a","count":1}\n{"key":"/a","count":2}\n{"key":"/b","count":1}\n',
    },
  ],
  seeAlso: ['table'],
  build: (chain) => {
    chain.continueWith(chain.stream)
  },
})
