// Random expressions: what is printed parses to the same tree, and compiled code does what a walk over the tree does.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { forEachChild, mapChildren, type Node } from '../../../src/runtime/expression/ast.ts'
import { compileExpression } from '../../../src/runtime/expression/compile.ts'
import { parseExpression } from '../../../src/runtime/expression/parser.ts'
import { fromByteString } from '../../../src/runtime/model/byte-string.ts'
import { KsError } from '../../../src/runtime/model/errors.ts'
import { RecordError } from '../../../src/runtime/model/record-error.ts'
import { parseJsonText, stringifyJson } from '../../../src/runtime/serde/json-parse.ts'
import { arbitraryExpression, arbitraryObject, arbitraryValue } from './arbitrary-expression.ts'
import { recordOf } from './evaluation.ts'
import { printExpression } from './print-expression.ts'
import { interpret } from './reference.ts'
import { TestLazyJson } from './test-lazy-json.ts'

/** The tree without positions, for comparison. */
const bare = (node: Node): unknown => {
  const plain = mapChildren(node, (child) => bare(child) as Node)
  return JSON.parse(
    JSON.stringify(plain, (key, value: unknown) =>
      key === 'start' || key === 'end' || key === 'nameSpan'
        ? undefined
        : typeof value === 'bigint'
          ? `${value}n`
          : value,
    ),
  )
}

const variables = new Map<string, unknown>([
  ['limit', 2],
  ['word', 'b'],
  ['list', ['a', 1, null]],
])

/** What evaluating comes to: a value, or that the record is no good for it. */
type Outcome = { readonly value: unknown } | 'record error'

const outcomeOf = (evaluate: () => unknown): Outcome => {
  try {
    return { value: evaluate() }
  } catch (error) {
    if (error instanceof RecordError) return 'record error'
    throw error
  }
}

const isCertain = ({ value }: Exclude<Outcome, string>): boolean => value !== undefined && !Number.isNaN(value)

const countNodes = (node: Node): number => {
  let count = 1
  forEachChild(node, (child) => {
    count += countNodes(child)
  })
  return count
}

/** Large ones find odd nestings, small ones have values more often. */
const anyExpression = fc.oneof(
  arbitraryExpression(1),
  arbitraryExpression(2),
  arbitraryExpression(3),
  arbitraryExpression(4),
)

const choices = fc.infiniteStream(fc.nat(5))

suite('random expressions', () => {
  test('read back as the tree that was printed', () => {
    fc.assert(
      fc.property(arbitraryExpression(4), choices, (tree, stream) => {
        const text = printExpression(tree, () => stream.next().value as number)
        assert.deepEqual(bare(parseExpression({ text, subject: 'it' })), bare(tree), text)
      }),
      { numRuns: 3000 },
    )
  })

  test('give what a walk over the tree gives, for plain and for lazy values', () => {
    let values = 0
    let errors = 0
    const check = (tree: Node, value: unknown): void => {
      const text = printExpression(tree, () => 0)
      const expression = compileExpression(text, { subject: 'it', arguments: variables })
      const expected = outcomeOf(() => interpret(tree, { value, variables, parameters: new Map() }))
      if (expected === 'record error') errors++
      else if (isCertain(expected)) values++
      for (const record of [recordOf(value), recordOf(new TestLazyJson(value))]) {
        const actual = outcomeOf(() => expression.evaluate(record))
        assert.ok(
          isDeepStrictEqual(actual, expected),
          `${text}\n${show(value)}\n${show(actual)}\nexpected ${show(expected)}`,
        )
        const truth = outcomeOf(() => expression.test(record))
        const isTrue =
          expected === 'record error' ? expected : { value: expected.value !== null && expected.value !== false }
        assert.deepEqual(truth, isTrue, text)
        const json = outcomeOf(() => parseJsonText(fromByteString(expression.json(record))))
        const written = expected === 'record error' ? expected : { value: parseJsonText(stringifyJson(expected.value)) }
        assert.ok(
          isDeepStrictEqual(json, written),
          `json of ${text}\n${show(value)}\n${show(json)}\nexpected ${show(written)}`,
        )
      }
    }
    fc.assert(
      fc.property(
        anyExpression,
        fc.oneof({ weight: 4, arbitrary: arbitraryObject }, { weight: 1, arbitrary: arbitraryValue }),
        (tree, value) => {
          try {
            check(tree, value)
          } catch (error) {
            // Random arguments include literals that are refused when compiling.
            if (!(error instanceof KsError)) throw error
          }
        },
      ),
      { numRuns: 5000 },
    )
    assert.ok(values > 2000 && errors > 500, `${values} values and ${errors} record errors say too little`)
  })

  test('name all fields that they read', () => {
    fc.assert(
      fc.property(arbitraryExpression(3), arbitraryObject, (tree, value) => {
        const text = printExpression(tree, () => 0)
        let expression
        try {
          expression = compileExpression(text, { subject: 'it', arguments: variables })
        } catch (error) {
          if (error instanceof KsError) return
          throw error
        }
        const { fields } = expression
        if (fields === 'all') return
        const named = Object.fromEntries(Object.entries(value).filter(([name]) => fields.has(name)))
        assert.deepEqual(
          outcomeOf(() => expression.evaluate(recordOf(named))),
          outcomeOf(() => expression.evaluate(recordOf(value))),
        )
      }),
      { numRuns: 2000 },
    )
  })

  test('made of anything compile or are refused with a place in the text', () => {
    const pieces = fc.constantFrom(
      ...[
        '.a',
        '.',
        '..',
        '...',
        '$key',
        '$x',
        'x',
        '1',
        '.5',
        '"b"',
        "'c'",
        '"\\(',
        '"',
        '\\',
        'lower(',
        'map(',
        'if',
        'then',
      ],
      ...[
        '(',
        ')',
        '[',
        ']',
        '{',
        '}',
        ',',
        ':',
        ';',
        '?',
        '?.',
        '//',
        '??',
        '->',
        '=>',
        'and',
        'or',
        'not',
        'in',
        'null',
      ],
      ...[
        '==',
        '=',
        '!=',
        '<',
        '>=',
        '=~',
        '!~',
        '+',
        '-',
        '*',
        '/',
        '%',
        '!',
        '|',
        '&',
        '@',
        '#',
        ' ',
        '\n',
        'é',
        '😀',
        '\u0000',
      ],
    )
    let compiled = 0
    const soup = fc.array(pieces, { maxLength: 9 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(soup, arbitraryObject, (text, value) => {
        let expression
        try {
          expression = compileExpression(text, { subject: 'it' })
        } catch (error) {
          if (!(error instanceof KsError)) throw error
          const { text: line = '', column = -1, length = 1 } = error.snippet ?? {}
          assert.ok(text.includes(line) && column >= 0 && column <= line.length && length >= 1, text)
          assert.ok(error.hint !== undefined && error.hint !== '', text)
          return
        }
        compiled++
        const result = outcomeOf(() => expression.evaluate(recordOf(value)))
        assert.notDeepEqual(result, { value: undefined })
      }),
      { numRuns: 20_000 },
    )
    assert.ok(compiled > 200, `only ${compiled} compiled`)
  })

  test('are deep enough to mean something', () => {
    const sizes = fc.sample(arbitraryExpression(4), 200).map(countNodes)
    assert.ok(sizes.filter((size) => size > 5).length > 40)
  })
})

const show = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part))
