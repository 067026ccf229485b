// What is said about records that an expression cannot be applied to: the path comes first.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { recordErrorOf } from './evaluation.ts'

const cases: readonly (readonly [text: string, value: unknown, message: string, path?: string])[] = [
  ['.price * 2', { price: 'abc' }, '.price is a string ("abc"), "*" needs numbers', '.price'],
  ['2 * .item.price', { item: { price: true } }, '.item.price is true, "*" needs numbers', '.item.price'],
  ['-.a', { a: [1] }, '.a is an array, "-" needs numbers', '.a'],
  ['(.a + 1) % .b', { a: 1, b: {} }, '.b is an object, "%" needs numbers', '.b'],
  [
    '.a + .b',
    { a: 'x', b: 5 },
    '.a is a string ("x") and .b is a number (5), "+" joins strings only with strings; a template joins anything: "\\(.a)\\(.b)"',
    '.b',
  ],
  ['.a + .b', { a: [1], b: {} }, '.a is an array, "+" needs numbers', '.a'],
  ['1 + .a', { a: false }, '.a is false, "+" needs numbers', '.a'],
  ['.a / .b', { a: null, b: 'x' }, '.b is a string ("x"), "/" needs numbers', '.b'],
  ['.a =~ "x"', { a: 5 }, '.a is a number (5), "=~" needs strings', '.a'],
  ['.a !~ .b', { a: 'x', b: 5 }, '.b is a number (5), "!~" needs strings', '.b'],
  ['.a =~ .b', { a: 'x', b: '(' }, '.b: bad pattern "(": "(" is not closed', '.b'],
  ['1 in .a', { a: 'text' }, '.a is a string ("text"), "in" needs an array or an object', '.a'],
  ['{....a}', { a: [1] }, '.a is an array, "..." needs an object', '.a'],
  ['{...}', [1], '... is an array, "..." needs an object', '...'],
  ['{(.a): 1}', { a: 5 }, '.a is a number (5), a field name needs to be a string', '.a'],
  ['.a[.b:]', { a: [1], b: 'x' }, '.a: a string ("x") is no position', '.a'],
  ['.a[1:]', { a: 5 }, '.a is a number (5), only strings and arrays have slices', '.a'],
  ['lower(.name)', { name: 5 }, '.name is a number (5), lower() needs a string', '.name'],
  [
    'map(.a, x -> x.n + 1)',
    { a: [{ n: 'x' }] },
    'x.n is a string ("x") and 1 is a number (1), "+" joins strings only with strings; a template joins anything: "\\(x.n)\\(1)"',
    '1',
  ],
  ['map(.a, x -> lower(x.b))', { a: [{ b: [] }] }, 'x.b is an array, lower() needs a string', 'x.b'],
  ['tonumber(.a)', { a: 'n/a' }, '.a is a string ("n/a"), tonumber() needs a number in a text', '.a'],
  ['fromjson(.a)', { a: '{"a":' }, '.a is a string ("{\\"a\\":"), fromjson() needs JSON of at most 512 levels', '.a'],
  ['year(.t)', { t: 'soon' }, '.t is a string ("soon"), year() needs milliseconds or an ISO 8601 time', '.t'],
  ['strftime(.t, "%Q")', { t: 0 }, 'strftime() knows no %Q', '"%Q"'],
  ['test(.a, .b)', { a: 'x', b: '*' }, '.b: bad pattern "*": nothing to repeat', '.b'],
  ['sum(.a)', { a: [1, 'x'] }, '.a has a string ("x") in it, sum() needs numbers', '.a'],
  ['repeat("ab", .n)', { n: 1e9 }, 'repeat(): the string would have more than 2^26 characters'],
  ['lpad("", .n)', { n: 1e9 }, 'lpad(): the string would have more than 2^26 characters'],
  ['range(.n)', { n: 1e9 }, 'range(): the array would have more than a million elements'],
  ['reduce(range(40), "ab", (acc, x) -> acc + acc)', null, '"+": the string would have more than 2^26 characters'],
  [
    'reduce(range(40), "ab", (acc, x) -> "\\(acc)\\(acc)")',
    null,
    'a template: the string would have more than 2^26 characters',
  ],
  ['reduce(range(40), [1, 2], (acc, x) -> acc + acc)', null, '"+": the array would have more than a million elements'],
  ['lower(.a)', { a: { long: 'x' } }, '.a is an object, lower() needs a string', '.a'],
  ['.a * 1', { a: 'x'.repeat(100) }, `.a is a string ("${'x'.repeat(39)}…"), "*" needs numbers`, '.a'],
]

suite('errors of records', () => {
  for (const [text, value, message, path] of cases) {
    test(text, () => {
      const error = recordErrorOf(text, value)
      assert.equal(error.message, message)
      assert.equal(error.path, path)
      assert.equal(error.name, 'RecordError')
    })
  }
})

test('patterns from records of others have to be linear too', () => {
  const { message } = recordErrorOf('.a =~ .b', { a: 'x', b: '(?=x)' }, { linearRegex: true })
  assert.equal(message, '.b: bad pattern "(?=x)": it looks ahead or behind, which is not allowed here')
})
