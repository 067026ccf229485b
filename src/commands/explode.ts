// ks explode: a record for each element of an array.

import { text } from '../runtime/cli/options.ts'
import { stage } from './stage.ts'

export default stage({
  name: 'explode',
  aliases: ['flatmap'],
  summary: 'Make a record of each element of an array.',
  description: [
    'null makes no record. With `--as` the element takes the place of a field and the rest of the record stays.',
  ],
  operands: [{ name: 'EXPR', help: 'The array.', kind: 'expression', min: 1, max: 1 }],
  options: {
    as: text({ long: 'as', valueName: 'NAME', help: 'Keeps the record and puts the element into this field.' }),
  },
  examples: [
    {
      title: 'Word count',
      run: "ks explode -R 'words(lower(.))' book.txt then count --by . then top -n 2",
      input: { 'book.txt': 'The cat and\nthe dog and the cow\n' },
      output: '{"key":"the","count":3}\n{"key":"and","count":2}\n',
    },
    {
      title: 'A line per item',
      run: 'ks explode .items --as item orders.ndjson',
      input: { 'orders.ndjson': '{"id":7,"items":["pen","ink"]}\n' },
      output: '{"id":7,"items":["pen","ink"],"item":"pen"}\n{"id":7,"items":["pen","ink"],"item":"ink"}\n',
    },
  ],
  seeAlso: ['map', 'expressions'],
  build: (chain, { as }, [operand = '']) => {
    chain.explode(operand, as)
  },
})
