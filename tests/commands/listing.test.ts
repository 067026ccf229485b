// Lists for people: aligned by what a terminal shows, and harmless whatever is in them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aligned, table } from '../../src/commands/listing.ts'

test('cells are as wide as they look, and cannot act on a terminal', () => {
  assert.equal(
    table(
      [{ title: 'N', align: 'right' }, { title: 'NAME' }, { title: 'CLIENT' }],
      [
        [1, '東京', 'a\u001b[2Jb'],
        [10, 'x', undefined],
      ],
    ),
    ' N  NAME  CLIENT\n 1  東京  a\\u001b[2Jb\n10  x     -\n',
  )
  assert.equal(aligned([['a\u0007', 'b']]), 'a\\u0007  b\n')
})
