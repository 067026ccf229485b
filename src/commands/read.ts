// ks read: the records of topics as they are.

import { clicks } from './sample-data.ts'
import { stage } from './stage.ts'

export default stage({
  name: 'read',
  summary: 'Read topics and print their records as they are.',
  description: [
    'Values are printed byte for byte, one per line, without being looked at: they may be anything. `-J` prints each record in an envelope with key, time, headers, partition and offset, which `ks write` and every other command take in again.',
    'Without `-a` nothing is committed: `-o` says which part is read, `-e` ends where the topics end now, `-c` after so many records.',
  ],
  operands: [],
  options: {},
  examples: [
    {
      title: 'The last two records',
      run: 'ks write clicks clicks.ndjson && ks read -t clicks -o -2 -e',
      topics: { clicks: 1 },
      input: { 'clicks.ndjson': clicks },
      output: clicks.split('\n').slice(2).join('\n'),
    },
    {
      title: 'With key and partition',
      run: "ks write clicks -k .user clicks.ndjson && ks read -t clicks -e -J -c 1 | ks map '{user: .user, key: $key, at: $offset}' -O ndjson --no-envelope",
      topics: { clicks: 1 },
      input: { 'clicks.ndjson': clicks },
      output: '{"user":"ann","key":"ann","at":0}\n',
    },
  ],
  seeAlso: ['write', 'cat', 'topics', 'envelope'],
  build: (chain) => {
    chain.passBytes()
  },
})
