// ks filter: the records for which an expression is true.

import { flag, text } from '../runtime/cli/options.ts'
import type { Predicate } from '../runtime/operators/stateless.ts'
import { programText } from './program-text.ts'
import { access } from './sample-data.ts'
import { stage } from './stage.ts'

export default stage({
  name: 'filter',
  aliases: ['where'],
  summary: 'Pass on the records for which an expression is true.',
  description: [
    'Everything but `false` and `null` counts as true. Records that pass leave exactly as they came in, byte for byte.',
    'After an aggregation it works on the table: a row that does not pass any more is deleted downstream.',
  ],
  operands: [{ name: 'EXPR', help: 'The condition.', kind: 'expression', min: 1, max: 1, unless: '--file' }],
  options: {
    invert: flag({ short: 'v', help: 'Pass on the records for which it is not true.' }),
    file: text({ short: 'f', valueName: 'FILE', completes: 'files', help: 'Reads the expression from a file.' }),
  },
  examples: [
    {
      title: 'Server errors of the API',
      run: `ks filter '.status >= 500 and .path =~ "^/api"' access.ndjson`,
      input: { 'access.ndjson': access },
      output: '{"time":"2026-03-01T10:00:09Z","status":503,"path":"/api/users","ms":912}\n',
    },
    {
      title: 'Everything that was not fast',
      run: "ks filter -v '.ms < 100' access.ndjson then cut path,ms",
      input: { 'access.ndjson': access },
      output: '{"path":"/api/users","ms":912}\n',
    },
  ],
  seeAlso: ['branch', 'expressions'],
  build: (chain, { invert, file }, operands) => {
    const keep = chain.compile(programText('filter', operands[0], file), 'the filter')
    const predicate: Predicate = invert ? (record) => !keep.test(record) : (record) => keep.test(record)
    chain.apply(
      (stream) => stream.filter(predicate),
      (table) => table.filter(predicate),
    )
  },
})
