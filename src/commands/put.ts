// ks put: sets fields.

import { assignments } from './assignments.ts'
import { orders } from './sample-data.ts'
import { stage } from './stage.ts'

export default stage({
  name: 'put',
  summary: 'Set fields of each record to values of expressions.',
  description: ['Every expression sees the record as it came in, whatever stands before it.'],
  operands: [{ name: 'NAME=EXPR', help: 'A field and its new value.', kind: 'assignments', min: 1, max: Infinity }],
  options: {},
  examples: [
    {
      title: 'Add a total',
      run: "ks put total='.price * .qty' orders.ndjson then head -n 1",
      input: { 'orders.ndjson': orders },
      output: '{"id":1,"country":"DE","tier":"pro","price":10.5,"qty":2,"total":21}\n',
    },
  ],
  seeAlso: ['map', 'cut', 'expressions'],
  build: (chain, _options, operands) => {
    chain.putFields(assignments(operands))
  },
})
