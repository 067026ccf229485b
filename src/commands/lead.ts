// ks lead: sets fields to values of a record that comes later.

import { duration, integer, repeated, text } from '../runtime/cli/options.ts'
import { KsError } from '../runtime/model/errors.ts'
import { withFields } from '../runtime/topology/value-mappers.ts'
import { assignments } from './assignments.ts'
import { stage } from './stage.ts'

export default stage({
  name: 'lead',
  summary: 'Set fields to values of the record that comes next in its group.',
  description: [
    'A record waits for the one that comes behind it in its group (with `-n 3` for the third one), gets the values of the expressions of that one, and goes on. If it has not come when the time is more than `--wait` past the record, and at the end of the input, the fields are null.',
    'Time is that of the records (`--ts`), of all groups. The records of a group go on in the order in which they came. What waits is in memory and in the state store: of each group at most `-n` records. `lag` of `agg` looks the other way.',
  ],
  operands: [
    {
      name: 'NAME=EXPR',
      help: 'A field, and what it gets of the later record.',
      kind: 'assignments',
      min: 1,
      max: Infinity,
    },
  ],
  options: {
    by: repeated({
      long: 'by',
      valueName: 'EXPR[,EXPR…]',
      help: 'Groups by these expressions; by the key of the record if not given.',
    }),
    count: integer({ short: 'n', min: 1, default: 1, help: 'How many records later: 1 is the next one.' }),
    wait: duration({ help: 'For how long it is waited for, in event time. Required.' }),
    store: text({ valueName: 'NAME', help: 'Name of the state store.' }),
  },
  examples: [
    {
      title: 'How long each page was looked at',
      run: "ks lead --by .user next=.ts --wait 30m --ts .ts visits.ndjson then put seconds='(.next - .ts) / 1000' then cut -x next,ts",
      input: {
        'visits.ndjson':
          '{"user":"ann","page":"/home","ts":0}\n{"user":"bob","page":"/home","ts":5000}\n{"user":"ann","page":"/cart","ts":20000}\n{"user":"bob","page":"/faq","ts":3600000}\n',
      },
      output:
        '{"user":"ann","page":"/home","seconds":20}\n{"user":"bob","page":"/home","seconds":null}\n{"user":"ann","page":"/cart","seconds":null}\n{"user":"bob","page":"/faq","seconds":null}\n',
    },
  ],
  seeAlso: ['agg', 'dedupe', 'time'],
  build: (chain, { by, count, wait: waitMs, store }, operands) => {
    if (waitMs === undefined) {
      throw new KsError('usage', 'lead needs --wait: when does a record go on if no other comes?', {
        hint: '--wait 1h',
      })
    }
    const fields = assignments(operands).map(({ name, expression }) => ({
      name,
      value: chain.compile(expression, name),
    }))
    const grouping = chain.groupingOf(by)
    chain.requireTime()
    const named = { name: store ?? chain.uniqueName('lead') }
    const keyed = chain.stream.selectKey((record) => grouping.select(record))
    const ahead = keyed.lead(
      {
        count,
        waitMs,
        valuesOf: (record) => fields.map(({ value }) => value.evaluate(record)),
        complete: (record, values) =>
          withFields(
            record,
            fields.map(({ name }, index) => [name, values?.[index] ?? null] as const),
          ),
      },
      named,
    )
    chain.continueWith(ahead)
  },
})
