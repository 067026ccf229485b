// ks merge: more inputs.

import { sourceOperand } from './endpoints.ts'
import { clicks } from './sample-data.ts'
import { stage } from './stage.ts'

export default stage({
  name: 'merge',
  summary: 'Add the records of other inputs, lowest timestamp first.',
  description: [
    'Files named as operands of a first stage are read one after another; files that are merged are read side by side, and the record with the lowest timestamp (`--ts`) goes first.',
  ],
  operands: [
    {
      name: 'SOURCE',
      help: 'A topic (`@NAME`) where the first input is a topic, otherwise a file.',
      kind: 'sinks',
      min: 1,
      max: Infinity,
    },
  ],
  options: {},
  examples: [
    {
      title: 'Two logs in order of time',
      run: 'ks cat a.ndjson --ts .ts then merge b.ndjson then map .page',
      input: { 'a.ndjson': clicks, 'b.ndjson': '{"ts":1500,"page":"/b"}\n' },
      output: '"/home"\n"/b"\n"/cart"\n"/home"\n"/home"\n',
    },
  ],
  seeAlso: ['cat', 'join'],
  build: (chain, _options, operands) => {
    const { stream } = chain
    const others = operands.map((name) => chain.addSource(sourceOperand('merge', name)))
    chain.continueWith(stream.merge(others))
  },
})
