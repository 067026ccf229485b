// Expressions: which tree a text is. `brackets` shows the tree; everything that parses is printed without needless ones.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parseExpressionText } from '../../../src/runtime/sql/parse.ts'
import { print } from '../../../src/runtime/sql/print.ts'
import { bareTree } from './bare-tree.ts'

const literal = (text: string): unknown => {
  const { kind, ...rest } = bareTree(parseExpressionText(text)) as Record<string, unknown>
  assert.equal(kind, 'literal')
  return rest
}

suite('literals', () => {
  const cases: readonly (readonly [text: string, type: string, value: unknown, written?: string])[] = [
    ['1', 'INTEGER', 1],
    ['2147483647', 'INTEGER', 2147483647],
    ['2147483648', 'BIGINT', 2147483648],
    ['-2147483648', 'INTEGER', -2147483648],
    ['- 7', 'INTEGER', -7, '-7'],
    ['-0', 'INTEGER', 0],
    ['9007199254740991', 'BIGINT', 9007199254740991],
    ['9007199254740993', 'BIGINT', '9007199254740993n'],
    ['9223372036854775807', 'BIGINT', '9223372036854775807n'],
    ['-9223372036854775808', 'BIGINT', '-9223372036854775808n'],
    ['1.50', 'DECIMAL', 1.5],
    ['.5', 'DECIMAL', 0.5],
    ['-1.', 'DECIMAL', -1],
    ['1e3', 'DOUBLE', 1000],
    ['1.5E-3', 'DOUBLE', 0.0015],
    ['null', 'NULL', null, 'NULL'],
    ['True', 'BOOLEAN', true, 'TRUE'],
    ["'it''s'", 'STRING', "it's"],
    ["''", 'STRING', ''],
    ["'a\nb'", 'STRING', 'a\nb'],
    ["'\"\\n'", 'STRING', '"\\n'],
  ]
  for (const [text, type, value, written = text] of cases) {
    test(text, () => {
      assert.deepEqual(literal(text), { value, type, text: written })
    })
  }
})

suite('precedence', () => {
  /** What binds tighter is in brackets; then the text as it is printed. */
  const cases: readonly (readonly [text: string, same: string, printed?: string])[] = [
    ['a + b * c', 'a + (b * c)'],
    ['a - b - c', '(a - b) - c'],
    ['a || b + c', 'a || (b + c)'],
    ['a * -b', 'a * (-b)'],
    ['-a + b', '(-a) + b'],
    ['-a[1]', '-(a[1])'],
    ['-s->f', '-(s->f)'],
    ['a + b = c', '(a + b) = c'],
    ['NOT a = b', 'NOT (a = b)'],
    ['NOT a AND b', '(NOT a) AND b'],
    ['a OR b AND c', 'a OR (b AND c)'],
    ['a = b AND c <> d OR e', '((a = b) AND (c <> d)) OR e'],
    ['a BETWEEN b + 1 AND c AND d', '(a BETWEEN (b + 1) AND c) AND d'],
    ['a IS NULL AND b IS NOT NULL', '(a IS NULL) AND (b IS NOT NULL)'],
    ['a IS DISTINCT FROM b OR c', '(a IS DISTINCT FROM b) OR c'],
    ["a || 'x' LIKE b", "(a || 'x') LIKE b"],
    ['a + b AT TIME ZONE c', 'a + (b AT TIME ZONE c)'],
    ['s->a->b[1][2]', '(((s->a)->b)[1])[2]'],
    ['+a', 'a', 'a'],
    ['a != b', 'a <> b', 'a <> b'],
    ['a NOT IN (1, 2) AND b', '(a NOT IN (1, 2)) AND b'],
    ["DATE '2024-02-29'", "CAST('2024-02-29' AS DATE)", "CAST('2024-02-29' AS DATE)"],
    ["timestamp '2024-02-29T12:00'", "CAST('2024-02-29T12:00' AS TIMESTAMP)", "CAST('2024-02-29T12:00' AS TIMESTAMP)"],
  ]
  for (const [text, same, printed = text] of cases) {
    test(text, () => {
      const tree = bareTree(parseExpressionText(text))
      assert.deepEqual(tree, bareTree(parseExpressionText(same)))
      assert.equal(print(parseExpressionText(text)), printed)
    })
  }

  test('brackets are kept where they count', () => {
    for (const text of [
      '(a AND b) AND c',
      'a - (b - c)',
      '(a + b) * c',
      '-(1)',
      '-(-a)',
      '(-5)[1]',
      '(NOT a) = b',
      '(a = b) = c',
    ]) {
      assert.equal(print(parseExpressionText(text)), text)
    }
  })

  test('a chain of AND or OR is one node', () => {
    const tree = parseExpressionText('a AND b AND c')
    assert.equal(tree.kind === 'and' && tree.operands.length, 3)
  })
})

suite('trees', () => {
  const name = (text: string, quoted = false): unknown => ({ text, quoted })
  const column = (text: string): unknown => ({ kind: 'column', name: name(text) })
  const one = { kind: 'literal', value: 1, type: 'INTEGER', text: '1' }
  const call = { isStar: false, isDistinct: false }
  const cases: Readonly<Record<string, unknown>> = {
    'c.Page': { kind: 'column', qualifier: name('c'), name: name('Page') },
    '`a b`."c""d"': { kind: 'column', qualifier: name('a b', true), name: name('c"d', true) },
    date: column('date'),
    key: column('key'),
    array: column('array'),
    'map->f': { kind: 'dereference', base: column('map'), field: name('f') },
    'COUNT(*)': { kind: 'call', name: name('COUNT'), arguments: [], isStar: true, isDistinct: false },
    'count(DISTINCT a)': {
      kind: 'call',
      name: name('count'),
      arguments: [column('a')],
      isStar: false,
      isDistinct: true,
    },
    'NOW()': { kind: 'call', name: name('NOW'), arguments: [], ...call },
    'f(x => x, (k, v) => 1)': {
      kind: 'call',
      name: name('f'),
      arguments: [
        { kind: 'lambda', parameters: [name('x')], body: column('x') },
        { kind: 'lambda', parameters: [name('k'), name('v')], body: one },
      ],
      ...call,
    },
    'DATEADD(day, 1, day)': {
      kind: 'call',
      name: name('DATEADD'),
      arguments: [{ kind: 'unit', unit: 'DAYS', ms: 86_400_000 }, one, column('day')],
      ...call,
    },
    'COALESCE(day, 1)': { kind: 'call', name: name('COALESCE'), arguments: [column('day'), one], ...call },
    'ARRAY[]': { kind: 'array', items: [] },
    'array[1]': { kind: 'array', items: [one] },
    "MAP('k' := 1)": {
      kind: 'map',
      entries: [{ key: { kind: 'literal', value: 'k', type: 'STRING', text: "'k'" }, value: one }],
    },
    'STRUCT(f := 1)': { kind: 'struct', fields: [{ name: name('f'), value: one }] },
    'CASE a WHEN 1 THEN b END': { kind: 'case', operand: column('a'), branches: [{ when: one, then: column('b') }] },
    'CASE WHEN a THEN 1 ELSE b END': {
      kind: 'case',
      branches: [{ when: column('a'), then: one }],
      otherwise: column('b'),
    },
    "a LIKE b ESCAPE '!'": { kind: 'like', negated: false, operand: column('a'), pattern: column('b'), escape: '!' },
    'CAST(a AS ARRAY<MAP<STRING, decimal(4,2)>>)': {
      kind: 'cast',
      operand: column('a'),
      type: {
        kind: 'array',
        element: {
          kind: 'map',
          key: { kind: 'simple', type: { kind: 'STRING' } },
          value: { kind: 'simple', type: { kind: 'DECIMAL', precision: 4, scale: 2 } },
        },
      },
    },
    'CAST(a AS STRUCT<x INT, y "INT">)': {
      kind: 'cast',
      operand: column('a'),
      type: {
        kind: 'struct',
        fields: [
          { name: name('x'), type: { kind: 'simple', type: { kind: 'INTEGER' } } },
          { name: name('y'), type: { kind: 'custom', name: name('INT', true) } },
        ],
      },
    },
    'CAST(a AS STRUCT<>)': { kind: 'cast', operand: column('a'), type: { kind: 'struct', fields: [] } },
    'CAST(a AS INT ARRAY)': {
      kind: 'cast',
      operand: column('a'),
      type: { kind: 'array', element: { kind: 'simple', type: { kind: 'INTEGER' } } },
    },
  }
  for (const [text, tree] of Object.entries(cases)) {
    test(text, () => {
      assert.deepEqual(bareTree(parseExpressionText(text)), tree)
    })
  }
})

test('spans are places in the text, brackets included', () => {
  const text = ' (a + 1) * f(b)'
  const tree = parseExpressionText(text)
  assert.ok(tree.kind === 'arithmetic')
  const at = ({ start, end }: { start: number; end: number }): string => text.slice(start, end)
  assert.deepEqual([tree, tree.left, tree.right].map(at), ['(a + 1) * f(b)', '(a + 1)', 'f(b)'])
})

test('comments are white space', () => {
  assert.equal(print(parseExpressionText('a -- one\n + /* two\n*/ b')), 'a + b')
})
