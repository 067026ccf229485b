// The function library: every documented example, and the edges that examples do not show.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  expressionFunctions,
  findFunction,
  functionFamilies,
} from '../../../../src/runtime/expression/functions/all.ts'
import { signature } from '../../../../src/runtime/expression/functions/define-function.ts'
import { evaluate } from '../evaluation.ts'

suite('documented examples', () => {
  for (const { name, example, result } of expressionFunctions) {
    test(`${name}: ${example}`, () => assert.deepEqual(evaluate(example), result))
  }

  test('show the function that they document', () => {
    for (const { name, example } of expressionFunctions) assert.ok(example.includes(`${name}(`), `${name}: ${example}`)
  })
})

suite('declarations', () => {
  test('have names that are unique and can be written', () => {
    const names = expressionFunctions.flatMap(({ name, aliases }) => [name, ...aliases])
    assert.equal(new Set(names).size, names.length)
    for (const name of names) {
      assert.match(name, /^[a-z][a-z0-9_]*$/)
      assert.equal(findFunction(name)?.aliases.includes(name) === true || findFunction(name)?.name === name, true)
    }
    assert.equal(findFunction('toString'), undefined)
    assert.deepEqual(
      functionFamilies.flatMap(({ functions }) => functions),
      expressionFunctions,
    )
  })

  test('say what they do in one sentence', () => {
    for (const { name, summary } of expressionFunctions) assert.match(summary, /^[A-Z−-].*[^.]\.$/, name)
  })

  test('have optional parameters last', () => {
    for (const { name, parameters, minimalArity, maximalArity } of expressionFunctions) {
      const optional = parameters.map((parameter) => parameter.optional)
      assert.deepEqual(optional, [...optional].sort(), name)
      assert.ok(minimalArity <= maximalArity)
    }
  })

  test('have a signature', () => {
    const signatureOf = (name: string): string => {
      const definition = findFunction(name)
      assert.ok(definition)
      return signature(definition)
    }
    assert.equal(signatureOf('split'), 'split(text, separator, [flags])')
    assert.equal(signatureOf('reduce'), 'reduce(array, initial, (acc, x) -> value)')
    assert.equal(signatureOf('min'), 'min(value, [value…])')
    assert.equal(signatureOf('now'), 'now()')
  })

  test('never give undefined, and null for null where they do not say otherwise', () => {
    const lambdas: Readonly<Record<string, string>> = { reduce: '(acc, x) -> x' }
    for (const { name, parameters, rest } of expressionFunctions) {
      const all = rest === undefined ? parameters : [...parameters, rest]
      const texts = all.map(({ lambda }) => (lambda === undefined ? 'null' : (lambdas[name] ?? 'x -> x')))
      const result = evaluate(`${name}(${texts.join(', ')})`)
      assert.notEqual(result, undefined, name)
      if (all.some(({ acceptsNull, lambda }) => !acceptsNull && lambda === undefined)) assert.equal(result, null, name)
    }
  })
})

const table = (title: string, cases: readonly (readonly [text: string, value: unknown, result: unknown])[]): void => {
  suite(title, () => {
    for (const [text, value, result] of cases) test(text, () => assert.deepEqual(evaluate(text, value), result))
  })
}

table('strings', [
  ['length(.a)', { a: '😀é' }, 2],
  ['substr(.a, 1, 1)', { a: '😀é!' }, 'é'],
  ['substr(.a, -1)', { a: 'é😀' }, '😀'],
  ['substr("abc", 5)', null, ''],
  ['substr("abc", 1, -1)', null, ''],
  ['reverse(.a)', { a: 'a😀' }, '😀a'],
  ['index(.a, "b")', { a: '😀b' }, 1],
  ['index("abc", "")', null, 0],
  ['split("abc", "")', null, ['a', 'b', 'c']],
  ['split("", ",")', null, ['']],
  ['split("a1b", "[0-9]")', null, ['a1b']],
  ['split("aXbxc", "x", "i")', null, ['a', 'b', 'c']],
  ['split("abc", "", "g")', null, ['a', 'b', 'c']],
  ['rtrimstr("a", "")', null, 'a'],
  ['replace("aaa", "aa", "b")', null, 'ba'],
  ['replace("abc", "", "-")', null, 'abc'],
  ['replace("a.b", ".", "$&")', null, 'a$&b'],
  ['lpad("abc", 2)', null, 'abc'],
  ['lpad("1", 6, "ab")', null, 'ababa1'],
  ['rpad("😀", 3, "-")', null, '😀--'],
  ['lpad("x", 5, "")', null, 'x'],
  ['repeat("a", 0)', null, ''],
  ['join([], ",")', null, ''],
  ['words("")', null, []],
])

table('regular expressions', [
  ['test("a\\nb", "a.b")', null, false],
  ['test("a\\nb", "a.b", "s")', null, true],
  ['test("a\\nb", "^b$", "m")', null, true],
  ['match("xay", "b")', null, null],
  ['match("é😀b", "b").offset', null, 2],
  ['match("ab", "(?<x>z)?b").captures', null, [{ name: 'x', string: null }]],
  [
    'match("aa", "(a)(?<second>a)").captures',
    null,
    [
      { name: null, string: 'a' },
      { name: 'second', string: 'a' },
    ],
  ],
  ['map(match("a1b2", "[0-9]", "g"), m -> m.offset)', null, [1, 3]],
  ['capture("a1b2", "(?<n>[0-9])", "g")', null, [{ n: '1' }, { n: '2' }]],
  ['capture("x", "(?P<word>\\\\w)")', null, { word: 'x' }],
  ['scan("abc", "")', null, ['', '', '', '']],
  ['scan("😀", "")', null, ['', '']],
  ['scan("aA", "a", "i")', null, ['a', 'A']],
  ['sub("aaa", "a", "b")', null, 'baa'],
  ['sub("aaa", "a", "b", "g")', null, 'bbb'],
  ['gsub("abc", "", "-")', null, '-a-b-c-'],
  ['gsub("a.b", "\\\\.", "$$1")', null, 'a$1b'],
  ['gsub("john doe", "(?<first>\\\\w+) (?<last>\\\\w+)", "$<last> $1 $3 [$&]")', null, 'doe john $3 [john doe]'],
  ['test(.a, .b)', { a: 'x', b: 'x' }, true],
])

table('numbers', [
  ['abs(.a)', { a: -9007199254740993n }, 9007199254740993n],
  ['floor(.a)', { a: 9007199254740993n }, 9007199254740993n],
  ['round(.a, -2)', { a: 9007199254740951n + 9007199254740951n }, 18014398509481900n],
  ['round(1e-7, 3)', null, 0],
  ['round(1e21)', null, 1e21],
  ['round(-1.5)', null, -2],
  ['pow(0, -1)', null, null],
  ['log(-1)', null, null],
  ['exp(1000)', null, null],
  ['sum([])', null, 0],
  ['sum(.a)', { a: [9007199254740992, 1, 9007199254740993n] }, 18014398509481985n],
  ['avg([null])', null, null],
  ['min([])', null, null],
  ['min(null, null)', null, null],
  ['min(2, "a", [0])', null, 2],
  ['max(2, "a", [0])', null, [0]],
  ['max([[1], [2]])', null, [2]],
  ['add([[1], [2, 3]])', null, [1, 2, 3]],
  ['add([{a: 1}, {b: 2}])', null, { a: 1, b: 2 }],
  ['clamp(5, 1, .a)', { a: 9007199254740993n }, 5],
  ['format_number(-1234.5)', null, '-1,235'],
  ['format_number(999)', null, '999'],
  ['format_number(0.5, 2, "")', null, '0.50'],
])

table('values', [
  ['tonumber("9007199254740993")', null, 9007199254740993n],
  ['tonumber("+5")', null, 5],
  ['tonumber("007")', null, 7],
  ['tonumber("1e3")', null, 1000],
  ['tonumber("0x10", -1)', null, -1],
  ['tonumber("", null)', null, null],
  ['tonumber(true, "no")', null, 'no'],
  ['tonumber(5)', null, 5],
  ['fromjson("9007199254740993")', null, 9007199254740993n],
  ['fromjson(.a, "deep")', { a: '['.repeat(600) + ']'.repeat(600) }, 'deep'],
  ['length(fromjson(.a))', { a: `"${'['.repeat(600)}"` }, 600],
  ['tojson(.a)', { a: [9007199254740993n] }, '[9007199254740993]'],
  ['tostring(null)', null, 'null'],
  ['type(.a)', { a: 9007199254740993n }, 'number'],
])

table('arrays and objects', [
  ['contains([1, 2, 3], [3, 1])', null, true],
  ['contains([1], [1, 2])', null, false],
  ['contains([[1]], [[1]])', null, true],
  ['contains({a: 1}, {b: 1})', null, false],
  ['contains([1], null)', null, false],
  ['contains("abc", null)', null, null],
  ['index([1, {a: 2}], {a: 2})', null, 1],
  ['index(.a, 1)', { a: [1n] }, 0],
  [
    'sort(.a)',
    { a: [{}, [], 'b', 'a', 2, 9007199254740993n, 1.5, true, false, null] },
    [null, false, true, 1.5, 2, 9007199254740993n, 'a', 'b', [], {}],
  ],
  [
    'sort_by(.a, x -> x[0])',
    {
      a: [
        [2, 'x'],
        [1, 'y'],
        [2, 'a'],
      ],
    },
    [
      [1, 'y'],
      [2, 'x'],
      [2, 'a'],
    ],
  ],
  ['unique(.a)', { a: [1, 1.0, '1', null, null] }, [null, 1, '1']],
  ['min_by([], x -> x)', null, null],
  ['range(0)', null, []],
  ['range(5, 1)', null, []],
  ['flatten(.a)', { a: [[[]], 1, { a: [2] }] }, [1, { a: [2] }]],
  ['any([])', null, false],
  ['all([null])', null, false],
  ['any([null, 0])', null, true],
  ['first([])', null, null],
  ['last([null])', null, null],
  ['keys({"é": 1, "\uffff": 2, "😀": 3})', null, ['é', '\uffff', '😀']],
  ['keys(["a", "b"])', null, [0, 1]],
  ['has([1], -1)', null, false],
  ['values([1, 2])', null, [1, 2]],
  ['del(.a, "x", "y")', { a: { x: 1, z: 2 } }, { z: 2 }],
  ['omit({a: 1}, "a")', null, {}],
  ['pick({a: 1}, "a", "b")', null, { a: 1 }],
  ['merge(null, null)', null, {}],
  ['to_entries({})', null, []],
  ['from_entries([{key: "a"}])', null, { a: null }],
  ['zip([], [])', null, []],
  ['reduce([], 7, (acc, x) -> 0)', null, 7],
  ['coalesce(.a, .b, .c)', { c: 0 }, 0],
])

table('encodings', [
  ['base64d("YQ")', null, 'a'],
  ['base64d("_-8=", null) == null', null, false],
  ['base64(5)', null, 'NQ=='],
  ['hex("")', null, ''],
  ['hex(-255)', null, '-ff'],
  ['unhex("20000000000001")', null, 9007199254740993n],
  ['url_encode("it’s (a) *!")', null, 'it%E2%80%99s%20%28a%29%20%2A%21'],
  ['url_encode(.a)', { a: '\ud800' }, '%EF%BF%BD'],
  [
    'parse_url("/a?x=1&x=2&y")',
    null,
    { scheme: null, host: null, port: null, path: '/a', query: { x: '2', y: '' }, fragment: null },
  ],
  ['parse_url("mailto:a@b").host', null, null],
  ['parse_url("nothing", null)', null, null],
  ['parse_url("http://h/#%zz").fragment', null, '%zz'],
  ['keys(parse_url("/?__proto__=1").query)', null, ['__proto__']],
  ['md5("é")', null, '66ddcd97cfdeabb2f6fb8a999b4bc76f'],
  ['crc32("")', null, 0],
])
