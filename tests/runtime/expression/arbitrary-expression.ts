// Random expressions and random records that they have something to read in.

import fc from 'fast-check'
import type { Node, ObjectEntry } from '../../../src/runtime/expression/ast.ts'

const nowhere = { start: 0, end: 0 }

export const fieldNames = ['a', 'b', 'c', 'odd key', '__proto__', 'constructor', 'length', 'ü']

const texts = ['', 'a', 'b', 'ab', 'page_view', '😀b', '\uffff', '"\\(', 'toString']
const patterns = ['^a', 'b$', '[a-c]+', '.', '^.$', 'page_(view|click)', '^[^a]*$', '\\w{2,3}', '(a|😀)b?']
const numbers: readonly (number | bigint)[] = [0, 1, 2, -1, 3.5, -0.25, 1e21, 9007199254740993n, -9007199254740995n]

/** Values of records. */
export const arbitraryValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<unknown>(null, true, false),
    fc.constantFrom<unknown>(...numbers),
    fc.constantFrom<unknown>(...texts),
    fc.array(tie('value'), { maxLength: 4 }),
    // fromEntries makes an own property of __proto__ as parsing does.
    fc
      .array(fc.tuple(fc.constantFrom(...fieldNames), tie('value')), { maxLength: 5 })
      .map((entries) => Object.fromEntries(entries)),
  ),
})).value

/** Values that are objects, as most records are. */
export const arbitraryObject: fc.Arbitrary<object> = fc
  .array(fc.tuple(fc.constantFrom(...fieldNames), arbitraryValue), { minLength: 2, maxLength: 6 })
  .map((entries) => Object.fromEntries(entries) as object)

/** Names of `--arg` variables in expressions. */
export const argumentNames = ['limit', 'word', 'list']

const functions: Readonly<Record<string, string>> = {
  length: 'v',
  lower: 'v',
  tostring: 'v',
  type: 'v',
  keys: 'v',
  abs: 'v',
  floor: 'v',
  tonumber: 'vv',
  contains: 'vv',
  has: 'vv',
  split: 'vv',
  startswith: 'vv',
  index: 'vv',
  min: 'vvv',
  coalesce: 'vvv',
  if: 'vvv',
  merge: 'vv',
  map: 'v1',
  filter: 'v1',
  any: 'v1',
  sort_by: 'v1',
  reduce: 'vv2',
  map_values: 'v1',
}

/** Trees as the parser makes them, but for positions. */
export const arbitraryExpression = (maxDepth: number): fc.Arbitrary<Node> => expression(maxDepth, [])

// fast-check's letrec cannot hand down which lambda parameters are in scope, so depth is counted here.
const expression = (depth: number, parameters: readonly string[]): fc.Arbitrary<Node> => {
  const leaf = leaves(parameters)
  if (depth <= 0) return leaf
  const inner = fc.constant(null).chain(() => expression(depth - 1, parameters))
  return fc.oneof(
    { weight: 3, arbitrary: leaf },
    { weight: 2, arbitrary: field(inner) },
    {
      weight: 1,
      arbitrary: fc.tuple(inner, inner).map(([target, index]): Node => step(target, index)),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(inner, fc.option(inner, { nil: undefined }), fc.option(inner, { nil: undefined }))
        .map(([target, from, to]): Node => ({ kind: 'slice', target, from, to, ...nowhere })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom('negate' as const, 'not' as const), inner)
        .map(([kind, operand]): Node => ({ kind, operand, ...nowhere })),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom('+' as const, '-' as const, '*' as const, '/' as const, '%' as const), inner, inner)
        .map(([operator, left, right]): Node => ({ kind: 'arithmetic', operator, left, right, ...nowhere })),
    },
    { weight: 5, arbitrary: comparison(inner) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(inner, { minLength: 2, maxLength: 3 }))
        // The first operand of a chain is never a chain of the same operator unless it stands in parentheses.
        .map(([kind, operands]): Node => ({ kind, operands, ...nowhere })),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom('//' as const, '??' as const), inner, inner)
        .map(([operator, left, right]): Node => ({ kind: 'default', operator, left, right, ...nowhere })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(inner, inner, inner)
        .map(([test, then, otherwise]): Node => ({ kind: 'conditional', test, then, otherwise, ...nowhere })),
    },
    {
      weight: 1,
      arbitrary: fc
        .array(inner, { minLength: 1, maxLength: 2 })
        .map((nodes): Node => ({ kind: 'template', parts: nodes.flatMap((node) => ['\\t(', node]), ...nowhere })),
    },
    {
      weight: 1,
      arbitrary: fc.array(inner, { maxLength: 3 }).map((items): Node => ({ kind: 'array', items, ...nowhere })),
    },
    { weight: 2, arbitrary: object(inner) },
    { weight: 3, arbitrary: call(depth, parameters, inner) },
  )
}

const literal = (value: null | boolean | number | bigint | string): Node => ({ kind: 'literal', value, ...nowhere })

const leaves = (parameters: readonly string[]): fc.Arbitrary<Node> => {
  const record = fc.constant<Node>({ kind: 'record', ...nowhere })
  return fc.oneof(
    { weight: 6, arbitrary: field(record) },
    { weight: 1, arbitrary: record },
    { weight: 2, arbitrary: fc.constantFrom(null, true, false).map(literal) },
    { weight: 3, arbitrary: fc.constantFrom(...numbers).map(literal) },
    { weight: 3, arbitrary: fc.constantFrom(...texts).map(literal) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(...argumentNames).map((name): Node => ({ kind: 'variable', name, ...nowhere })),
    },
    ...(parameters.length === 0
      ? []
      : [
          {
            weight: 6,
            arbitrary: fc.constantFrom(...parameters).map((name): Node => ({ kind: 'name', name, ...nowhere })),
          },
        ]),
  )
}

const field = (target: fc.Arbitrary<Node>): fc.Arbitrary<Node> =>
  fc
    .tuple(target, fc.constantFrom(...fieldNames))
    .map(([node, name]): Node => ({ kind: 'field', target: node, name, ...nowhere }))

const step = (target: Node, index: Node): Node =>
  index.kind === 'literal' && typeof index.value === 'string'
    ? { kind: 'field', target, name: index.value, ...nowhere }
    : { kind: 'index', target, index, ...nowhere }

const comparison = (inner: fc.Arbitrary<Node>): fc.Arbitrary<Node> => {
  const scalars = fc.array(fc.constantFrom(null, true, 'a', 'b', 1, 2, 3.5, 1e21, 9007199254740993n), { maxLength: 4 })
  const list = scalars.map((values): Node => ({ kind: 'array', items: values.map(literal), ...nowhere }))
  const pattern = fc.constantFrom(...patterns).map(literal)
  return fc.oneof(
    fc
      .tuple(fc.constantFrom('==', '!=', '<', '<=', '>', '>=') satisfies fc.Arbitrary<string>, inner, inner)
      .map(([operator, left, right]): Node => ({ kind: 'comparison', operator, left, right, ...nowhere })),
    fc
      .tuple(fc.constantFrom('=~' as const, '!~' as const), inner, pattern)
      .map(([operator, left, right]): Node => ({ kind: 'comparison', operator, left, right, ...nowhere })),
    fc
      .tuple(fc.constantFrom('in' as const, 'not in' as const), inner, fc.oneof(list, inner.filter(isContainer)))
      .map(([operator, left, right]): Node => ({ kind: 'comparison', operator, left, right, ...nowhere })),
  )
}

/** Literals are refused as containers when compiling. */
const isContainer = (node: Node): boolean => node.kind !== 'literal' || node.value === null

const object = (inner: fc.Arbitrary<Node>): fc.Arbitrary<Node> => {
  const named = fc
    .tuple(fc.constantFrom(...fieldNames), inner)
    .map(([name, value]): ObjectEntry => ({ kind: 'named', name, value, nameSpan: nowhere }))
  const computed = fc.tuple(inner, inner).map(([name, value]): ObjectEntry => ({ kind: 'computed', name, value }))
  const spread = inner.map((value): ObjectEntry => ({ kind: 'spread', value }))
  const whole = fc.constant<ObjectEntry>({ kind: 'spread', value: { kind: 'record', ...nowhere } })
  const unique = {
    maxLength: 4,
    selector: (entry: ObjectEntry) => (entry.kind === 'named' ? entry.name : entry),
  }
  return fc
    .tuple(
      fc.option(whole, { nil: undefined }),
      fc.uniqueArray(
        fc.oneof({ weight: 5, arbitrary: named }, { weight: 1, arbitrary: computed }, { weight: 1, arbitrary: spread }),
        unique,
      ),
    )
    .map(([first, entries]): Node => ({
      kind: 'object',
      entries: first === undefined ? entries : [first, ...entries],
      ...nowhere,
    }))
}

const call = (depth: number, parameters: readonly string[], inner: fc.Arbitrary<Node>): fc.Arbitrary<Node> =>
  fc.constantFrom(...Object.entries(functions)).chain(([name, shape]) => {
    const values = Array.from(shape, (kind) => {
      if (kind === 'v') return inner
      const names = kind === '1' ? ['x'] : ['acc', 'x']
      return expression(depth - 1, [...parameters, ...names]).map((body): Node => ({
        kind: 'lambda',
        parameters: names,
        body,
        ...nowhere,
      }))
    })
    return fc
      .tuple(...values)
      .map((nodes): Node => ({ kind: 'call', name, nameSpan: nowhere, arguments: nodes, ...nowhere }))
  })
