import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseJsonText, setField, stringifyJson } from '../../../src/runtime/serde/json-parse.ts'

test('integers that a number cannot hold become bigint, and come back as they were', () => {
  const text = '{"id":9007199254740993,"deep":[-12345678901234567890,{"x":"9007199254740993"}],"small":1,"f":1.5e3}'
  assert.deepEqual(parseJsonText(text), {
    id: 9007199254740993n,
    deep: [-12345678901234567890n, { x: '9007199254740993' }],
    small: 1,
    f: 1500,
  })
  assert.equal(stringifyJson(parseJsonText(text)), text.replace('1.5e3', '1500'))
})

test('texts with long digits are parsed like any other', () => {
  fc.assert(
    fc.property(fc.json({ noUnicodeString: false }), fc.constantFrom('', ' '), (text, space) => {
      // The pair forces the exact parser; its own value is checked above.
      const wrapped = `[${space}1234567890123456789,${space}${text}${space}]`
      const parsed = parseJsonText(wrapped) as unknown[]
      assert.equal(parsed[0], 1234567890123456789n)
      const plain = JSON.stringify(JSON.parse(text), (_key, value: unknown) => value)
      if (!/\d{16}/.test(plain)) assert.equal(stringifyJson(parsed[1]), plain)
    }),
    { numRuns: 1000 },
  )
})

test('a very long string beside a long integer is no problem', () => {
  const long = 'x"\\'.repeat(3_000_000)
  const parsed = parseJsonText(JSON.stringify({ long }).replace('}', ',"n":12345678901234567890}'))
  assert.deepEqual(parsed, { long, n: 12345678901234567890n })
})

test('text that is not JSON is refused even with long digits in it', () => {
  for (const text of ['[1234567890123456789,]', '{"a":1234567890123456789', '01234567890123456789']) {
    assert.throws(() => parseJsonText(text), SyntaxError)
  }
})

test('__proto__ is a field like any other', () => {
  const parsed = parseJsonText('{"__proto__":12345678901234567890}') as object
  assert.deepEqual(Object.entries(parsed), [['__proto__', 12345678901234567890n]])
  const object = {}
  setField(object, '__proto__', 1)
  assert.equal(JSON.stringify(object), '{"__proto__":1}')
})
