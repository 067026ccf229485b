// ks cut: keeps or removes fields.

import { flag } from '../runtime/cli/options.ts'
import { orders } from './sample-data.ts'
import { stage } from './stage.ts'

export default stage({
  name: 'cut',
  summary: 'Keep only some fields of each record, or remove them.',
  description: ['The fields come in the order in which they are named; a field that a record lacks is null.'],
  operands: [{ name: 'FIELD[,FIELD…]', help: 'Names of top-level fields.', kind: 'fields', min: 1, max: 1 }],
  options: { remove: flag({ short: 'x', help: 'Remove these fields and keep the others.' }) },
  examples: [
    {
      title: 'Two columns',
      run: 'ks cut id,price orders.ndjson',
      input: { 'orders.ndjson': orders },
      output: '{"id":1,"price":10.5}\n{"id":2,"price":3}\n{"id":3,"price":20}\n',
    },
    {
      title: 'All but two',
      run: 'ks cut -x price,qty,id orders.ndjson',
      input: { 'orders.ndjson': orders },
      output: '{"country":"DE","tier":"pro"}\n{"country":"FR","tier":"free"}\n{"country":"DE","tier":"pro"}\n',
    },
  ],
  seeAlso: ['map', 'put'],
  build: (chain, { remove }, [list = '']) => {
    const names = list
      .split(',')
      .map((name) => name.trim().replace(/^\./, ''))
      .filter((name) => name !== '')
    chain.cutFields(names, remove)
  },
})
