// Expressions over aggregate calls: the calls are taken out, the rest is evaluated from their results.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { compileAggregates, type AggregateExpression } from '../../../src/runtime/expression/compile.ts'
import { KsError } from '../../../src/runtime/model/errors.ts'
import { recordOf } from './evaluation.ts'

const names = ['count', 'sum', 'max', 'percentile', 'first']

const compile = (text: string): AggregateExpression =>
  compileAggregates(text, { subject: 'it', arguments: new Map([['scale', 10]]) }, (name) => names.includes(name), names)

const errorOf = (text: string): KsError => {
  try {
    compile(text)
  } catch (error) {
    if (error instanceof KsError) return error
    throw error
  }
  throw new Error(`this compiles: ${text}`)
}

suite('aggregate expressions', () => {
  test('hand out their calls in the order of the text', () => {
    const { calls, text } = compile('round(sum(.a.b * $scale) / count(), 1)')
    assert.equal(text, 'round(sum(.a.b * $scale) / count(), 1)')
    assert.deepEqual(
      calls.map((call) => [call.name, call.text, call.arguments.map((argument) => argument.text)]),
      [
        ['sum', 'sum(.a.b * $scale)', ['.a.b * $scale']],
        ['count', 'count()', []],
      ],
    )
    assert.equal(calls[0]?.arguments[0]?.evaluate(recordOf({ a: { b: 2 } })), 20)
  })

  test('are finished with the results of the calls', () => {
    assert.equal(compile('round(sum(.a) / count(), 1)').finish([10, 3]), 3.3)
    assert.equal(compile('count()').finish([7]), 7)
    assert.equal(compile('sum(.a)').finish([undefined]), null)
    assert.deepEqual(
      compile('{n: count(), top: max(.a) ?? "none", list: [first(.x), $scale]}').finish([1, null, 'x']),
      {
        n: 1,
        top: 'none',
        list: ['x', 10],
      },
    )
    assert.deepEqual(compile('map([1, 2], x -> x * count())').finish([3]), [3, 6])
  })

  test('say which arguments are constant', () => {
    const [call] = compile('percentile(.ms, 90 + 5)').calls
    assert.deepEqual(
      call?.arguments.map(({ constant }) => constant),
      [false, true],
    )
  })

  test('an aggregate hides the function of its name', () => {
    const { calls } = compile('max(.a, .b)')
    assert.equal(calls[0]?.arguments.length, 2)
    assert.equal(compile('greatest(count(), 5)').finish([2]), 5)
  })

  const cases: readonly (readonly [text: string, message: string, column: number])[] = [
    ['sum(.a) / .b', '.b stands outside of an aggregate function', 10],
    ['.', '. stands outside of an aggregate function', 0],
    ['count() + $ts', 'unknown variable $ts', 10],
    ['sum(max(.a))', 'max() stands inside sum()', 4],
    ['sum(1 + max(.a))', 'max() stands inside sum()', 8],
    ['sum(x -> x)', 'sum() takes no lambda', 4],
    ['map([1], x -> sum(x))', 'unknown name "x"', 18],
    ['cuont()', 'unknown function cuont()', 0],
    ['sum(.a', 'this "(" is not closed', 3],
  ]
  for (const [text, message, column] of cases) {
    test(text, () => {
      const error = errorOf(text)
      assert.equal(error.message, `cannot compile it: ${message}`)
      assert.equal(error.snippet?.column, column)
      assert.equal(error.snippet?.text, text)
    })
  }

  test('suggest aggregates and functions', () => {
    assert.deepEqual(errorOf('cuont()').didYouMean, ['count'])
    assert.deepEqual(errorOf('percntile(.a, 1)').didYouMean, ['percentile'])
    assert.match(errorOf('sum(.a) / .b').hint ?? '', /last\(\.b\)/)
  })
})
