// The encoders of text, indented JSON and tables.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { prettyJsonEncoder } from '../../../src/runtime/stdio/pretty-json-encoder.ts'
import { tableEncoder } from '../../../src/runtime/stdio/table-encoder.ts'
import { textEncoder } from '../../../src/runtime/stdio/text-encoder.ts'
import { encodeAll, lazy } from '../../support/encode-all.ts'

test('text has strings without quotes and all else as JSON', () => {
  const values = [
    'plain "ü"',
    lazy('"\\u00fc\\n\\"q\\""'),
    lazy('"ü"'),
    lazy('1.0'),
    7,
    null,
    { a: [1n << 60n] },
    lazy('{"a": 1}'),
  ]
  assert.equal(
    encodeAll(textEncoder(), values),
    'plain "ü"\nü\n"q"\nü\n1.0\n7\nnull\n{"a":[1152921504606846976]}\n{"a": 1}\n',
  )
})

test('indented JSON keeps numbers and escapes', () => {
  assert.equal(
    encodeAll(prettyJsonEncoder(), [lazy('{"a":1.0,"b":[],"c":{},"d":[1,{"e":"\\u00fc, {}"}]}'), [], 'x']),
    '{\n  "a": 1.0,\n  "b": [],\n  "c": {},\n  "d": [\n    1,\n    {\n      "e": "\\u00fc, {}"\n    }\n  ]\n}\n[]\n"x"\n',
  )
})

suite('a table', () => {
  test('has columns as wide as their widest cell, numbers to the right', () => {
    const rows = [
      { page: '/home', count: 1 },
      lazy('{"page":"/","count":10.50,"last":"x"}'),
      { page: null, count: null },
    ]
    assert.equal(
      encodeAll(tableEncoder(), rows),
      ['page   count  last', '-----  -----  ----', '/home      1', '/      10.50  x', '', ''].join('\n'),
    )
  })

  test('counts columns of the terminal and lets nothing act on it', () => {
    assert.equal(
      encodeAll(tableEncoder(), [{ name: '日本', 'x\u001b[2J': 'a\nb' }, { name: 'é' }]),
      ['name  x\\u001b[2J', '----  ----------', '日本  a\\nb', 'é', ''].join('\n'),
    )
  })

  test('has one column for values that are no objects, and none for no rows', () => {
    assert.equal(encodeAll(tableEncoder(), [1, -2.5, lazy('30')]), 'value\n-----\n    1\n -2.5\n   30\n')
    assert.equal(encodeAll(tableEncoder(), ['x', [1]]), 'value\n-----\nx\n[1]\n')
    assert.equal(encodeAll(tableEncoder(), []), '')
    assert.equal(encodeAll(tableEncoder(), [{}]), '')
  })
})
