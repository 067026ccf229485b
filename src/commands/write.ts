// ks write: records into a topic.

import { clicks } from './sample-data.ts'
import { stage } from './stage.ts'

export default stage({
  name: 'write',
  summary: 'Write records to a topic.',
  description: [
    'The same as `--to TOPIC`, as a command. Records in envelopes (`ks read -J`, `kcat -J`) keep their key, time and headers, and nulls stay tombstones; others have no key unless `-k` gives them one, and the time of their writing unless `--ts` does.',
    'With `-a` the position in the input is kept: the next run writes what is new. With `--eos` too, no line is lost or written twice, whatever ends a run.',
  ],
  operands: [{ name: 'TOPIC', help: 'Where to write.', kind: 'topic', min: 1, max: 1 }],
  options: {},
  endsChain: true,
  examples: [
    {
      title: 'By user, so that all clicks of a user are in one partition',
      run: 'ks write clicks -k .user clicks.ndjson && ks count -t clicks -e',
      topics: { clicks: 3 },
      input: { 'clicks.ndjson': clicks.split('\n').slice(0, 1).join('\n') + '\n' },
      output: '{"key":"ann","count":1}\n',
    },
    {
      title: 'Copy a topic, headers and all',
      run: "ks write orders -H source=shop orders.ndjson && ks read -t orders -e -J | ks write copies && ks read -t copies -e -J | ks map '$headers' --no-envelope",
      topics: { orders: 1, copies: 1 },
      input: { 'orders.ndjson': '{"id":1}\n' },
      output: '{"source":"shop"}\n',
    },
  ],
  seeAlso: ['read', 'tee'],
  topicSink: ([topic = '']) => topic.replace(/^@/, ''),
  // Records pass as they are; the sink is what matters.
  build: () => undefined,
})
