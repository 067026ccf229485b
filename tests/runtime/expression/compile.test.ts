// What a compiled expression says about itself, and what its code does and does not do.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { compileExpression } from '../../../src/runtime/expression/compile.ts'
import { fromByteString } from '../../../src/runtime/model/byte-string.ts'
import { evaluate, recordOf } from './evaluation.ts'
import { TestLazyJson } from './test-lazy-json.ts'

const compile = (text: string) => compileExpression(text, { subject: 'it', arguments: new Map([['arg', 1]]) })

suite('the name', () => {
  const cases: readonly (readonly [text: string, name: string | undefined])[] = [
    ['.a', 'a'],
    [' .a.b ', 'b'],
    ['.a["odd key"]', 'odd key'],
    ['.["x"]', 'x'],
    ['.a[0].b', 'b'],
    ['(.a.b)', 'b'],
    ['$headers.trace', 'trace'],
    ['.', undefined],
    ['.a[0]', undefined],
    ['.a[.b].c', undefined],
    ['$key', undefined],
    ['lower(.a)', undefined],
    ['lower(.a).b', undefined],
    ['.a // .b', undefined],
    ['"a"', undefined],
  ]
  for (const [text, name] of cases) test(text, () => assert.equal(compile(text).name, name))
})

suite('the fields', () => {
  const cases: readonly (readonly [text: string, fields: readonly string[] | 'all', constant: boolean])[] = [
    ['1 + 2', [], true],
    ['$arg', [], true],
    ['{a: $arg, b: lower("X")}', [], true],
    ['map([1], x -> x + 1)', [], true],
    ['$key', [], false],
    ['now()', [], false],
    ['.a', ['a'], false],
    ['.a.b + .c[0]', ['a', 'c'], false],
    ['.["x y"]', ['x y'], false],
    ['{a, b: .c}', ['a', 'c'], false],
    ['map(.a, x -> x.b + .c)', ['a', 'c'], false],
    ['.a[.b]', ['a', 'b'], false],
    ['"\\(.a)"', ['a'], false],
    ['.', 'all', false],
    ['.[.a]', 'all', false],
    ['.[0]', 'all', false],
    ['{...}', 'all', false],
    ['keys(.)', 'all', false],
  ]
  for (const [text, fields, constant] of cases) {
    test(text, () => {
      const expression = compile(text)
      assert.deepEqual(expression.fields === 'all' ? 'all' : [...expression.fields].sort(), fields)
      assert.equal(expression.constant, constant)
    })
  }
})

suite('code', () => {
  test('of a comparison with a literal reads one field and nothing else', () => {
    const { test: run } = compile('.event_type == "page_view"')
    const value = new TestLazyJson({ event_type: 'page_view', other: 1 })
    assert.equal(run(recordOf(value)), true)
    assert.deepEqual([value.fieldReads, value.wholeReads], [1, 0])
    const code = String(run)
    assert.match(code, /return \(\(lazy \? value\.field\(\d+\) : own\(value, "event_type"\)\) === "page_view"\) }$/)
  })

  test('reads a field once that occurs several times', () => {
    const value = new TestLazyJson({ a: 5 })
    assert.equal(compile('.a > 1 and .a < 10 and .a != 7').test(recordOf(value)), true)
    assert.equal(value.fieldReads, 1)
    const missing = new TestLazyJson({})
    assert.equal(compile('.a ?? .a ?? .a').evaluate(recordOf(missing)), null)
    assert.equal(missing.fieldReads, 1)
  })

  test('does not read what it does not come to', () => {
    const value = new TestLazyJson({ a: 1, b: 2 })
    assert.equal(compile('.a == 2 and .b == 2').test(recordOf(value)), false)
    assert.equal(value.fieldReads, 1)
    assert.equal(evaluate('if(.a > 0, 1, lower(.a))', { a: 1 }), 1)
    assert.equal(evaluate('coalesce(.a, lower(.a))', { a: 1 }), 1)
    assert.equal(evaluate('.a ?? lower(.a)', { a: 1 }), 1)
  })

  test('has nothing of the text in it but what went through JSON.stringify', () => {
    const hostile = '"];process.exit(1);//\\u2028`${1}'
    const text = `{${JSON.stringify(hostile)}: .${JSON.stringify(hostile)} == ${JSON.stringify(hostile)}}`
    const expression = compile(text)
    assert.deepEqual(expression.evaluate(recordOf({ [hostile]: hostile })), { [hostile]: true })
    const code = String(expression.evaluate).replaceAll(JSON.stringify(hostile), '')
    assert.ok(!code.includes('process'), code)
    assert.ok(!String(compile('map(.a, processExit -> processExit)').evaluate).includes('processExit'))
    assert.ok(!String(compile('$headers.x == $topic # process.exit').evaluate).includes('process'))
  })

  test('reads metadata, arguments and lambda parameters, not globals', () => {
    assert.equal(evaluate('.process', {}), null)
    assert.equal(evaluate('.globalThis.process', {}), null)
    assert.equal(evaluate('map([{}], constructor -> constructor.constructor)[0]', {}), null)
  })

  test('works for a key that is nobody’s own property', () => {
    for (const name of [
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      'valueOf',
      '__defineGetter__',
      'length',
    ]) {
      for (const value of [{}, [], 'text', 5, null]) {
        assert.equal(evaluate(`.a["${name}"]`, { a: value }), null, name)
        assert.equal(evaluate(`.${name}`, value), null, name)
        assert.equal(evaluate('.a[.name]', { a: value, name }), null, name)
        assert.equal(compile(`.${name}`).evaluate(recordOf(new TestLazyJson(value))), null, name)
      }
      assert.equal(evaluate(`"${name}" in {}`), false)
      assert.equal(evaluate(`has({}, "${name}")`), false)
    }
  })

  test('makes and keeps own properties of any name', () => {
    const value = JSON.parse('{"__proto__": {"x": 1}, "constructor": 2}') as unknown
    const both = '{"__proto__":{"x":1},"constructor":2}'
    for (const text of [
      '.',
      '{...}',
      '{"__proto__", constructor}',
      '{("__pro" + "to__"): .["__proto__"], constructor: .constructor}',
      '{} + .',
      'merge({}, .)',
      'from_entries(to_entries(.))',
      'with_entries(., e -> e)',
      'map_values(., x -> x)',
      'pick(., "__proto__", "constructor")',
      'del(., "other")',
    ]) {
      const result = evaluate(text, value)
      assert.equal(JSON.stringify(result), both, text)
      assert.equal(Object.getPrototypeOf(result), Object.prototype, text)
    }
    assert.equal(evaluate('.["__proto__"].x', value), 1)
    assert.equal(evaluate('{x: 1}.__proto__'), null)
    assert.equal(JSON.stringify(evaluate('del(., "__proto__")', value)), '{"constructor":2}')
    assert.equal(({} as { x?: unknown }).x, undefined)
  })

  test('leaves the record and the arguments as they are', () => {
    const value = Object.freeze({ a: Object.freeze([3, 1, 2]), b: Object.freeze({ c: 1 }) })
    assert.deepEqual(
      evaluate('[sort(.a), reverse(.a), .a + .a, merge(.b, {d: 1}), del(.b, "c"), {..., a: 1}.a, unique(.a)]', value),
      [[1, 2, 3], [2, 1, 3], [3, 1, 2, 3, 1, 2], { c: 1, d: 1 }, {}, 1, [1, 2, 3]],
    )
  })

  test('asks the clock that it is given', () => {
    let time = 1000
    const expression = compileExpression('now()', { subject: 'it', clock: () => time })
    assert.equal(expression.evaluate(recordOf(null)), 1000)
    time = 2000
    assert.equal(expression.evaluate(recordOf(null)), 2000)
  })

  test('takes long lists and long conditions', () => {
    const numbers = Array.from({ length: 5000 }, (_, index) => index)
    assert.equal(evaluate(`.a in [${numbers.join(', ')}]`, { a: 4999 }), true)
    assert.equal(evaluate(numbers.map((number) => `.a == ${number}`).join(' or '), { a: 4999 }), true)
    assert.equal(evaluate(`length([${numbers.map((number) => `.a + ${number}`).join(', ')}])`, { a: 1 }), 5000)
  })
})

suite('JSON text', () => {
  const json = (text: string, value: unknown, texts?: Readonly<Record<string, string>>): string =>
    fromByteString(compile(text).json(recordOf(new TestLazyJson(value, texts))))

  test('takes fields as they are spelled', () => {
    const value = { id: 1, price: 1, name: 'é' }
    const texts = { id: '1.0', price: '1e0', name: '"\\u00e9"' }
    assert.equal(json('.price', value, texts), '1e0')
    assert.equal(json('{id, p: [.price, .name], x: null}', value, texts), '{"id":1.0,"p":[1e0,"\\u00e9"],"x":null}')
    assert.equal(json('.id == 1 ? {price} : .', value, texts), '{"price":1e0}')
    assert.equal(json('{id, double: .price * 2, ü: "ü"}', value, texts), '{"id":1.0,"double":2,"ü":"ü"}')
  })

  test('adds fields to the text of the record, and changes those that it has', () => {
    assert.equal(json('{..., total: .a * 2}', { a: 1 }), '{"a":1,"total":2}')
    assert.equal(json('{..., total: 2}', {}), '{"total":2}')
    assert.equal(json('{..., a: 5, b: 6}', { a: 1, c: 2 }), '{"a":5,"c":2,"b":6}')
    assert.equal(json('{..., a: 5}', null), '{"a":5}')
    assert.equal(json('{..., "__proto__": 1}', { a: 1 }), '{"a":1,"__proto__":1}')
  })

  test('takes the text of the record whatever white space it has', () => {
    const spaced = (text: string) =>
      new (class extends TestLazyJson {
        override json() {
          return text as ReturnType<TestLazyJson['json']>
        }
      })(JSON.parse(text))
    const run = (text: string) => JSON.parse(compile('{..., b: 1}').json(recordOf(spaced(text)))) as unknown
    assert.deepEqual(run('{ "a" : 1 }'), { a: 1, b: 1 })
    assert.deepEqual(run('{ }'), { b: 1 })
    assert.deepEqual(run('{\n}\n'), { b: 1 })
    assert.deepEqual(run('{"a": "}"} '), { a: '}', b: 1 })
  })

  test('does not need the whole value for shapes of fields', () => {
    for (const text of ['.a', '{a, b: .c}', '[.a, 1]', '{..., x: .a}']) {
      const value = new TestLazyJson({ a: 1, c: 2 })
      compile(text).json(recordOf(value))
      assert.equal(value.wholeReads, 0, text)
      assert.equal(compile(text).copiesText, true, text)
    }
    for (const text of ['.a + 1', '{x: .a + 1}', 'lower(.a)', '1', '{a: $arg}'])
      assert.equal(compile(text).copiesText, false, text)
  })

  test('is null for what is missing or no JSON', () => {
    assert.equal(json('.a', {}), 'null')
    assert.equal(json('{a: .b.c}', {}), '{"a":null}')
    assert.equal(json('1e308 * 10', {}), 'null')
  })

  test('is UTF-8 for plain values too', () => {
    const bytes = compile('{"ü": .a}').json(recordOf({ a: 'é😀' }))
    assert.equal(Buffer.from(bytes, 'latin1').toString('utf8'), '{"ü":"é😀"}')
  })
})
