// ks branch: the first condition that holds takes a record out of the chain.

import { KsError } from '../runtime/model/errors.ts'
import type { Predicate } from '../runtime/operators/stateless.ts'
import { sinkOperand } from './endpoints.ts'
import { access } from './sample-data.ts'
import { stage } from './stage.ts'

export default stage({
  name: 'branch',
  summary: 'Send records to topics or files by conditions; the rest goes on.',
  description: [
    'Conditions are tried in order; a record goes where the first that is true says, and no further. `@NAME` is a topic; a file grows at its end, as with `--to`.',
  ],
  operands: [
    {
      name: 'EXPR SINK',
      help: 'A condition and where its records go; any number of pairs.',
      kind: 'sinks',
      min: 2,
      max: Infinity,
    },
  ],
  options: {},
  examples: [
    {
      title: 'Errors to a file of their own',
      run: "ks cat access.ndjson then branch '.status >= 500' ./errors.ndjson then count && cat errors.ndjson",
      input: { 'access.ndjson': access },
      output: '{"count":2}\n{"time":"2026-03-01T10:00:09Z","status":503,"path":"/api/users","ms":912}\n',
    },
  ],
  seeAlso: ['filter', 'tee'],
  build: (chain, _options, operands) => {
    if (operands.length % 2 !== 0) {
      throw new KsError('usage', 'branch takes pairs: a condition and where its records go', {
        hint: "ks branch '.status >= 500' ./errors.ndjson",
      })
    }
    const predicates: Predicate[] = []
    const sinks: string[] = []
    for (let i = 0; i < operands.length; i += 2) {
      const condition = chain.compile(operands[i] ?? '', 'the branch')
      predicates.push((record) => condition.test(record))
      sinks.push(operands[i + 1] ?? '')
    }
    const branches = chain.stream.split(predicates)
    sinks.forEach((sink, index) => branches[index]?.to(sinkOperand('branch', sink, true)))
    const rest = branches.at(-1)
    if (rest !== undefined) chain.continueWith(rest)
  },
})
