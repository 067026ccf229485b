// What expressions mean: paths, operators, null, numbers, strings, shapes, lambdas.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { operatorRows } from '../../../src/runtime/expression/operators.ts'
import { metadataVariables } from '../../../src/runtime/expression/variables.ts'
import { compileExpression } from '../../../src/runtime/expression/compile.ts'
import { StreamRecord } from '../../../src/runtime/model/stream-record.ts'
import { evaluate } from './evaluation.ts'

type Case = readonly [text: string, value: unknown, result: unknown]

const table = (title: string, cases: readonly Case[]): void => {
  suite(title, () => {
    for (const [text, value, result] of cases) {
      test(text, () => assert.deepEqual(evaluate(text, value), result))
    }
  })
}

table('paths', [
  ['.', { a: 1 }, { a: 1 }],
  ['.', 'text', 'text'],
  ['.a', { a: 1 }, 1],
  ['.a', { b: 1 }, null],
  ['.a', null, null],
  ['.a', [1], null],
  ['.a', 'text', null],
  ['.a.b.c', { a: { b: { c: 1 } } }, 1],
  ['.a.b.c', { a: { b: 5 } }, null],
  ['.a.b[0]', { a: { b: [7, 8] } }, 7],
  ['.a[-1]', { a: [7, 8] }, 8],
  ['.a[2]', { a: [7, 8] }, null],
  ['.a[-3]', { a: [7, 8] }, null],
  ['.a[0.9]', { a: [7, 8] }, 7],
  ['.a["0"]', { a: [7, 8] }, null],
  ['.a[0]', { a: 'text' }, null],
  ['.[1]', [7, 8], 8],
  ['."odd key"', { 'odd key': 1 }, 1],
  ['.["odd key"]', { 'odd key': 1 }, 1],
  ['.a."odd key"[0]', { a: { 'odd key': [1] } }, 1],
  ['.a.["b"]', { a: { b: 1 } }, 1],
  ['.[.name]', { name: 'x', x: 5 }, 5],
  ['.a[.i + 1]', { a: [1, 2, 3], i: 1 }, 3],
  ['.["\\(.name)_id"]', { name: 'x', x_id: 5 }, 5],
  ['.a?.b', { a: { b: 1 } }, 1],
  ['.a?.b', {}, null],
  ['.a?', { a: 1 }, 1],
  ['.a? // 2', {}, 2],
  ['.größe', { größe: 3 }, 3],
  ['.in + .not', { in: 1, not: 2 }, 3],
  ['.a[1:3]', { a: [1, 2, 3, 4] }, [2, 3]],
  ['.a[:2]', { a: [1, 2, 3] }, [1, 2]],
  ['.a[-2:]', { a: [1, 2, 3] }, [2, 3]],
  ['.a[1:-1]', { a: 'abcd' }, 'bc'],
  ['.a[1:2]', { a: 'a😀b' }, '😀'],
  ['.a[1:]', {}, null],
  ['{a: 1}.a', null, 1],
  ['[1, 2][1]', null, 2],
  ['"abc"[1:]', null, 'bc'],
  ['{"a": .}.a.b', { b: 1 }, 1],
])

table('null', [
  ['.a == null', {}, true],
  ['.a != null', {}, false],
  ['.a == .b', {}, true],
  ['.a == .b', { a: null }, true],
  ['.a < 1', {}, false],
  ['.a > 1', {}, false],
  ['.a >= 0', {}, false],
  ['1 < .a', {}, false],
  ['null <= null', null, false],
  ['.a + 1', {}, null],
  ['"x" + .a', {}, null],
  ['[1] + .a', {}, null],
  ['-.a', {}, null],
  ['.a * .b', { a: 2 }, null],
  ['.a // 1', {}, 1],
  ['.a // 1', { a: false }, 1],
  ['.a // 1', { a: 0 }, 0],
  ['.a ?? 1', { a: false }, false],
  ['.a ?? .b ?? 3', {}, 3],
  ['.a =~ "x"', {}, false],
  ['.a !~ "x"', {}, true],
  ['"x" =~ .a', {}, false],
  ['1 in .a', {}, false],
  ['1 not in .a', {}, true],
  ['null in [1, null]', null, true],
  ['not .a', {}, true],
  ['.a ? 1 : 2', {}, 2],
  ['.a ? 1 : 2', { a: 0 }, 1],
  ['.a ? 1 : 2', { a: '' }, 1],
  ['"\\(.a)"', {}, 'null'],
  ['lower(.a)', {}, null],
  ['split(.a, .b)', { a: 'x' }, null],
  ['map(.a, x -> x + 1)', {}, null],
])

table('comparisons', [
  ['1 == 1.0', null, true],
  ['"1" == 1', null, false],
  ['"1" < 2', null, false],
  ['2 > "1"', null, false],
  ['.a < .b', { a: 'a', b: 'b' }, true],
  ['.a < .b', { a: '\uffff', b: '😀' }, true],
  ['.a >= "😀"', { a: '\uffff' }, false],
  ['"a" < "ab"', null, true],
  ['true < false', null, false],
  ['.a == .b', { a: { x: [1, { y: 2 }], z: 1 }, b: { z: 1, x: [1, { y: 2 }] } }, true],
  ['.a == .b', { a: { x: 1 }, b: { x: 1, y: null } }, false],
  ['.a == .b', { a: [1], b: { 0: 1 } }, false],
  ['.a = 1 and .a <> 2', { a: 1 }, true],
  ['.a in ["x", 2, null]', { a: 2 }, true],
  ['.a in [1, .b]', { a: 5, b: 5 }, true],
  ['.a in .b', { a: [1], b: [[1]] }, true],
  ['"k" in .', { k: null }, true],
  ['.a not in [1, 2]', { a: 3 }, true],
  ['.a =~ "^/api"', { a: '/api/x' }, true],
  ['.a =~ .b', { a: 'abc', b: 'b.$' }, true],
  ['.a !~ "^/api"', { a: '/x' }, true],
])

table('integers beyond 2^53', [
  ['.a == 9007199254740993', { a: 9007199254740993n }, true],
  ['.a == 9007199254740992', { a: 9007199254740993n }, false],
  ['9007199254740993', null, 9007199254740993n],
  ['-9007199254740993', null, -9007199254740993n],
  ['.a > 1', { a: 9007199254740993n }, true],
  ['.a < 9007199254740993', { a: 9007199254740994n }, false],
  ['.a + 1', { a: 9007199254740993n }, 9007199254740994n],
  ['.a - .b', { a: 9007199254740993n, b: 9007199254740992n }, 1],
  ['.a * 2', { a: 9007199254740993n }, 18014398509481986n],
  ['.a % 10', { a: 9007199254740993n }, 3],
  ['.a / 2', { a: 9007199254740994n }, 4503599627370497],
  ['.a + 0.5', { a: 9007199254740993n }, 9007199254740992],
  ['-.a', { a: 9007199254740993n }, -9007199254740993n],
  ['.a in [9007199254740993]', { a: 9007199254740993n }, true],
  ['.a == 5', { a: 5n }, true],
  ['.a in [1, 5]', { a: 5n }, true],
  ['.a == 1e16', { a: 10000000000000001n }, false],
  ['"\\(.a)"', { a: 9007199254740993n }, '9007199254740993'],
  ['reduce(range(40), .a, (acc, x) -> acc * acc) > 1', { a: 9007199254740993n }, true],
  ['reduce(range(40), .a, (acc, x) -> acc * acc * acc) < 0', { a: -9007199254740993n }, true],
])

table('arithmetic', [
  ['7 / 2', null, 3.5],
  ['-7 % 3', null, -1],
  ['1 / 0', null, null],
  ['.a % .b', { a: 1, b: 0 }, null],
  ['.a / .b', { a: 9007199254740993n, b: 0 }, null],
  ['0.1 + 0.2', null, 0.1 + 0.2],
  ['2 - 3 - 4', null, -5],
  ['2 * -3', null, -6],
  ['- -3', null, 3],
  ['.5 + 1e2', null, 100.5],
  ['"a" + "b"', null, 'ab'],
  ['[1] + [2]', null, [1, 2]],
  ['{a: 1, b: 1} + {b: 2}', null, { a: 1, b: 2 }],
])

table('strings', [
  ['"a\\n\\t\\"\\\\\\u00e9\\/"', null, 'a\n\t"\\é/'],
  ["'it\\'s'", null, "it's"],
  ['\'say "\\(.a)"\'', { a: 1 }, 'say "1"'],
  ['"\\(.a)-\\("x\\(.b)")"', { a: 1, b: [2] }, '1-x[2]'],
  ['"\\(1 + (2 * 3))"', null, '7'],
  ['"\\({a: "}"}.a)"', null, '}'],
  ['""', null, ''],
  ['"a\nb"', null, 'a\nb'],
])

table('shapes', [
  [
    '{id, total: .a * .b, "odd key": 1, ("x" + .id): 2}',
    { id: 'i', a: 2, b: 3 },
    { id: 'i', total: 6, 'odd key': 1, xi: 2 },
  ],
  ['{id, missing}', { id: 1 }, { id: 1, missing: null }],
  ['{"odd key"}', { 'odd key': 1 }, { 'odd key': 1 }],
  ['{..., a: 2}', { a: 1, b: 1 }, { a: 2, b: 1 }],
  ['{a: 2, ...}', { a: 1, b: 1 }, { a: 1, b: 1 }],
  ['{...}', { a: 1 }, { a: 1 }],
  ['{....a, x: 1}', { a: { b: 1 } }, { b: 1, x: 1 }],
  ['{...null, ....missing}', {}, {}],
  ['{"\\(.a)": 1}', { a: 'k' }, { k: 1 }],
  ['{a: 1, b: [1, {c: 2}],}', null, { a: 1, b: [1, { c: 2 }] }],
  ['{if: 1, in: 2, null: 3}', null, { if: 1, in: 2, null: 3 }],
  ['[]', null, []],
  ['[.a, [.b]]', { a: 1 }, [1, [null]]],
])

table('lambdas', [
  ['map(.a, x -> x * .factor)', { a: [1, 2], factor: 10 }, [10, 20]],
  ['map(.a, x -> map(x, y -> x[0] + y))', { a: [[1, 2]] }, [[2, 3]]],
  ['map(.a, x -> map([1], x -> x))', { a: [5] }, [[1]]],
  ['reduce(.a, 0, (acc, x) -> acc + x.n)', { a: [{ n: 1 }, { n: 2 }] }, 3],
  ['map(.a, (x) -> x.b // "none")', { a: [{ b: 1 }, {}] }, [1, 'none']],
  ['filter(.a, length -> length > 1)', { a: [1, 2] }, [2]],
  ['map(.a, x -> x > 1 ? "big" : "small")', { a: [1, 2] }, ['small', 'big']],
])

table('comments and white space', [
  ['.a # the a\n + 1 # done', { a: 1 }, 2],
  ['\n\t.a\n', { a: 1 }, 1],
])

suite('binding', () => {
  const cases: readonly (readonly [loose: string, grouped: string])[] = [
    ['1 + 2 * 3', '1 + (2 * 3)'],
    ['1 - 2 - 3', '(1 - 2) - 3'],
    ['-.a * 2', '(-.a) * 2'],
    ['1 + 2 < 4', '(1 + 2) < 4'],
    ['not .a == 1', 'not (.a == 1)'],
    ['!.a == 1 and .b', '(!(.a == 1)) and .b'],
    ['not .a and .b', '(not .a) and .b'],
    ['.a or .b and .c', '.a or (.b and .c)'],
    ['.a || .b && .c', '.a or (.b and .c)'],
    ['.a // .b or .c', '.a // (.b or .c)'],
    ['.a // 1 > 5', '.a // (1 > 5)'],
    ['.a ?? .b // .c', '.a ?? (.b // .c)'],
    ['.a ? .b : .c ? 1 : 2', '.a ? .b : (.c ? 1 : 2)'],
    ['.a ? .b ? 1 : 2 : 3', '.a ? (.b ? 1 : 2) : 3'],
    ['.a // .b ? 1 : 2', '(.a // .b) ? 1 : 2'],
    ['1 in [1] and .b', '(1 in [1]) and .b'],
    ['not 1 in [1]', 'not (1 in [1])'],
  ]
  const values = [null, false, true, 0, 1, 5]
  for (const [loose, grouped] of cases) {
    test(`${loose} is ${grouped}`, () => {
      for (const a of values) {
        for (const b of values) {
          for (const c of values) assert.deepEqual(outcome(loose, { a, b, c }), outcome(grouped, { a, b, c }))
        }
      }
    })
  }
})

/** The value, or the message without the expression that it quotes. */
const outcome = (text: string, value: unknown): unknown => {
  try {
    return evaluate(text, value)
  } catch (error) {
    return (error as Error).name
  }
}

suite('the operator table', () => {
  for (const { example, result } of operatorRows) {
    test(example, () => assert.deepEqual(evaluate(example), result))
  }
})

suite('variables', () => {
  const headers = [
    { name: 'trace', value: Buffer.from('old') },
    { name: 'trace', value: Buffer.from('nü') },
    { name: '__proto__', value: null },
  ]
  const origin = { topic: 'orders', partition: 2, offset: 77, line: 0 }
  const full = new StreamRecord({ id: 1 }, { a: 1 }, 5000, origin, headers, { start: 0, end: 60_000 })
  const bare = new StreamRecord(null, null, -1, { topic: 'f.ndjson', partition: 0, offset: 10, line: 3 })
  const cases: readonly (readonly [text: string, record: StreamRecord, result: unknown])[] = [
    ['$key.id', full, 1],
    ['$key', bare, null],
    ['$ts', full, 5000],
    ['$ts', bare, null],
    ['[$topic, $file, $partition, $offset]', full, ['orders', 'orders', 2, 77]],
    ['[$line, $offset]', bare, [3, 10]],
    ['$line', full, null],
    ['$headers.trace', full, 'nü'],
    ['$headers["trace"] == "nü"', full, true],
    ['$headers.missing', full, null],
    ['keys($headers)', full, ['__proto__', 'trace']],
    ['$headers["__proto__"]', full, null],
    ['$headers', bare, {}],
    ['$window.end - $window.start', full, 60_000],
    ['$window', bare, null],
    ['{$topic, $ts}', full, { topic: 'orders', ts: 5000 }],
  ]
  for (const [text, record, result] of cases) {
    test(text, () => assert.deepEqual(compileExpression(text, { subject: 'it' }).evaluate(record), result))
  }

  test('all of them are documented and have a value', () => {
    for (const { name, summary } of metadataVariables) {
      assert.notEqual(compileExpression(`$${name}`, { subject: 'it' }).evaluate(full), undefined)
      assert.match(summary, /^[A-Z].*\.$/)
    }
  })

  test('arguments are constants and hide metadata', () => {
    const values = new Map<string, unknown>([
      ['limit', 10],
      ['key', 'mine'],
      ['object', { a: [1] }],
    ])
    const value = { n: 11 }
    assert.equal(evaluate('.n > $limit', value, { arguments: values }), true)
    assert.equal(evaluate('$limit < .n and "\\($limit)" == "10"', value, { arguments: values }), true)
    assert.equal(evaluate('$key', value, { arguments: values }), 'mine')
    assert.equal(evaluate('$object.a[0] + .n', value, { arguments: values }), 12)
    assert.deepEqual(evaluate('{$object}', value, { arguments: values }), { object: { a: [1] } })
  })

  test('locals are given by position at evaluation', () => {
    const expression = compileExpression('$acc + .n * $factor', { subject: 'it', locals: ['acc', 'factor'] })
    const record = new StreamRecord(null, { n: 3 }, -1, full.origin)
    assert.equal(expression.evaluate(record, [10, 2]), 16)
    assert.equal(expression.evaluate(record, [undefined, 2]), null)
    assert.equal(expression.test(record, [null, 2]), false)
  })
})
