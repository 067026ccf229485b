// Random trees of expressions and types, all that the parser can make and nothing else.

import fc from 'fast-check'
import type { Expression, Identifier, Literal, TypeName } from '../../../src/runtime/sql/ast.ts'
import * as types from '../../../src/runtime/sql/sql-type.ts'

const nowhere = { start: 0, end: 0 }

const words = [
  'a',
  'b',
  'Page',
  'x_1',
  'u@v',
  'day',
  'date',
  'type',
  'topic',
  'key',
  'array',
  'emit',
  'partition',
  'at',
  'DESC',
]
const quotedNames = ['a', 'select', 'odd name', 'back`tick', "it's", '"', '1st', '${x}', '$${x}', 'größe', '--', ';']
const texts = ['', 'a', "it's", '--', '/* no', '${x}', '$${x}', '${', ';', '"', '`', 'ü\n😀', '%_']

const identifier = (unquoted: readonly string[]): fc.Arbitrary<Identifier> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...unquoted).map((text) => ({ text, quoted: false, ...nowhere })) },
    { weight: 1, arbitrary: fc.constantFrom(...quotedNames).map((text) => ({ text, quoted: true, ...nowhere })) },
  )

/** Names, quoted or not, keywords that can be names among them. */
export const arbitraryName = identifier(words)

/** Strings with everything that could end them too early. */
export const arbitraryText = fc.constantFrom(...texts)

const number = (type: Literal['type'], value: number | bigint, text = String(value)): Literal => ({
  kind: 'literal',
  value,
  type,
  text,
  ...nowhere,
})

const literals: readonly Literal[] = [
  { kind: 'literal', value: null, type: 'NULL', text: 'NULL', ...nowhere },
  { kind: 'literal', value: true, type: 'BOOLEAN', text: 'TRUE', ...nowhere },
  { kind: 'literal', value: false, type: 'BOOLEAN', text: 'FALSE', ...nowhere },
  number('INTEGER', 0),
  number('INTEGER', 7),
  number('INTEGER', -7),
  number('INTEGER', -2147483648),
  number('BIGINT', 2147483648),
  number('BIGINT', 9007199254740993n),
  number('BIGINT', -9223372036854775808n),
  number('DECIMAL', 1.5, '1.50'),
  number('DECIMAL', -0.5, '-.5'),
  number('DOUBLE', 1000, '1e3'),
  number('DOUBLE', -0.0025, '-2.5E-3'),
]

const literal: fc.Arbitrary<Expression> = fc.oneof(
  fc.constantFrom(...literals),
  arbitraryText.map((value): Expression => {
    return { kind: 'literal', value, type: 'STRING', text: `'${value.replaceAll("'", "''")}'`, ...nowhere }
  }),
)

const column: fc.Arbitrary<Expression> = fc
  .record({ qualifier: fc.option(arbitraryName, { nil: undefined, freq: 3 }), name: arbitraryName })
  .map((parts) => ({ kind: 'column', ...parts, ...nowhere }))

const simpleTypes: readonly TypeName[] = [
  types.booleanType,
  types.integerType,
  types.bigintType,
  types.doubleType,
  types.stringType,
  types.bytesType,
  types.dateType,
  types.timeType,
  types.timestampType,
  { kind: 'DECIMAL', precision: 10, scale: 2 } as const,
].map((type) => ({ kind: 'simple', type, ...nowhere }))

/** Types, custom ones at any depth. */
export const arbitraryType: fc.Arbitrary<TypeName> = fc.letrec<{ type: TypeName }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 3, depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(...simpleTypes),
    identifier(['address', 'MONEY']).map((name): TypeName => ({ kind: 'custom', name, ...nowhere })),
    tie('type').map((element): TypeName => ({ kind: 'array', element, ...nowhere })),
    fc.record({ key: tie('type'), value: tie('type') }).map((map): TypeName => ({ kind: 'map', ...map, ...nowhere })),
    fc
      .array(fc.record({ name: arbitraryName, type: tie('type') }), { maxLength: 3 })
      .map((fields): TypeName => ({ kind: 'struct', fields, ...nowhere })),
  ),
})).type

const functionNames = ['COUNT', 'len', 'TIMESTAMPADD', 'date', 'replace', 'key', 'if']

/** Nodes without their positions. */
type Positionless<T> = T extends unknown ? Omit<T, 'start' | 'end'> : never

/** Expressions; lambdas and units of time stand only where they can. */
export const arbitraryExpression: fc.Arbitrary<Expression> = fc.letrec<{ node: Expression; argument: Expression }>(
  (tie) => {
    const node = tie('node')
    const nodes = fc.array(node, { minLength: 1, maxLength: 3 })
    const negated = fc.boolean()
    const made = (parts: fc.Arbitrary<Positionless<Expression>>): fc.Arbitrary<Expression> =>
      parts.map((part) => ({ ...part, ...nowhere }))
    const kind = <K extends Expression['kind']>(name: K): fc.Arbitrary<K> => fc.constant(name)
    const call = fc.record({
      kind: kind('call'),
      name: identifier(functionNames),
      arguments: fc.array(tie('argument'), { maxLength: 3 }),
      isStar: fc.constant(false),
      isDistinct: fc.boolean(),
    })
    return {
      node: fc.oneof(
        { maxDepth: 5, depthSize: 'medium', withCrossShrink: true },
        fc.oneof(literal, column),
        made(fc.record({ kind: kind('dereference'), base: node, field: arbitraryName })),
        made(fc.record({ kind: kind('subscript'), base: node, index: node })),
        made(
          fc.record({
            kind: kind('arithmetic'),
            operator: fc.constantFrom('+', '-', '*', '/', '%', '||'),
            left: node,
            right: node,
          }),
        ),
        made(
          fc.record({
            kind: kind('comparison'),
            operator: fc.constantFrom('=', '<>', '<', '<=', '>', '>=', 'distinct', 'not distinct'),
            left: node,
            right: node,
          }),
        ),
        made(fc.record({ kind: kind('negate'), operand: node })),
        made(
          fc.record({
            kind: fc.constantFrom('and', 'or'),
            operands: fc.array(node, { minLength: 2, maxLength: 3 }),
          }),
        ),
        made(fc.record({ kind: kind('not'), operand: node })),
        made(fc.record({ kind: kind('isNull'), negated, operand: node })),
        made(fc.record({ kind: kind('between'), negated, operand: node, low: node, high: node })),
        made(fc.record({ kind: kind('in'), negated, operand: node, items: nodes })),
        made(
          fc.record({
            kind: kind('like'),
            negated,
            operand: node,
            pattern: node,
            escape: fc.constantFrom(undefined, '!', "'", '😀'),
          }),
        ),
        made(
          fc.record({
            kind: kind('case'),
            operand: fc.option(node, { nil: undefined }),
            branches: fc.array(fc.record({ when: node, then: node }), { minLength: 1, maxLength: 2 }),
            otherwise: fc.option(node, { nil: undefined }),
          }),
        ),
        made(fc.record({ kind: kind('cast'), operand: node, type: arbitraryType })),
        made(call.map((parts) => (parts.arguments.length === 0 ? { ...parts, isDistinct: false } : parts))),
        made(
          identifier(functionNames).map((name) => {
            return { kind: 'call' as const, name, arguments: [], isStar: true, isDistinct: false }
          }),
        ),
        made(
          fc
            .record({ unit: fc.constantFrom('DAYS', 'HOURS', 'MILLISECONDS'), rest: nodes })
            .map(({ unit, rest }): Positionless<Expression> => {
              const ms = { DAYS: 86_400_000, HOURS: 3_600_000, MILLISECONDS: 1 }[unit] ?? 0
              const name = { text: 'TimestampSub', quoted: false, ...nowhere }
              const first: Expression = { kind: 'unit', unit, ms, ...nowhere }
              return { kind: 'call', name, arguments: [first, ...rest], isStar: false, isDistinct: false }
            }),
        ),
        made(fc.record({ kind: kind('array'), items: fc.array(node, { maxLength: 3 }) })),
        made(
          fc.record({
            kind: kind('map'),
            entries: fc.array(fc.record({ key: node, value: node }), { maxLength: 2 }),
          }),
        ),
        made(
          fc.record({
            kind: kind('struct'),
            fields: fc.array(fc.record({ name: arbitraryName, value: node }), { maxLength: 2 }),
          }),
        ),
        made(fc.record({ kind: kind('atTimeZone'), operand: node, zone: node })),
      ),
      argument: fc.oneof(
        { weight: 4, arbitrary: node },
        {
          weight: 1,
          arbitrary: made(
            fc.record({
              kind: kind('lambda'),
              parameters: fc.array(arbitraryName, { minLength: 1, maxLength: 2 }),
              body: node,
            }),
          ),
        },
      ),
    }
  },
).node
