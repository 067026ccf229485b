// ks process: a processor written in JavaScript.

import { clicks } from './sample-data.ts'
import { stage } from './stage.ts'

export default stage({
  name: 'process',
  summary: 'Process records with a JavaScript module that may keep state.',
  description: [
    'The module exports a function that makes a processor, an object with `process(record)` and, if it likes, `init(context)` and `close()`; a class will do as well. `context.forward` passes records on, `context.getStateStore` gives the stores that the module declares, `context.schedule` calls back by stream time or by the clock. `ks help processors` has it all.',
    'Where partitions are processed apart (`-t` with `-a`), there is one processor for each task, and records whose key has changed are brought together by their keys first if the module has stores.',
    'An error that `process` throws is treated as a bad record (`--on-error`).',
  ],
  operands: [{ name: 'MODULE', help: 'The module: a file, .mjs or .js.', kind: 'file', min: 1, max: 1 }],
  options: {},
  examples: [
    {
      title: 'How much later each user came back',
      run: 'ks process ./gaps.mjs --ts .ts clicks.ndjson',
      input: {
        'gaps.mjs':
          "export const stores = { last: { type: 'key-value' } }\n\nexport default () => {\n  let context, last\n  return {\n    init(given) {\n      context = given\n      last = context.getStateStore('last')\n    },\n    process({ value, timestamp }) {\n      const before = last.get(value.user)\n      last.put(value.user, timestamp)\n      if (before !== null) context.forward({ value: { user: value.user, gapMs: timestamp - before } })\n    },\n  }\n}\n",
        'clicks.ndjson': clicks,
      },
      output: '{"user":"ann","gapMs":60000}\n',
    },
  ],
  seeAlso: ['processors', 'map', 'reduce'],
  prepare: async ([file = ''], { currentDirectory }) => {
    const { loadModule, processorOf } = await import('../runtime/processors/load-module.ts')
    return processorOf(await loadModule(file, currentDirectory), file)
  },
  build: (chain, _options, [file = ''], processor) => {
    chain.process(processor, file)
  },
})
