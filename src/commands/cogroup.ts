// ks cogroup: columns from several streams in one row per group.

import { KsError } from '../runtime/model/errors.ts'
import { assignments } from './assignments.ts'
import { sourceOperand } from './endpoints.ts'
import { aggregating } from './option-groups.ts'
import { stage } from './stage.ts'

export default stage({
  name: 'cogroup',
  summary: 'Aggregate several streams into one row per group.',
  description: [
    'The columns before the first source are made of the records that come in, those behind a source of the records of that one: a topic (`@NAME`) if the input is a topic, otherwise a file. All are grouped by the same `--by`, and a column whose stream has no record of a group is as for no records, 0 for a count or a sum (KGroupedStream.cogroup).',
    'The streams are read side by side, lowest timestamp first; files need `--ts`. With `--window` a row is for a group and window.',
  ],
  operands: [
    {
      name: 'NAME=EXPR…|SOURCE',
      help: 'Columns, then any number of sources, each followed by its columns.',
      kind: 'words',
      min: 3,
      max: Infinity,
    },
  ],
  options: aggregating,
  examples: [
    {
      title: 'Views and revenue of each user',
      run: "ks cat views.ndjson --ts .ts then cogroup --by .user views='count()' orders.ndjson spent='sum(.amount)' orders='count()'",
      input: {
        'views.ndjson': '{"user":"ann","ts":1}\n{"user":"bob","ts":2}\n{"user":"ann","ts":3}\n',
        'orders.ndjson': '{"user":"ann","amount":5,"ts":2}\n{"user":"eve","amount":7,"ts":4}\n',
      },
      output:
        '{"user":"ann","views":2,"spent":5,"orders":1}\n{"user":"bob","views":1,"spent":0,"orders":0}\n{"user":"eve","views":0,"spent":7,"orders":1}\n',
    },
  ],
  seeAlso: ['agg', 'join', 'merge', 'aggregates'],
  build: (chain, { by, window, store }, operands) => {
    const groups = groupsOf(operands)
    assignments(groups.flatMap(({ columns }) => columns))
    chain.cogroup(
      by,
      groups.map(({ source, columns }) => ({
        source: source === undefined ? undefined : sourceOperand('cogroup', source),
        columns: assignments(columns).map(({ name, expression }) => ({ name, text: expression })),
      })),
      { window, store },
    )
  },
})

interface Group {
  /** undefined for the records that come in. */
  readonly source: string | undefined
  readonly columns: string[]
}

const groupsOf = (operands: readonly string[]): readonly Group[] => {
  const groups: Group[] = [{ source: undefined, columns: [] }]
  for (const operand of operands) {
    if (/^[A-Za-z_]\w*=/.test(operand)) groups.at(-1)?.columns.push(operand)
    else groups.push({ source: operand, columns: [] })
  }
  const empty = groups.find(({ columns }) => columns.length === 0)
  if (empty !== undefined || groups.length === 1) {
    const problem =
      groups.length === 1 ? 'names no other source' : `has no column for ${empty?.source ?? 'what comes in'}`
    throw new KsError('usage', `cogroup ${problem}`, {
      hint: "cogroup --by .user views='count()' @orders spent='sum(.amount)'",
    })
  }
  return groups
}
