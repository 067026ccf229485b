// ks dedupe: the first record of each key.

import { duration, repeated, text } from '../runtime/cli/options.ts'
import { stage } from './stage.ts'

export default stage({
  name: 'dedupe',
  aliases: ['uniq'],
  summary: 'Pass on the first record of each group.',
  description: [
    'With `--within` a group passes again when so much event time lies between; keys are forgotten after that. Without it every key is kept.',
  ],
  operands: [],
  options: {
    by: repeated({
      long: 'by',
      valueName: 'EXPR[,EXPR…]',
      help: 'What makes two records the same; the whole record if not given.',
    }),
    within: duration({ help: 'Only records so close in event time are the same.' }),
    store: text({ valueName: 'NAME', help: 'Name of the state store.' }),
  },
  examples: [
    {
      title: 'Each event once',
      run: 'ks dedupe --by .id events.ndjson',
      input: { 'events.ndjson': '{"id":1,"try":1}\n{"id":2,"try":1}\n{"id":1,"try":2}\n' },
      output: '{"id":1,"try":1}\n{"id":2,"try":1}\n',
    },
    {
      title: 'Once an hour',
      run: 'ks dedupe --by .id --within 1h --ts .time events.ndjson',
      input: {
        'events.ndjson':
          '{"id":1,"time":"2026-03-01T10:00:00Z"}\n{"id":1,"time":"2026-03-01T10:30:00Z"}\n{"id":1,"time":"2026-03-01T11:10:00Z"}\n',
      },
      output: '{"id":1,"time":"2026-03-01T10:00:00Z"}\n{"id":1,"time":"2026-03-01T11:10:00Z"}\n',
    },
  ],
  seeAlso: ['head', 'table'],
  build: (chain, { by, within, store }) => {
    const grouping = chain.groupingOf(by.length === 0 ? ['.'] : by)
    if (within !== undefined) chain.requireTime()
    const named = { name: store ?? chain.uniqueName('dedupe') }
    chain.continueWith(chain.stream.selectKey((record) => grouping.select(record)).dedupe(within, named))
  },
})
